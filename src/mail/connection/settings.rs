//! Where mail is handed in and how: `SMTP_URL`, read once at the start.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;
use url::{Host, Url};

use super::tls::Roots;

/// When the connection is put under TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Never. For a relay on this machine.
    None,
    /// By STARTTLS (RFC 3207) where the server offers it, whatever its certificate: better than clear text, no more.
    Opportunistic,
    /// By STARTTLS with a valid certificate, or no mail goes out.
    Required,
    /// From the first byte, with a valid certificate (RFC 8314 section 3.3).
    Implicit,
}

/// A login. Its `Debug` shows the name only.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub user: String,
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// How long each step may take (RFC 5321 section 4.5.3.2).
///
/// The defaults are shorter than the RFC's minutes, since this is one relay known to us and not the whole internet,
/// except for the dot: giving up on it too early delivers the message twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name look-up and TCP connection together; the TLS handshake has as long again.
    pub connect: Duration,
    pub greeting: Duration,
    /// Each command, from writing it to the end of its reply.
    pub command: Duration,
    /// Each block of the message until the socket has taken it.
    pub data_block: Duration,
    /// The reply to the final dot.
    pub final_dot: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_secs(60),
            command: Duration::from_secs(60),
            data_block: Duration::from_secs(180),
            final_dot: Duration::from_secs(600),
        }
    }
}

/// The server mail is handed to.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub credentials: Option<Credentials>,
    pub roots: Roots,
    pub timeouts: Timeouts,
    /// The name given in EHLO; the machine's own where `None`.
    pub hello_name: Option<String>,
}

/// What is wrong with an SMTP URL. Never quotes any of it: with one character unescaped, the password may turn up
/// in any part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SmtpUrlError {
    #[error(
        "it is not a URL like smtp://user:password@host:587 \
         (characters such as / ? # @ : % in the user or password are written as %2F %3F %23 %40 %3A %25)"
    )]
    NotAUrl,
    #[error("it begins with neither smtp:// nor smtps://")]
    Scheme,
    #[error("it names no valid host")]
    Host,
    #[error("its port is 0")]
    Port,
    #[error("there is something after the host and port that does not belong there")]
    Excess,
    #[error("its only parameter is ?tls=none, ?tls=opportunistic or ?tls=required, and only with smtp://")]
    Parameter,
    #[error("its user and password must come both or not at all")]
    HalfCredentials,
    #[error("its user or password is not percent-encoded UTF-8 without control characters")]
    Encoding,
    #[error("a password is never sent unencrypted to another machine: use smtps:// or ?tls=required")]
    ClearPassword,
}

impl SmtpSettings {
    /// A server without TLS and login, as on this machine.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            tls: Tls::None,
            credentials: None,
            roots: Roots::system(),
            timeouts: Timeouts::default(),
            hello_name: None,
        }
    }

    /// Reads `smtp://[user:password@]host[:port][?tls=none|opportunistic|required]` or
    /// `smtps://[user:password@]host[:port]`.
    ///
    /// The port is 465 for smtps, 587 with a login (submission, RFC 6409), else 25. TLS is opportunistic, and
    /// required with a login, which goes in clear only to this machine itself.
    pub fn parse(url: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(url.trim()).map_err(|error| match error {
            url::ParseError::EmptyHost => SmtpUrlError::Host,
            _ => SmtpUrlError::NotAUrl,
        })?;
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(SmtpUrlError::Scheme),
        };
        let host = parse_host(&url)?;
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpUrlError::Excess);
        }
        let credentials = parse_credentials(&url)?;
        let tls = match (parse_tls(&url)?, implicit) {
            (None, true) => Tls::Implicit,
            (Some(_), true) => return Err(SmtpUrlError::Parameter),
            (Some(tls), false) => tls,
            (None, false) if credentials.is_some() && !is_loopback_name(&host) => Tls::Required,
            (None, false) => Tls::Opportunistic,
        };
        if credentials.is_some() && matches!(tls, Tls::None | Tls::Opportunistic) && !is_loopback_name(&host) {
            return Err(SmtpUrlError::ClearPassword);
        }
        let port = match url.port() {
            Some(0) => return Err(SmtpUrlError::Port),
            Some(port) => port,
            None if implicit => 465,
            None if credentials.is_some() => 587,
            None => 25,
        };
        Ok(Self { tls, credentials, ..Self::new(host, port) })
    }
}

/// Whether a host name means this machine without asking a name server.
fn is_loopback_name(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The host as DNS and certificates know it: IDNA applied, no brackets around IPv6.
fn parse_host(url: &Url) -> Result<String, SmtpUrlError> {
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError::Host)?;
    // `url` leaves the hosts of schemes it does not know as they are, percent-encoded.
    let host = percent_decode(host).ok_or(SmtpUrlError::Host)?;
    match Host::parse(&host).map_err(|_| SmtpUrlError::Host)? {
        Host::Domain(domain) => Ok(domain),
        Host::Ipv4(address) => Ok(address.to_string()),
        Host::Ipv6(address) => Ok(address.to_string()),
    }
}

fn parse_credentials(url: &Url) -> Result<Option<Credentials>, SmtpUrlError> {
    let (user, password) = match (url.username(), url.password().unwrap_or_default()) {
        ("", "") => return Ok(None),
        ("", _) | (_, "") => return Err(SmtpUrlError::HalfCredentials),
        both => both,
    };
    let decode = |text| {
        // A NUL would shift the fields of AUTH PLAIN (RFC 4616 section 2).
        percent_decode(text).filter(|text| !text.contains(char::is_control)).ok_or(SmtpUrlError::Encoding)
    };
    Ok(Some(Credentials { user: decode(user)?, password: decode(password)? }))
}

fn parse_tls(url: &Url) -> Result<Option<Tls>, SmtpUrlError> {
    match url.query() {
        None | Some("") => Ok(None),
        Some("tls=none") => Ok(Some(Tls::None)),
        Some("tls=opportunistic") => Ok(Some(Tls::Opportunistic)),
        Some("tls=required") => Ok(Some(Tls::Required)),
        Some(_) => Err(SmtpUrlError::Parameter),
    }
}

/// Decodes `%41`; a lone % stays. `None` if the result is not UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let Some((&first, rest)) = bytes.split_first() {
        let digit = |index: usize| rest.get(index).and_then(|&byte| char::from(byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                bytes = &rest[2..];
            }
            _ => {
                decoded.push(first);
                bytes = rest;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(url: &str) -> Result<String, SmtpUrlError> {
        let settings = SmtpSettings::parse(url)?;
        let login = settings.credentials.map(|login| format!(" {} / {}", login.user, login.password));
        Ok(format!("{} {} {:?}{}", settings.host, settings.port, settings.tls, login.unwrap_or_default()))
    }

    #[test]
    fn urls_are_read_with_safe_defaults() {
        let table = [
            ("smtp://mail.example.org", "mail.example.org 25 Opportunistic"),
            ("smtp://mail.example.org:2525/", "mail.example.org 2525 Opportunistic"),
            ("smtp://mail.example.org?tls=none", "mail.example.org 25 None"),
            ("smtp://localhost:1025?tls=none", "localhost 1025 None"),
            ("smtp://u:p@mail.example.org", "mail.example.org 587 Required u / p"),
            ("smtp://u:p@127.0.0.1", "127.0.0.1 587 Opportunistic u / p"),
            ("smtp://u:p@localhost:25?tls=none", "localhost 25 None u / p"),
            ("smtp://u:p@[::1]:25", "::1 25 Opportunistic u / p"),
            ("smtps://u:p@mail.example.org", "mail.example.org 465 Implicit u / p"),
            ("smtps://[2001:db8::1]:4650", "2001:db8::1 4650 Implicit"),
            ("smtp://почта.example.org", "xn--80a1acny.example.org 25 Opportunistic"),
            ("  smtp://MAIL.example.org \n", "mail.example.org 25 Opportunistic"),
            ("smtp://me%40example.org:p%2F%3A%23%25%20%D0%B9@h.example", "h.example 587 Required me@example.org / p/:#% й"),
            ("smtp://u:100%@h.example", "h.example 587 Required u / 100%"),
        ];
        for (url, expected) in table {
            assert_eq!(summary(url).as_deref(), Ok(expected), "{url}");
        }
    }

    #[test]
    fn wrong_urls_are_refused_without_quoting_them() {
        use SmtpUrlError::*;
        let table = [
            ("", NotAUrl),
            ("mail.example.org", NotAUrl),
            ("smtp://u:se/cret@h.example", NotAUrl),
            ("smtp://u:12/secret@h.example", Excess),
            ("http://h.example", Scheme),
            ("smtp:h.example", Host),
            ("smtp://", Host),
            ("smtp://u:secret@", Host),
            ("smtp://a b", NotAUrl),
            ("smtp://a%20b", Host),
            ("smtp://h.example:0", Port),
            ("smtp://h.example/x", Excess),
            ("smtp://h.example#x", Excess),
            ("smtp://h.example?tls=yes", Parameter),
            ("smtp://h.example?secret", Parameter),
            ("smtps://h.example?tls=none", Parameter),
            ("smtp://u@h.example", HalfCredentials),
            ("smtp://:secret@h.example", HalfCredentials),
            ("smtp://u:%ff@h.example", Encoding),
            ("smtp://u:a%00b@h.example", Encoding),
            ("smtp://u:secret@h.example?tls=none", ClearPassword),
            ("smtp://u:secret@h.example?tls=opportunistic", ClearPassword),
            ("smtp://u:secret@127.0.0.1.example?tls=none", ClearPassword),
        ];
        for (url, expected) in table {
            let error = SmtpSettings::parse(url).err();
            assert_eq!(error, Some(expected), "{url}");
            assert!(!expected.to_string().contains("secret"));
        }
    }

    #[test]
    fn a_password_never_shows() {
        let settings = SmtpSettings::parse("smtps://me:hunter2@h.example").unwrap();
        assert!(!format!("{settings:?} {settings:#?}").contains("hunter2"));
    }
}

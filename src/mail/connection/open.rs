//! Opening a session: connect, greeting, EHLO, STARTTLS, AUTH.

use std::io;
use std::time::Duration;

use lettre::transport::smtp::authentication::{self, Mechanism};
use lettre::transport::smtp::commands::{Auth, Ehlo, Starttls};
use lettre::transport::smtp::extension::ClientId;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsStream;

use super::settings::{Credentials, SmtpSettings, Tls};
use super::stream::Stream;
use super::tls;
use super::wire::{Wire, WireError};
use crate::mail::{
    outcome::{Outcome, Reply, Stage, tidy},
    trouble::{
        CANNOT_CONNECT, EHLO_REFUSED, LOGIN_REFUSED, NO_LOGIN, NO_STARTTLS, NOT_TAKEN, PASSWORD_UNSAFE, STARTTLS_REFUSED, TLS_FAILED,
        TLS_WITH,
    },
};

/// Why there is no connection: the server cannot be had for the moment, or (`configuration`) somebody has to change
/// a setting here or there. Either way no recipient is to blame. The text is for people and holds no password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct OpenError {
    pub text: String,
    pub configuration: bool,
    pub step: OpenStep,
    /// The refusal itself, where it was one.
    pub reply: Option<Reply>,
}

/// On the way to an open session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenStep {
    Connect,
    Greeting,
    Hello,
    /// STARTTLS and the handshake.
    Tls,
    Login,
}

impl From<OpenError> for Outcome {
    fn from(error: OpenError) -> Self {
        Self::Unavailable { text: error.text, configuration: error.configuration }
    }
}

/// What the server says it can do (RFC 5321 section 4.1.1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Extensions {
    pub(super) pipelining: bool,
    pub(super) eight_bit_mime: bool,
    pub(super) smtputf8: bool,
    /// Offered with this limit; 0 means no fixed limit (RFC 1870 section 4).
    pub(super) size: Option<usize>,
    starttls: bool,
    auth_plain: bool,
    auth_login: bool,
}

impl Extensions {
    /// Reads the lines of EHLO's reply after the first. Keywords are case-insensitive.
    fn parse(lines: &[String]) -> Self {
        let mut extensions = Self::default();
        for line in lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            // Some old servers write AUTH=PLAIN.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("PIPELINING") => extensions.pipelining = true,
                Some("8BITMIME") => extensions.eight_bit_mime = true,
                Some("SMTPUTF8") => extensions.smtputf8 = true,
                Some("STARTTLS") => extensions.starttls = true,
                Some("SIZE") => extensions.size = Some(words.next().and_then(|size| size.parse().ok()).unwrap_or(0)),
                Some("AUTH") => {
                    for mechanism in words {
                        extensions.auth_plain |= mechanism == "PLAIN";
                        extensions.auth_login |= mechanism == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        extensions
    }
}

pub(super) async fn open(settings: &SmtpSettings) -> Result<(Wire, Extensions), OpenError> {
    let limit = settings.timeouts.command;
    let stream = connect(settings).await?;
    let local = stream.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
    let hello = hello_name(settings, &stream);

    let stream = match settings.tls {
        Tls::Implicit => Stream::Tls(Box::new(handshake(settings, stream).await?)),
        Tls::None | Tls::Opportunistic | Tls::Required => Stream::Plain(stream),
    };
    let mut wire = Wire::new(stream);
    let greeting = wire.reply(settings.timeouts.greeting).await.map_err(|error| lost(OpenStep::Greeting, &error))?;
    if greeting.code != 220 {
        return Err(refused(OpenStep::Greeting, NOT_TAKEN, &greeting));
    }
    let mut extensions = say_hello(&mut wire, &hello, limit).await?;
    if matches!(settings.tls, Tls::Opportunistic | Tls::Required) {
        (wire, extensions) = start_tls(settings, wire, extensions, &hello).await?;
    }
    if let Some(credentials) = &settings.credentials {
        // A certificate that nobody checked protects no password either: anyone in between could be the server.
        let verified = matches!(settings.tls, Tls::Required | Tls::Implicit) && wire.stream.is_encrypted();
        if !verified && !local {
            return Err(misconfigured(OpenStep::Login, PASSWORD_UNSAFE));
        }
        log_in(&mut wire, &extensions, credentials, limit).await?;
    }
    Ok((wire, extensions))
}

async fn connect(settings: &SmtpSettings) -> Result<TcpStream, OpenError> {
    let SmtpSettings { host, port, .. } = settings;
    let limit = settings.timeouts.connect;
    let stream = timeout(limit, TcpStream::connect((host.as_str(), *port)))
        .await
        .map_err(|_| down(OpenStep::Connect, &format!("{CANNOT_CONNECT}{host}:{port}: no answer within {} s", limit.as_secs_f32())))?;
    let stream = stream.map_err(|error| down(OpenStep::Connect, &format!("{CANNOT_CONNECT}{host}:{port}: {error}")))?;
    // Without this every message waits some 40 ms: the last, short segment is held back until the one before it is
    // acknowledged (Nagle), and the server delays that acknowledgement.
    stream.set_nodelay(true).map_err(|error| down(OpenStep::Connect, &format!("cannot set TCP_NODELAY: {error}")))?;
    Ok(stream)
}

/// RFC 5321 section 4.1.4: our host name, or our address where the machine has no name fit for the wire.
fn hello_name(settings: &SmtpSettings, stream: &TcpStream) -> ClientId {
    let name = match &settings.hello_name {
        Some(name) => ClientId::Domain(name.clone()),
        None => ClientId::default(),
    };
    match name {
        ClientId::Domain(name) if !is_host_name(&name) => match stream.local_addr().map(|address| address.ip()) {
            Ok(std::net::IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(std::net::IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Ipv4(std::net::Ipv4Addr::LOCALHOST),
        },
        name => name,
    }
}

fn is_host_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    !name.is_empty() && name.len() <= 255 && name.bytes().all(allowed)
}

/// EHLO, or HELO for a server that does not know it (RFC 5321 section 3.2).
async fn say_hello(wire: &mut Wire, name: &ClientId, limit: Duration) -> Result<Extensions, OpenError> {
    let ask = async {
        wire.write(Ehlo::new(name.clone()).to_string().as_bytes(), limit).await?;
        let (code, lines) = wire.reply_lines(limit).await?;
        if code == 250 {
            return Ok(Ok(Extensions::parse(&lines)));
        }
        if !matches!(code, 500 | 502 | 504) {
            return Ok(Err(Reply::new(code, &lines)));
        }
        let reply = wire.command(&format!("HELO {name}\r\n"), limit).await?;
        Ok(if reply.code == 250 { Ok(Extensions::default()) } else { Err(reply) })
    };
    let answer = ask.await.map_err(|error: WireError| lost(OpenStep::Hello, &error))?;
    answer.map_err(|reply| refused(OpenStep::Hello, EHLO_REFUSED, &reply))
}

/// RFC 3207. What the server said in clear is forgotten (section 4.2), so EHLO is said again.
async fn start_tls(
    settings: &SmtpSettings,
    mut wire: Wire,
    extensions: Extensions,
    hello: &ClientId,
) -> Result<(Wire, Extensions), OpenError> {
    let limit = settings.timeouts.command;
    let required = settings.tls == Tls::Required;
    if !extensions.starttls {
        return match required {
            true => Err(misconfigured(OpenStep::Tls, NO_STARTTLS)),
            false => Ok((wire, extensions)),
        };
    }
    let reply = wire.command(&Starttls.to_string(), limit).await.map_err(|error| lost(OpenStep::Tls, &error))?;
    if reply.code != 220 {
        return match required || !(400..600).contains(&reply.code) || reply.code == 421 {
            true => Err(refused(OpenStep::Tls, STARTTLS_REFUSED, &reply)),
            false => Ok((wire, extensions)),
        };
    }
    let stream = match wire.into_stream().map_err(|error| lost(OpenStep::Tls, &error))? {
        Stream::Plain(stream) => handshake(settings, stream).await?,
        Stream::Tls(_) => return Err(misconfigured(OpenStep::Tls, "the connection is under TLS already")),
    };
    let mut wire = Wire::new(Stream::Tls(Box::new(stream)));
    let extensions = say_hello(&mut wire, hello, limit).await?;
    Ok((wire, extensions))
}

async fn handshake(settings: &SmtpSettings, stream: TcpStream) -> Result<TlsStream<TcpStream>, OpenError> {
    let verify = matches!(settings.tls, Tls::Required | Tls::Implicit);
    let limit = settings.timeouts.connect;
    let handshake = tls::handshake(stream, &settings.host, &settings.roots, verify);
    let stream = timeout(limit, handshake).await.map_err(|_| down(OpenStep::Tls, "the TLS handshake was not answered in time"))?;
    stream.map_err(|error| {
        // rustls objects to a certificate or finds no common ground: waiting does not help. Anything else is a line
        // that broke. A server that speaks clear text on this port ends up in the first group, as it should.
        let objection = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        let configuration = objection || error.kind() == io::ErrorKind::InvalidInput;
        OpenError {
            text: tidy(&format!("{TLS_WITH}{}{TLS_FAILED}{error}", settings.host)),
            configuration,
            step: OpenStep::Tls,
            reply: None,
        }
    })
}

/// AUTH PLAIN (RFC 4616), else LOGIN.
async fn log_in(wire: &mut Wire, extensions: &Extensions, credentials: &Credentials, limit: Duration) -> Result<(), OpenError> {
    let secret = authentication::Credentials::new(credentials.user.clone(), credentials.password.clone());
    let steps = if extensions.auth_plain {
        vec![Auth::new(Mechanism::Plain, secret, None)]
    } else if extensions.auth_login {
        // LOGIN asks for the name and then the password. Its prompts are worded differently everywhere, its order
        // is not.
        let prompts = [None, Some("Username:"), Some("Password:")];
        prompts.map(|prompt| Auth::new(Mechanism::Login, secret.clone(), prompt.map(str::to_owned))).into()
    } else {
        return Err(misconfigured(OpenStep::Login, NO_LOGIN));
    };
    let last = steps.len() - 1;
    for (index, step) in steps.into_iter().enumerate() {
        let line = step.map_err(|_| misconfigured(OpenStep::Login, "the login cannot be encoded"))?.to_string();
        let reply = wire.command(&line, limit).await.map_err(|error| lost(OpenStep::Login, &error))?;
        let expected = if index == last { 235 } else { 334 };
        if reply.code != expected {
            return Err(refused(OpenStep::Login, LOGIN_REFUSED, &reply));
        }
    }
    Ok(())
}

fn refused(step: OpenStep, what: &str, reply: &Reply) -> OpenError {
    let stage = if step == OpenStep::Greeting { Stage::Greeting } else { Stage::Session };
    let configuration = matches!(reply.outcome(stage), Outcome::Unavailable { configuration: true, .. });
    OpenError { text: tidy(&format!("{what}{reply}")), configuration, step, reply: Some(reply.clone()) }
}

fn lost(step: OpenStep, error: &WireError) -> OpenError {
    let command = match step {
        OpenStep::Connect => "connect",
        OpenStep::Greeting => "greeting",
        OpenStep::Hello => "EHLO",
        OpenStep::Tls => "STARTTLS",
        OpenStep::Login => "AUTH",
    };
    down(step, &format!("{command}: {error}"))
}

fn down(step: OpenStep, text: &str) -> OpenError {
    OpenError { text: tidy(text), configuration: false, step, reply: None }
}

fn misconfigured(step: OpenStep, text: &str) -> OpenError {
    OpenError { text: text.to_owned(), configuration: true, step, reply: None }
}

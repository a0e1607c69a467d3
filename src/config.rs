//! Every setting, read once at the start from the environment (and `.env`). A bad value is one clear line.

mod key;
mod origins;

use std::{
    env, fmt, fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};

use ipnet::IpNet;
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    limits::Limits,
    mail::{
        compose::Sender,
        connection::{Roots, SmtpSettings},
    },
};

pub use key::SecretKey;

/// Where an all-in-one process, and the shell commands beside it, keep their mail when `SMTP_URL` is unset.
pub const CATCHER_PORT: u16 = 1025;

const SEND_RATES: &str = "a number of messages a second, from 0.01 to 100000";

/// The settings of one process. See `.env.sample` for each variable's meaning.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: Database,
    pub smtp: Smtp,
    /// The address (and name) mail is sent from, `MAIL_FROM`.
    pub mail_from: Sender,
    /// Where readers reach the site; links in mails start with it.
    pub public_url: Url,
    pub secret_key: SecretKey,
    /// The key before this one: what it has protected is still good, nothing new is protected by it.
    pub old_secret_key: Option<SecretKey>,
    pub listen: SocketAddr,
    /// Which header says for whom a trusted proxy asks; None: no header is believed.
    pub forwarded_header: Option<ForwardedHeader>,
    /// The proxies that are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The embedded cluster, the delivery journal and the generated secret key.
    pub data_dir: PathBuf,
    /// Jobs a worker runs at once.
    pub worker_concurrency: usize,
    /// Messages a second that may go out, over all workers; None: as many as the mail server takes.
    pub send_rate: Option<f64>,
    /// The Redis that all processes share what they have cached through.
    pub redis: Option<RedisUrl>,
    /// What lets somebody on another machine read `/metrics`.
    pub metrics_token: Option<MetricsToken>,
    /// Sites of other origins whose pages may use the API.
    pub api_origins: Vec<String>,
    /// Whether webhooks may lead to private addresses and go by plain http, `WEBHOOKS_PRIVATE`.
    pub webhooks_private: bool,
    /// What the web side takes from whoever comes; no setting.
    pub limits: Limits,
}

#[derive(Clone)]
pub enum Database {
    /// A private cluster under `data_dir/postgres`; `binaries` is `PERIODICAL_PG_BIN`.
    Embedded { binaries: Option<PathBuf> },
    /// `DATABASE_URL`.
    Url(String),
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded { binaries } => formatter.debug_struct("Embedded").field("binaries", binaries).finish(),
            // It may hold a password.
            Self::Url(_) => formatter.write_str("Url(…)"),
        }
    }
}

/// Where a proxy says for whom it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardedHeader {
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
    XRealIp,
}

impl ForwardedHeader {
    /// As it stands in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
            Self::XRealIp => "x-real-ip",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Smtp {
    pub server: SmtpServer,
    /// How many connections a worker keeps to the mail server at the most.
    pub connections: usize,
}

#[derive(Debug, Clone)]
pub enum SmtpServer {
    /// The built-in one, which delivers to `/dev/inbox`.
    Catcher,
    /// `SMTP_URL`.
    Url(Box<SmtpSettings>),
}

/// `REDIS_URL`.
#[derive(Clone)]
pub struct RedisUrl(Url);

impl RedisUrl {
    const SCHEMES: [&str; 4] = ["redis", "rediss", "redis+unix", "unix"];

    /// An address of one of the schemes that the client knows.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok().filter(|url| Self::SCHEMES.contains(&url.scheme()))?;
        redis::Client::open(url.clone()).ok()?;
        Some(Self(url))
    }

    /// With the password in it.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

/// Without user and password.
impl fmt::Display for RedisUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.host_str(), self.0.port()) {
            (Some(host), Some(port)) => write!(formatter, "{host}:{port}"),
            (Some(host), None) => write!(formatter, "{host}:6379"),
            (None, _) => formatter.write_str(self.0.path()),
        }
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RedisUrl(…)")
    }
}

/// `METRICS_TOKEN`.
#[derive(Clone)]
pub struct MetricsToken(String);

impl fmt::Debug for MetricsToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MetricsToken(…)")
    }
}

impl MetricsToken {
    pub fn new(token: String) -> Self {
        Self(token)
    }

    /// Whether it is this one. How long that takes says nothing: what is compared are digests, which nobody can steer.
    pub fn is(&self, offered: &str) -> bool {
        Sha256::digest(&self.0) == Sha256::digest(offered)
    }
}

/// A setting that cannot be used; the text names it and says what would do.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct ConfigError {
    setting: &'static str,
    problem: String,
}

impl ConfigError {
    fn new(setting: &'static str, problem: impl ToString) -> Self {
        Self { setting, problem: problem.to_string() }
    }
}

impl Config {
    /// Reads the environment, after `.env` of the working folder where there is one.
    ///
    /// # Errors
    /// The first setting that is missing or malformed.
    pub fn from_environment() -> Result<Self, ConfigError> {
        match dotenvy::dotenv() {
            Ok(_) => {}
            Err(error) if error.not_found() => {}
            Err(error) => return Err(ConfigError::new(".env", error)),
        }
        let data_dir = text("DATA_DIR").map_or_else(default_data_dir, PathBuf::from);
        let data_dir = std::path::absolute(&data_dir).map_err(|error| ConfigError::new("DATA_DIR", error))?;
        let listen = parsed("LISTEN", "an address and a port like 127.0.0.1:8080")?.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
        let database = match text("DATABASE_URL") {
            Some(url) => Database::Url(postgres_url(url)?),
            None => Database::Embedded { binaries: text("PERIODICAL_PG_BIN").map(PathBuf::from) },
        };
        let embedded = matches!(database, Database::Embedded { .. });
        let smtp = Smtp { server: smtp_server()?, connections: parsed("SMTP_CONNECTIONS", "a number from 1 to 1000")?.unwrap_or(8) };
        if !(1..=1000).contains(&smtp.connections) {
            return Err(ConfigError::new("SMTP_CONNECTIONS", "must be a number from 1 to 1000"));
        }
        let worker_concurrency = parsed("WORKER_CONCURRENCY", "a number from 1 to 100")?.unwrap_or(10);
        if !(1..=100).contains(&worker_concurrency) {
            return Err(ConfigError::new("WORKER_CONCURRENCY", "must be a number from 1 to 100"));
        }
        let send_rate = parsed::<f64>("SEND_RATE", SEND_RATES)?;
        if send_rate.is_some_and(|rate| !(0.01..=100_000.0).contains(&rate)) {
            return Err(ConfigError::new("SEND_RATE", format!("must be {SEND_RATES}")));
        }
        let public_url = public_url(embedded, listen)?;
        if matches!(smtp.server, SmtpServer::Catcher) && !is_local(&public_url) {
            return Err(ConfigError::new(
                "SMTP_URL",
                "is not set; without it every mail stands in /dev/inbox, which a site with a PUBLIC_URL for others must not show",
            ));
        }
        Ok(Self {
            public_url,
            mail_from: mail_from(&smtp.server)?,
            secret_key: key::secret_key(embedded, &data_dir)?,
            old_secret_key: key::old_secret_key()?,
            database,
            smtp,
            listen,
            forwarded_header: forwarded_header()?,
            trusted_proxies: trusted_proxies()?,
            data_dir,
            worker_concurrency,
            send_rate,
            redis: redis_url()?,
            metrics_token: metrics_token()?,
            api_origins: origins::api_origins()?,
            webhooks_private: parsed("WEBHOOKS_PRIVATE", "true or false")?.unwrap_or(false),
            limits: Limits::default(),
        })
    }

    /// Whether readers come over https, which cookies then insist on.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// A cookie's name: over https with the prefix that ties it to this host, to `/` and to https (RFC 6265bis, section
    /// 4.1.3.2).
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_https() { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The domain of Message-IDs and List-Ids: that of the sender's address.
    pub fn mail_domain(&self) -> &str {
        self.mail_from.domain()
    }

    /// A link into the site, for mails and the terminal.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// True where mail goes to the built-in catcher and `/dev/inbox` shows it.
    pub fn has_catcher(&self) -> bool {
        matches!(self.smtp.server, SmtpServer::Catcher)
    }
}

/// Whether only this machine reaches an address.
pub fn is_local(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

/// An empty variable counts as unset: `.env` files are full of `NAME=`.
fn text(setting: &'static str) -> Option<String> {
    env::var(setting).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn parsed<T: std::str::FromStr>(setting: &'static str, expected: &str) -> Result<Option<T>, ConfigError> {
    text(setting).map(|value| value.parse().map_err(|_| ConfigError::new(setting, format!("`{value}` is not {expected}")))).transpose()
}

fn default_data_dir() -> PathBuf {
    // As root, Postgres runs as another user, who cannot enter a folder below /root.
    if is_root() { PathBuf::from("/var/lib/periodical") } else { PathBuf::from("data") }
}

/// Whether this process belongs to root, as in most containers.
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").map(|me| me.uid() == 0).unwrap_or_else(|_| env::var("USER").is_ok_and(|user| user == "root"))
}

fn postgres_url(url: String) -> Result<String, ConfigError> {
    // The value may hold a password, so the message repeats none of it.
    match Url::parse(&url) {
        Ok(parsed) if matches!(parsed.scheme(), "postgres" | "postgresql") => Ok(url),
        _ => Err(ConfigError::new("DATABASE_URL", "must look like postgres://user:password@host:5432/database")),
    }
}

fn smtp_server() -> Result<SmtpServer, ConfigError> {
    let Some(url) = text("SMTP_URL") else { return Ok(SmtpServer::Catcher) };
    let mut settings = SmtpSettings::parse(&url).map_err(|error| ConfigError::new("SMTP_URL", error))?;
    if let Some(path) = text("SMTP_CA_FILE") {
        let pem = fs::read(&path).map_err(|error| ConfigError::new("SMTP_CA_FILE", format!("{path}: {error}")))?;
        settings.roots = Roots::with_extra(pem).map_err(|error| ConfigError::new("SMTP_CA_FILE", error))?;
    }
    Ok(SmtpServer::Url(Box::new(settings)))
}

fn mail_from(server: &SmtpServer) -> Result<Sender, ConfigError> {
    let example = "must be an address like `Periodical <news@example.org>`";
    match (text("MAIL_FROM"), server) {
        (Some(value), _) => value.parse().map_err(|_| ConfigError::new("MAIL_FROM", format!("{example}, not `{value}`"))),
        (None, SmtpServer::Catcher) => "Periodical <periodical@localhost>".parse().map_err(|error| ConfigError::new("MAIL_FROM", error)),
        (None, SmtpServer::Url(_)) => Err(ConfigError::new("MAIL_FROM", format!("is not set, and with SMTP_URL it {example}"))),
    }
}

fn public_url(embedded: bool, listen: SocketAddr) -> Result<Url, ConfigError> {
    let Some(value) = text("PUBLIC_URL") else {
        if !embedded {
            return Err(ConfigError::new(
                "PUBLIC_URL",
                "is not set; with DATABASE_URL it must say where readers reach the site, like https://mail.example.org",
            ));
        }
        let host = if listen.ip().is_unspecified() { format!("127.0.0.1:{}", listen.port()) } else { listen.to_string() };
        return Url::parse(&format!("http://{host}")).map_err(|error| ConfigError::new("LISTEN", error));
    };
    match Url::parse(&value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/" && url.query().is_none() => Ok(url),
        _ => Err(ConfigError::new("PUBLIC_URL", format!("`{value}` is not an address like https://mail.example.org (no path)"))),
    }
}

fn forwarded_header() -> Result<Option<ForwardedHeader>, ConfigError> {
    let Some(name) = text("FORWARDED_HEADER") else { return Ok(None) };
    let known = [ForwardedHeader::XForwardedFor, ForwardedHeader::Forwarded, ForwardedHeader::XRealIp];
    let header = known.into_iter().find(|header| header.name().eq_ignore_ascii_case(&name));
    header
        .map(Some)
        .ok_or_else(|| ConfigError::new("FORWARDED_HEADER", format!("`{name}` is none of x-forwarded-for, forwarded and x-real-ip")))
}

/// This machine itself, where nothing else is said.
pub fn loopback() -> Vec<IpNet> {
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(IpNet::from).into()
}

fn trusted_proxies() -> Result<Vec<IpNet>, ConfigError> {
    let Some(list) = text("TRUSTED_PROXIES") else { return Ok(loopback()) };
    let one = |text: &str| text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    list.split([',', ' '])
        .filter(|part| !part.is_empty())
        .map(|part| {
            one(part).map_err(|_| ConfigError::new("TRUSTED_PROXIES", format!("`{part}` is no address and no network like 10.0.0.0/8")))
        })
        .collect()
}

fn redis_url() -> Result<Option<RedisUrl>, ConfigError> {
    // The value may hold a password, so the message repeats none of it.
    let wrong = || ConfigError::new("REDIS_URL", "must look like redis://user:password@host:6379/0, rediss://… for TLS, or unix:///path");
    text("REDIS_URL").map(|url| RedisUrl::parse(&url).ok_or_else(wrong)).transpose()
}

fn metrics_token() -> Result<Option<MetricsToken>, ConfigError> {
    match text("METRICS_TOKEN") {
        Some(token) if token.len() < 16 => {
            Err(ConfigError::new("METRICS_TOKEN", "is shorter than 16 characters; `openssl rand -hex 32` makes one"))
        }
        token => Ok(token.map(MetricsToken)),
    }
}

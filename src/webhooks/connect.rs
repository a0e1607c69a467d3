//! One HTTP conversation with somebody's program. The address that was checked is the one that is connected to: a name is looked
//! up once, so it cannot lead elsewhere in between. No redirect is followed and no proxy of the environment is asked.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;
use url::{Host, Url};

use super::{address, model::Failure};
use crate::{limits::WEBHOOK_ANSWER_BYTES, mail::connection::Roots};

/// For one of a name's addresses, so that one that says nothing leaves time for the next.
const CONNECT: Duration = Duration::from_secs(3);
/// Addresses of a name that are tried.
const ADDRESSES: usize = 3;
/// What is kept of an answer, in characters.
const KEPT: usize = 500;

/// Opens conversations.
#[derive(Debug, Clone)]
pub struct Client {
    roots: Roots,
    /// Whether addresses that are not public will do, and plain http.
    private: bool,
}

/// What went wrong, and in which words of the system or the library.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    pub failure: Failure,
    pub details: String,
}

impl Broken {
    fn new(failure: Failure, details: impl ToString) -> Self {
        Self { failure, details: details.to_string() }
    }
}

/// What somebody's program said.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// The beginning of it.
    pub text: String,
    /// How long it wants to be left alone.
    pub retry_after: Option<Duration>,
}

impl Client {
    pub fn new(roots: Roots, private: bool) -> Self {
        Self { roots, private }
    }

    /// Connects to where the address leads at this moment.
    ///
    /// # Errors
    /// What went wrong; a private address is never connected to.
    pub async fn open(&self, url: &Url) -> Result<Conversation, Broken> {
        let is_https = url.scheme() == "https";
        if !is_https && !self.private {
            return Err(Broken::new(Failure::Private, "http"));
        }
        let addresses = self.addresses(url).await?;
        let stream = connect(&addresses).await?;
        if !is_https {
            return converse(stream).await;
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|error| Broken::new(Failure::Tls, error))?;
        let stream = TlsConnector::from(self.roots.verified()).connect(name, stream).await;
        converse(stream.map_err(|error| Broken::new(Failure::Tls, error))?).await
    }

    /// Those that may be connected to.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, Broken> {
        let port = url.port_or_known_default().unwrap_or(443);
        let found: Vec<SocketAddr> = match url.host() {
            None => return Err(Broken::new(Failure::Unresolved, "")),
            // The parser has read every notation that there is for these.
            Some(Host::Ipv4(address)) => vec![(IpAddr::V4(address), port).into()],
            Some(Host::Ipv6(address)) => vec![(IpAddr::V6(address), port).into()],
            Some(Host::Domain(name)) => {
                let found = tokio::net::lookup_host((name, port)).await.map_err(|error| Broken::new(Failure::Unresolved, error))?;
                found.collect()
            }
        };
        if found.is_empty() {
            return Err(Broken::new(Failure::Unresolved, ""));
        }
        let allowed: Vec<SocketAddr> =
            found.iter().filter(|found| self.private || address::is_public(found.ip())).take(ADDRESSES).copied().collect();
        if allowed.is_empty() {
            return Err(Broken::new(Failure::Private, found[0].ip()));
        }
        Ok(allowed)
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Broken> {
    let mut last = Broken::new(Failure::Unreachable, "");
    for address in addresses {
        let connected = timeout(CONNECT, TcpStream::connect(address)).await;
        match connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(stream) => {
                // A small request must not wait for an acknowledgement.
                stream.set_nodelay(true).map_err(|error| Broken::new(Failure::Unreachable, error))?;
                return Ok(stream);
            }
            Err(error) => last = Broken::new(Failure::Unreachable, error),
        }
    }
    Err(last)
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Conversation, Broken> {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(16 * 1024);
    let (requests, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(|error| Broken::new(Failure::Unreachable, error))?;
    let driver = tokio::spawn(async move {
        // What ends it, the request hears of.
        let _ = connection.await;
    });
    Ok(Conversation { requests, is_usable: true, _driver: AbortOnDropHandle::new(driver) })
}

/// A connection, for one request after the other.
pub struct Conversation {
    requests: SendRequest<Full<Bytes>>,
    is_usable: bool,
    _driver: AbortOnDropHandle<()>,
}

impl Conversation {
    /// False once the other end has closed it, or its last answer was longer than anybody reads.
    pub async fn is_usable(&mut self) -> bool {
        self.is_usable && self.requests.ready().await.is_ok()
    }

    /// Sends JSON and reads the answer.
    ///
    /// # Errors
    /// There was none.
    pub async fn post(&mut self, url: &Url, headers: &[(&'static str, String)], body: &str) -> Result<Answer, Broken> {
        self.is_usable = false;
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let agent = format!("Periodical-Webhooks/{}", env!("CARGO_PKG_VERSION"));
        let mut request = Request::post(target).header(HOST, host).header(USER_AGENT, agent).header(CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes())));
        let request = request.map_err(|error| Broken::new(Failure::Unanswered, error))?;
        let response = self.requests.send_request(request).await.map_err(|error| Broken::new(Failure::Unanswered, error))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).and_then(wait);
        let (bytes, is_whole) = read(response.into_body()).await;
        self.is_usable = is_whole;
        Ok(Answer { status, text: beginning(&bytes), retry_after })
    }
}

/// Up to so many bytes, and whether that was all. What breaks off has said all the same what it wanted to.
async fn read(mut body: Incoming) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return (bytes, false) };
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(&data[..data.len().min(WEBHOOK_ANSWER_BYTES.saturating_sub(bytes.len()))]);
        }
        if bytes.len() >= WEBHOOK_ANSWER_BYTES {
            return (bytes, false);
        }
    }
    (bytes, true)
}

fn beginning(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|character| !character.is_control() || *character == '\n').take(KEPT).collect::<String>().trim().to_owned()
}

/// `Retry-After` as seconds or as a moment (RFC 9110, section 10.2.3).
fn wait(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = httpdate::parse_http_date(value.trim()).ok()?;
    Some(moment.duration_since(std::time::SystemTime::now()).unwrap_or_default())
}

//! A small SMTP server (RFC 5321): the development mail catcher and the other end of every test.
//!
//! It speaks the protocol and hands each accepted message to a function; it knows nothing of what is done with it.
//! With [`Faults`] it misbehaves on request, by recipient or as a whole.

mod address;
mod faults;
mod session;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsStream};

pub use self::faults::Faults;

use self::session::Session;
use super::connection::stream::Stream;

/// A message the server has taken responsibility for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The envelope's sender; empty for a bounce.
    pub from: String,
    pub to: Vec<String>,
    /// As sent, dots unstuffed, without the final dot.
    pub data: Vec<u8>,
    /// When its MAIL came.
    pub begun_at: SystemTime,
    pub received_at: SystemTime,
    pub tls: bool,
    pub authenticated_as: Option<String>,
}

/// What the server offers and how much it takes.
#[derive(Debug)]
pub struct ServerOptions {
    /// Offers STARTTLS with this certificate, or uses it at once with `implicit_tls`.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    pub implicit_tls: bool,
    /// User and password: offered as AUTH PLAIN and LOGIN, and required before MAIL.
    pub credentials: Option<(String, String)>,
    pub faults: Faults,
    pub max_message_bytes: usize,
    pub max_connections: usize,
    /// How long a client may sit silent (RFC 5321 section 4.5.3.2.7 says at least five minutes).
    pub idle_timeout: Duration,
    /// A far-away server: waits this long before every reply or pipelined group of them.
    pub reply_delay: Option<Duration>,
    /// EHLO keywords not to offer, as in `["PIPELINING"]`.
    pub withheld: Vec<&'static str>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            tls: None,
            implicit_tls: false,
            credentials: None,
            faults: Faults::default(),
            max_message_bytes: 32 * 1024 * 1024,
            max_connections: 512,
            idle_timeout: Duration::from_secs(300),
            reply_delay: None,
            withheld: Vec::new(),
        }
    }
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    pub connections_opened: u64,
    pub connections_open: u64,
    pub messages_accepted: u64,
    pub recipients_refused: u64,
    pub commands: u64,
    /// Replies are written a group at a time: far fewer writes than commands means that clients pipeline.
    pub reply_writes: u64,
    /// AUTH commands that came without TLS.
    pub logins_in_clear: u64,
}

#[derive(Debug, Default)]
struct Counters {
    connections_opened: AtomicU64,
    connections_open: AtomicU64,
    messages_accepted: AtomicU64,
    recipients_refused: AtomicU64,
    commands: AtomicU64,
    reply_writes: AtomicU64,
    logins_in_clear: AtomicU64,
}

struct Shared {
    options: ServerOptions,
    counters: Counters,
    sink: Box<dyn Fn(Received) + Send + Sync>,
    hang_up: watch::Sender<()>,
}

/// A running server. It stops when dropped, breaking off its conversations.
pub struct SmtpServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl SmtpServer {
    /// Serves connections on `listener` until stopped. `sink` is called once for every accepted message, before the
    /// client is told so; it should not block.
    ///
    /// # Panics
    /// If the listener has no local address, which a bound socket always has.
    pub async fn start(listener: TcpListener, options: ServerOptions, sink: impl Fn(Received) + Send + Sync + 'static) -> Self {
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared { options, counters: Counters::default(), sink: Box::new(sink), hang_up: watch::Sender::new(()) });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn statistics(&self) -> Statistics {
        let counters = &self.shared.counters;
        Statistics {
            connections_opened: counters.connections_opened.load(Relaxed),
            connections_open: counters.connections_open.load(Relaxed),
            messages_accepted: counters.messages_accepted.load(Relaxed),
            recipients_refused: counters.recipients_refused.load(Relaxed),
            commands: counters.commands.load(Relaxed),
            reply_writes: counters.reply_writes.load(Relaxed),
            logins_in_clear: counters.logins_in_clear.load(Relaxed),
        }
    }

    /// The faults, to be changed while the server runs.
    pub fn faults(&self) -> &Faults {
        &self.shared.options.faults
    }

    /// Breaks off every conversation, as a restart does, and goes on accepting new ones.
    pub async fn hang_up(&self) {
        self.shared.hang_up.send_replace(());
        while self.shared.counters.connections_open.load(Relaxed) > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops and closes the port before it returns.
    pub async fn stop(mut self) {
        self.accepting.abort();
        // An aborted task ends in a JoinError, which is what was asked for.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts until aborted; the sessions live in its `JoinSet` and end with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut sessions = JoinSet::new();
    let slots = Arc::new(Semaphore::new(shared.options.max_connections));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, most likely: it passes when other connections close.
                tracing::warn!(%error, "could not accept an SMTP connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        while sessions.try_join_next().is_some() {}
        shared.counters.connections_opened.fetch_add(1, Relaxed);
        if shared.options.faults.refuses_connections() {
            continue;
        }
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else {
            // Best effort: the client is turned away either way.
            let _ = stream.try_write(b"421 4.7.0 too many connections\r\n");
            continue;
        };
        let shared = Arc::clone(&shared);
        sessions.spawn(async move {
            let _slot = slot;
            let _open = OpenConnection::new(Arc::clone(&shared));
            let mut hang_up = shared.hang_up.subscribe();
            tokio::select! {
                () = serve(stream, shared) => {}
                // The server itself holds the sender; it cannot be gone while this task is there.
                _ = hang_up.changed() => {}
            }
        });
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Replies are small and each waits for the one before: never to be held back.
    let _ = stream.set_nodelay(true);
    let implicit = shared.options.tls.as_ref().filter(|_| shared.options.implicit_tls);
    let stream = match implicit {
        None => Ok(Stream::Plain(stream)),
        Some(config) => accept_tls(Arc::clone(config), stream, shared.options.idle_timeout).await,
    };
    match stream {
        Ok(stream) => Session::new(stream, shared).run().await,
        Err(error) => tracing::debug!(%error, "TLS handshake with an SMTP client failed"),
    }
}

async fn accept_tls(config: Arc<rustls::ServerConfig>, stream: TcpStream, limit: Duration) -> std::io::Result<Stream> {
    let stream = timeout(limit, TlsAcceptor::from(config).accept(stream)).await??;
    Ok(Stream::Tls(Box::new(TlsStream::Server(stream))))
}

/// Counts a connection as open for as long as it lives, even when its task is aborted.
struct OpenConnection(Arc<Shared>);

impl OpenConnection {
    fn new(shared: Arc<Shared>) -> Self {
        shared.counters.connections_open.fetch_add(1, Relaxed);
        Self(shared)
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.counters.connections_open.fetch_sub(1, Relaxed);
    }
}

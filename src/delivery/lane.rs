//! Connections to the mail server: a hard cap, each owned by one task at a time, none kept after a doubt.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use lettre::{Address, address::Envelope};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::timeout,
};

use crate::mail::{
    connection::{OpenError, SmtpConnection, SmtpSettings, Transaction},
    outcome::Outcome,
};

/// A connection is taken leave of after this many messages: some servers count, and a fresh one finds a moved server.
pub const MESSAGES_PER_CONNECTION: u64 = 1_000;

/// The process's connections. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    settings: Arc<SmtpSettings>,
    limit: usize,
    /// One for each connection that is open, be it in use, idle, or being taken leave of.
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<(Connection, Instant)>>>,
}

struct Connection {
    smtp: SmtpConnection,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Connections {
    pub fn new(settings: SmtpSettings, limit: usize) -> Self {
        Self { settings: Arc::new(settings), limit, permits: Arc::new(Semaphore::new(limit)), idle: Arc::default() }
    }

    /// How many lanes there may be.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// QUITs connections that were idle for longer than `age`, all at once.
    pub async fn close_idle(&self, age: Duration) {
        let mut farewells = JoinSet::new();
        {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let (old, fresh): (Vec<_>, Vec<_>) = std::mem::take(&mut *idle).into_iter().partition(|(_, since)| since.elapsed() >= age);
            *idle = fresh;
            for (connection, _) in old {
                farewells.spawn(connection.quit());
            }
        }
        while farewells.join_next().await.is_some() {}
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().map(|(connection, _)| connection)
    }

    async fn open(&self) -> Result<Connection, OpenError> {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
        Ok(Connection { smtp: SmtpConnection::open(&self.settings).await?, _permit: permit })
    }
}

impl Connection {
    async fn quit(self) {
        let Self { smtp, _permit } = self;
        // A server that does not answer keeps the others waiting for a moment at the most.
        let _ = timeout(Duration::from_secs(2), smtp.quit()).await;
    }
}

/// One connection at a time, opened when it is needed.
pub struct Lane {
    connections: Connections,
    connection: Option<Connection>,
}

impl Lane {
    pub fn new(connections: Connections) -> Self {
        Self { connections, connection: None }
    }

    /// Gets one message announced on the lane's connection.
    ///
    /// # Errors
    /// What became of the delivery, if it got no further.
    pub async fn begin(&mut self, envelope: &Envelope, message: &[u8]) -> Result<Transaction<'_>, Outcome> {
        let connection = self.open_connection().await?;
        connection.begin(envelope, message).await
    }

    /// Whether a new connection is greeted and may begin a message: then what made the last one fail was about its
    /// recipient, not about the server.
    pub async fn server_is_well(&mut self, sender: &Address) -> bool {
        self.renew().await;
        match &mut self.connection {
            Some(connection) => connection.smtp.accepts_mail(sender).await,
            None => false,
        }
    }

    /// Puts a new connection in the place of the lane's, whatever state that is in. Not one of the idle ones: where one
    /// was found broken the others are too.
    pub async fn renew(&mut self) {
        self.connection = None;
        self.connection = self.connections.open().await.ok();
    }

    /// Nothing to do for the moment: whichever lane is next goes on with this one's connection, which is warm.
    pub fn rest(&mut self) {
        if let Some(connection) = self.connection.take().filter(|connection| connection.smtp.is_usable()) {
            self.connections.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
        }
    }

    async fn open_connection(&mut self) -> Result<&mut SmtpConnection, OpenError> {
        let usable = |connection: &Connection| connection.smtp.is_usable();
        let mut kept = self.connection.take().filter(usable).or_else(|| self.connections.take_idle());
        if let Some(tired) = kept.take_if(|connection| connection.smtp.messages_sent() >= MESSAGES_PER_CONNECTION) {
            tired.quit().await;
        }
        let connection = match kept {
            Some(connection) => connection,
            None => self.connections.open().await?,
        };
        Ok(&mut self.connection.insert(connection).smtp)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.rest();
    }
}

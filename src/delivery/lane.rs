//! Connections to the mail server: a hard cap, each owned by one task at a time, none kept after a doubt.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use lettre::{Address, address::Envelope};

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
    idle: Arc<Mutex<Vec<(SmtpConnection, Instant)>>>,
}

impl Connections {
    pub fn new(settings: SmtpSettings, limit: usize) -> Self {
        Self { settings: Arc::new(settings), limit, idle: Arc::default() }
    }

    /// How many lanes there may be.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// QUITs connections that were idle for longer than `age`.
    pub async fn close_idle(&self, age: Duration) {
        let old: Vec<SmtpConnection> = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let (old, fresh) = std::mem::take(&mut *idle).into_iter().partition(|(_, since)| since.elapsed() >= age);
            *idle = fresh;
            old.into_iter().map(|(connection, _)| connection).collect()
        };
        for connection in old {
            connection.quit().await;
        }
    }

    fn take_idle(&self) -> Option<SmtpConnection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().map(|(connection, _)| connection)
    }
}

/// One connection at a time, opened when it is needed. There are never more connections than lanes: an idle one is that
/// of a lane which has none.
pub struct Lane {
    connections: Connections,
    connection: Option<SmtpConnection>,
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
        self.connection = None;
        let Ok(mut connection) = SmtpConnection::open(&self.connections.settings).await else { return false };
        let is_well = connection.accepts_mail(sender).await;
        self.connection = Some(connection);
        is_well
    }

    /// Puts a new connection in the place of the lane's, whatever state that is in. Not one of the idle ones: where one
    /// was found broken the others are too.
    pub async fn renew(&mut self) {
        self.connection = None;
        self.connection = SmtpConnection::open(&self.connections.settings).await.ok();
    }

    /// Nothing to do for the moment: whichever lane is next goes on with this one's connection, which is warm.
    pub fn rest(&mut self) {
        if let Some(connection) = self.connection.take().filter(SmtpConnection::is_usable) {
            self.connections.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
        }
    }

    async fn open_connection(&mut self) -> Result<&mut SmtpConnection, OpenError> {
        let mut kept = self.connection.take().filter(SmtpConnection::is_usable).or_else(|| self.connections.take_idle());
        if let Some(tired) = kept.take_if(|connection| connection.messages_sent() >= MESSAGES_PER_CONNECTION) {
            tired.quit().await;
        }
        let connection = match kept {
            Some(connection) => connection,
            None => SmtpConnection::open(&self.connections.settings).await?,
        };
        Ok(self.connection.insert(connection))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.rest();
    }
}

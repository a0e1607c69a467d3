//! Connections to the mail server: a hard cap, each owned by one task at a time, none kept after a doubt.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use lettre::{Address, address::Envelope};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::mail::{
    connection::{OpenError, SmtpConnection, SmtpSettings, Transaction},
    outcome::Outcome,
};

/// A connection is taken leave of after this many messages: some servers count, and a fresh one finds a moved server.
const MESSAGES_PER_CONNECTION: u64 = 1_000;

/// The process's connections. Cheap to clone.
#[derive(Clone)]
pub struct Connections {
    settings: Arc<SmtpSettings>,
    permits: Arc<Semaphore>,
    limit: usize,
    idle: Arc<Mutex<Vec<(SmtpConnection, Instant)>>>,
}

impl Connections {
    pub fn new(settings: SmtpSettings, limit: usize) -> Self {
        Self { settings: Arc::new(settings), permits: Arc::new(Semaphore::new(limit)), limit, idle: Arc::default() }
    }

    /// A place among the process's connections; waits, first come first served, while all are taken.
    pub async fn lane(&self) -> Lane {
        // The semaphore is never closed.
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok();
        Lane { connections: self.clone(), connection: None, _permit: permit }
    }

    /// How many lanes there are in all.
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

/// One connection at a time, opened when it is needed.
pub struct Lane {
    connections: Connections,
    connection: Option<SmtpConnection>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Lane {
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

    async fn open_connection(&mut self) -> Result<&mut SmtpConnection, OpenError> {
        let mut kept = self.connection.take().filter(SmtpConnection::is_usable);
        if let Some(tired) = kept.take_if(|connection| connection.messages_sent() >= MESSAGES_PER_CONNECTION) {
            tired.quit().await;
        }
        let connection = match kept.or_else(|| self.connections.take_idle()) {
            Some(connection) => connection,
            None => SmtpConnection::open(&self.connections.settings).await?,
        };
        Ok(self.connection.insert(connection))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(SmtpConnection::is_usable) {
            self.connections.idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, Instant::now()));
        }
    }
}

//! The catcher's SMTP side: takes every mail and keeps it in Postgres.

use std::{
    fs::{self, File, TryLockError},
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use mail_parser::MessageParser;
use sqlx::PgPool;
use tokio::{net::TcpListener, sync::mpsc, task::JoinHandle};

use super::queries::{self, Caught};
use crate::{
    config::CATCHER_PORT,
    mail::{
        connection::{SmtpSettings, Tls},
        server::{Received, ServerOptions, SmtpServer},
    },
};

/// Mails taken and not stored yet. Beyond, the sender waits.
const QUEUE: usize = 10_000;
const BATCH: usize = 500;

/// A running catcher.
pub struct Catcher {
    pub port: u16,
    server: SmtpServer,
    writer: JoinHandle<()>,
    // Says to the other processes of this data folder that the port in the file is alive.
    _lock: File,
}

impl Catcher {
    /// Starts the catcher, or gives None where another process of this data folder has it.
    ///
    /// # Errors
    /// The data folder cannot be written, or no port can be had.
    pub async fn start(data_dir: &Path, pool: PgPool) -> io::Result<Option<Self>> {
        fs::create_dir_all(data_dir)?;
        let lock = File::options().read(true).write(true).create(true).truncate(false).open(port_file(data_dir))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, CATCHER_PORT)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?,
            bound => bound?,
        };
        let port = listener.local_addr()?.port();
        fs::write(port_file(data_dir), port.to_string())?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        let writer = tokio::spawn(write(pool, receiver));
        let server = SmtpServer::start(listener, ServerOptions::default(), move |received| take(&sender, received)).await;
        Ok(Some(Self { port, server, writer, _lock: lock }))
    }

    /// Stops taking mail and stores what was taken.
    pub async fn stop(self) {
        self.server.stop().await;
        // The sink and its sender went with the server, so the writer ends once the queue is empty.
        let _ = self.writer.await;
    }
}

fn port_file(data_dir: &Path) -> PathBuf {
    data_dir.join("mail-catcher.port")
}

/// Where the catcher of this data folder listens.
pub fn settings(data_dir: &Path) -> SmtpSettings {
    let port = fs::read_to_string(port_file(data_dir)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(CATCHER_PORT);
    SmtpSettings { tls: Tls::None, ..SmtpSettings::new("127.0.0.1", port) }
}

fn take(queue: &mpsc::Sender<Received>, received: Received) {
    if let Err(mpsc::error::TrySendError::Full(received)) = queue.try_send(received) {
        // Blocks this one worker thread until Postgres has caught up; the runtime moves its other tasks elsewhere.
        tokio::task::block_in_place(|| queue.blocking_send(received).ok());
    }
}

async fn write(pool: PgPool, mut queue: mpsc::Receiver<Received>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let caught: Vec<Caught> = batch.drain(..).map(summary).collect();
        if let Err(error) = queries::insert(&pool, &caught).await {
            tracing::error!(%error, "{} mails could not be put into the inbox", caught.len());
        }
    }
}

fn summary(received: Received) -> Caught {
    let subject = MessageParser::default().parse_headers(&received.data).and_then(|message| message.subject().map(str::to_owned));
    Caught {
        sender: received.from,
        recipient: received.to.join(", "),
        subject: subject.unwrap_or_default().replace('\0', ""),
        source: received.data,
    }
}

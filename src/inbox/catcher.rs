//! The catcher's SMTP side: takes every mail and keeps it in Postgres.

use std::{
    fs::{self, File, TryLockError},
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use mail_parser::MessageParser;
use sqlx::PgPool;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::queries::{self, Caught};
use crate::{
    config::CATCHER_PORT,
    mail::{
        connection::{SmtpSettings, Tls},
        server::{Received, ServerOptions, SmtpServer},
    },
};

/// Mails stored in one statement.
const BATCH: usize = 500;

/// A mail, and whom to tell that it is stored.
type Taken = (Received, oneshot::Sender<()>);

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
        let (sender, receiver) = mpsc::channel(BATCH);
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

/// Returns once the mail is stored: only then is the sender told that it was taken.
fn take(queue: &mpsc::Sender<Taken>, received: Received) {
    let (stored, is_stored) = oneshot::channel();
    // Waits on this worker thread; the runtime moves its other tasks elsewhere. Without a writer the process is ending.
    tokio::task::block_in_place(|| {
        if queue.blocking_send((received, stored)).is_ok() {
            let _ = is_stored.blocking_recv();
        }
    });
}

async fn write(pool: PgPool, mut queue: mpsc::Receiver<Taken>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let (caught, waiting): (Vec<Caught>, Vec<oneshot::Sender<()>>) =
            batch.drain(..).map(|(received, stored)| (summary(received), stored)).unzip();
        while let Err(error) = queries::insert(&pool, &caught).await {
            tracing::warn!(%error, "{} mails could not be put into the inbox yet; trying again", caught.len());
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        for stored in waiting {
            // Nobody waits any more where the sender has hung up.
            let _ = stored.send(());
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

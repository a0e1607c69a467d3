//! How many have read a post: each visitor once a day (UTC).
//!
//! Readings are kept in memory and written in batches, so that a page that comes from the cache costs no query; a crash loses the
//! last two seconds. Who has been counted is told by the table's key, so any number of web processes count a visitor once.
//!
//! A visitor is a keyed hash of their address and what their browser calls itself, under a key of that day: from one day to the
//! next nobody is known again, and what is stored names nobody.

pub mod queries;
pub mod reader;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::PgPool;
use time::{Date, OffsetDateTime};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{app::App, limits::Door};

pub use reader::{Reader, Seen};

/// How long a reading is kept in memory alone.
const EVERY: Duration = Duration::from_secs(2);
/// Readings that one statement writes; as many are not waited for.
const BATCH: usize = 1_000;
/// Readings that are kept while Postgres is away, some 200 bytes each; later ones are not counted.
const KEPT: usize = 20_000;
/// How long the end of the process waits for the last ones.
const LAST: Duration = Duration::from_secs(5);

/// Somebody has read a post.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reading {
    pub day: Date,
    pub slug: String,
    /// The same for the whole day, and nobody's name.
    pub visitor: [u8; 16],
}

/// Where readings are counted. Cheap to clone.
#[derive(Clone)]
pub struct Readings(Arc<Kept>);

struct Kept {
    app: App,
    pending: Mutex<HashSet<Reading>>,
    /// There is a batch.
    full: Notify,
}

/// What writes them.
pub struct Writer {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Readings {
    /// Begins to write what will be counted.
    pub fn start(app: &App) -> (Self, Writer) {
        let readings = Self(Arc::new(Kept { app: app.clone(), pending: Mutex::default(), full: Notify::new() }));
        let stop = CancellationToken::new();
        let task = tokio::spawn(write(readings.clone(), stop.clone()));
        (readings, Writer { task, stop })
    }

    /// `reader` has been shown the post of this address.
    pub fn count(&self, slug: &str, reader: &Reader) {
        let day = OffsetDateTime::now_utc().date();
        let reading = Reading { day, slug: slug.to_owned(), visitor: self.visitor(day, reader) };
        let mut pending = self.0.pending();
        if pending.len() >= KEPT || pending.contains(&reading) {
            return;
        }
        // Whoever changes what their browser calls itself is another visitor each time; not without end.
        if self.0.app.throttle.count_client(Door::Reading, reader.client).is_err() {
            return;
        }
        pending.insert(reading);
        if pending.len() == BATCH {
            self.0.full.notify_one();
        }
    }

    fn visitor(&self, day: Date, reader: &Reader) -> [u8; 16] {
        let key = self.0.app.config.secret_key.derive(&format!("readings of {day}"));
        let mut hash = Hmac::<Sha256>::new_from_slice(&key).unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        hash.update(reader.client.neighbourhood().to_string().as_bytes());
        hash.update(&[0]);
        hash.update(reader.agent.as_bytes());
        let hash = hash.finalize().into_bytes();
        std::array::from_fn(|at| hash[at])
    }
}

impl Kept {
    fn pending(&self) -> MutexGuard<'_, HashSet<Reading>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes all there is, batch by batch. What cannot be written stays.
    async fn write_all(&self, db: &PgPool) -> sqlx::Result<()> {
        loop {
            let batch: Vec<Reading> = self.pending().iter().take(BATCH).cloned().collect();
            if batch.is_empty() {
                return Ok(());
            }
            queries::add(db, &batch).await?;
            let mut pending = self.pending();
            for reading in &batch {
                pending.remove(reading);
            }
        }
    }
}

impl Writer {
    /// Writes the last ones; to be called when nothing is served any more.
    pub async fn finish(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "The last readings of posts are lost");
        }
    }
}

async fn write(readings: Readings, stop: CancellationToken) {
    let Readings(kept) = readings;
    let mut is_away = false;
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            // Not while it cannot be written anyway.
            () = kept.full.notified(), if !is_away => {}
            () = stop.cancelled() => {}
        }
        let is_last = stop.is_cancelled();
        let written = if is_last {
            tokio::time::timeout(LAST, kept.write_all(&kept.app.db)).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
        } else {
            kept.write_all(&kept.app.db).await
        };
        match written {
            Ok(()) => is_away = false,
            Err(error) => {
                if !is_away {
                    tracing::warn!(%error, "Readings of posts wait to be written");
                }
                is_away = true;
            }
        }
        if is_last {
            return;
        }
    }
}

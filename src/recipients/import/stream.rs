//! An import that is taken in while it comes: read piece by piece off the async threads and copied into a temporary table, so that a
//! million rows take no more memory than a thousand. Nothing of it is in before all of it has come; then it goes into the recipients, some
//! thousands a transaction. Whoever sends it again after a failure changes nothing twice.

use std::{io, time::Duration};

use anyhow::anyhow;
use encoding_rs::Encoding;
use futures_util::{Stream, StreamExt};
use hyper::body::Bytes;
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, timeout_at};

use super::{
    WORTH_ANALYZING,
    reading::{Found, NoHeader, Reading},
};
use crate::{
    app::App,
    error::{Error, Result},
    limits::{STREAMED_IMPORT_BYTES, STREAMED_IMPORT_PATIENCE},
    recipients::queries::{imports, staging},
    tokens,
};

/// Read at once: some four thousand rows, a few milliseconds.
const PIECE: usize = 256 * 1024;

/// Rows of one transaction, some 300 ms of work: nobody who changes one of them waits longer, and a page of the newest recipients passes no
/// more that it does not see yet, which takes it 2 ms.
const ROWS_AT_ONCE: i64 = 10_000;

/// What became of a file.
#[derive(Debug)]
pub struct TakenIn {
    pub stored: Stored,
    /// Rows that changed nothing: stored as they are, or of an address that a later row has as well.
    pub unchanged: u64,
    pub found: Found,
    /// What its bytes were read as.
    pub encoding: &'static Encoding,
}

/// How many recipients a file has created and changed.
#[derive(Debug, Default, Clone, Copy)]
pub struct Stored {
    pub created: u64,
    pub updated: u64,
}

/// Why a file was not taken in.
#[derive(Debug)]
pub enum Refusal {
    /// Another import of the user is under way.
    NotYet,
    NoHeader,
    /// The token that it came with has been ended meanwhile, or its user blocked.
    Revoked,
    /// Whoever was sending it has gone.
    BrokenOff,
    /// It had come as a whole, but storing it was broken off: the database failed, or the process is to stop. So much was stored; of the rows
    /// after that it may not be known.
    Half {
        stored: Stored,
        error: Error,
    },
    /// Nothing of it is stored.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Takes in a file that has come with a token. It goes on where whoever has sent all of it goes away, and ends at once where they do
/// earlier. `declared` is the encoding, where it was said; so is `length`, in bytes.
///
/// # Errors
/// Why it was not.
pub async fn take_in(
    app: &App,
    user_id: i64,
    token_id: i64,
    declared: Option<&'static Encoding>,
    length: Option<u64>,
    body: impl Stream<Item = io::Result<Bytes>> + Send + Unpin + 'static,
) -> Result<TakenIn, Refusal> {
    let now = Instant::now();
    let patience = app.config.limits.body;
    let mut file = File { body, reading: None, received: 0, is_end: false, patience, deadline: now + STREAMED_IMPORT_PATIENCE };
    let app = app.clone();
    // A task of its own: who asked may be gone in the middle of a statement, and then nobody would wait for what comes of it.
    let work = tokio::spawn(async move {
        let is_too_long = length.is_some_and(|length| length > STREAMED_IMPORT_BYTES);
        let taken_in = if is_too_long { Err(Error::TooLarge.into()) } else { store(&app, user_id, token_id, declared, &mut file).await };
        if !matches!(taken_in, Ok(_) | Err(Refusal::BrokenOff)) {
            file.drain().await;
        }
        taken_in
    });
    work.await.map_err(|error| Error::Internal(error.into()))?
}

async fn store<B: Stream<Item = io::Result<Bytes>> + Unpin>(
    app: &App,
    user_id: i64,
    token_id: i64,
    declared: Option<&'static Encoding>,
    file: &mut File<B>,
) -> Result<TakenIn, Refusal> {
    file.reading = Some(Reading::new(declared));
    // No connection waits for the first rows: of most files these are all.
    let first = file.next().await?;
    let mut connection = app.db.acquire().await?;
    if !staging::lock(&mut connection, user_id).await? {
        return Err(Refusal::NotYet);
    }
    // Nobody else gets its lock, its settings and its tables.
    connection.close_on_drop();
    let taken_in = fill(app, &mut connection, user_id, token_id, first, file).await;
    // At once, not when the server notices that the connection is closed: whoever is answered may begin anew. Where it fails, the
    // connection has gone, and its lock with it.
    let _ = staging::unlock(&mut connection, user_id).await;
    let taken_in = taken_in?;
    let TakenIn { stored: Stored { created, updated }, found: Found { bad_total, .. }, .. } = &taken_in;
    tracing::info!(user.id = user_id, "An import has come in: {created} recipients created, {updated} updated, {bad_total} bad lines");
    Ok(taken_in)
}

async fn fill<B: Stream<Item = io::Result<Bytes>> + Unpin>(
    app: &App,
    connection: &mut PgConnection,
    user_id: i64,
    token_id: i64,
    first: Option<String>,
    file: &mut File<B>,
) -> Result<TakenIn, Refusal> {
    if staging::is_another_under_way(connection, user_id).await? {
        return Err(Refusal::NotYet);
    }
    // After the lock: nobody holds more than one of the places, however slowly they send.
    let _until_the_end = app.imports.take(()).ok_or(Error::Busy)?;
    staging::create(connection).await?;
    let copied = copy(connection, first, file).await?;
    // It may have taken ten minutes to come.
    if !tokens::queries::works(&mut *connection, token_id).await? {
        return Err(Refusal::Revoked);
    }
    let rows = staging::sort(connection).await?.cast_signed();
    let mut stored = Stored::default();
    if let Err(error) = store_sorted(app, connection, user_id, rows, &mut stored).await {
        return Err(Refusal::Half { stored, error });
    }
    let reading = file.take_reading()?;
    let encoding = reading.encoding();
    Ok(TakenIn { stored, unchanged: copied - stored.created - stored.updated, found: reading.into_found(), encoding })
}

async fn store_sorted(app: &App, connection: &mut PgConnection, user_id: i64, rows: i64, stored: &mut Stored) -> Result<()> {
    let (mut last, mut analyzed) = (0, 0);
    while last < rows {
        // A process that is to stop has ten seconds, and a million rows take thirty.
        if app.stop.is_cancelled() {
            return Err(Error::Busy);
        }
        let first = last + 1;
        last = rows.min(last + ROWS_AT_ONCE);
        let mut transaction = connection.begin().await?;
        let created = staging::insert(&mut *transaction, user_id, first, last).await?;
        let are_all_new = created == (last - first + 1).cast_unsigned();
        let updated = if are_all_new { 0 } else { staging::update(&mut *transaction, user_id, first, last).await? };
        transaction.commit().await?;
        stored.created += created;
        stored.updated += updated;
        // With each doubling: often while there are few, and a handful of times for a million.
        let written = stored.created + stored.updated;
        if written >= u64::from(WORTH_ANALYZING) && (written >= 2 * analyzed || last == rows) {
            imports::analyze(&mut *connection).await;
            analyzed = written;
        }
    }
    Ok(())
}

/// Copies what the file holds; how many rows.
async fn copy<B: Stream<Item = io::Result<Bytes>> + Unpin>(
    connection: &mut PgConnection,
    first: Option<String>,
    file: &mut File<B>,
) -> Result<u64, Refusal> {
    let mut copy = staging::copy(connection).await?;
    let mut next = Ok(first);
    loop {
        match next {
            Ok(Some(rows)) => copy.send(rows.as_bytes()).await?,
            Ok(None) => return Ok(copy.finish().await?),
            Err(refusal) => {
                copy.abort("the file did not come as a whole").await?;
                return Err(refusal);
            }
        };
        next = file.next().await;
    }
}

/// A file on its way in.
struct File<B> {
    body: B,
    /// None while a thread has it, and in the end.
    reading: Option<Reading>,
    received: u64,
    is_end: bool,
    /// How long nothing at all may come.
    patience: Duration,
    /// By when all must be there.
    deadline: Instant,
}

impl<B: Stream<Item = io::Result<Bytes>> + Unpin> File<B> {
    /// The next rows to copy; None: these were all.
    async fn next(&mut self) -> Result<Option<String>, Refusal> {
        loop {
            let mut reading = self.take_reading()?;
            if reading.len() >= PIECE || self.is_end {
                let rows = reading.take();
                self.reading = Some(reading);
                return Ok((!rows.is_empty()).then_some(rows));
            }
            let piece = self.piece().await?;
            let is_end = self.is_end;
            let read = move || (reading.read(&piece, is_end), reading);
            let (read, reading) = tokio::task::spawn_blocking(read).await.map_err(|error| Error::Internal(error.into()))?;
            self.reading = Some(reading);
            read.map_err(|NoHeader| Refusal::NoHeader)?;
        }
    }

    /// What comes next; it is no longer than one piece and what the network brings at once.
    async fn piece(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut piece = Vec::new();
        while piece.len() < PIECE {
            let until = self.deadline.min(Instant::now() + self.patience);
            match timeout_at(until, self.body.next()).await {
                Err(_) => return Err(Error::TooSlow.into()),
                Ok(Some(Err(_))) => return Err(Refusal::BrokenOff),
                Ok(Some(Ok(bytes))) => {
                    self.received += bytes.len() as u64;
                    if self.received > STREAMED_IMPORT_BYTES {
                        return Err(Error::TooLarge.into());
                    }
                    piece.extend_from_slice(&bytes);
                }
                Ok(None) => {
                    self.is_end = true;
                    break;
                }
            }
        }
        Ok(piece)
    }

    /// Reads on for a while and drops it: a connection that is closed with something unread loses the answer as well.
    async fn drain(&mut self) {
        let mut dropped = 0;
        let until = Instant::now() + self.patience;
        while let Ok(Some(Ok(bytes))) = timeout_at(until, self.body.next()).await {
            dropped += bytes.len() as u64;
            if dropped > 2 * STREAMED_IMPORT_BYTES {
                break;
            }
        }
    }

    fn take_reading(&mut self) -> Result<Reading, Error> {
        self.reading.take().ok_or_else(|| Error::Internal(anyhow!("a file was read on after it was refused")))
    }
}

//! The work of an import: row after row, some thousands a transaction, in which it is also noted how far it came. Whoever takes it
//! up after a crash goes on behind that.

use tokio::sync::mpsc;

use super::{
    Choices, Existing, WORTH_ANALYZING, file,
    record::{Bad, Records},
};
use crate::{
    app::App,
    error::Result,
    recipients::{
        model::NewRecipient,
        queries::{
            self,
            imports::{PROBLEMS_KEPT, Work},
        },
    },
};

/// Rows in one statement and one transaction: what a killed worker does again at the most.
const BATCH: usize = 5000;
/// Tries in which nothing more came in, and then it is given up: by the queue's pauses some four minutes, or longer where Postgres
/// is out of reach, which is no try.
const TRIES: i32 = 6;

/// Takes an uploaded file in. Repeating it changes nothing.
///
/// # Errors
/// The database's; what is done is done, and the next run goes on behind it.
pub async fn run(app: &App, import_id: i64) -> Result<()> {
    let Err(error) = take_in(app, import_id).await else { return Ok(()) };
    if !queries::imports::note_failure(&app.db, import_id, TRIES).await? {
        return Err(error);
    }
    tracing::error!(import.id = import_id, error = format!("{error:#}"), "Import {import_id} was given up");
    Ok(())
}

async fn take_in(app: &App, import_id: i64) -> Result<()> {
    let Some(mut work) = queries::imports::work(&app.db, import_id).await? else { return Ok(()) };
    let choices: Choices = serde_json::from_value(work.choices.take()).map_err(anyhow::Error::from)?;
    let records = Records::new(&choices.columns).ok_or_else(|| anyhow::anyhow!("the import {import_id} has no column of addresses"))?;
    let (user_id, existing, mut records_done) = (work.user_id, choices.existing, work.records_done);
    // Reading a file is work for a thread of its own, which stays one batch ahead.
    let (sender, mut batches) = mpsc::channel(1);
    let reading = tokio::task::spawn_blocking(move || read(&work, &choices, records, &sender));
    while let Some(batch) = batches.recv().await {
        let reached = batch.reached;
        if !store(app, import_id, user_id, records_done, existing, batch).await? {
            tracing::info!(import.id = import_id, "Import {import_id} is in another worker's hands");
            return Ok(());
        }
        records_done = reached;
    }
    reading.await.map_err(anyhow::Error::from)??;
    if records_done.cast_unsigned() >= WORTH_ANALYZING {
        queries::imports::analyze(&app.db).await;
    }
    queries::imports::finish(&app.db, import_id).await?;
    tracing::info!(import.id = import_id, "Import {import_id} is done: {records_done} rows");
    Ok(())
}

/// Makes batches of a file's rows, until there are no more or nobody takes them.
fn read(work: &Work, choices: &Choices, mut records: Records, batches: &mpsc::Sender<Batch>) -> anyhow::Result<()> {
    let text = file::text(&work.content);
    let mut rows = file::reader(&text, file::separator(&text));
    let mut lines = file::Lines::new(&text);
    let mut row = csv::StringRecord::new();
    let mut batch = Batch::default();
    let mut is_heading = choices.has_header;
    while rows.read_record(&mut row)? {
        batch.reached += 1;
        let line = lines.of(&row);
        if file::is_blank(&row) {
            continue;
        }
        if std::mem::take(&mut is_heading) {
            continue;
        }
        // What was done before a crash is read again, for the addresses that stood in it.
        let parsed = records.parse_new(line, &row);
        if batch.reached <= work.records_done {
            continue;
        }
        batch.add(parsed);
        if batch.len() == BATCH {
            let next = Batch { reached: batch.reached, ..Batch::default() };
            if batches.blocking_send(std::mem::replace(&mut batch, next)).is_err() {
                return Ok(());
            }
        }
    }
    // Also an empty one: it brings the count of rows to its end.
    let _nobody_takes_it = batches.blocking_send(batch);
    Ok(())
}

#[derive(Default)]
struct Batch {
    /// The number of its last row.
    reached: i32,
    good: Vec<NewRecipient>,
    bad: Vec<Bad>,
}

impl Batch {
    fn add(&mut self, parsed: Result<NewRecipient, Bad>) {
        match parsed {
            Ok(recipient) => self.good.push(recipient),
            Err(bad) => self.bad.push(bad),
        }
    }

    fn len(&self) -> usize {
        self.good.len() + self.bad.len()
    }
}

/// False: it does not stand behind `records_done` rows any more, so the batch is another worker's.
async fn store(app: &App, import_id: i64, user_id: i64, records_done: i32, existing: Existing, batch: Batch) -> Result<bool> {
    let mut transaction = app.db.begin().await?;
    let Some(bad) = queries::imports::hold(&mut *transaction, import_id, records_done).await? else { return Ok(false) };
    let stored = queries::upsert(&mut *transaction, user_id, &batch.good, existing).await?;
    let room = usize::try_from(PROBLEMS_KEPT - bad).unwrap_or(0);
    queries::imports::add_problems(&mut *transaction, import_id, &batch.bad[..batch.bad.len().min(room)]).await?;
    let progress = queries::imports::Progress {
        records_done: batch.reached,
        created: count(stored.created),
        updated: count(stored.updated),
        skipped: count(batch.good.len() as i64 - stored.created - stored.updated),
        bad: count(batch.bad.len() as i64),
    };
    queries::imports::note_progress(&mut *transaction, import_id, &progress).await?;
    transaction.commit().await?;
    Ok(true)
}

/// A batch's worth.
fn count(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

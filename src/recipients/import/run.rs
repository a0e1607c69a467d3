//! The work of an import: row after row, some thousands a transaction, in which it is also noted how far it came. Whoever takes it
//! up after a crash goes on behind that.

use super::{
    Choices, Existing, file,
    record::{Bad, Records},
};
use crate::{
    app::App,
    error::Result,
    recipients::{model::NewRecipient, queries},
};

/// Rows in one statement and one transaction: what a killed worker does again at the most.
const BATCH: usize = 5000;

/// Takes an uploaded file in. Repeating it changes nothing.
///
/// # Errors
/// The database's; what is done is done, and the next run goes on behind it.
pub async fn run(app: &App, import_id: i64) -> Result<()> {
    let Some(work) = queries::imports::work(&app.db, import_id).await? else { return Ok(()) };
    let choices: Choices = serde_json::from_value(work.choices).map_err(anyhow::Error::from)?;
    let text = file::text(&work.content);
    let mut rows = file::reader(&text, file::separator(&text));
    let mut records = Records::new(&choices).ok_or_else(|| anyhow::anyhow!("the import {import_id} has no column of addresses"))?;
    let mut batch = Batch::default();
    let mut lines = file::Lines::new(&text);
    let mut row = csv::StringRecord::new();
    let mut number = 0;
    let mut is_heading = choices.has_header;
    while rows.read_record(&mut row).map_err(anyhow::Error::from)? {
        number += 1;
        let line = lines.of(&row);
        if file::is_blank(&row) {
            continue;
        }
        if std::mem::take(&mut is_heading) {
            continue;
        }
        // What was done before a crash is read again, for the addresses that stood in it.
        let parsed = records.parse(line, &row);
        if number <= work.records_done {
            continue;
        }
        batch.add(parsed);
        if batch.len() == BATCH {
            store(app, import_id, work.user_id, number, choices.existing, std::mem::take(&mut batch)).await?;
        }
    }
    store(app, import_id, work.user_id, number, choices.existing, batch).await?;
    queries::imports::finish(&app.db, import_id).await?;
    tracing::info!(import.id = import_id, "Import {import_id} is done: {number} rows");
    Ok(())
}

#[derive(Default)]
struct Batch {
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

async fn store(app: &App, import_id: i64, user_id: i64, records_done: i32, existing: Existing, batch: Batch) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let stored = queries::upsert(&mut *transaction, user_id, &batch.good, existing).await?;
    queries::imports::add_problems(&mut *transaction, import_id, &batch.bad).await?;
    let progress = queries::imports::Progress {
        records_done,
        created: count(stored.created),
        updated: count(stored.updated),
        skipped: count(batch.good.len() as i64 - stored.created - stored.updated),
        bad: count(batch.bad.len() as i64),
    };
    queries::imports::note_progress(&mut *transaction, import_id, &progress).await?;
    transaction.commit().await?;
    Ok(())
}

/// A batch's worth.
fn count(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

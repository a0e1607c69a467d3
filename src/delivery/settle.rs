//! Outcomes into Postgres: in batches, again and again until they are in.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{engine::Engine, model::Settlement, queries};
use crate::{attempts, error::Result, recipients};

/// About 500 rows or 20 ms a commit is where batching stops paying (62,000 rows/s measured, 2,000 one by one).
const BATCH: usize = 500;
const PAUSE: Duration = Duration::from_millis(20);

/// Settles what comes through the channel until its senders are gone. Never gives up: an outcome that is not settled
/// is a mail sent twice. A database that is away halts the slice: what goes out unsettled goes out again elsewhere.
pub async fn run(engine: Engine, attempt_id: i64, claim: Uuid, mut outcomes: mpsc::Receiver<Settlement>, halt: CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        if outcomes.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let full = tokio::time::timeout(PAUSE, async { while batch.len() < BATCH && outcomes.recv_many(&mut batch, BATCH).await > 0 {} });
        // Time's up with less than a full batch is the usual case.
        let _ = full.await;
        persist(&engine, attempt_id, claim, &batch, &halt).await;
        batch.clear();
    }
}

async fn persist(engine: &Engine, attempt_id: i64, claim: Uuid, batch: &[Settlement], halt: &CancellationToken) {
    let mut wait = Duration::from_millis(100);
    while let Err(error) = commit(engine, attempt_id, claim, batch).await {
        halt.cancel();
        tracing::warn!(%error, attempt.id = attempt_id, "Outcomes of attempt {attempt_id} could not be saved yet; trying again");
        tokio::time::sleep(wait).await;
        // Soon after Postgres is back: others may claim what this holds by then.
        wait = (wait * 2).min(Duration::from_secs(1));
    }
}

/// One transaction: the deliveries, the attempt's figures, the addresses that do not exist, the announcement.
pub async fn commit(engine: &Engine, attempt_id: i64, claim: Uuid, batch: &[Settlement]) -> Result<()> {
    // In the order of the ids: 1.7 times as fast, and two batches never wait for each other in a ring.
    let mut batch = batch.to_vec();
    batch.sort_unstable_by_key(|settlement| settlement.id);
    let mut transaction = engine.app.db.begin().await?;
    if !attempts::queries::lock(&mut *transaction, attempt_id).await? {
        // The mailing was deleted, its ledger with it.
        return Ok(());
    }
    // Recipients before deliveries: who deletes a recipient takes them in this order too.
    let (bad, reasons): (Vec<i64>, Vec<String>) = batch
        .iter()
        .filter(|settlement| settlement.is_bad_address)
        .map(|settlement| (settlement.id, settlement.text.clone().unwrap_or_default()))
        .unzip();
    if !bad.is_empty() {
        recipients::queries::mark_undeliverable(&mut *transaction, &bad, &reasons, claim).await?;
    }
    let changes = queries::settle(&mut transaction, attempt_id, claim, &batch).await?;
    let last_reply = batch.iter().rev().find(|settlement| settlement.is_try).and_then(reply);
    attempts::queries::add_changes(&mut *transaction, attempt_id, &changes, last_reply.as_deref()).await?;
    if engine.may_announce(attempt_id) {
        attempts::queries::announce(&mut *transaction, attempt_id).await?;
    }
    transaction.commit().await?;
    Ok(())
}

fn reply(settlement: &Settlement) -> Option<String> {
    let text = settlement.text.as_deref()?;
    Some(settlement.code.map_or_else(|| text.to_owned(), |code| format!("{code} {text}")))
}

//! Outcomes into Postgres: in batches over all attempts, again and again until they are in.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
    time::Duration,
};

use anyhow::anyhow;
use sqlx::PgTransaction;
use tokio::{sync::mpsc, time::timeout};

use super::{
    engine::Engine,
    model::{Settlement, State},
    queries::{self, Changes, Held},
    slice::Slice,
};
use crate::{
    attempts::{self, queries::Progress},
    error::{Error, Result},
    mailings, recipients,
    webhooks::{self, model::Event, payload},
};

/// About 500 rows or 20 ms a commit is where batching stops paying (62,000 rows/s measured, 2,000 one by one).
const BATCH: usize = 500;
const PAUSE: Duration = Duration::from_millis(20);

/// How long a transaction may take before its connection is given up: Postgres may be gone without a word.
const PATIENCE: Duration = Duration::from_secs(30);

/// Owners are told of an attempt that has waited for the mail server for so long.
const HELD_LONG: Duration = Duration::from_secs(3600);

/// What the lanes hand over. The end of a slice comes after all of its outcomes.
pub enum Handover {
    Settled(Arc<Slice>, Settlement),
    /// With the reason why its attempt should wait, if it should.
    Ended(Arc<Slice>, Option<String>),
}

/// What one transaction saves.
#[derive(Default)]
pub struct Batch<'a> {
    pub settlements: Vec<(Held, &'a Settlement)>,
    pub ended: Vec<(Held, Option<Hold<'a>>)>,
}

/// Lets an attempt wait.
#[derive(Clone, Copy)]
pub struct Hold<'a> {
    pub reason: &'a str,
    /// How many holds it has behind it.
    pub held_count: i32,
    pub wait: Duration,
}

/// Settles what comes through the channel until its senders are gone. Never gives up: an outcome that is not settled
/// is a mail sent twice. While Postgres takes nothing nobody takes the next delivery: what goes out unsettled goes out
/// again elsewhere.
pub async fn run(engine: Engine, mut handovers: mpsc::Receiver<Handover>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        if handovers.recv_many(&mut batch, BATCH).await == 0 {
            return;
        }
        let full = tokio::time::timeout(PAUSE, async { while batch.len() < BATCH && handovers.recv_many(&mut batch, BATCH).await > 0 {} });
        // Time's up with less than a full batch is the usual case.
        let _ = full.await;
        persist(&engine, &batch).await;
        for handover in batch.drain(..) {
            if let Handover::Ended(slice, _) = handover {
                engine.forget(&slice);
            }
        }
    }
}

async fn persist(engine: &Engine, handovers: &[Handover]) {
    let mut batch = Batch::default();
    for handover in handovers {
        match handover {
            Handover::Settled(slice, settlement) => batch.settlements.push((slice.held, settlement)),
            Handover::Ended(slice, reason) => {
                let held_count = slice.letter.work.held_count;
                let hold = reason.as_deref().map(|reason| Hold { reason, held_count, wait: engine.timing.hold(held_count) });
                batch.ended.push((slice.held, hold));
            }
        }
    }
    // In the order of the ledger: 1.7 times as fast.
    batch.settlements.sort_unstable_by_key(|(held, settlement)| (held.attempt_id, settlement.number));
    let mut wait = Duration::from_millis(100);
    let done = loop {
        match timeout(PATIENCE, commit(engine, &batch)).await.unwrap_or_else(|_| Err(anyhow!("Postgres does not answer").into())) {
            Ok(done) => break done,
            Err(error) => put_off(engine, &mut wait, &error).await,
        }
    };
    engine.ring.pause(false);
    if !done.is_empty() {
        // Beside the settling: a mailing that is to be completed may be locked for as long as a million are written down.
        tokio::spawn(close_in_time(engine.clone(), done));
    }
}

/// Closes attempts. What is not closed by it, housekeeping finds.
async fn close_in_time(engine: Engine, attempt_ids: Vec<i64>) {
    for _ in 0..60 {
        match close(&engine, &attempt_ids).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "Attempts could not be closed yet; trying again"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Until Postgres takes it nobody takes the next delivery.
async fn put_off(engine: &Engine, wait: &mut Duration, error: &Error) {
    engine.ring.pause(true);
    tracing::warn!(%error, "Outcomes could not be saved yet; trying again");
    tokio::time::sleep(*wait).await;
    // Soon after Postgres is back: others may claim what this holds by then.
    *wait = (*wait * 2).min(Duration::from_secs(1));
}

/// One transaction: the deliveries, the addresses that do not exist, the slices, the attempts' figures, the announcement.
/// The attempts that may be finished.
///
/// # Errors
/// The database's; then nothing of it is saved, or it does not matter that it was: repeating it changes nothing.
pub async fn commit(engine: &Engine, batch: &Batch<'_>) -> Result<Vec<i64>> {
    // Of one slice there may be two claims, one of which is lost.
    let claims: BTreeSet<Held> = batch.settlements.iter().map(|(held, _)| *held).chain(batch.ended.iter().map(|(held, _)| *held)).collect();
    let attempts: BTreeSet<i64> = claims.iter().map(|held| held.attempt_id).collect();
    let mut transaction = engine.app.db.begin().await?;
    // Shared with other workers' batches; who deletes a mailing waits, and finds nobody in the middle of its ledger.
    let repeated = attempts::queries::share(&mut *transaction, &attempts.iter().copied().collect::<Vec<_>>()).await?;
    let claims: Vec<Held> = claims.into_iter().collect();
    let held: HashSet<Held> = queries::lock_held(&mut *transaction, &claims).await?.into_iter().collect();
    let settlements: Vec<(Held, &Settlement)> = batch.settlements.iter().filter(|(slice, _)| held.contains(slice)).copied().collect();
    let ended: Vec<Held> = batch.ended.iter().map(|(slice, _)| *slice).filter(|slice| held.contains(slice)).collect();

    let watched = mark_recipients(&mut transaction, &settlements, &repeated).await?;
    let changes = queries::settle(&mut *transaction, &settlements).await?;
    let unlucky: Vec<&Changes> = changes.iter().filter(|change| (change.failed, change.unknown, change.skipped) != (0, 0, 0)).collect();
    if !unlucky.is_empty() {
        queries::add_to_slices(&mut *transaction, &unlucky).await?;
    }
    let mut done = if ended.is_empty() { Vec::new() } else { queries::give_back(&mut *transaction, &ended).await? };
    // Given back before, by a commit whose answer was lost or a process that died after it: it may be the last one.
    done.extend(batch.ended.iter().filter(|(slice, _)| !held.contains(slice)).map(|(slice, _)| slice.attempt_id));
    let progress = progress(&changes, &settlements);
    let mut holds: BTreeMap<i64, Hold<'_>> = BTreeMap::new();
    for (slice, hold) in batch.ended.iter().filter(|(slice, _)| held.contains(slice)) {
        if let Some(hold) = hold {
            holds.entry(slice.attempt_id).or_insert(*hold);
        }
    }
    // All of them before any is changed: other workers' batches may be about the same ones.
    let changing: BTreeSet<i64> = progress.iter().map(|progress| progress.attempt_id).chain(holds.keys().copied()).collect();
    attempts::queries::lock(&mut *transaction, &changing.into_iter().collect::<Vec<_>>()).await?;
    attempts::queries::add_progress(&mut *transaction, &progress).await?;
    for (attempt_id, hold) in &holds {
        attempts::queries::hold(&mut *transaction, *attempt_id, hold).await?;
    }
    if !holds.is_empty() {
        let held: Vec<i64> = holds.keys().copied().collect();
        let told = attempts::queries::claim_held(&mut *transaction, &held, HELD_LONG).await?;
        attempts::jobs::enqueue(&engine.app, &mut transaction, told).await?;
    }
    let is_news = |attempt_id: &i64| holds.contains_key(attempt_id) || engine.may_announce(*attempt_id);
    let news: Vec<i64> = attempts.into_iter().filter(is_news).collect();
    if !news.is_empty() {
        attempts::queries::announce(&mut *transaction, &news).await?;
    }
    // Last: what it adds to the queue, other workers' batches may add as well.
    webhooks::events::undeliverable(&engine.app, &mut transaction, &watched).await?;
    transaction.commit().await?;
    Ok(done)
}

/// Recipients whose address does not exist; and those thought to be so whom a repetition has reached all the same. Those of the former
/// of whom a webhook wants to hear.
async fn mark_recipients(
    transaction: &mut PgTransaction<'_>,
    settlements: &[(Held, &Settlement)],
    repeated: &[i64],
) -> Result<Vec<payload::Recipient>> {
    let chosen = |choose: &dyn Fn(&Held, &Settlement) -> bool| -> Vec<(Held, &Settlement)> {
        settlements.iter().filter(|(held, settlement)| choose(held, settlement)).copied().collect()
    };
    let bad = chosen(&|_, settlement| settlement.is_bad_address);
    let watched = if bad.is_empty() { Vec::new() } else { recipients::queries::mark_undeliverable(&mut **transaction, &bad).await? };
    let reached = chosen(&|held, settlement| settlement.state == State::Sent && repeated.contains(&held.attempt_id));
    if !reached.is_empty() {
        recipients::queries::mark_reached(&mut **transaction, &reached).await?;
    }
    Ok(watched)
}

/// The changes of a batch by attempt, with the last reply of each.
fn progress(changes: &[Changes], settlements: &[(Held, &Settlement)]) -> Vec<Progress> {
    let mut by_attempt: BTreeMap<i64, Progress> = BTreeMap::new();
    for change in changes {
        let progress = by_attempt.entry(change.attempt_id).or_default();
        progress.attempt_id = change.attempt_id;
        progress.sent += change.sent;
        progress.failed += change.failed;
        progress.unknown += change.unknown;
        progress.skipped += change.skipped;
    }
    for (held, settlement) in settlements.iter().filter(|(_, settlement)| settlement.is_try()) {
        if let (Some(progress), Some(reply)) = (by_attempt.get_mut(&held.attempt_id), reply(settlement)) {
            progress.last_reply = Some(reply);
        }
    }
    by_attempt.into_values().collect()
}

fn reply(settlement: &Settlement) -> Option<String> {
    let text = settlement.text.as_deref()?;
    Some(settlement.code.map_or_else(|| text.to_owned(), |code| format!("{code} {text}")))
}

/// Closes those of the attempts whose deliveries are all final, and completes mailings that have no run left.
///
/// # Errors
/// The database's.
pub async fn close(engine: &Engine, attempt_ids: &[i64]) -> Result<()> {
    if attempt_ids.is_empty() {
        return Ok(());
    }
    let mut transaction = engine.app.db.begin().await?;
    // The mailings before their attempts: the order everybody takes them in.
    mailings::queries::lock_of_attempts(&mut *transaction, attempt_ids).await?;
    let closed = attempts::queries::close(&mut *transaction, attempt_ids).await?;
    if !closed.is_empty() {
        mailings::queries::complete_finished(&mut *transaction, &closed).await?;
        let told = attempts::queries::claim_finished(&mut *transaction, &closed).await?;
        attempts::jobs::enqueue(&engine.app, &mut transaction, told).await?;
        attempts::queries::announce(&mut *transaction, &closed).await?;
        webhooks::events::attempts(&engine.app, &mut transaction, Event::AttemptFinished, &closed).await?;
    }
    transaction.commit().await?;
    for attempt_id in closed {
        tracing::info!(attempt.id = attempt_id, "Attempt {attempt_id} finished");
        // By itself: a million replies take seconds, and nobody waits for a lock meanwhile. Without it the page counts some.
        if let Err(error) = attempts::queries::keep_answers(&engine.app.db, attempt_id, attempts::model::ANSWERS).await {
            tracing::warn!(attempt.id = attempt_id, %error, "The answers to attempt {attempt_id} were not counted");
        }
    }
    Ok(())
}

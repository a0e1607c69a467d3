//! After a crash: what a killed process of this data folder had heard, brought into Postgres.

use super::{
    engine::Engine,
    journal::{self, Leftover},
    model, queries,
    settle::{self, Batch},
};
use crate::{attempts, error::Result};

/// Settles what the journals of dead processes tell, and frees what those processes held. How many journals there were.
///
/// # Errors
/// The folder cannot be read, or the database's; the journals stay for the next time.
pub async fn replay_journals(engine: &Engine) -> Result<usize> {
    let leftovers = journal::leftovers(&engine.journals).map_err(anyhow::Error::from)?;
    let count = leftovers.len();
    let mut failure = None;
    for leftover in leftovers {
        // One that fails keeps none of the others.
        match replay(engine, &leftover).await {
            Ok(()) => leftover.remove().map_err(anyhow::Error::from)?,
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(count), Err)
}

async fn replay(engine: &Engine, leftover: &Leftover) -> Result<()> {
    let db = &engine.app.db;
    let resend_unknown = attempts::queries::resends_unknown(db, leftover.held.attempt_id).await?;
    let mut settlements = leftover.settlements.clone();
    for claimed in queries::left_of(db, &leftover.held).await? {
        // Also where an earlier try of it has its outcome: a slice that is kept open takes retries in.
        if leftover.in_doubt.contains(&claimed.number) {
            settlements.push(model::interrupted_by_death(&claimed, resend_unknown));
        }
    }
    let batch = Batch {
        settlements: settlements.iter().map(|settlement| (leftover.held, settlement)).collect(),
        ended: vec![(leftover.held, None)],
    };
    let done = settle::commit(engine, &batch).await?;
    settle::close(engine, &done).await
}

//! After a crash: what a killed process of this data folder had heard, brought into Postgres.

use std::{collections::HashSet, time::Duration};

use super::{
    engine::Engine,
    journal::{self, Leftover},
    model::{self, Settlement, State},
    queries, settle,
};
use crate::{attempts, error::Result};

/// Settles what the journals of dead processes tell, and frees what those processes held. How many journals there were.
///
/// # Errors
/// The folder cannot be read, or the database's; the journals stay for the next time.
pub async fn replay_journals(engine: &Engine) -> Result<usize> {
    let leftovers = journal::leftovers(&engine.journals).map_err(anyhow::Error::from)?;
    let count = leftovers.len();
    for leftover in leftovers {
        replay(engine, &leftover).await?;
        leftover.remove().map_err(anyhow::Error::from)?;
    }
    Ok(count)
}

async fn replay(engine: &Engine, leftover: &Leftover) -> Result<()> {
    let db = &engine.app.db;
    let resend_unknown = attempts::queries::resends_unknown(db, leftover.attempt_id).await?;
    let mut settlements = leftover.settlements.clone();
    let settled: HashSet<i64> = settlements.iter().map(|settlement| settlement.id).collect();
    for claimed in queries::held_by(db, leftover.attempt_id, leftover.claim).await? {
        if settled.contains(&claimed.id) {
            continue;
        }
        settlements.push(if leftover.in_doubt.contains(&claimed.id) {
            Settlement {
                state: State::Unknown,
                is_try: true,
                text: Some("The process died between the message's last byte and the server's reply.".to_owned()),
                again_after: resend_unknown.then_some(Duration::ZERO),
                ..model::release(&claimed)
            }
        } else {
            model::release(&claimed)
        });
    }
    settle::commit(engine, leftover.attempt_id, leftover.claim, &settlements).await
}

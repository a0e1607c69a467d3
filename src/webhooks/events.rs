//! Events are written down in the transaction in which they happen, for those webhooks alone that ask for them, and a job is
//! added that sends them.

use std::collections::BTreeSet;

use sqlx::PgTransaction;

use super::{
    jobs::{CallWebhook, job_key},
    model::Event,
    payload,
    queries::{self, NewDelivery},
};
use crate::{
    app::{App, Enqueue},
    error::Result,
};

/// Attempts that have just started or finished.
///
/// # Errors
/// The database's.
pub async fn attempts(app: &App, transaction: &mut PgTransaction<'_>, event: Event, attempt_ids: &[i64]) -> Result<()> {
    let watched = queries::watched_attempts(&mut **transaction, event.name(), attempt_ids).await?;
    let write = |attempt: &payload::Attempt| Ok(NewDelivery { user_id: attempt.user_id, payload: payload::attempt(event, attempt)? });
    let new = watched.iter().map(write).collect::<anyhow::Result<Vec<_>>>()?;
    record(app, transaction, event, &new).await
}

/// Recipients who have just been found to be undeliverable, of owners with a webhook for that. For the end of a transaction: it
/// takes rows of the job queue, behind everybody's attempts.
///
/// # Errors
/// The database's.
pub async fn undeliverable(app: &App, transaction: &mut PgTransaction<'_>, watched: &[payload::Recipient]) -> Result<()> {
    let write =
        |recipient: &payload::Recipient| Ok(NewDelivery { user_id: recipient.user_id, payload: payload::undeliverable(recipient)? });
    let new = watched.iter().map(write).collect::<anyhow::Result<Vec<_>>>()?;
    record(app, transaction, Event::RecipientUndeliverable, &new).await
}

async fn record(app: &App, transaction: &mut PgTransaction<'_>, event: Event, new: &[NewDelivery]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let called: BTreeSet<i64> = queries::insert_events(&mut **transaction, event.name(), new).await?.into_iter().collect();
    let job = |webhook_id: i64| (CallWebhook { webhook_id }, Enqueue { key: Some(job_key(webhook_id)), run_at: None });
    if !called.is_empty() {
        app.enqueue_all(transaction, called.into_iter().map(job).collect()).await?;
    }
    Ok(())
}

//! Runs that somebody starts: a mailing's beside its schedule, and the repetition of an attempt.

use sqlx::PgTransaction;
use uuid::Uuid;

use super::{Started, begin, job_key, start};
use crate::{
    app::App,
    attempts::{self, model::Trigger, queries::NewAttempt},
    db, delivery,
    error::Result,
    mailings::{
        model::{Mailing, Status},
        queries,
    },
    users,
};

/// Why a mailing was not started by hand.
#[derive(Debug, PartialEq, Eq)]
pub enum NotStarted {
    Paused,
    /// Ended for good by its owner.
    Stopped,
    /// By a manager, who has given this reason.
    Disabled(Option<String>),
    /// Its owner is blocked.
    Blocked,
    Ended,
    /// The attempt that is still running.
    Running(i64),
    NobodyToSendTo,
    /// A file that went with the attempt to be repeated is no longer kept.
    FileGone,
}

/// Starts a run now, beside the schedule. For a mailing that goes out once this is its run. The same submission again
/// gives the attempt it has started.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn run_now(app: &App, user_id: i64, mailing_id: i64, submission_id: Uuid) -> Result<Result<i64, NotStarted>> {
    let mut transaction = app.db.begin().await?;
    let started = run_now_in(app, &mut transaction, user_id, mailing_id, submission_id).await?;
    committed(transaction, started).await
}

/// As [`run_now`], within the caller's transaction: what was not started is taken back with it.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn run_now_in(
    app: &App,
    transaction: &mut PgTransaction<'_>,
    user_id: i64,
    mailing_id: i64,
    submission_id: Uuid,
) -> Result<Result<i64, NotStarted>> {
    let mailing = queries::lock_own(transaction, user_id, mailing_id).await?;
    let now = db::now(&mut **transaction).await?;
    if let Some(attempt_id) = attempts::queries::id_by_submission(&mut **transaction, mailing_id, submission_id).await? {
        return Ok(Ok(attempt_id));
    }
    if let Some(refusal) = refusal(transaction, &mailing).await? {
        return Ok(Err(refusal));
    }
    if mailing.ends_at <= now {
        return Ok(Err(NotStarted::Ended));
    }
    let new = NewAttempt { mailing_id, scheduled_at: now, trigger: Trigger::Manual, submission_id };
    let started = start(app, transaction, &[new]).await?;
    let Some(Started { attempt_id, to_send: 1.. }) = started.first().copied() else { return Ok(Err(NotStarted::NobodyToSendTo)) };
    let next_run_at = mailing.next_run_at.filter(|_| mailing.period != "once");
    queries::set_status(&mut **transaction, mailing_id, Status::Running, next_run_at).await?;
    if next_run_at.is_none() {
        app.dequeue(transaction, &job_key(mailing_id)).await?;
    }
    Ok(Ok(attempt_id))
}

async fn committed(transaction: PgTransaction<'_>, started: Result<i64, NotStarted>) -> Result<Result<i64, NotStarted>> {
    if started.is_ok() {
        transaction.commit().await?;
    }
    Ok(started)
}

/// Whom a repetition is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Those who failed in that attempt.
    Failed,
    /// All of the mailing's present recipients who have not got it.
    Missing,
}

/// Sends an attempt's message once more, to those who did not get it and to nobody else. It is no run of the schedule, so
/// neither the mailing's end nor its next moment has a say. The same submission again gives the attempt it has started.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn repeat(app: &App, user_id: i64, attempt_id: i64, whom: Repeat, submission_id: Uuid) -> Result<Result<i64, NotStarted>> {
    let mut transaction = app.db.begin().await?;
    let started = repeat_in(app, &mut transaction, user_id, attempt_id, whom, submission_id).await?;
    committed(transaction, started).await
}

/// As [`repeat`], within the caller's transaction: what was not started is taken back with it.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn repeat_in(
    app: &App,
    transaction: &mut PgTransaction<'_>,
    user_id: i64,
    attempt_id: i64,
    whom: Repeat,
    submission_id: Uuid,
) -> Result<Result<i64, NotStarted>> {
    let attempt = attempts::queries::get(&mut **transaction, user_id, attempt_id).await?;
    let mailing = queries::lock_own(transaction, user_id, attempt.mailing_id).await?;
    if let Some(attempt_id) = attempts::queries::id_by_submission(&mut **transaction, mailing.id, submission_id).await? {
        return Ok(Ok(attempt_id));
    }
    if let Some(refusal) = refusal(transaction, &mailing).await? {
        return Ok(Err(refusal));
    }
    if attempts::queries::lacks_files(&mut **transaction, attempt_id).await? {
        return Ok(Err(NotStarted::FileGone));
    }
    let now = db::now(&mut **transaction).await?;
    let inserted = attempts::queries::insert_repetition(&mut **transaction, attempt_id, now, submission_id).await?;
    let Some(repetition) = inserted else { return Ok(Err(NotStarted::NobodyToSendTo)) };
    let failed_in = (whom == Repeat::Failed).then_some(attempt_id);
    let snapshot = delivery::queries::snapshot_repetition(transaction, repetition, failed_in).await?;
    let started = begin(app, transaction, &[snapshot]).await?;
    let Some(Started { to_send: 1.., .. }) = started.first() else { return Ok(Err(NotStarted::NobodyToSendTo)) };
    queries::set_status(&mut **transaction, mailing.id, Status::Running, mailing.next_run_at).await?;
    Ok(Ok(repetition))
}

/// Why nothing of this mailing may be started by hand at present.
async fn refusal(transaction: &mut PgTransaction<'_>, mailing: &Mailing) -> Result<Option<NotStarted>> {
    if mailing.stopped_at.is_some() {
        return Ok(Some(NotStarted::Stopped));
    }
    if mailing.disabled_at.is_some() {
        return Ok(Some(NotStarted::Disabled(mailing.disabled_reason.clone())));
    }
    if mailing.paused_at.is_some() {
        return Ok(Some(NotStarted::Paused));
    }
    if users::queries::is_blocked(&mut **transaction, mailing.user_id).await? {
        return Ok(Some(NotStarted::Blocked));
    }
    Ok(attempts::queries::running_id(&mut **transaction, mailing.id).await?.map(NotStarted::Running))
}

//! What stops mailings, and how they go on: a pause by the owner, a disabling by a manager, the end of the owner's block; and
//! the stop for good, after which nothing goes on.

use sqlx::PgTransaction;
use time::OffsetDateTime;

use super::{enqueue_runs, job_key, reschedule};
use crate::{
    app::App,
    attempts, db, delivery,
    error::Result,
    mailings::{
        model::{Mailing, Status},
        queries,
    },
};

/// Stops the mailing until it is resumed: no run starts, and a running attempt rests before its next batch.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn pause(app: &App, user_id: i64, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    queries::lock_own(&mut transaction, user_id, id).await?;
    queries::set_paused(&mut *transaction, id, true).await?;
    app.dequeue(&mut transaction, &job_key(id)).await?;
    transaction.commit().await?;
    Ok(())
}

/// Goes on: unfinished attempts at once, the schedule with its next moment. What fell due during the pause stays unsent,
/// except a first run that still lies inside the window.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn resume(app: &App, user_id: i64, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let mailing = queries::lock_own(&mut transaction, user_id, id).await?;
    if mailing.paused_at.is_none() {
        return Ok(());
    }
    queries::set_paused(&mut *transaction, id, false).await?;
    go_on(app, &mut transaction, Mailing { paused_at: None, ..mailing }).await?;
    transaction.commit().await?;
    Ok(())
}

/// Ends the mailing for good: it has no further run, and what its running attempt has not sent becomes skipped. What is on
/// the wire is finished and counted first: workers halt within seconds, give back what they have in hand, and claim it
/// again to skip it. False: there was nothing left to end.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn stop(app: &App, user_id: i64, id: i64) -> Result<bool> {
    let mut transaction = app.db.begin().await?;
    let mailing = queries::lock_own(&mut transaction, user_id, id).await?;
    if mailing.stopped_at.is_some() || mailing.status == Status::Completed {
        return Ok(false);
    }
    queries::stop(&mut *transaction, id).await?;
    attempts::queries::end_hold(&mut *transaction, id).await?;
    delivery::queries::hasten(&mut *transaction, Some(id)).await?;
    delivery::queries::call_workers(&mut *transaction).await?;
    app.dequeue(&mut transaction, &job_key(id)).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Stops a mailing whose lock the caller has, until it is enabled again, and says why; or gives another reason.
///
/// # Errors
/// The database's.
pub async fn disable(app: &App, transaction: &mut PgTransaction<'_>, id: i64, reason: &str) -> Result<()> {
    queries::disable(&mut **transaction, id, reason).await?;
    app.dequeue(transaction, &job_key(id)).await
}

/// Lets a disabled mailing whose lock the caller has go on as after a pause.
///
/// # Errors
/// The database's, or a schedule that this program cannot read.
pub async fn enable(app: &App, transaction: &mut PgTransaction<'_>, mailing: Mailing) -> Result<()> {
    queries::enable(&mut **transaction, mailing.id).await?;
    go_on(app, transaction, Mailing { disabled_at: None, disabled_reason: None, ..mailing }).await
}

/// What follows once a stop was taken away; `mailing` is as it is now.
async fn go_on(app: &App, transaction: &mut PgTransaction<'_>, mailing: Mailing) -> Result<()> {
    delivery::queries::call_workers(&mut **transaction).await?;
    let now = db::now(&mut **transaction).await?;
    let has_run = queries::last_run_at(&mut **transaction, mailing.id).await?.is_some();
    let next_run_at = next_after_rest(&mailing, has_run, now)?;
    reschedule(app, transaction, &mailing, next_run_at).await
}

/// The next moment of a mailing that was stopped: a missed one is passed over, unless it would have been the first.
fn next_after_rest(mailing: &Mailing, has_run: bool, now: OffsetDateTime) -> Result<Option<OffsetDateTime>> {
    Ok(match mailing.next_run_at {
        Some(missed) if missed <= now && has_run => mailing.schedule()?.next_after(now),
        kept => kept,
    })
}

/// All mailings of a user who is no longer blocked go on as after a pause, but for those that are paused or disabled
/// themselves. In the same few statements however many they are.
///
/// # Errors
/// The database's.
pub async fn resume_all(app: &App, transaction: &mut PgTransaction<'_>, user_id: i64) -> Result<()> {
    delivery::queries::call_workers(&mut **transaction).await?;
    let mailings = queries::lock_stopped_with(transaction, user_id).await?;
    let ids: Vec<i64> = mailings.iter().map(|mailing| mailing.id).collect();
    let had_runs = queries::had_runs(&mut **transaction, &ids).await?;
    let unfinished = attempts::queries::running_of(&mut **transaction, &ids).await?;
    let now = db::now(&mut **transaction).await?;
    let (mut statuses, mut runs, mut over) = (Vec::new(), Vec::new(), Vec::new());
    for mailing in &mailings {
        // One that this program cannot read keeps its moment, and its own job says what is wrong with it.
        let next_run_at = next_after_rest(mailing, had_runs.contains(&mailing.id), now).unwrap_or(mailing.next_run_at);
        let status = match next_run_at {
            None if unfinished.contains_key(&mailing.id) => Status::Running,
            None => Status::Completed,
            Some(_) => mailing.status,
        };
        statuses.push((mailing.id, status, next_run_at));
        match next_run_at {
            Some(next) => runs.push((mailing.id, next)),
            None => over.push(job_key(mailing.id)),
        }
    }
    queries::set_statuses(&mut **transaction, &statuses).await?;
    app.dequeue_all(transaction, &over).await?;
    enqueue_runs(app, transaction, &runs).await
}

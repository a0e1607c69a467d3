//! Starting a mailing's runs: by schedule and by hand, saved with the next run's job in one short transaction.
//! Nothing is sent here; that is `delivery`'s.

mod by_hand;
mod stops;

use sqlx::PgTransaction;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    jobs::RunMailing,
    model::{Mailing, NewMailing, Status},
    queries,
    schedule::{Period, Schedule},
};
use crate::{
    app::{App, Enqueue},
    attempts::{self, model::Trigger, queries::NewAttempt},
    db,
    delivery::{self, queries::Snapshot},
    error::Result,
    recipients, t,
    web::{FieldErrors, Refusal, form::WHOLE},
    webhooks::{self, model::Event},
};

pub use by_hand::{NotStarted, Repeat, repeat, repeat_in, run_now, run_now_in};
pub use stops::{disable, enable, pause, resume, resume_all, stop};

/// How many mailings a job takes along that are due like its own.
const TAKEN_ALONG: i64 = 250;

/// The key of a mailing's scheduling job.
pub fn job_key(mailing_id: i64) -> String {
    format!("mailing:{mailing_id}")
}

/// What became of a new mailing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// Just now, or by an earlier sending of the same form.
    Saved(i64),
    /// An earlier sending of the same form has made another one of it: what is sent now differs.
    Differs(i64),
}

/// Saves a new mailing and the job of its first run. Inside its window the run is now. The same submission again gives the mailing it has made.
///
/// # Errors
/// What the database alone knows to be wrong with the form.
pub async fn create(app: &App, user_id: i64, new: &NewMailing, submission_id: Uuid) -> Result<Created, Refusal> {
    let mut transaction = app.db.begin().await?;
    // Serialises the two halves of a double click; the loser finds the winner's row.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", submission_id.to_string()).execute(&mut *transaction).await?;
    if let Some(id) = queries::id_by_submission(&mut *transaction, user_id, submission_id).await? {
        let stored = queries::get(&mut *transaction, user_id, id).await?;
        let picked = queries::recipient_ids(&mut *transaction, id).await?;
        return Ok(if new.is_stored_as(&stored, &picked) { Created::Saved(id) } else { Created::Differs(id) });
    }
    let id = create_in(app, &mut transaction, user_id, new, submission_id).await?;
    transaction.commit().await?;
    Ok(Created::Saved(id))
}

/// As [`create`], within the caller's transaction, which nothing of this submission is in.
///
/// # Errors
/// What the database alone knows to be wrong with the form.
pub async fn create_in(
    app: &App,
    transaction: &mut PgTransaction<'_>,
    user_id: i64,
    new: &NewMailing,
    submission_id: Uuid,
) -> Result<i64, Refusal> {
    let now = OffsetDateTime::now_utc();
    if new.schedule.ends_at() <= now {
        return Err(Refusal::Invalid(FieldErrors::of("ends_at", t!("mailings-error-end-passed"))));
    }
    let next_run_at = new.schedule.next_run(None, now);
    let id = queries::insert(&mut **transaction, user_id, new, next_run_at, submission_id).await?;
    save_audience(transaction, user_id, id, new).await?;
    enqueue_run(app, transaction, id, next_run_at).await?;
    Ok(id)
}

/// Saves a change of the given version and the job of the next run. False: the row has another version by now.
///
/// # Errors
/// What the database alone knows to be wrong with the form; `RowNotFound` where it is not the owner's.
pub async fn update(app: &App, user_id: i64, id: i64, version: i32, new: &NewMailing) -> Result<bool, Refusal> {
    let mut transaction = app.db.begin().await?;
    let mailing = queries::lock_own(&mut transaction, user_id, id).await?;
    if mailing.version != version {
        return Ok(false);
    }
    if mailing.stopped_at.is_some() {
        return Err(FieldErrors::of(WHOLE, t!("mailings-error-stopped")).into());
    }
    if attempts::queries::running_id(&mut *transaction, id).await?.is_some() {
        let errors = new.locked_changes(&mailing, &queries::recipient_ids(&mut *transaction, id).await?);
        if !errors.is_empty() {
            return Err(errors.into());
        }
    }
    queries::update(&mut *transaction, id, new).await?;
    save_audience(&mut transaction, user_id, id, new).await?;
    let last = queries::last_run_at(&mut *transaction, id).await?;
    let now = db::now(&mut *transaction).await?;
    reschedule(app, &mut transaction, &mailing, next_after_change(&mailing, &new.schedule, last, now)).await?;
    transaction.commit().await?;
    Ok(true)
}

/// The next moment after a change. Whoever only renames a mailing moves nothing: not a run that is due this minute, and
/// not one that was had already.
pub fn next_after_change(old: &Mailing, new: &Schedule, last: Option<OffsetDateTime>, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let same_start = old.starts_at == new.starts_at() && old.period == new.period().as_str();
    if same_start && old.ends_at == new.ends_at() && old.time_zone == new.zone().name() {
        return old.next_run_at;
    }
    // Once is once, also when it was started by hand before its moment and only the end moves.
    if same_start && new.period() == Period::Once && last.is_some() {
        return None;
    }
    new.next_run(last, now)
}

async fn save_audience(transaction: &mut PgTransaction<'_>, user_id: i64, id: i64, new: &NewMailing) -> Result<(), Refusal> {
    let problem = match &new.audience {
        super::model::Audience::All => {
            queries::replace_recipients(transaction, user_id, id, &[]).await?;
            let has_any = recipients::queries::count_up_to(&mut **transaction, user_id, 1).await? > 0;
            (!has_any).then(|| t!("mailings-error-no-recipients"))
        }
        super::model::Audience::Picked(ids) => {
            let kept = queries::replace_recipients(transaction, user_id, id, ids).await?;
            (kept != ids.len() as u64).then(|| t!("mailings-error-recipients-gone"))
        }
    };
    match problem {
        Some(problem) => Err(Refusal::Invalid(FieldErrors::of("recipient_ids", problem))),
        None => Ok(()),
    }
}

/// Saves the next moment with its job, and the status that follows from it.
async fn reschedule(app: &App, transaction: &mut PgTransaction<'_>, mailing: &Mailing, next_run_at: Option<OffsetDateTime>) -> Result<()> {
    let is_running = attempts::queries::running_id(&mut **transaction, mailing.id).await?.is_some();
    let status = match next_run_at {
        _ if is_running => Status::Running,
        None => Status::Completed,
        Some(_) if mailing.status == Status::Created => Status::Created,
        Some(_) => Status::Running,
    };
    queries::set_status(&mut **transaction, mailing.id, status, next_run_at).await?;
    match next_run_at.filter(|_| mailing.paused_at.is_none() && mailing.disabled_at.is_none()) {
        Some(_) => enqueue_run(app, transaction, mailing.id, next_run_at).await,
        None => app.dequeue(transaction, &job_key(mailing.id)).await,
    }
}

async fn enqueue_run(app: &App, transaction: &mut PgTransaction<'_>, id: i64, run_at: Option<OffsetDateTime>) -> Result<()> {
    match run_at {
        Some(run_at) => enqueue_runs(app, transaction, &[(id, run_at)]).await,
        None => Ok(()),
    }
}

async fn enqueue_runs(app: &App, transaction: &mut PgTransaction<'_>, runs: &[(i64, OffsetDateTime)]) -> Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    let job =
        |(id, run_at): &(i64, OffsetDateTime)| (RunMailing { mailing_id: *id }, Enqueue { key: Some(job_key(*id)), run_at: Some(*run_at) });
    app.enqueue_all(transaction, runs.iter().map(job).collect()).await
}

/// The body of the job: starts the run that is due and schedules the next, and takes along what else is due, so that ten
/// thousand mailings of nine o'clock do not start one after the other. Repeating it changes nothing. Gives the attempts
/// that were started.
///
/// # Errors
/// The database's; the transaction is rolled back and the job runs again.
pub async fn run_due(app: &App, mailing_id: i64) -> Result<Vec<i64>> {
    match run_batch(app, mailing_id, TAKEN_ALONG).await {
        Ok(started) => Ok(started),
        Err(error) => {
            // One of the others may be what failed. They have jobs of their own.
            tracing::warn!(%error, mailing.id = mailing_id, "Mailing {mailing_id} is started without taking others along");
            run_batch(app, mailing_id, 0).await
        }
    }
}

async fn run_batch(app: &App, mailing_id: i64, take_along: i64) -> Result<Vec<i64>> {
    let mut transaction = app.db.begin().await?;
    let mailings = queries::lock_due(&mut transaction, mailing_id, take_along).await?;
    let ids: Vec<i64> = mailings.iter().map(|mailing| mailing.id).collect();
    let unfinished = attempts::queries::running_of(&mut *transaction, &ids).await?;
    // Postgres's clock: the queue goes by it, and a worker whose own is behind would find nothing due yet.
    let now = db::now(&mut *transaction).await?;
    let mut batch = Batch::default();
    for mailing in &mailings {
        match batch.add(mailing, unfinished.get(&mailing.id).copied(), now) {
            Err(error) if mailing.id == mailing_id => return Err(error),
            // Its own job will say so.
            Err(_) | Ok(()) => {}
        }
    }
    let started = start(app, &mut transaction, &batch.attempts).await?;
    queries::set_statuses(&mut *transaction, &batch.statuses).await?;
    // Last: adding this job's own key again retires the run in progress (it would not be repeated after a failure).
    let over: Vec<String> = batch.over.iter().filter(|id| **id != mailing_id).map(|id| job_key(*id)).collect();
    app.dequeue_all(&mut transaction, &over).await?;
    enqueue_runs(app, &mut transaction, &batch.runs).await?;
    transaction.commit().await?;
    Ok(started.iter().map(|started| started.attempt_id).collect())
}

/// What one transaction does for the mailings that are due.
#[derive(Default)]
struct Batch {
    attempts: Vec<NewAttempt>,
    statuses: Vec<(i64, Status, Option<OffsetDateTime>)>,
    runs: Vec<(i64, OffsetDateTime)>,
    /// Mailings that have no further run.
    over: Vec<i64>,
}

impl Batch {
    fn add(&mut self, mailing: &Mailing, unfinished: Option<i64>, now: OffsetDateTime) -> Result<()> {
        let Some(moment) = mailing.next_run_at else { return Ok(()) };
        if moment > now {
            self.runs.push((mailing.id, moment));
            return Ok(());
        }
        // Later than now, not later than the moment: what was missed during downtime is made up for by this one run.
        let next_run_at = mailing.schedule()?.next_after(now);
        let starts = unfinished.is_none() && now < mailing.ends_at;
        if let Some(attempt_id) = unfinished {
            // After days without a mail server everybody would get as many mails at once.
            tracing::warn!(mailing.id = mailing.id, "Mailing {} passes over a run: its attempt {attempt_id} is not finished", mailing.id);
        }
        if starts {
            let submission_id = Uuid::new_v4();
            self.attempts.push(NewAttempt { mailing_id: mailing.id, scheduled_at: moment, trigger: Trigger::Schedule, submission_id });
        }
        let goes_on = starts || unfinished.is_some() || next_run_at.is_some();
        self.statuses.push((mailing.id, if goes_on { Status::Running } else { Status::Completed }, next_run_at));
        match next_run_at {
            Some(next) => self.runs.push((mailing.id, next)),
            None => self.over.push(mailing.id),
        }
        Ok(())
    }
}

/// The attempts with their deliveries, and a call to the workers. One that is missing was started before.
async fn start(app: &App, transaction: &mut PgTransaction<'_>, new: &[NewAttempt]) -> Result<Vec<Started>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let inserted = attempts::queries::insert(&mut **transaction, new).await?;
    let ids: Vec<i64> = inserted.iter().map(|attempt| attempt.id).collect();
    let snapshots = delivery::queries::snapshot(transaction, &ids).await?;
    begin(app, transaction, &snapshots).await
}

/// Makes known what attempts consist of.
async fn begin(app: &App, transaction: &mut PgTransaction<'_>, snapshots: &[Snapshot]) -> Result<Vec<Started>> {
    attempts::queries::set_totals(&mut **transaction, snapshots).await?;
    delivery::queries::call_workers(&mut **transaction).await?;
    let ids: Vec<i64> = snapshots.iter().map(|snapshot| snapshot.attempt_id).collect();
    webhooks::events::attempts(app, transaction, Event::AttemptStarted, &ids).await?;
    for Snapshot { attempt_id, total, .. } in snapshots {
        tracing::info!(attempt.id = attempt_id, attempt.total = total, "Attempt {attempt_id} started, to {total}");
    }
    let started = |snapshot: &Snapshot| Started { attempt_id: snapshot.attempt_id, to_send: snapshot.total - snapshot.skipped };
    Ok(snapshots.iter().map(started).collect())
}

#[derive(Clone, Copy)]
struct Started {
    attempt_id: i64,
    to_send: i32,
}

/// Mailings whose job should have run a while ago and has not get it again. A safety net; it should never catch anything.
///
/// # Errors
/// The database's.
pub async fn rescue_forgotten(app: &App) -> Result<()> {
    for mailing_id in queries::forgotten(&app.db).await? {
        tracing::warn!(mailing.id = mailing_id, "Mailing {mailing_id} was due and had no job; it gets one");
        let mut transaction = app.db.begin().await?;
        enqueue_run(app, &mut transaction, mailing_id, Some(OffsetDateTime::now_utc())).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Deletes the mailing with its attempts and its job. A slice that is sending finds its lease gone and stops.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn delete(app: &App, user_id: i64, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    queries::lock_own(&mut transaction, user_id, id).await?;
    app.dequeue(&mut transaction, &job_key(id)).await?;
    queries::delete(&mut *transaction, user_id, id).await?;
    transaction.commit().await?;
    Ok(())
}

/// Gives every mailing that has a next run its job; what is queued already stays as it is. For rows that came as fixtures.
///
/// # Errors
/// The database's.
pub async fn enqueue_missing(app: &App) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let scheduled = queries::scheduled(&mut *transaction).await?;
    enqueue_runs(app, &mut transaction, &scheduled).await?;
    transaction.commit().await?;
    Ok(())
}

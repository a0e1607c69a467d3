//! SQL over attempts.

use std::time::Duration;

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use super::model::{Attempt, Status, Trigger};
use crate::{
    db::notifications,
    delivery::queries::{Changes, Snapshot},
};

/// A run that begins.
pub struct NewAttempt {
    pub mailing_id: i64,
    pub scheduled_at: OffsetDateTime,
    pub trigger: Trigger,
    /// Of the form that asked for it, so that a double click starts one run.
    pub submission_id: Uuid,
}

/// Begins a run with the mailing's message as it is now. None: this moment (or this form) has its attempt already.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewAttempt) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into attempts (mailing_id, user_id, scheduled_at, trigger, message_id, subject, body, submission_id)
         select m.id, m.user_id, $2, $3, g.id, g.subject, g.body, $4
         from mailings m join messages g on g.id = m.message_id where m.id = $1
         on conflict do nothing returning id",
        new.mailing_id,
        new.scheduled_at,
        new.trigger.as_str(),
        new.submission_id
    )
    .fetch_optional(db)
    .await
}

/// The attempt a form has started before.
pub async fn id_by_submission(db: impl PgExecutor<'_>, mailing_id: i64, submission_id: Uuid) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select id from attempts where mailing_id = $1 and submission_id = $2", mailing_id, submission_id)
        .fetch_optional(db)
        .await
}

/// The mailing's attempt that is not finished, if any.
pub async fn running_id(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select id from attempts where mailing_id = $1 and status = 'running' order by id limit 1", mailing_id)
        .fetch_optional(db)
        .await
}

/// Every unfinished attempt of the mailing: what to go on with when it is resumed.
pub async fn running_ids(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<Vec<(i64, i32)>> {
    let rows =
        sqlx::query!("select id, total from attempts where mailing_id = $1 and status = 'running'", mailing_id).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.total)).collect())
}

pub async fn set_total(db: impl PgExecutor<'_>, attempt_id: i64, snapshot: &Snapshot) -> sqlx::Result<()> {
    sqlx::query!("update attempts set total = $2, skipped = $3 where id = $1", attempt_id, snapshot.total, snapshot.skipped)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes the attempt's row before its deliveries': everybody who takes both does it in this order, so nobody waits in a ring.
/// False: the attempt is gone.
pub async fn lock(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<bool> {
    Ok(sqlx::query!("select id from attempts where id = $1 for update", attempt_id).fetch_optional(db).await?.is_some())
}

/// Adds what a batch of settlements changed, in their transaction. Mail that went out ends a hold.
pub async fn add_changes(db: impl PgExecutor<'_>, attempt_id: i64, changes: &Changes, last_reply: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!(
        "update attempts set sent = sent + $2, failed = failed + $3, unknown = unknown + $4, skipped = skipped + $5,
             last_reply = coalesce($6, last_reply),
             held_reason = case when $2 > 0 then null else held_reason end,
             held_until = case when $2 > 0 then null else held_until end,
             held_count = case when $2 > 0 then 0 else held_count end
         where id = $1",
        attempt_id,
        changes.sent,
        changes.failed,
        changes.unknown,
        changes.skipped,
        last_reply
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets the whole attempt wait. Several slices may meet the same fault at once; the first one counts.
pub async fn hold(db: impl PgExecutor<'_>, attempt_id: i64, reason: &str, held_count: i32, wait: Duration) -> sqlx::Result<()> {
    sqlx::query!(
        "update attempts set held_reason = $2, last_reply = $2, held_count = $3 + 1, held_until = now() + make_interval(secs => $4)
         where id = $1 and held_count = $3 and status = 'running'",
        attempt_id,
        reason,
        held_count,
        wait.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Closes the attempt if every delivery is final, and says whether this call did.
pub async fn close(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<bool> {
    let closed = sqlx::query!(
        "update attempts set finished_at = now(), held_reason = null, held_until = null,
             status = case when failed + unknown = 0 then 'succeeded' when sent > 0 then 'partial' else 'failed' end,
             last_reply = case when total = 0 then 'There was nobody to send to.' else last_reply end
         where id = $1 and status = 'running'
           and not exists (select from deliveries where attempt_id = $1 and claimable_at is not null)",
        attempt_id
    )
    .execute(db)
    .await?;
    Ok(closed.rows_affected() == 1)
}

/// Tells the web processes that the attempt's figures have changed; heard once the transaction commits.
pub async fn announce(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify($1, $2)", notifications::ATTEMPTS, attempt_id.to_string()).execute(db).await?;
    Ok(())
}

/// What a slice works with.
pub struct Work {
    pub user_id: i64,
    pub mailing_id: i64,
    pub mailing_name: String,
    pub sender_name: String,
    pub sender_email: String,
    pub subject: String,
    pub body: String,
    pub started_at: OffsetDateTime,
    pub resend_unknown: bool,
    /// Set while the attempt should wait, by Postgres's clock.
    pub held_until: Option<OffsetDateTime>,
    pub held_count: i32,
}

/// A running attempt that may send now: its mailing is neither paused nor disabled, its owner not blocked.
pub async fn work(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<Option<Work>> {
    sqlx::query_as!(
        Work,
        r#"select a.user_id, a.mailing_id, m.name as mailing_name, u.full_name as sender_name, u.email::text as "sender_email!",
                  a.subject, a.body, a.started_at, m.resend_unknown, a.held_count,
                  case when a.held_until > now() then a.held_until end as held_until
           from attempts a
           join mailings m on m.id = a.mailing_id
           join users u on u.id = a.user_id
           where a.id = $1 and a.status = 'running' and m.paused_at is null and m.disabled_at is null and u.blocked_at is null"#,
        attempt_id
    )
    .fetch_optional(db)
    .await
}

/// Whether [`work`] would still give the attempt, without reading its message: asked every few seconds of a slice.
pub async fn may_send(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<bool> {
    let allowed = sqlx::query_scalar!(
        r#"select true as "allowed!"
           from attempts a
           join mailings m on m.id = a.mailing_id
           join users u on u.id = a.user_id
           where a.id = $1 and a.status = 'running' and m.paused_at is null and m.disabled_at is null and u.blocked_at is null"#,
        attempt_id
    )
    .fetch_optional(db)
    .await?;
    Ok(allowed.is_some())
}

/// Whether the attempt's mailing repeats mails whose outcome is unknown, whatever else may stop it. A mailing that is
/// gone has none.
pub async fn resends_unknown(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<bool> {
    let resends =
        sqlx::query_scalar!("select m.resend_unknown from attempts a join mailings m on m.id = a.mailing_id where a.id = $1", attempt_id)
            .fetch_optional(db)
            .await?;
    Ok(resends.unwrap_or(false))
}

/// One attempt of the owner's.
pub async fn get(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Attempt> {
    sqlx::query_as!(
        Attempt,
        r#"select a.id, a.mailing_id, m.name as mailing_name, m.time_zone, a.scheduled_at, a.trigger as "trigger: Trigger",
                  a.status as "status: Status", a.started_at, a.finished_at, a.subject, a.total, a.sent, a.failed, a.unknown,
                  a.skipped, a.waiting as "waiting!", a.last_reply, a.held_reason, a.held_until,
                  (m.paused_at is not null or m.disabled_at is not null) as "is_stopped!"
           from attempts a join mailings m on m.id = a.mailing_id
           where a.user_id = $1 and a.id = $2"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// The owner's attempts, newest first, from below `before` on; of one mailing or of all.
pub async fn list(
    db: impl PgExecutor<'_>,
    user_id: i64,
    mailing_id: Option<i64>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Attempt>> {
    sqlx::query_as!(
        Attempt,
        r#"select a.id, a.mailing_id, m.name as mailing_name, m.time_zone, a.scheduled_at, a.trigger as "trigger: Trigger",
                  a.status as "status: Status", a.started_at, a.finished_at, a.subject, a.total, a.sent, a.failed, a.unknown,
                  a.skipped, a.waiting as "waiting!", a.last_reply, a.held_reason, a.held_until,
                  (m.paused_at is not null or m.disabled_at is not null) as "is_stopped!"
           from attempts a join mailings m on m.id = a.mailing_id
           where a.user_id = $1 and ($2::bigint is null or a.mailing_id = $2) and ($3::bigint is null or a.id < $3)
           order by a.id desc limit $4"#,
        user_id,
        mailing_id,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

/// One line of the reports.
pub struct Report {
    pub id: i64,
    pub name: String,
    pub attempts: i64,
    pub total: i64,
    pub sent: i64,
    pub failed: i64,
    pub unknown: i64,
    pub skipped: i64,
    pub waiting: i64,
    pub last_started_at: OffsetDateTime,
}

/// Sums by mailing, the latest active first.
pub async fn report_by_mailing(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Report>> {
    sqlx::query_as!(
        Report,
        r#"select m.id, m.name, count(*) as "attempts!", sum(a.total) as "total!", sum(a.sent) as "sent!", sum(a.failed) as "failed!",
                  sum(a.unknown) as "unknown!", sum(a.skipped) as "skipped!", sum(a.waiting) as "waiting!",
                  max(a.started_at) as "last_started_at!"
           from attempts a join mailings m on m.id = a.mailing_id
           where a.user_id = $1
           group by m.id, m.name order by max(a.id) desc limit $2"#,
        user_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Sums by message, the latest active first.
pub async fn report_by_message(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Report>> {
    sqlx::query_as!(
        Report,
        r#"select g.id, g.subject as name, count(*) as "attempts!", sum(a.total) as "total!", sum(a.sent) as "sent!", sum(a.failed) as "failed!",
                  sum(a.unknown) as "unknown!", sum(a.skipped) as "skipped!", sum(a.waiting) as "waiting!",
                  max(a.started_at) as "last_started_at!"
           from attempts a join messages g on g.id = a.message_id
           where a.user_id = $1
           group by g.id, g.subject order by max(a.id) desc limit $2"#,
        user_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Every unfinished attempt with its owner, oldest first, for the shell.
pub async fn all_running(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(i64, i64)>> {
    let rows = sqlx::query!("select id, user_id from attempts where status = 'running' order by id").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.user_id)).collect())
}

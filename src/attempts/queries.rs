//! SQL over attempts; `queries/` has that over what was answered, for the list, and for the mail to the owner.

mod answers;
mod list;
mod notices;

use std::collections::HashMap;

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

pub use answers::{answers_so_far, keep_answers, kept_answers};
pub use list::{Stretch, any, by_ids, first_since, in_status, mailings_named, of_mailings};
pub use notices::{Told, claim_finished, claim_held, told};

use super::model::{Attempt, Status, Trigger};
use crate::{
    db::notifications,
    delivery::{queries::Snapshot, settle::Hold},
    users::rights::Reach,
};

/// A run that begins.
#[derive(Debug)]
pub struct NewAttempt {
    pub mailing_id: i64,
    pub scheduled_at: OffsetDateTime,
    pub trigger: Trigger,
    /// Of the form that asked for it, so that a double click starts one run.
    pub submission_id: Uuid,
}

/// An attempt that was just inserted.
pub struct Inserted {
    pub id: i64,
    pub mailing_id: i64,
}

/// Begins runs with the mailings' messages as they are now. One that is missing has its attempt already: of this moment,
/// or of this form.
pub async fn insert(db: impl PgExecutor<'_>, new: &[NewAttempt]) -> sqlx::Result<Vec<Inserted>> {
    sqlx::query_as!(
        Inserted,
        "insert into attempts (mailing_id, user_id, scheduled_at, trigger, message_id, subject, body, submission_id, attachment_ids)
         select m.id, m.user_id, n.scheduled_at, n.trigger, g.id, g.subject, g.body, n.submission_id,
                array(select f.id from attachments f where f.message_id = g.id order by f.id)
         from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::uuid[]) n (mailing_id, scheduled_at, trigger, submission_id)
         join mailings m on m.id = n.mailing_id join messages g on g.id = m.message_id
         on conflict do nothing returning id, mailing_id",
        &new.iter().map(|new| new.mailing_id).collect::<Vec<_>>(),
        &new.iter().map(|new| new.scheduled_at).collect::<Vec<_>>() as &[OffsetDateTime],
        &new.iter().map(|new| new.trigger.as_str()).collect::<Vec<_>>() as &[&str],
        &new.iter().map(|new| new.submission_id).collect::<Vec<_>>()
    )
    .fetch_all(db)
    .await
}

/// Begins a repetition of an attempt: the same message, whatever has become of it since. None: this form has its attempt
/// already.
pub async fn insert_repetition(
    db: impl PgExecutor<'_>,
    of: i64,
    scheduled_at: OffsetDateTime,
    submission_id: Uuid,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into attempts (mailing_id, user_id, scheduled_at, trigger, message_id, subject, body, submission_id, attachment_ids, retry_of)
         select mailing_id, user_id, $2, 'retry', message_id, subject, body, $3, attachment_ids, coalesce(retry_of, id) from attempts where id = $1
         on conflict do nothing returning id",
        of,
        scheduled_at,
        submission_id
    )
    .fetch_optional(db)
    .await
}

/// Whether a file that an attempt names has been deleted since.
pub async fn lacks_files(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from attempts a cross join unnest(a.attachment_ids) file_id
             where a.id = $1 and not exists (select from attachments f where f.id = file_id)
           ) as "lacks!""#,
        id
    )
    .fetch_one(db)
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

/// Those of the mailings that have an unfinished attempt, with it.
pub async fn running_of(db: impl PgExecutor<'_>, mailing_ids: &[i64]) -> sqlx::Result<HashMap<i64, i64>> {
    let rows = sqlx::query!("select mailing_id, id from attempts where mailing_id = any($1) and status = 'running'", mailing_ids)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.mailing_id, row.id)).collect())
}

/// How many each of the attempts has to do with.
pub async fn set_totals(db: impl PgExecutor<'_>, snapshots: &[Snapshot]) -> sqlx::Result<()> {
    sqlx::query!(
        "update attempts a set total = s.total, skipped = s.skipped
         from unnest($1::bigint[], $2::int[], $3::int[]) s (id, total, skipped) where a.id = s.id",
        &snapshots.iter().map(|snapshot| snapshot.attempt_id).collect::<Vec<_>>(),
        &snapshots.iter().map(|snapshot| snapshot.total).collect::<Vec<_>>(),
        &snapshots.iter().map(|snapshot| snapshot.skipped).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a share in the attempts' rows before their slices and deliveries: nobody deletes them until the transaction
/// ends. Those of them that repeat another one for whom it did not reach.
pub async fn share(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<Vec<i64>> {
    let shared =
        sqlx::query!("select id, retry_of from attempts where id = any($1) order by id for key share", attempt_ids).fetch_all(db).await?;
    Ok(shared.into_iter().filter(|attempt| attempt.retry_of.is_some()).map(|attempt| attempt.id).collect())
}

/// Locks attempts whose figures are about to change, in the order everybody locks them in.
pub async fn lock(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!("select id from attempts where id = any($1) order by id for no key update", attempt_ids).fetch_all(db).await?;
    Ok(())
}

/// By how much an attempt's figures change.
#[derive(Debug, Default)]
pub struct Progress {
    pub attempt_id: i64,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
    pub last_reply: Option<String>,
}

/// Adds what a batch of settlements changed, in their transaction, which has the attempts' locks. Mail that went out ends a hold.
pub async fn add_progress(db: impl PgExecutor<'_>, progress: &[Progress]) -> sqlx::Result<()> {
    sqlx::query!(
        "update attempts a
         set sent = a.sent + p.sent, failed = a.failed + p.failed, unknown = a.unknown + p.unknown, skipped = a.skipped + p.skipped,
             last_reply = coalesce(p.last_reply, a.last_reply),
             held_reason = case when p.sent > 0 then null else a.held_reason end,
             held_until = case when p.sent > 0 then null else a.held_until end,
             held_since = case when p.sent > 0 then null else a.held_since end,
             held_count = case when p.sent > 0 then 0 else a.held_count end
         from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[], $6::text[])
              as p (id, sent, failed, unknown, skipped, last_reply)
         where a.id = p.id",
        &progress.iter().map(|progress| progress.attempt_id).collect::<Vec<_>>(),
        &progress.iter().map(|progress| progress.sent).collect::<Vec<_>>(),
        &progress.iter().map(|progress| progress.failed).collect::<Vec<_>>(),
        &progress.iter().map(|progress| progress.unknown).collect::<Vec<_>>(),
        &progress.iter().map(|progress| progress.skipped).collect::<Vec<_>>(),
        &progress.iter().map(|progress| progress.last_reply.as_deref()).collect::<Vec<_>>() as &[Option<&str>],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets the whole attempt wait. Several slices may meet the same fault at once; the first one counts.
pub async fn hold(db: impl PgExecutor<'_>, attempt_id: i64, hold: &Hold<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "update attempts set held_reason = $2, last_reply = $2, held_count = $3 + 1, held_until = now() + make_interval(secs => $4),
             held_since = coalesce(held_since, now())
         where id = $1 and held_count = $3 and status = 'running'",
        attempt_id,
        hold.reason,
        hold.held_count,
        hold.wait.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the wait of a mailing's unfinished attempt.
pub async fn end_hold(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update attempts set held_reason = null, held_until = null, held_since = null, held_count = 0 where mailing_id = $1 and status = 'running'",
        mailing_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Closes those of the attempts whose deliveries are all final; which this call closed.
pub async fn close(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "update attempts set finished_at = now(), held_reason = null, held_until = null, held_since = null,
             -- One that was cut short has not succeeded, whoever was skipped.
             status = case
               when failed + unknown = 0
                    and not (skipped > 0 and (select stopped_at from mailings m where m.id = attempts.mailing_id) is not null) then 'succeeded'
               when sent > 0 then 'partial' else 'failed' end,
             last_reply = case when total = 0 then 'There was nobody to send to.' else last_reply end
         where id = any($1) and status = 'running'
           and not exists (select from slices s where s.attempt_id = attempts.id and s.claimable_at is not null)
         returning id",
        attempt_ids
    )
    .fetch_all(db)
    .await
}

/// Running attempts that have nothing left to do: whoever settled their last delivery died before closing them.
pub async fn unclosed(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select a.id from attempts a
         where a.status = 'running' and not exists (select from slices s where s.attempt_id = a.id and s.claimable_at is not null)"
    )
    .fetch_all(db)
    .await
}

/// Tells the web processes that attempts' figures have changed; heard once the transaction commits.
pub async fn announce(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(r#"select pg_notify($1, id::text) as "sent: ()" from unnest($2::bigint[]) id"#, notifications::ATTEMPTS, attempt_ids)
        .execute(db)
        .await?;
    Ok(())
}

/// What slices of an attempt work with, but for its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub attempt_id: i64,
    pub mailing_id: i64,
    pub mailing_name: String,
    pub sender_name: String,
    pub sender_email: String,
    /// The owner's language, as a tag; None: nobody knows.
    pub locale: Option<String>,
    /// The mailing's.
    pub time_zone: String,
    pub started_at: OffsetDateTime,
    pub resend_unknown: bool,
    /// The mailing was ended for good: nothing more of it goes out.
    pub is_stopped: bool,
    pub held_count: i32,
}

/// As their mailings and owners are now.
pub async fn work(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<Vec<Work>> {
    sqlx::query_as!(
        Work,
        r#"select a.id as attempt_id, a.mailing_id, m.name as mailing_name, u.full_name as sender_name, u.email::text as "sender_email!",
                  u.locale, m.time_zone, a.started_at, m.resend_unknown, m.stopped_at is not null as "is_stopped!", a.held_count
           from attempts a
           join mailings m on m.id = a.mailing_id
           join users u on u.id = a.user_id
           -- An account that was closed a moment ago has no address to answer to any more.
           where a.id = any($1) and u.deleting_at is null"#,
        attempt_ids
    )
    .fetch_all(db)
    .await
}

/// Whether an attempt may send at present: its mailing neither paused nor disabled, its owner not blocked.
pub async fn may_send(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<bool> {
    let allowed = sqlx::query_scalar!(
        r#"select true as "allowed!"
           from attempts a join mailings m on m.id = a.mailing_id join users u on u.id = a.user_id
           where a.id = $1 and a.status = 'running' and m.paused_at is null and m.disabled_at is null and u.blocked_at is null"#,
        attempt_id
    )
    .fetch_optional(db)
    .await?;
    Ok(allowed.is_some())
}

/// What an attempt sends.
pub struct Sent {
    pub subject: String,
    pub body: String,
    pub attachment_ids: Vec<i64>,
}

/// The message of an attempt, which never changes. None: it is gone.
pub async fn message(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<Option<Sent>> {
    sqlx::query_as!(Sent, "select subject, body, attachment_ids from attempts where id = $1", attempt_id).fetch_optional(db).await
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
        r#"select a.id, a.user_id, a.mailing_id, m.name as mailing_name, m.time_zone, a.scheduled_at, a.trigger as "trigger: Trigger",
                  a.status as "status: Status", a.started_at, a.finished_at, a.subject, a.total, a.sent, a.failed, a.unknown,
                  a.skipped, a.waiting as "waiting!", a.last_reply, a.held_reason, a.held_until, a.retry_of,
                  (m.paused_at is not null or m.disabled_at is not null or u.blocked_at is not null) as "is_stopped!"
           from attempts a join mailings m on m.id = a.mailing_id join users u on u.id = a.user_id
           where a.user_id = $1 and a.id = $2"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// An attempt within somebody's reach: their own, or for those who watch over mailings anybody's.
pub async fn view(db: impl PgExecutor<'_>, reach: Reach, id: i64) -> sqlx::Result<Attempt> {
    sqlx::query_as!(
        Attempt,
        r#"select a.id, a.user_id, a.mailing_id, m.name as mailing_name, m.time_zone, a.scheduled_at, a.trigger as "trigger: Trigger",
                  a.status as "status: Status", a.started_at, a.finished_at, a.subject, a.total, a.sent, a.failed, a.unknown,
                  a.skipped, a.waiting as "waiting!", a.last_reply, a.held_reason, a.held_until, a.retry_of,
                  (m.paused_at is not null or m.disabled_at is not null or u.blocked_at is not null) as "is_stopped!"
           from attempts a join mailings m on m.id = a.mailing_id join users u on u.id = a.user_id
           where ($1::bigint is null or a.user_id = $1) and a.id = $2"#,
        reach.owner(),
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
        r#"select a.id, a.user_id, a.mailing_id, m.name as mailing_name, m.time_zone, a.scheduled_at, a.trigger as "trigger: Trigger",
                  a.status as "status: Status", a.started_at, a.finished_at, a.subject, a.total, a.sent, a.failed, a.unknown,
                  a.skipped, a.waiting as "waiting!", a.last_reply, a.held_reason, a.held_until, a.retry_of,
                  (m.paused_at is not null or m.disabled_at is not null or u.blocked_at is not null) as "is_stopped!"
           from attempts a join mailings m on m.id = a.mailing_id join users u on u.id = a.user_id
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

/// Every unfinished attempt with its owner, oldest first, for the shell.
pub async fn all_running(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(i64, i64)>> {
    let rows = sqlx::query!("select id, user_id from attempts where status = 'running' order by id").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.user_id)).collect())
}

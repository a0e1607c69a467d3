//! SQL over mailings and mailing_recipients.

mod list;

use std::collections::HashSet;

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

use super::model::{Audience, Mailing, NewMailing, Status, Use};
use crate::{
    db::ResultExt,
    t,
    users::rights::Reach,
    web::{FieldErrors, Refusal},
};
pub use list::{Narrowed, PICKED_COUNTED, count_picked, count_skipped, count_ticked, listed};

/// A page of the owner's mailings, newest first, from below `before` on. `search` is a `like` pattern for the name.
pub async fn list(
    db: impl PgExecutor<'_>,
    user_id: i64,
    search: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Mailing>> {
    sqlx::query_as!(
        Mailing,
        r#"select m.id, m.user_id, m.name, m.message_id, g.subject, m.all_recipients, m.starts_at, m.ends_at, m.period, m.time_zone,
                  m.status as "status: Status", m.paused_at, m.disabled_at, m.disabled_reason, m.stopped_at,
                  m.next_run_at, m.resend_unknown, m.version
           from mailings m join messages g on g.id = m.message_id
           where m.user_id = $1 and ($2::text is null or lower(m.name) like $2) and ($3::bigint is null or m.id < $3)
           order by m.id desc limit $4"#,
        user_id,
        search,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn get(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Mailing> {
    sqlx::query_as!(
        Mailing,
        r#"select m.id, m.user_id, m.name, m.message_id, g.subject, m.all_recipients, m.starts_at, m.ends_at, m.period, m.time_zone,
                  m.status as "status: Status", m.paused_at, m.disabled_at, m.disabled_reason, m.stopped_at,
                  m.next_run_at, m.resend_unknown, m.version
           from mailings m join messages g on g.id = m.message_id
           where m.user_id = $1 and m.id = $2"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// A mailing within somebody's reach: their own, or for those who watch over mailings anybody's.
pub async fn view(db: impl PgExecutor<'_>, reach: Reach, id: i64) -> sqlx::Result<Mailing> {
    sqlx::query_as!(
        Mailing,
        r#"select m.id, m.user_id, m.name, m.message_id, g.subject, m.all_recipients, m.starts_at, m.ends_at, m.period, m.time_zone,
                  m.status as "status: Status", m.paused_at, m.disabled_at, m.disabled_reason, m.stopped_at,
                  m.next_run_at, m.resend_unknown, m.version
           from mailings m join messages g on g.id = m.message_id
           where ($1::bigint is null or m.user_id = $1) and m.id = $2"#,
        reach.owner(),
        id
    )
    .fetch_one(db)
    .await
}

/// Takes the mailing's row until the transaction ends: runs, changes and the closing of attempts take turns.
/// None: the mailing is gone.
pub async fn lock(db: &mut PgConnection, id: i64) -> sqlx::Result<Option<Mailing>> {
    // Two statements: one that joins the message while it waits for the lock finds nothing, when the change it waited
    // for has put another message in the old one's place.
    let Some(user_id) = sqlx::query_scalar!("select user_id from mailings where id = $1 for update", id).fetch_optional(&mut *db).await?
    else {
        return Ok(None);
    };
    get(db, user_id, id).await.map(Some)
}

/// As [`lock`], for the owner's own.
pub async fn lock_own(db: &mut PgConnection, user_id: i64, id: i64) -> sqlx::Result<Mailing> {
    lock(db, id).await?.filter(|mailing| mailing.user_id == user_id).ok_or(sqlx::Error::RowNotFound)
}

/// The mailing an earlier sending of the same form has made.
pub async fn id_by_submission(db: impl PgExecutor<'_>, user_id: i64, submission_id: Uuid) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select id from mailings where user_id = $1 and submission_id = $2", user_id, submission_id)
        .fetch_optional(db)
        .await
}

/// Inserts the row without its recipients.
pub async fn insert(
    db: impl PgExecutor<'_>,
    user_id: i64,
    new: &NewMailing,
    next_run_at: Option<OffsetDateTime>,
    submission_id: Uuid,
) -> Result<i64, Refusal> {
    sqlx::query_scalar!(
        "insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, resend_unknown, next_run_at, submission_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
        user_id,
        new.name,
        new.message_id,
        new.audience == Audience::All,
        new.schedule.starts_at(),
        new.schedule.ends_at(),
        new.schedule.period().as_str(),
        new.schedule.zone().name(),
        new.resend_unknown,
        next_run_at,
        submission_id
    )
    .fetch_one(db)
    .await
    .on_constraint("mailings_message_id_fkey", no_such_message)
}

/// Saves a change of a row that is locked and of the right version.
pub async fn update(db: impl PgExecutor<'_>, id: i64, new: &NewMailing) -> Result<(), Refusal> {
    sqlx::query!(
        "update mailings set name = $2, message_id = $3, all_recipients = $4, starts_at = $5, ends_at = $6, period = $7, time_zone = $8,
             resend_unknown = $9, version = version + 1, updated_at = now()
         where id = $1",
        id,
        new.name,
        new.message_id,
        new.audience == Audience::All,
        new.schedule.starts_at(),
        new.schedule.ends_at(),
        new.schedule.period().as_str(),
        new.schedule.zone().name(),
        new.resend_unknown
    )
    .execute(db)
    .await
    .on_constraint("mailings_message_id_fkey", no_such_message)?;
    Ok(())
}

fn no_such_message() -> Refusal {
    Refusal::Invalid(FieldErrors::of("message_id", t!("mailings-error-message-gone")))
}

/// Puts the owner's recipients among `ids` in place of those there are; how many they are.
pub async fn replace_recipients(db: &mut PgConnection, user_id: i64, mailing_id: i64, ids: &[i64]) -> sqlx::Result<u64> {
    sqlx::query!("delete from mailing_recipients where mailing_id = $1 and not recipient_id = any($2)", mailing_id, ids)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "insert into mailing_recipients (mailing_id, recipient_id, user_id)
         select $1, r.id, r.user_id from (
           -- A recipient who is being deleted is waited for, and then is not in it.
           select id, user_id from recipients where user_id = $2 and id = any($3) order by id for key share
         ) r
         on conflict do nothing",
        mailing_id,
        user_id,
        ids
    )
    .execute(&mut *db)
    .await?;
    let kept = sqlx::query_scalar!(r#"select count(*) as "count!" from mailing_recipients where mailing_id = $1"#, mailing_id)
        .fetch_one(db)
        .await?;
    Ok(kept.unsigned_abs())
}

/// The recipients picked for a mailing.
pub async fn recipient_ids(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!("select recipient_id from mailing_recipients where mailing_id = $1 order by recipient_id", mailing_id)
        .fetch_all(db)
        .await
}

/// Where the mailing stands and when it goes out next.
pub async fn set_status(db: impl PgExecutor<'_>, id: i64, status: Status, next_run_at: Option<OffsetDateTime>) -> sqlx::Result<()> {
    sqlx::query!("update mailings set status = $2, next_run_at = $3 where id = $1", id, status.as_str(), next_run_at).execute(db).await?;
    Ok(())
}

/// The scheduled moment of the last run. A mailing that goes out once has had its run when it was started by hand.
pub async fn last_run_at(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!(
        "select max(a.scheduled_at) from attempts a join mailings m on m.id = a.mailing_id
         where a.mailing_id = $1 and (a.trigger = 'schedule' or m.period = 'once')",
        id
    )
    .fetch_one(db)
    .await
}

pub async fn set_paused(db: impl PgExecutor<'_>, id: i64, paused: bool) -> sqlx::Result<()> {
    sqlx::query!("update mailings set paused_at = case when $2 then coalesce(paused_at, now()) end where id = $1", id, paused)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends the mailing for good. It is running until its unfinished attempt is closed.
pub async fn stop(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update mailings set stopped_at = now(), paused_at = null, next_run_at = null, version = version + 1,
             status = case when exists (select from attempts a where a.mailing_id = mailings.id and a.status = 'running')
                      then 'running' else 'completed' end
         where id = $1",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Disables the mailing, or gives another reason.
pub async fn disable(db: impl PgExecutor<'_>, id: i64, reason: &str) -> sqlx::Result<()> {
    sqlx::query!("update mailings set disabled_at = coalesce(disabled_at, now()), disabled_reason = $2 where id = $1", id, reason)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn enable(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("update mailings set disabled_at = null, disabled_reason = null where id = $1", id).execute(db).await?;
    Ok(())
}

/// Locks those mailings of a user that nothing stops but their owner's block, and that have a run left.
pub async fn lock_stopped_with(db: &mut PgConnection, user_id: i64) -> sqlx::Result<Vec<Mailing>> {
    let ids = sqlx::query_scalar!("select id from mailings where user_id = $1 and next_run_at is not null order by id for update", user_id)
        .fetch_all(&mut *db)
        .await?;
    // A statement of its own, which sees what those have saved that the locks were waited for.
    sqlx::query_as!(
        Mailing,
        r#"select m.id, m.user_id, m.name, m.message_id, g.subject, m.all_recipients, m.starts_at, m.ends_at, m.period, m.time_zone,
                  m.status as "status: Status", m.paused_at, m.disabled_at, m.disabled_reason, m.stopped_at,
                  m.next_run_at, m.resend_unknown, m.version
           from mailings m join messages g on g.id = m.message_id
           where m.id = any($1) and m.next_run_at is not null and m.paused_at is null and m.disabled_at is null
           order by m.id"#,
        &ids
    )
    .fetch_all(db)
    .await
}

/// Those of the mailings that had a run of their schedule; one that goes out once also by one that was started by hand.
pub async fn had_runs(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<HashSet<i64>> {
    let ids = sqlx::query_scalar!(
        "select m.id from mailings m
         where m.id = any($1) and exists (select from attempts a where a.mailing_id = m.id and (a.trigger = 'schedule' or m.period = 'once'))",
        ids
    )
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().collect())
}

/// Deletes the mailing, its attempts and their deliveries.
pub async fn delete(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!("delete from mailings where user_id = $1 and id = $2 returning id", user_id, id).fetch_one(db).await
}

/// The first few mailings that pick a recipient.
pub async fn using_recipient(db: impl PgExecutor<'_>, user_id: i64, recipient_id: i64) -> sqlx::Result<Vec<Use>> {
    sqlx::query_as!(
        Use,
        "select m.id, m.name from mailing_recipients r join mailings m on m.id = r.mailing_id
         where r.recipient_id = $2 and m.user_id = $1 order by m.id desc limit 5",
        user_id,
        recipient_id
    )
    .fetch_all(db)
    .await
}

/// The first few mailings that send a message.
pub async fn using_message(db: impl PgExecutor<'_>, user_id: i64, message_id: i64) -> sqlx::Result<Vec<Use>> {
    sqlx::query_as!(
        Use,
        "select id, name from mailings where user_id = $1 and message_id = $2 order by id desc limit 5",
        user_id,
        message_id
    )
    .fetch_all(db)
    .await
}

/// Mailings whose moment has come.
pub async fn due(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select m.id from mailings m join users u on u.id = m.user_id
         where m.next_run_at <= now() and m.paused_at is null and m.disabled_at is null and u.blocked_at is null
         order by m.next_run_at"
    )
    .fetch_all(db)
    .await
}

/// Mailings that were due a minute ago and have no job (any more). None should exist.
pub async fn forgotten(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select m.id from mailings m join users u on u.id = m.user_id
         where m.next_run_at <= now() - interval '1 minute'
           and m.paused_at is null and m.disabled_at is null and u.blocked_at is null
           and not exists (select from graphile_worker.jobs j where j.key = 'mailing:' || m.id and j.attempts < j.max_attempts)
         order by m.next_run_at"
    )
    .fetch_all(db)
    .await
}

/// Locks a mailing and up to `take_along` others that are due, and gives those of them that may run: not paused, not
/// disabled, the owner not blocked. The mailing that is asked for is among them whether it is due or not.
///
/// Others only where more than twenty are due: fewer start at once by their own jobs, and none waits for another one's
/// million of recipients. From the end, because their own jobs come from the beginning.
pub async fn lock_due(db: &mut PgConnection, id: i64, take_along: i64) -> sqlx::Result<Vec<Mailing>> {
    sqlx::query!("select id from mailings where id = $1 for update", id).fetch_optional(&mut *db).await?;
    let mut ids = sqlx::query_scalar!(
        "select id from mailings
         where next_run_at <= now() and paused_at is null and disabled_at is null and id <> $1
           and (select blocked_at from users where users.id = mailings.user_id) is null
           and (
             select count(*) from (
               select from mailings where next_run_at <= now() and paused_at is null and disabled_at is null limit 21
             ) due
           ) > 20
         order by next_run_at desc limit $2
         for update skip locked",
        id,
        take_along
    )
    .fetch_all(&mut *db)
    .await?;
    ids.push(id);
    // A statement of its own, which sees what those have saved that the locks were waited for.
    sqlx::query_as!(
        Mailing,
        r#"select m.id, m.user_id, m.name, m.message_id, g.subject, m.all_recipients, m.starts_at, m.ends_at, m.period, m.time_zone,
                  m.status as "status: Status", m.paused_at, m.disabled_at, m.disabled_reason, m.stopped_at,
                  m.next_run_at, m.resend_unknown, m.version
           from mailings m join messages g on g.id = m.message_id join users u on u.id = m.user_id
           where m.id = any($1) and m.paused_at is null and m.disabled_at is null and u.blocked_at is null
           order by m.id"#,
        &ids
    )
    .fetch_all(db)
    .await
}

/// Where mailings stand and when they go out next.
pub async fn set_statuses(db: impl PgExecutor<'_>, statuses: &[(i64, Status, Option<OffsetDateTime>)]) -> sqlx::Result<()> {
    sqlx::query!(
        "update mailings m set status = s.status, next_run_at = s.next_run_at
         from unnest($1::bigint[], $2::text[], $3::timestamptz[]) s (id, status, next_run_at) where m.id = s.id",
        &statuses.iter().map(|(id, ..)| *id).collect::<Vec<_>>(),
        &statuses.iter().map(|(_, status, _)| status.as_str()).collect::<Vec<_>>() as &[&str],
        &statuses.iter().map(|(.., next_run_at)| *next_run_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks the mailings of attempts.
pub async fn lock_of_attempts(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "select id from mailings where id in (select mailing_id from attempts where id = any($1)) order by id for update",
        attempt_ids
    )
    .fetch_all(db)
    .await?;
    Ok(())
}

/// Completes those mailings of attempts that have no run left and no attempt unfinished. The caller has their locks.
pub async fn complete_finished(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "update mailings m set status = 'completed'
         where m.id in (select mailing_id from attempts where id = any($1)) and m.next_run_at is null
           and not exists (select from attempts a where a.mailing_id = m.id and a.status = 'running')",
        attempt_ids
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The owner's zone of last time, for the next form.
pub async fn latest_zone(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select time_zone from mailings where user_id = $1 order by id desc limit 1", user_id).fetch_optional(db).await
}

/// Whose mailing it is, for the shell, which is everybody's.
pub async fn owner_id(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select user_id from mailings where id = $1", id).fetch_optional(db).await
}

/// All mailings of a user.
pub async fn ids_of(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!("select id from mailings where user_id = $1 order by id", user_id).fetch_all(db).await
}

pub async fn count_recipients(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from mailing_recipients where mailing_id = $1"#, mailing_id).fetch_one(db).await
}

/// Every mailing that may run, with its next moment.
pub async fn scheduled(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(i64, OffsetDateTime)>> {
    let rows = sqlx::query!(
        r#"select id, next_run_at as "next_run_at!" from mailings
           where next_run_at is not null and paused_at is null and disabled_at is null order by id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.next_run_at)).collect())
}

//! SQL for the start page. What is counted is counted by an index or up to a limit.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::model::{Disabled, Due, Running, Statistics, Unlucky};

/// How many mailings there are by their status.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mailings {
    pub created: i64,
    pub running: i64,
    pub completed: i64,
}

pub async fn mailings(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Mailings> {
    let rows = sqlx::query!(r#"select status, count(*) as "count!" from mailings where user_id = $1 group by status"#, user_id)
        .fetch_all(db)
        .await?;
    let of = |status: &str| rows.iter().find(|row| row.status == status).map_or(0, |row| row.count);
    Ok(Mailings { created: of("created"), running: of("running"), completed: of("completed") })
}

/// How many messages there are, counted up to `limit`.
pub async fn messages_up_to(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from (select from messages where user_id = $1 limit $2) counted"#, user_id, limit)
        .fetch_one(db)
        .await
}

/// Whether any mailing has ever run.
pub async fn has_attempts(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from attempts where user_id = $1) as "exists!""#, user_id).fetch_one(db).await
}

/// Attempts that are not over, newest first.
pub async fn running(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Running>> {
    sqlx::query_as!(
        Running,
        r#"select a.id, m.name as mailing_name, a.started_at, a.sent, a.failed, a.unknown, a.skipped, a.waiting as "waiting!",
                  a.held_reason, a.held_until, (m.paused_at is not null or m.disabled_at is not null) as "is_stopped!"
           from attempts a join mailings m on m.id = a.mailing_id
           where a.user_id = $1 and a.tallied_at is null and a.status = 'running'
           order by a.id desc limit $2"#,
        user_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Mailings that will go out, the next one first.
pub async fn due(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        r#"select id, name, starts_at, ends_at, period, time_zone, next_run_at as "next_run_at!"
           from mailings
           where user_id = $1 and next_run_at is not null and paused_at is null and disabled_at is null
           order by next_run_at limit $2"#,
        user_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Attempts since `since` that did not reach everybody and that nobody has repeated, newest first.
pub async fn unlucky(db: impl PgExecutor<'_>, user_id: i64, since: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Unlucky>> {
    sqlx::query_as!(
        Unlucky,
        r#"select a.id, m.name as mailing_name, a.started_at, a.total, a.failed, a.unknown
           from attempts a join mailings m on m.id = a.mailing_id
           where a.user_id = $1 and a.status in ('partial', 'failed') and a.started_at >= $2 and a.failed + a.unknown > 0
             and not exists (select from attempts r where r.retry_of = coalesce(a.retry_of, a.id) and r.id > a.id)
           order by a.started_at desc limit $3"#,
        user_id,
        since,
        limit
    )
    .fetch_all(db)
    .await
}

/// Mailings that a manager has disabled, newest first.
pub async fn disabled(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Disabled>> {
    sqlx::query_as!(
        Disabled,
        "select id, name, disabled_reason from mailings where user_id = $1 and disabled_at is not null order by id desc limit $2",
        user_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Of everybody. Reads all of the addresses, in their order out of an index: 0.5 s for a million, so the answer is worth keeping.
pub async fn statistics(db: impl PgExecutor<'_>) -> sqlx::Result<Statistics> {
    sqlx::query_as!(
        Statistics,
        r#"select (select count(*) from mailings) as "mailings!",
                  (select count(*) from mailings m join users u on u.id = m.user_id
                   where m.status = 'running' and m.stopped_at is null and m.paused_at is null and m.disabled_at is null
                     and u.blocked_at is null) as "active!",
                  (select count(*) from (select distinct lower(email::text) collate "C" from recipients) addresses) as "recipients!""#
    )
    .fetch_one(db)
    .await
}

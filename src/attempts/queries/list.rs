//! SQL for the list of attempts. What narrows it decides which index is walked, so each way has a statement of its own: one
//! for all would be planned once for none of them.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::attempts::model::{Attempt, Status, Trigger};

/// The part of the list that is asked for: attempts of one owner within a range of ids, newest first.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    pub user_id: i64,
    /// Not this one and none after it.
    pub before: i64,
    /// This one, or the first after it.
    pub from: i64,
    pub limit: i64,
}

/// The owner's first attempt that started at `since` or later: ids rise with time.
pub async fn first_since(db: impl PgExecutor<'_>, user_id: i64, since: OffsetDateTime) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select id from attempts where user_id = $1 and started_at >= $2 order by started_at limit 1", user_id, since)
        .fetch_optional(db)
        .await
}

/// The owner's mailings whose names fit, up to `limit`.
pub async fn mailings_named(db: impl PgExecutor<'_>, user_id: i64, pattern: &str, limit: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!("select id from mailings where user_id = $1 and lower(name) like $2 limit $3", user_id, pattern, limit)
        .fetch_all(db)
        .await
}

/// Attempts of these mailings.
pub async fn of_mailings(db: impl PgExecutor<'_>, stretch: Stretch, mailing_ids: &[i64], status: Option<Status>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"select a.id as "id!" from unnest($1::bigint[]) m (id)
           cross join lateral (
             select id from attempts
             where mailing_id = m.id and user_id = $2 and id < $3 and id >= $4 and ($6::text is null or status = $6)
             order by id desc limit $5
           ) a
           order by a.id desc limit $5"#,
        mailing_ids,
        stretch.user_id,
        stretch.before,
        stretch.from,
        stretch.limit,
        status.map(Status::as_str)
    )
    .fetch_all(db)
    .await
}

/// Attempts in a status, of mailings whose names fit.
pub async fn in_status(db: impl PgExecutor<'_>, stretch: Stretch, status: Status, pattern: Option<&str>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select id from attempts a
         where user_id = $1 and status = $2 and id < $3 and id >= $4
           and ($6::text is null or exists (select from mailings m where m.id = a.mailing_id and lower(m.name) like $6))
         order by id desc limit $5",
        stretch.user_id,
        status.as_str(),
        stretch.before,
        stretch.from,
        stretch.limit,
        pattern
    )
    .fetch_all(db)
    .await
}

/// Attempts of mailings whose names fit.
pub async fn any(db: impl PgExecutor<'_>, stretch: Stretch, pattern: Option<&str>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select id from attempts a
         where user_id = $1 and id < $2 and id >= $3
           and ($5::text is null or exists (select from mailings m where m.id = a.mailing_id and lower(m.name) like $5))
         order by id desc limit $4",
        stretch.user_id,
        stretch.before,
        stretch.from,
        stretch.limit,
        pattern
    )
    .fetch_all(db)
    .await
}

/// These attempts, newest first.
pub async fn by_ids(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<Attempt>> {
    sqlx::query_as!(
        Attempt,
        r#"select a.id, a.user_id, a.mailing_id, m.name as mailing_name, m.time_zone, a.scheduled_at, a.trigger as "trigger: Trigger",
                  a.status as "status: Status", a.started_at, a.finished_at, a.subject, a.total, a.sent, a.failed, a.unknown,
                  a.skipped, a.waiting as "waiting!", a.last_reply, a.held_reason, a.held_until, a.retry_of,
                  (m.paused_at is not null or m.disabled_at is not null or u.blocked_at is not null) as "is_stopped!"
           from attempts a join mailings m on m.id = a.mailing_id join users u on u.id = a.user_id
           where a.id = any($1) order by a.id desc"#,
        ids
    )
    .fetch_all(db)
    .await
}

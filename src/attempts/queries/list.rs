//! SQL for the list of attempts.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::attempts::model::{Attempt, Status, Trigger};

/// What narrows the list of somebody's attempts.
#[derive(Debug, Default)]
pub struct Narrowed {
    pub mailing_id: Option<i64>,
    pub status: Option<Status>,
    pub since: Option<OffsetDateTime>,
    /// A pattern for `like`, in small letters: in the mailing's name.
    pub search: Option<String>,
}

/// The owner's attempts that fit, newest first, from below `before` on.
pub async fn find(
    db: impl PgExecutor<'_>,
    user_id: i64,
    narrowed: &Narrowed,
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
             and ($5::text is null or a.status = $5) and ($6::timestamptz is null or a.started_at >= $6)
             and ($7::text is null or a.mailing_id in (select id from mailings where user_id = $1 and lower(name) like $7))
           order by a.id desc limit $4"#,
        user_id,
        narrowed.mailing_id,
        before,
        limit,
        narrowed.status.map(Status::as_str),
        narrowed.since,
        narrowed.search.as_deref()
    )
    .fetch_all(db)
    .await
}

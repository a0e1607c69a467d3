//! SQL over what attempts came to.

use sqlx::PgExecutor;
use time::OffsetDateTime;

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
pub async fn by_mailing(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Report>> {
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
pub async fn by_message(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Report>> {
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

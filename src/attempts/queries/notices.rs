//! SQL for the mail that tells an owner about an attempt.

use std::time::Duration;

use sqlx::PgExecutor;

/// Those of the attempts that have finished as their owners want to hear of, and that they were not told of yet. From here on
/// they count as told.
pub async fn claim_finished(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "update attempts a set told_at = now() from users u
         where a.id = any($1) and a.status <> 'running' and a.told_at is null and a.total > 0
           and u.id = a.user_id and (u.notify = 'always' or u.notify = 'problems' and a.failed + a.unknown > 0)
         returning a.id",
        attempt_ids
    )
    .fetch_all(db)
    .await
}

/// Those of the attempts that have been held for longer than `patience`, as [`claim_finished`].
pub async fn claim_held(db: impl PgExecutor<'_>, attempt_ids: &[i64], patience: Duration) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "update attempts a set told_at = now() from users u
         where a.id = any($1) and a.status = 'running' and a.told_at is null and a.held_since < now() - make_interval(secs => $2)
           and u.id = a.user_id and u.notify <> 'never'
         returning a.id",
        attempt_ids,
        patience.as_secs_f64()
    )
    .fetch_all(db)
    .await
}

/// Whom to tell about an attempt.
pub struct Told {
    pub email: String,
    pub full_name: String,
    /// A language's tag; None: not chosen.
    pub locale: Option<String>,
}

/// None: whoever it was is blocked, has closed the account, or wants no such mail any more.
pub async fn told(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<Option<Told>> {
    sqlx::query_as!(
        Told,
        r#"select u.email::text as "email!", u.full_name, u.locale from attempts a join users u on u.id = a.user_id
           where a.id = $1 and u.verified_at is not null and u.blocked_at is null and u.deleting_at is null and u.notify <> 'never'"#,
        attempt_id
    )
    .fetch_optional(db)
    .await
}

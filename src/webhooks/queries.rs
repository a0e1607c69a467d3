//! SQL over webhooks; `queries/` has that over what is sent to them, and over whose turn it is to send.

mod deliveries;
mod turns;

use sqlx::PgExecutor;
use uuid::Uuid;

pub use deliveries::{
    NewDelivery, delete_old, delivery, insert_events, insert_test, list_deliveries, mark_overflowing, redeliver, trim, watched_attempts,
};
pub use turns::{
    Due, Kept, Place, Told, claim, due, fail, forgotten, keep_answer, lock, next_due, release, rest, succeed, switch_off, told,
};

use super::model::{NewWebhook, Webhook, Why};

/// The owner's webhooks, oldest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Vec<Webhook>> {
    sqlx::query_as!(
        Webhook,
        r#"select id, url, events, version, created_at, failing_since, rests_until, disabled_at, disabled_why as "disabled_why: Why", overflows
           from webhooks where user_id = $1 order by id"#,
        user_id
    )
    .fetch_all(db)
    .await
}

/// One webhook of the owner's.
pub async fn get(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Webhook> {
    sqlx::query_as!(
        Webhook,
        r#"select id, url, events, version, created_at, failing_since, rests_until, disabled_at, disabled_why as "disabled_why: Why", overflows
           from webhooks where user_id = $1 and id = $2"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// As [`get`], and nobody changes it until the transaction ends.
pub async fn lock_own(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Webhook> {
    sqlx::query_as!(
        Webhook,
        r#"select id, url, events, version, created_at, failing_since, rests_until, disabled_at, disabled_why as "disabled_why: Why", overflows
           from webhooks where user_id = $1 and id = $2 for no key update"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// The webhook that a form has made before, with its sealed secret.
pub async fn by_submission(db: impl PgExecutor<'_>, user_id: i64, submission_id: Uuid) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    let row = sqlx::query!("select id, secret from webhooks where user_id = $1 and submission_id = $2", user_id, submission_id)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.id, row.secret)))
}

/// Lets webhooks of a user be added one at a time, until the transaction ends. How many there are.
pub async fn count_locked(db: &mut sqlx::PgConnection, user_id: i64) -> sqlx::Result<i64> {
    sqlx::query!("select id from users where id = $1 for no key update", user_id).fetch_one(&mut *db).await?;
    sqlx::query_scalar!(r#"select count(*) as "count!" from webhooks where user_id = $1"#, user_id).fetch_one(db).await
}

pub async fn insert(db: impl PgExecutor<'_>, user_id: i64, new: &NewWebhook, secret: &[u8], submission_id: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into webhooks (user_id, url, events, secret, submission_id) values ($1, $2, $3, $4, $5) returning id",
        user_id,
        new.url,
        &new.events as &[&str],
        secret,
        submission_id
    )
    .fetch_one(db)
    .await
}

/// None: the row has another version by now. At another address everything is forgiven.
pub async fn update(db: impl PgExecutor<'_>, user_id: i64, id: i64, version: i32, new: &NewWebhook) -> sqlx::Result<Option<Webhook>> {
    sqlx::query_as!(
        Webhook,
        r#"update webhooks set url = $4, events = $5, version = version + 1, updated_at = now(), claim = null, claimed_until = null,
               failures = case when url = $4 then failures else 0 end,
               failing_since = case when url = $4 then failing_since end,
               rests_until = case when url = $4 then rests_until end
           where user_id = $1 and id = $2 and version = $3
           returning id, url, events, version, created_at, failing_since, rests_until, disabled_at, disabled_why as "disabled_why: Why", overflows"#,
        user_id,
        id,
        version,
        new.url,
        &new.events as &[&str]
    )
    .fetch_optional(db)
    .await
}

/// Nothing more is sent, at its owner's wish.
pub async fn pause(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Webhook> {
    sqlx::query_as!(
        Webhook,
        r#"update webhooks set disabled_at = coalesce(disabled_at, now()), disabled_why = coalesce(disabled_why, 'owner'),
               version = version + 1, updated_at = now(), claim = null, claimed_until = null
           where user_id = $1 and id = $2
           returning id, url, events, version, created_at, failing_since, rests_until, disabled_at, disabled_why as "disabled_why: Why", overflows"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// It is sent to again, and what it did before is forgotten.
pub async fn resume(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Webhook> {
    sqlx::query_as!(
        Webhook,
        r#"update webhooks set disabled_at = null, disabled_why = null, failures = 0, failing_since = null, rests_until = null,
               version = version + 1, updated_at = now()
           where user_id = $1 and id = $2
           returning id, url, events, version, created_at, failing_since, rests_until, disabled_at, disabled_why as "disabled_why: Why", overflows"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// Ends the time that the receiver is left alone.
pub async fn wake(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("update webhooks set rests_until = null where id = $1", id).execute(db).await?;
    Ok(())
}

/// Another secret; the one before is worth nothing.
pub async fn set_secret(db: impl PgExecutor<'_>, user_id: i64, id: i64, secret: &[u8]) -> sqlx::Result<Webhook> {
    sqlx::query_as!(
        Webhook,
        r#"update webhooks set secret = $3, version = version + 1, updated_at = now(), claim = null, claimed_until = null where user_id = $1 and id = $2
           returning id, url, events, version, created_at, failing_since, rests_until, disabled_at, disabled_why as "disabled_why: Why", overflows"#,
        user_id,
        id,
        secret
    )
    .fetch_one(db)
    .await
}

/// With everything that was sent to it. `RowNotFound` where it is not the owner's.
pub async fn delete(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<()> {
    sqlx::query_scalar!("delete from webhooks where user_id = $1 and id = $2 returning id", user_id, id).fetch_one(db).await?;
    Ok(())
}

/// Every secret as it is kept: the webhook, its owner, the secret.
pub async fn sealed_secrets(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(i64, i64, Vec<u8>)>> {
    let rows = sqlx::query!("select id, user_id, secret from webhooks order by id").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.user_id, row.secret)).collect())
}

/// The same secret under another key, unless it was replaced meanwhile.
pub async fn reseal(db: impl PgExecutor<'_>, id: i64, from: &[u8], to: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("update webhooks set secret = $3 where id = $1 and secret = $2", id, from, to).execute(db).await?;
    Ok(())
}

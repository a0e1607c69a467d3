//! SQL over one's own row, sessions and belongings.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use super::model::{Notify, Profile};
use crate::web::session::AT_MOST;

pub async fn profile(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Profile> {
    sqlx::query_as!(Profile, r#"select full_name, locale, time_zone, notify as "notify: Notify" from users where id = $1"#, user_id)
        .fetch_one(db)
        .await
}

/// Keeps the language alone, from the switch.
pub async fn save_locale(db: impl PgExecutor<'_>, user_id: i64, locale: &str) -> sqlx::Result<()> {
    sqlx::query!("update users set locale = $2, updated_at = now() where id = $1", user_id, locale).execute(db).await?;
    Ok(())
}

pub async fn save_profile(db: impl PgExecutor<'_>, user_id: i64, profile: &Profile) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set full_name = $2, locale = $3, time_zone = $4, notify = $5, updated_at = now() where id = $1",
        user_id,
        profile.full_name,
        profile.locale,
        profile.time_zone,
        profile.notify.as_str()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Changes the password from the one that was given; false where it has become another meanwhile.
pub async fn change_password(db: impl PgExecutor<'_>, user_id: i64, from_hash: &str, to_hash: &str) -> sqlx::Result<bool> {
    let changed = sqlx::query!(
        "update users set password_hash = $3, updated_at = now() where id = $1 and password_hash = $2",
        user_id,
        from_hash,
        to_hash
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// A browser that somebody is signed in with.
pub struct OpenSession {
    pub id: i64,
    /// The browser's `User-Agent`.
    pub agent: String,
    pub signed_in_at: OffsetDateTime,
    /// To the minute or so.
    pub seen_at: OffsetDateTime,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

/// A user's sessions, the last used first; `own` is the hash of the one that asks.
pub async fn sessions(db: impl PgExecutor<'_>, user_id: i64, own: &[u8]) -> sqlx::Result<Vec<OpenSession>> {
    sqlx::query_as!(
        OpenSession,
        r#"select id, coalesce(entries ->> 'agent', '') as "agent!",
                  coalesce(to_timestamp((entries ->> 'signed_in_at')::bigint), created_at) as "signed_in_at!", seen_at,
                  id_hash = $2 as "is_own!"
           from sessions where user_id = $1 and expires_at > now()
           order by id_hash = $2 desc, seen_at desc, id desc limit $3"#,
        user_id,
        own,
        AT_MOST
    )
    .fetch_all(db)
    .await
}

/// Ends one of a user's sessions; false where it is none of theirs.
pub async fn end_session(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<bool> {
    let ended = sqlx::query!(
        "update sessions set user_id = null, entries = '{}', expires_at = now() where id = $2 and user_id = $1 and expires_at > now()",
        user_id,
        id
    )
    .execute(db)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// What goes with an account.
pub struct Belongings {
    pub recipients: i64,
    pub messages: i64,
    pub mailings: i64,
    pub attempts: i64,
    /// Attempts that are running now.
    pub running: i64,
}

pub async fn belongings(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Belongings> {
    sqlx::query_as!(
        Belongings,
        r#"select (select count(*) from recipients where user_id = $1) as "recipients!",
                  (select count(*) from messages where user_id = $1) as "messages!",
                  (select count(*) from mailings where user_id = $1) as "mailings!",
                  (select count(*) from attempts where user_id = $1) as "attempts!",
                  (select count(*) from attempts where user_id = $1 and status = 'running') as "running!""#,
        user_id
    )
    .fetch_one(db)
    .await
}

//! SQL over messages. Every query takes the owner.

use sqlx::PgExecutor;
use uuid::Uuid;

use super::model::{Message, NewMessage, Summary};
use crate::db;

/// A page of the owner's messages, newest first, from below `before` on. `search` is a `like` pattern for the subject.
pub async fn list(
    db: impl PgExecutor<'_>,
    user_id: i64,
    search: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Summary>> {
    sqlx::query_as!(
        Summary,
        r#"select id, subject, left(body, 300) as "excerpt!", updated_at from messages
           where user_id = $1 and ($2::text is null or lower(subject) like $2) and ($3::bigint is null or id < $3)
           order by id desc limit $4"#,
        user_id,
        search,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

/// Id and subject of every message that a mailing's form offers, newest first.
pub async fn choices(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<(i64, String)>> {
    let rows =
        sqlx::query!("select id, subject from messages where user_id = $1 order by id desc limit $2", user_id, limit).fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.subject)).collect())
}

pub async fn get(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Message> {
    sqlx::query_as!(Message, "select id, subject, body, version, updated_at from messages where user_id = $1 and id = $2", user_id, id)
        .fetch_one(db)
        .await
}

/// Saves a new message; the same submission again gives the row it has made.
pub async fn insert(db: impl PgExecutor<'_>, user_id: i64, new: &NewMessage, submission_id: Uuid) -> sqlx::Result<Message> {
    sqlx::query_as!(
        Message,
        "insert into messages (user_id, subject, body, submission_id) values ($1, $2, $3, $4)
         on conflict on constraint messages_user_id_submission_id_key do update set submission_id = excluded.submission_id
         returning id, subject, body, version, updated_at",
        user_id,
        new.subject,
        new.body,
        submission_id
    )
    .fetch_one(db)
    .await
}

/// Saves a change of the given version; None: there is no such version (any more).
pub async fn update(db: impl PgExecutor<'_>, user_id: i64, id: i64, version: i32, new: &NewMessage) -> sqlx::Result<Option<Message>> {
    sqlx::query_as!(
        Message,
        "update messages set subject = $4, body = $5, version = version + 1, updated_at = now()
         where user_id = $1 and id = $2 and version = $3
         returning id, subject, body, version, updated_at",
        user_id,
        id,
        version,
        new.subject,
        new.body
    )
    .fetch_optional(db)
    .await
}

/// Deletes unless a mailing sends this message: then false. `RowNotFound` where it is not the owner's.
pub async fn delete(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<bool> {
    let deleted = sqlx::query_scalar!("delete from messages where user_id = $1 and id = $2 returning id", user_id, id).fetch_one(db).await;
    db::unless_used(deleted, "mailings_message_id_fkey")
}

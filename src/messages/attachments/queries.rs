//! SQL over attachments.

use sqlx::PgExecutor;

use super::model::{Attachment, File, NewAttachment};

/// Lets nobody else change a message's files until the transaction ends. `RowNotFound` where it is not the owner's.
pub async fn lock_message(db: impl PgExecutor<'_>, user_id: i64, message_id: i64) -> sqlx::Result<()> {
    sqlx::query!("select id from messages where user_id = $1 and id = $2 for no key update", user_id, message_id).fetch_one(db).await?;
    Ok(())
}

/// The files of a message, in the order they came.
pub async fn list(db: impl PgExecutor<'_>, user_id: i64, message_id: i64) -> sqlx::Result<Vec<Attachment>> {
    sqlx::query_as!(
        Attachment,
        "select id, name, size from attachments where user_id = $1 and message_id = $2 order by id",
        user_id,
        message_id
    )
    .fetch_all(db)
    .await
}

pub async fn insert(db: impl PgExecutor<'_>, user_id: i64, message_id: i64, new: &NewAttachment) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into attachments (user_id, message_id, name, content_type, size, content) values ($1, $2, $3, $4, octet_length($5::bytea), $5)",
        user_id,
        message_id,
        new.name,
        new.content_type,
        new.content
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives a copy of a message the files of the one it was made of.
pub async fn copy(db: impl PgExecutor<'_>, user_id: i64, from: i64, to: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into attachments (user_id, message_id, name, content_type, size, content)
         select user_id, $3, name, content_type, size, content from attachments where user_id = $1 and message_id = $2 order by id",
        user_id,
        from,
        to
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a file off its message; attempts that name it keep it. `RowNotFound` where it is not the owner's.
pub async fn remove(db: impl PgExecutor<'_>, user_id: i64, message_id: i64, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update attachments set message_id = null where user_id = $1 and message_id = $2 and id = $3 returning id",
        user_id,
        message_id,
        id
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

pub async fn get(db: impl PgExecutor<'_>, user_id: i64, message_id: i64, id: i64) -> sqlx::Result<File> {
    sqlx::query_as!(
        File,
        "select name, content_type, content from attachments where user_id = $1 and message_id = $2 and id = $3",
        user_id,
        message_id,
        id
    )
    .fetch_one(db)
    .await
}

/// The files of a message with their contents.
pub async fn files(db: impl PgExecutor<'_>, user_id: i64, message_id: i64) -> sqlx::Result<Vec<File>> {
    sqlx::query_as!(
        File,
        "select name, content_type, content from attachments where user_id = $1 and message_id = $2 order by id",
        user_id,
        message_id
    )
    .fetch_all(db)
    .await
}

/// The files that an attempt names, whether or not a message has them still.
pub async fn by_ids(db: impl PgExecutor<'_>, ids: &[i64]) -> sqlx::Result<Vec<File>> {
    sqlx::query_as!(File, "select name, content_type, content from attachments where id = any($1) order by id", ids).fetch_all(db).await
}

/// Notes which files no message has any more. They are deleted an hour later at the earliest: an attempt that is just being started
/// may name them, and cannot be seen yet.
pub async fn note_left(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("update attachments set left_at = now() where message_id is null and left_at is null").execute(db).await?;
    Ok(())
}

/// Deletes files without a message that neither an unfinished attempt names nor one of the last thirty days, which may be repeated.
pub async fn delete_left(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from attachments f
         where f.message_id is null and f.left_at < now() - interval '1 hour'
           and not exists (
             select from attempts a
             where a.attachment_ids <> '{}' and a.attachment_ids @> array[f.id]
               and (a.status = 'running' or a.started_at > now() - interval '30 days')
           )"
    )
    .execute(db)
    .await?;
    Ok(())
}

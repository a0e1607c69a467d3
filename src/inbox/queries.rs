//! SQL over caught_mails.

use sqlx::{PgExecutor, PgPool};
use time::OffsetDateTime;

/// Older mails make room.
const KEPT: i64 = 20_000;

/// A mail to keep.
pub struct Caught {
    pub sender: String,
    pub recipient: String,
    pub subject: String,
    pub source: Vec<u8>,
}

/// A mail in the list.
pub struct Row {
    pub id: i64,
    pub received_at: OffsetDateTime,
    pub recipient: String,
    pub subject: String,
}

/// A mail with its source.
pub struct Mail {
    pub id: i64,
    pub received_at: OffsetDateTime,
    pub sender: String,
    pub recipient: String,
    pub subject: String,
    pub source: Vec<u8>,
}

/// Stores mails without waiting for the disk: a killed process loses none, and a machine that fails a second's worth of
/// what was only caught.
pub async fn insert(pool: &PgPool, mails: &[Caught]) -> sqlx::Result<()> {
    let mut transaction = pool.begin().await?;
    sqlx::query!("set local synchronous_commit = off").execute(&mut *transaction).await?;
    sqlx::query!(
        "insert into caught_mails (sender, recipient, subject, source) select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[])",
        &mails.iter().map(|mail| mail.sender.clone()).collect::<Vec<_>>(),
        &mails.iter().map(|mail| mail.recipient.clone()).collect::<Vec<_>>(),
        &mails.iter().map(|mail| mail.subject.clone()).collect::<Vec<_>>(),
        &mails.iter().map(|mail| mail.source.clone()).collect::<Vec<_>>(),
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// A page of the inbox, newest first, from below `before` on; `search` is a `like` pattern.
pub async fn list(db: impl PgExecutor<'_>, search: Option<&str>, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        "select id, received_at, recipient, subject from caught_mails
         where ($1::text is null or lower(recipient || ' ' || subject) like $1) and ($2::bigint is null or id < $2)
         order by id desc limit $3",
        search,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn get(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Mail> {
    sqlx::query_as!(Mail, "select id, received_at, sender, recipient, subject, source from caught_mails where id = $1", id)
        .fetch_one(db)
        .await
}

pub async fn clear(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("delete from caught_mails").execute(db).await?;
    Ok(())
}

/// Deletes what is beyond the newest [`KEPT`].
pub async fn trim(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("delete from caught_mails where id <= (select max(id) from caught_mails) - $1", KEPT).execute(db).await?;
    Ok(())
}

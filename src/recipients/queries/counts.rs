//! SQL that says how many recipients there are.

use sqlx::PgExecutor;

/// How many recipients the owner has: exact, and cheap for a million of them as well, since every statement that adds or
/// removes some has noted by how many (`note_recipients`, migration 20261126000070). In a transaction it counts what that
/// has added.
pub async fn count(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(sum(change), 0)::bigint as "count!" from recipient_counts where user_id = $1"#, user_id)
        .fetch_one(db)
        .await
}

/// How many of the owner's recipients have an address that a mail server said does not exist, counted up to `limit`.
pub async fn count_undeliverable_up_to(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select from recipients where user_id = $1 and undeliverable_at is not null limit $2
           ) counted"#,
        user_id,
        limit
    )
    .fetch_one(db)
    .await
}

/// Puts the notes of each user together into one, so that there is little to add up. Two of it at once share the notes.
pub async fn gather_counts(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "with several as (
           select user_id from recipient_counts group by user_id having count(*) > 1 or sum(change) = 0
         ), gone as (
           delete from recipient_counts where user_id in (select user_id from several) returning user_id, change
         )
         insert into recipient_counts (user_id, change)
         select user_id, sum(change) from gone group by user_id having sum(change) <> 0"
    )
    .execute(db)
    .await?;
    Ok(())
}

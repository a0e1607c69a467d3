//! SQL over the recipients that are ticked in the list.

use sqlx::PgExecutor;

use crate::db;

/// Deletes those of the owner's recipients that no mailing picks; how many. None: a mailing has picked one of them this moment.
pub async fn delete_unused(db: impl PgExecutor<'_>, user_id: i64, ids: &[i64]) -> sqlx::Result<Option<u64>> {
    let deleted = sqlx::query!(
        "delete from recipients r where user_id = $1 and id = any($2)
           and not exists (select from mailing_recipients p where p.recipient_id = r.id)",
        user_id,
        ids
    )
    .execute(db)
    .await;
    let count = deleted.as_ref().map_or(0, |done| done.rows_affected());
    Ok(db::unless_used(deleted, "mailing_recipients_recipient_id_fkey")?.then_some(count))
}

/// How many of `ids` are the owner's recipients.
pub async fn count_of(db: impl PgExecutor<'_>, user_id: i64, ids: &[i64]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from recipients where user_id = $1 and id = any($2)"#, user_id, ids)
        .fetch_one(db)
        .await
}

/// A recipient that a mailing picks.
pub struct Picked {
    pub email: String,
    pub mailing: String,
}

/// The first few of the owner's recipients among `ids` that mailings pick, each with one of these.
pub async fn picked(db: impl PgExecutor<'_>, user_id: i64, ids: &[i64], limit: i64) -> sqlx::Result<Vec<Picked>> {
    sqlx::query_as!(
        Picked,
        r#"select r.email::text as "email!", m.name as mailing
           from recipients r
           cross join lateral (
             select m.name from mailing_recipients p join mailings m on m.id = p.mailing_id where p.recipient_id = r.id
             order by m.id desc limit 1
           ) m
           where r.user_id = $1 and r.id = any($2) order by r.id desc limit $3"#,
        user_id,
        ids,
        limit
    )
    .fetch_all(db)
    .await
}

//! SQL of an import that comes as one stream: rows are copied into a temporary table, and from there into the recipients, in one
//! transaction. Each table is named `recipient_staging` and hides the empty one of that name until the transaction ends.

use sqlx::{PgConnection, PgExecutor, postgres::PgCopyIn};

/// Of advisory locks: one import of a user, in whichever process.
const LOCK_CLASS: i32 = 0x696d_706f;

/// Keeps the user's other imports out until the transaction ends; false: one is under way.
pub async fn lock(transaction: &mut PgConnection, user_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1, ($2::bigint & 2147483647)::integer) and not exists (
             select from recipient_imports where user_id = $2 and started_at is not null and finished_at is null
           ) as "is_free!""#,
        LOCK_CLASS,
        user_id
    )
    .fetch_one(transaction)
    .await
}

/// For an import that is started by a transaction and done by others: whether none is under way that [keeps it out](lock), and none
/// begins before the transaction ends.
pub async fn lock_for_start(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock_shared($1, ($2::bigint & 2147483647)::integer) as "is_free!""#,
        LOCK_CLASS,
        user_id
    )
    .fetch_one(db)
    .await
}

/// Makes the table, and what the transaction needs for a million rows.
pub async fn create(transaction: &mut PgConnection) -> sqlx::Result<()> {
    // A server may have been told to end what takes longer than a page's query.
    sqlx::query!("set local statement_timeout = '15min'").execute(&mut *transaction).await?;
    // A million rows are sorted and joined in two or three parts instead of some thirty.
    sqlx::query!("set local work_mem = '64MB'").execute(&mut *transaction).await?;
    sqlx::query!("create temp table recipient_staging (like recipient_staging including generated) on commit drop")
        .execute(transaction)
        .await?;
    Ok(())
}

/// What is to be sent are lines of COPY's text format: line, address, name, comment.
pub async fn copy(transaction: &mut PgConnection) -> sqlx::Result<PgCopyIn<&mut PgConnection>> {
    transaction.copy_in_raw("copy recipient_staging (line, email, full_name, comment) from stdin").await
}

/// Leaves the last row of each address; how many that takes away.
pub async fn settle(transaction: &mut PgConnection) -> sqlx::Result<u64> {
    let repeated = sqlx::query!(
        "delete from recipient_staging s
         using (select key, max(line) as last from recipient_staging group by key having count(*) > 1) repeated
         where s.key = repeated.key and s.line < repeated.last"
    )
    .execute(&mut *transaction)
    .await?;
    // Nobody else analyses a temporary table, and a plan for ten rows takes an hour over a million.
    sqlx::query!("analyze recipient_staging").execute(transaction).await?;
    Ok(repeated.rows_affected())
}

/// Adds those who are not there yet; how many.
pub async fn insert(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<u64> {
    let inserted = sqlx::query!(
        r#"insert into recipients (user_id, email, full_name, comment)
           select $1, s.email, s.full_name, s.comment from recipient_staging s
           where not exists (select from recipients r where r.user_id = $1 and lower(r.email::text) collate "C" = s.key)
           -- Neighbours in the index of addresses come one after the other.
           order by s.key
           -- Somebody may add one of them at this moment.
           on conflict (user_id, lower(email::text) collate "C") do nothing"#,
        user_id
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected())
}

/// Gives those who are there the names and comments of the rows, where these have some: a name that is only made of the address replaces
/// none. How many that changes.
pub async fn update(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<u64> {
    let updated = sqlx::query!(
        r#"with changing as materialized (
           select r.id,
                  case when s.full_name = regexp_replace(s.email::text, '@[^@]*$', '') then r.full_name else s.full_name end as full_name,
                  case when s.comment = '' then r.comment else s.comment end as comment
           from recipient_staging s join recipients r on r.user_id = $1 and lower(r.email::text) collate "C" = s.key
           where s.full_name not in (r.full_name, regexp_replace(s.email::text, '@[^@]*$', '')) or s.comment not in (r.comment, '')
           -- As whoever marks recipients does it: in one order, so that neither waits for the other in a ring.
           order by r.id for no key update of r
         )
         update recipients r set full_name = changing.full_name, comment = changing.comment, version = r.version + 1, updated_at = now()
         from changing where r.id = changing.id"#,
        user_id
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected())
}

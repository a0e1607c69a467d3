//! SQL of an import that comes as one stream: rows are copied into a temporary table, sorted into another, and go from there into the
//! recipients, some thousands a transaction. The temporary tables, the settings and the lock are the connection's and end with it. Each
//! table hides the empty one of its name meanwhile, against which these statements are checked.

use sqlx::{PgConnection, PgExecutor, postgres::PgCopyIn};

/// Of advisory locks: one import of a user, in whichever process.
const LOCK_CLASS: i32 = 0x696d_706f;

/// Keeps the user's other imports out until [`unlock`]; false: one is under way.
pub async fn lock(connection: &mut PgConnection, user_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select pg_try_advisory_lock($1, ($2::bigint & 2147483647)::integer) as "is_free!""#, LOCK_CLASS, user_id)
        .fetch_one(connection)
        .await
}

/// Whether a page's import is under way. To be asked under the [`lock`], with which none [starts](lock_for_start): asked in one statement with
/// it, one that has just started would not be seen.
pub async fn is_another_under_way(connection: &mut PgConnection, user_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from recipient_imports where user_id = $1 and started_at is not null and finished_at is null
           ) as "is_under_way!""#,
        user_id
    )
    .fetch_one(connection)
    .await
}

/// Lets the user's other imports begin.
pub async fn unlock(connection: &mut PgConnection, user_id: i64) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_unlock($1, ($2::bigint & 2147483647)::integer)", LOCK_CLASS, user_id).fetch_one(connection).await?;
    Ok(())
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

/// Makes the tables, and what the connection needs for a million rows.
pub async fn create(connection: &mut PgConnection) -> sqlx::Result<()> {
    // A server may have been told to end what takes longer than a page's query, and the file may take ten minutes to come.
    sqlx::query!("set statement_timeout = '15min'").execute(&mut *connection).await?;
    // A million rows are sorted in two or three parts instead of some thirty.
    sqlx::query!("set work_mem = '64MB'").execute(&mut *connection).await?;
    // Each row is looked up by its address. Postgres plans by the number of recipients at the last analyze; where there are a thousand times as
    // many by now, it would read all of them for each transaction, or even for each row: a hundred thousand took minutes.
    sqlx::query!(
        "select set_config('enable_' || way, 'off', false) from unnest(array['seqscan', 'hashjoin', 'mergejoin', 'material']) way"
    )
    .fetch_all(&mut *connection)
    .await?;
    sqlx::query!("create temp table recipient_staging (like recipient_staging)").execute(&mut *connection).await?;
    sqlx::query!("create temp table recipient_staging_sorted (like recipient_staging_sorted including indexes)")
        .execute(connection)
        .await?;
    Ok(())
}

/// What is to be sent are lines of COPY's text format: line, address, name, comment.
pub async fn copy(connection: &mut PgConnection) -> sqlx::Result<PgCopyIn<&mut PgConnection>> {
    connection.copy_in_raw("copy recipient_staging (line, email, full_name, comment) from stdin").await
}

/// Numbers the rows from 1 in the order of their addresses, the last one of each; how many. Neighbours in the index of addresses are
/// stored one after the other that way.
pub async fn sort(connection: &mut PgConnection) -> sqlx::Result<u64> {
    let sorted = sqlx::query!(
        r#"insert into recipient_staging_sorted (number, email, full_name, comment, key)
           select row_number() over (order by key), email, full_name, comment, key from (
             select distinct on (key) lower(email::text) collate "C" as key, email, full_name, comment
             from recipient_staging order by key, line desc
           ) last"#
    )
    .execute(&mut *connection)
    .await?;
    // Nobody else analyses a temporary table, and a plan for ten rows takes an hour over a million.
    sqlx::query!("analyze recipient_staging_sorted").execute(connection).await?;
    Ok(sorted.rows_affected())
}

/// Adds those of the rows `first` to `last` who are not there yet; how many.
pub async fn insert(db: impl PgExecutor<'_>, user_id: i64, first: i64, last: i64) -> sqlx::Result<u64> {
    let inserted = sqlx::query!(
        r#"insert into recipients (user_id, email, full_name, comment)
           select $1, s.email, s.full_name, s.comment from recipient_staging_sorted s
           where s.number between $2 and $3
             and not exists (select from recipients r where r.user_id = $1 and lower(r.email::text) collate "C" = s.key)
           order by s.number
           -- Somebody may add one of them at this moment.
           on conflict (user_id, lower(email::text) collate "C") do nothing"#,
        user_id,
        first,
        last
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected())
}

/// Gives those of the rows `first` to `last` who are there the rows' names and comments, where these have some: a name that is only made of
/// the address replaces none. How many that changes.
pub async fn update(db: impl PgExecutor<'_>, user_id: i64, first: i64, last: i64) -> sqlx::Result<u64> {
    let updated = sqlx::query!(
        r#"with differing as materialized (
           select there.id, s.email, s.full_name, s.comment from recipient_staging_sorted s
           -- The limit keeps it as it stands: joined the other way round, each of the user's recipients is looked for among the rows.
           cross join lateral (
             select r.id, r.full_name, r.comment from recipients r where r.user_id = $1 and lower(r.email::text) collate "C" = s.key limit 1
           ) there
           where s.number between $2 and $3
             and (s.full_name not in (there.full_name, regexp_replace(s.email::text, '@[^@]*$', '')) or s.comment not in (there.comment, ''))
         ), changing as materialized (
           select r.id,
                  case when d.full_name = regexp_replace(d.email::text, '@[^@]*$', '') then r.full_name else d.full_name end as full_name,
                  case when d.comment = '' then r.comment else d.comment end as comment
           from differing d join recipients r on r.id = d.id
           -- As whoever marks recipients does it: in one order, so that neither waits for the other in a ring.
           order by r.id for no key update of r
         )
         update recipients r set full_name = changing.full_name, comment = changing.comment, version = r.version + 1, updated_at = now()
         from changing where r.id = changing.id"#,
        user_id,
        first,
        last
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected())
}

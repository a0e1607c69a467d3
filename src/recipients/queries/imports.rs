//! SQL over imports: the files, how far they came, what could not be taken in.

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;

use super::staging;
use crate::recipients::{
    import::{Choices, Existing, record::Bad},
    model::NewRecipient,
};

/// The problems of an import that are kept; the others are counted.
pub const PROBLEMS_KEPT: i32 = 10_000;
/// The index that lets a user have one import under way.
const UNDER_WAY: &str = "recipient_imports_under_way_key";

/// What became of a batch; whoever is in neither was there already, as the file has them or as it was chosen.
pub struct Stored {
    pub created: i64,
    pub updated: i64,
}

/// Saves recipients. Of those who share an address the last one counts: Postgres and Rust do not make small letters of all alphabets
/// alike, so whoever has looked for repetitions has not found all. Those that exist get another name and comment where that was chosen, and
/// where the file has some: a name that is only made of the address replaces none.
pub async fn upsert(db: impl PgExecutor<'_>, user_id: i64, recipients: &[NewRecipient], existing: Existing) -> sqlx::Result<Stored> {
    sqlx::query_as!(
        Stored,
        r#"with stored as (
             insert into recipients as r (user_id, email, full_name, comment)
             select distinct on (lower(email) collate "C") $1, email::citext, full_name, comment
             from unnest($2::text[], $3::text[], $4::text[]) with ordinality given (email, full_name, comment, place)
             -- In one order, so that two imports do not wait for each other in a ring; by bytes, a tenth of the time that citext takes.
             order by lower(email) collate "C", place desc
             on conflict (user_id, lower(email::text) collate "C") do update
             set full_name = case when excluded.full_name = regexp_replace(excluded.email::text, '@[^@]*$', '') then r.full_name
                                  else excluded.full_name end,
                 comment = case when excluded.comment = '' then r.comment else excluded.comment end,
                 version = r.version + 1, updated_at = now()
             where $5
               and (excluded.full_name not in (r.full_name, regexp_replace(excluded.email::text, '@[^@]*$', ''))
                    or excluded.comment not in (r.comment, ''))
             -- A row that was not there before has no transaction that locked or replaced it.
             returning (r.xmax = 0) as is_new
           )
           select count(*) filter (where is_new) as "created!", count(*) filter (where not is_new) as "updated!" from stored"#,
        user_id,
        &recipients.iter().map(|new| new.email.as_str()).collect::<Vec<_>>() as &[&str],
        &recipients.iter().map(|new| new.full_name.as_str()).collect::<Vec<_>>() as &[&str],
        &recipients.iter().map(|new| new.comment.as_str()).collect::<Vec<_>>() as &[&str],
        existing == Existing::Update
    )
    .fetch_one(db)
    .await
}

/// Keeps a file until it is looked at and taken in. Of an owner's earlier ones the content goes that nobody has started.
pub async fn insert(db: impl PgExecutor<'_>, user_id: i64, file_name: &str, content: &[u8]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "with earlier as (delete from recipient_imports where user_id = $1 and started_at is null)
         insert into recipient_imports (user_id, file_name, content) values ($1, $2, $3) returning id",
        user_id,
        file_name,
        content
    )
    .fetch_one(db)
    .await
}

/// An import as its page shows it.
pub struct Import {
    pub id: i64,
    pub file_name: String,
    pub records_done: i32,
    pub records: i32,
    pub created: i32,
    pub updated: i32,
    pub skipped: i32,
    pub bad: i32,
    /// Tries that failed since it last came on.
    pub failures: i32,
    pub started_at: Option<OffsetDateTime>,
    /// When it was done or given up.
    pub finished_at: Option<OffsetDateTime>,
}

impl Import {
    /// Whether it has ended before it was done.
    pub fn is_given_up(&self) -> bool {
        self.finished_at.is_some() && self.failures > 0
    }
}

pub async fn get(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Import> {
    sqlx::query_as!(
        Import,
        "select id, file_name, records_done, records, created, updated, skipped, bad, failures, started_at, finished_at
         from recipient_imports where user_id = $1 and id = $2",
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// The file of an import that has not begun; None: it has.
pub async fn content(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!(
        r#"select case when started_at is null then content end from recipient_imports where user_id = $1 and id = $2"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// What became of starting an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    Now,
    Before,
    /// Another one of the user's is under way.
    NotYet,
}

/// Keeps what was chosen. `records` are the file's rows.
pub async fn start(transaction: &mut PgConnection, user_id: i64, id: i64, choices: &Choices, records: i32) -> sqlx::Result<Started> {
    if !staging::lock_for_start(&mut *transaction, user_id).await? {
        return Ok(Started::NotYet);
    }
    let choices = serde_json::to_value(choices).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let started = sqlx::query!(
        "update recipient_imports set choices = $3, records = $4, started_at = now() where user_id = $1 and id = $2 and started_at is null",
        user_id,
        id,
        choices,
        records
    )
    .execute(transaction)
    .await;
    match started {
        Ok(started) if started.rows_affected() > 0 => Ok(Started::Now),
        Ok(_) => Ok(Started::Before),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some(UNDER_WAY) => Ok(Started::NotYet),
        Err(error) => Err(error),
    }
}

/// What is to be done.
pub struct Work {
    pub user_id: i64,
    pub content: Vec<u8>,
    pub choices: serde_json::Value,
    pub records_done: i32,
}

/// None: it is done, or gone.
pub async fn work(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Work>> {
    sqlx::query_as!(
        Work,
        r#"select user_id, content as "content!", choices as "choices!", records_done from recipient_imports
           where id = $1 and finished_at is null and content is not null and choices is not null"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Takes an import's row for the rest of the transaction, if it still stands behind `records_done` rows; how many bad ones there have
/// been then. None: another worker has brought it on, or it is over.
pub async fn hold(db: impl PgExecutor<'_>, id: i64, records_done: i32) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!(
        "select bad from recipient_imports where id = $1 and records_done = $2 and finished_at is null for update",
        id,
        records_done
    )
    .fetch_optional(db)
    .await
}

/// By how much a batch brought it on.
pub struct Progress {
    pub records_done: i32,
    pub created: i32,
    pub updated: i32,
    pub skipped: i32,
    pub bad: i32,
}

/// Of an import that is [held](hold).
pub async fn note_progress(db: impl PgExecutor<'_>, id: i64, progress: &Progress) -> sqlx::Result<()> {
    sqlx::query!(
        "update recipient_imports
         set records_done = $2, created = created + $3, updated = updated + $4, skipped = skipped + $5, bad = bad + $6, failures = 0
         where id = $1",
        id,
        progress.records_done,
        progress.created,
        progress.updated,
        progress.skipped,
        progress.bad
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a try has failed; whether it was the last one, of `most` without any progress.
pub async fn note_failure(db: impl PgExecutor<'_>, id: i64, most: i32) -> sqlx::Result<bool> {
    let is_over = sqlx::query_scalar!(
        r#"update recipient_imports
           set failures = failures + 1,
               finished_at = case when failures + 1 >= $2 then now() end,
               content = case when failures + 1 >= $2 then null else content end
           where id = $1 and finished_at is null returning finished_at is not null as "is_over!""#,
        id,
        most
    )
    .fetch_optional(db)
    .await?;
    Ok(is_over.unwrap_or(true))
}

pub async fn finish(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("update recipient_imports set finished_at = now(), content = null where id = $1 and finished_at is null", id)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn add_problems(db: impl PgExecutor<'_>, import_id: i64, bad: &[Bad]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into recipient_import_problems (import_id, line, problem, value)
         select $1, line, problem, value from unnest($2::bigint[], $3::text[], $4::text[]) given (line, problem, value)
         on conflict do nothing",
        import_id,
        &bad.iter().map(|bad| bad.line.cast_signed()).collect::<Vec<_>>(),
        &bad.iter().map(|bad| bad.problem.as_str()).collect::<Vec<_>>() as &[&str],
        &bad.iter().map(|bad| bad.value.replace('\0', "")).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A line that could not be taken in.
pub struct BadLine {
    pub line: i64,
    pub problem: String,
    pub value: String,
}

/// The owner's import's bad lines behind `after`.
pub async fn problems(db: impl PgExecutor<'_>, user_id: i64, import_id: i64, after: i64, limit: i64) -> sqlx::Result<Vec<BadLine>> {
    sqlx::query_as!(
        BadLine,
        "select p.line, p.problem, p.value from recipient_import_problems p join recipient_imports i on i.id = p.import_id
         where i.user_id = $1 and p.import_id = $2 and p.line > $3 order by p.line limit $4",
        user_id,
        import_id,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Files that nobody has started go after a day, what became of the others after a month.
pub async fn delete_old(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from recipient_imports
         where uploaded_at < now() - interval '30 days' or uploaded_at < now() - interval '1 day' and started_at is null"
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has Postgres look at the recipients as they now are, as it would do by itself within minutes: until then it takes a word that has come with
/// everybody for a rare one, and a search reads half a million rows. A third of a second for a million. Nothing depends on it: what is
/// stored is stored where it fails.
pub async fn analyze(db: impl PgExecutor<'_>) {
    // Where it is being looked at or vacuumed already, nobody waits for that.
    if let Err(error) = sqlx::query!("analyze (skip_locked) recipients").execute(db).await {
        tracing::warn!(error = format!("{error:#}"), "Postgres has not analyzed the recipients");
    }
}

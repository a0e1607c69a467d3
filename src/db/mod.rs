//! Postgres: the pool, the migrations, the private cluster of the embedded default, NOTIFY.

pub mod embedded;
pub mod notifications;

use std::{str::FromStr, time::Duration};

use anyhow::{Context, anyhow};
use graphile_worker::WorkerUtils;
use sqlx::{
    Connection, PgConnection, PgExecutor, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use time::OffsetDateTime;

/// graphile_worker's own schema, beside ours in one database: that is what lets a job be added in our transactions.
pub const QUEUE_SCHEMA: &str = "graphile_worker";

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// Any number of processes may start at once; whoever holds this lock migrates, the others wait.
const MIGRATION_LOCK: i64 = 0x7065_7269_6f64;

/// A pool with a limit on how long anybody waits for a connection.
///
/// # Errors
/// A malformed URL, or a server that cannot be reached.
pub async fn connect(url: &str, max_connections: u32) -> anyhow::Result<PgPool> {
    // Without the cause, which quotes the part that cannot be read: a character that is not escaped makes that the password.
    let malformed = |_| anyhow!("DATABASE_URL is malformed; it must look like postgres://user:password@host:5432/database?sslmode=require");
    let options = PgConnectOptions::from_str(url).map_err(malformed)?.application_name("periodical");
    // A pool would try for ten seconds and then say that it timed out; one connection says what is wrong.
    let first =
        PgConnection::connect_with(&options).await.context("Postgres cannot be reached; check DATABASE_URL and that the server runs")?;
    first.close().await?;
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        .connect_with(options)
        .await
        .context("Postgres cannot be reached; check DATABASE_URL and that the server runs")
}

async fn prepare(connection: &mut PgConnection) -> sqlx::Result<()> {
    // Statements over arrays are thought to be about thousands of rows, and compiled for up to a second before they take
    // a millisecond.
    sqlx::query!("set jit = off").execute(&mut *connection).await?;
    // A process that stands still in the middle of a transaction (SIGSTOP, a host that has gone) must not keep its locks
    // from the others for ever.
    sqlx::query!("set idle_in_transaction_session_timeout = '10s'").execute(connection).await?;
    Ok(())
}

/// Brings our tables and the queue's up to date.
///
/// # Errors
/// A migration that fails, or a database newer than this program.
pub async fn migrate(pool: &PgPool) -> anyhow::Result<()> {
    // On a connection of its own: closing it gives the lock back, whatever happens in between.
    let mut lock = PgConnection::connect_with(&pool.connect_options()).await?;
    sqlx::query!("select pg_advisory_lock($1)", MIGRATION_LOCK).execute(&mut lock).await?;
    let migrated = async {
        MIGRATIONS.run(pool).await.context("the database could not be migrated")?;
        WorkerUtils::new(pool.clone(), QUEUE_SCHEMA).migrate().await.context("the job queue's tables could not be migrated")
    }
    .await;
    lock.close().await?;
    migrated
}

/// Postgres's clock, which the queue goes by; within a transaction the moment it began.
///
/// # Errors
/// The database's.
pub async fn now(db: impl PgExecutor<'_>) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(db).await
}

/// Lets deferrable constraints be checked at the transaction's end.
///
/// # Errors
/// The database's.
pub async fn defer_constraints(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("set constraints all deferred").execute(db).await?;
    Ok(())
}

/// Whether Postgres answers and has every migration of this program (`/readyz`).
pub async fn is_ready(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let applied = sqlx::query_scalar!("select max(version) from _sqlx_migrations where success").fetch_one(pool).await?;
    Ok(applied.is_some_and(|version| version >= newest))
}

/// Turns a named constraint's violation into a value of ours, so that nothing is checked first and inserted after.
pub trait ResultExt<T> {
    /// # Errors
    /// `violation`'s value where the constraint `name` was violated, else the database's error.
    fn on_constraint<E: From<sqlx::Error>>(self, name: &str, violation: impl FnOnce() -> E) -> Result<T, E>;
}

impl<T> ResultExt<T> for Result<T, sqlx::Error> {
    fn on_constraint<E: From<sqlx::Error>>(self, name: &str, violation: impl FnOnce() -> E) -> Result<T, E> {
        self.map_err(|error| match &error {
            sqlx::Error::Database(database) if database.constraint() == Some(name) => violation(),
            _ => error.into(),
        })
    }
}

/// What became of a deletion: false where the foreign key `constraint` still needs the row.
pub fn unless_used<T>(deleted: sqlx::Result<T>, constraint: &str) -> sqlx::Result<bool> {
    match deleted {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.constraint() == Some(constraint) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a statement has waited for a lock longer than it wants to (SQLSTATE 55P03).
pub fn is_lock_timeout(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(database) if database.code().is_some_and(|code| code == "55P03"))
}

/// Escapes `%`, `_` and `\` for `like`, and lowers the case, as the `search` columns are. NUL is left out: no text of
/// Postgres holds one, and a query that does fails.
pub fn like_pattern(search: &str) -> Option<String> {
    let search = search.replace('\0', "").trim().to_lowercase();
    if search.is_empty() {
        return None;
    }
    Some(format!("%{}%", search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")))
}

//! Where everything happens: a private Postgres with the settings that users get, in a folder that goes with this process.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use anyhow::Context;
use periodical::{
    db::{
        self,
        embedded::{EmbeddedPostgres, Options},
    },
    users,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use tokio::sync::Mutex;

use crate::database::Database;

/// Ends the processes, stops Postgres and removes the folder once its standard input ends, which is when this process
/// does, however it does.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
cat > /dev/null
for process in "$1"/processes/*; do
  [ -e "$process" ] && kill -KILL "${process##*/}" 2> /dev/null
done
kill -QUIT "$(head -n 1 "$1/postgres/postmaster.pid" 2> /dev/null)" 2> /dev/null
tries=0
while [ -e "$1/postgres/postmaster.pid" ] && [ $tries -lt 300 ]; do sleep 0.1; tries=$((tries + 1)); done
rm -rf "$1"
"#;

/// Who owns the recipients that are measured.
pub const OWNER: &str = "owner@example.org";
/// Who owns the few that a worker is warmed up with.
pub const WARM_UP: &str = "warm-up@example.org";
pub const WARM_UP_RECIPIENTS: i64 = 50;
pub const PASSWORD: &str = "a few words in a row";
pub const SUBJECT: &str = "News of the week";
/// An ordinary message: with both alternatives and its headers about 2 KB.
pub const BODY: &str = "Good morning,

this is the weekly letter. It is about as long as such letters are: a greeting, a few lines of news, and a farewell.

On Monday the reading room opens again, from nine to five as before. Whoever has borrowed books in summer may bring them
back there, or leave them at the porter's lodge. On Thursday there is the lecture that was put off in May.

If you would rather write than read: the next issue is still looking for its second page.

See you then";

pub struct Stage {
    folder: PathBuf,
    postgres: EmbeddedPostgres,
    watchdog: Child,
    /// Numbers of recipients for which there is a database to copy from.
    prepared: Mutex<Vec<i64>>,
    numbers: AtomicU32,
}

impl Stage {
    pub async fn start() -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("periodical-bench-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("processes"))?;
        // As root, Postgres and smtp-sink run as others, who must get in.
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755))?;
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("sh cannot be started")?;
        let options = Options { data_dir: folder.clone(), extra_settings: Vec::new(), binaries: None, use_system: true };
        let postgres = EmbeddedPostgres::start(options).await?;
        let pool = db::connect(postgres.url(), 2).await?;
        db::migrate(&pool).await?;
        // What is copied from may have no connections.
        pool.close().await;
        Ok(Self { folder, postgres, watchdog, prepared: Mutex::default(), numbers: AtomicU32::new(1) })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// For names that must differ.
    pub fn next_number(&self) -> u32 {
        self.numbers.fetch_add(1, Relaxed)
    }

    /// Fills the database that those with so many recipients are copied from: before the first round, which is to begin
    /// as quietly as the others.
    pub async fn prepare(&self, recipients: i64) -> anyhow::Result<String> {
        let template = format!("prepared_{recipients}");
        let mut prepared = self.prepared.lock().await;
        if !prepared.contains(&recipients) {
            self.execute(&format!("create database {template} template periodical")).await?;
            fill(&self.postgres.database_url(&template), recipients).await.context("a database cannot be filled")?;
            prepared.push(recipients);
        }
        Ok(template)
    }

    /// A fresh database with this many recipients, as vacuumed and checkpointed as any other of the same number.
    pub async fn database(&self, recipients: i64) -> anyhow::Result<Database> {
        let template = self.prepare(recipients).await?;
        let name = format!("round_{}", self.next_number());
        // Files are copied and flushed, before and after: no round inherits writing from the one before it.
        self.execute(&format!("create database {name} template {template} strategy file_copy")).await?;
        Database::open(name.clone(), self.postgres.database_url(&name), &self.folder).await
    }

    /// Ends whatever is still connected to it.
    pub async fn remove(&self, database: Database) -> anyhow::Result<()> {
        let name = database.close().await;
        self.execute(&format!("drop database {name} with (force)")).await
    }

    /// As `15.8 (Debian 15.8-0+deb12u1)`.
    pub async fn postgres_version(&self) -> anyhow::Result<String> {
        let mut connection = self.connect().await?;
        Ok(sqlx::query_scalar("show server_version").fetch_one(&mut connection).await?)
    }

    pub async fn stop(mut self) -> anyhow::Result<()> {
        let stopped = self.postgres.stop().await;
        // It has no more to do than to remove the folder.
        drop(self.watchdog.stdin.take());
        self.watchdog.wait()?;
        Ok(stopped?)
    }

    async fn connect(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::connect(&self.postgres.database_url("postgres")).await?)
    }

    /// The names in it are of our own making; identifiers cannot be bound.
    async fn execute(&self, statement: &str) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.with_context(|| statement.to_owned())?;
        Ok(connection.close().await?)
    }
}

async fn fill(url: &str, recipients: i64) -> anyhow::Result<()> {
    let pool = db::connect(url, 2).await?;
    let password = users::model::Password::parse(PASSWORD).map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
    let hash = users::password::hash(password).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    for (email, count) in [(OWNER, recipients), (WARM_UP, WARM_UP_RECIPIENTS)] {
        let user = users::queries::upsert_verified(&pool, email, "Otto Owner", &hash).await?;
        fill_account(&pool, user, count).await?;
    }
    sqlx::query("vacuum (analyze)").execute(&pool).await?;
    sqlx::query("checkpoint").execute(&pool).await?;
    pool.close().await;
    Ok(())
}

async fn fill_account(pool: &PgPool, user: i64, recipients: i64) -> sqlx::Result<()> {
    let query = "insert into recipients (user_id, email, full_name)
                 select $1, 'reader' || n || '@example.org', 'Rita Reader ' || n from generate_series(1, $2::bigint) n";
    sqlx::query(query).bind(user).bind(recipients).execute(pool).await?;
    let query = "insert into messages (user_id, subject, body) values ($1, $2, $3)";
    sqlx::query(query).bind(user).bind(SUBJECT).bind(BODY).execute(pool).await?;
    // A page of lists has 50 rows.
    let query = "insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, status)
                 select $1, 'An older mailing ' || n, (select min(id) from messages where user_id = $1), true,
                        now() - interval '2 days', now() - interval '1 day', 'once', 'UTC', 'completed'
                 from generate_series(1, 50) n";
    sqlx::query(query).bind(user).execute(pool).await?;
    Ok(())
}

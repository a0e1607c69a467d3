//! A Postgres of the suite's own, with durable settings, that a case may stop, kill and start again.

use std::path::{Path, PathBuf};

use periodical::db::{
    self,
    embedded::{EmbeddedPostgres, Options},
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::OnceCell;

use super::{open_folder, process::signal_process};

pub struct Postgres {
    options: Options,
    url: String,
    /// None while it is down.
    running: Option<EmbeddedPostgres>,
}

static SHARED: OnceCell<Postgres> = OnceCell::const_new();

/// A database of its own on the server that all cases share who do it no harm.
pub async fn shared_database(root: &Path, name: &str) -> anyhow::Result<String> {
    let server = SHARED.get_or_try_init(async || Postgres::start(&root.join("shared"), None).await).await?;
    let Some(running) = &server.running else { anyhow::bail!("the shared Postgres is down") };
    let mut connection = PgConnection::connect(&running.database_url("postgres")).await?;
    // A name of our own making; identifiers cannot be bound.
    sqlx::query(AssertSqlSafe(format!("create database {name} template periodical"))).execute(&mut connection).await?;
    connection.close().await?;
    Ok(running.database_url(name))
}

/// Ends the shared server: statics are never dropped.
pub fn end_shared() {
    if let Some(server) = SHARED.get() {
        server.end();
    }
}

impl Postgres {
    /// A fresh cluster in `folder` with a migrated database; `binaries` in place of those found on this machine.
    pub async fn start(folder: &Path, binaries: Option<PathBuf>) -> anyhow::Result<Self> {
        open_folder(folder)?;
        let extra_settings = vec![("max_connections".to_owned(), "400".to_owned())];
        let options = Options { data_dir: folder.into(), extra_settings, binaries, use_system: true };
        let running = EmbeddedPostgres::start(options.clone()).await?;
        let server = Self { url: running.url().to_owned(), running: Some(running), options };
        let pool = db::connect(&server.url, 2).await?;
        db::migrate(&pool).await?;
        // A template may have no connections.
        pool.close().await;
        Ok(server)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// `pg_ctl stop -m fast`: every connection ends, what was committed stays.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(running) = self.running.take() {
            running.stop().await?;
        }
        Ok(())
    }

    /// Starts it again, at the same address.
    pub async fn start_again(&mut self) -> anyhow::Result<()> {
        let running = EmbeddedPostgres::start(self.options.clone()).await?;
        anyhow::ensure!(running.url() == self.url, "Postgres came back at another address");
        self.running = Some(running);
        Ok(())
    }

    /// `kill -9` of the postmaster; its backends find it gone and end by themselves.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let pid = self.pid().ok_or_else(|| anyhow::anyhow!("Postgres is not running"))?;
        signal_process(pid, "KILL")?;
        self.running = None;
        Ok(())
    }

    fn pid(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.options.data_dir.join("postgres/postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// At once, without the courtesies.
    fn end(&self) {
        if let (Some(_), Some(pid)) = (&self.running, self.pid()) {
            // Ended already is ended as well.
            let _ = signal_process(pid, "QUIT");
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.end();
    }
}

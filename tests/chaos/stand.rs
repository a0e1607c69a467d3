//! An installation to break: a Postgres, the project's mail server, and processes of the built binary.

mod ledger;
mod mails;
mod owner;
pub mod postgres;
mod process;

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use periodical::{
    db,
    mail::server::{Faults, ServerOptions, SmtpServer},
};
use sqlx::PgPool;
use tokio::net::TcpListener;

pub use self::{
    ledger::{Figures, Ledger},
    mails::{Mail, Mails, Repeat},
    owner::Owner,
    postgres::Postgres,
    process::{Process, describe},
};

use crate::{context::Context, watchdog};

/// Connections that each worker keeps to the mail server.
pub const CONNECTIONS: usize = 4;
/// Jobs that each worker runs at once.
const CONCURRENCY: usize = 4;
/// User and password of a mail server that wants them.
const LOGIN: (&str, &str) = ("sender", "secret");

/// Where a case's Postgres is.
pub enum Database {
    /// On the server that all cases share.
    Shared,
    /// A server of its own, to be stopped and killed; `binaries` in place of those found on this machine.
    Own { binaries: Option<PathBuf> },
}

pub struct Stand {
    pub db: PgPool,
    pub mails: Mails,
    pub postgres: Option<Postgres>,
    pub folder: PathBuf,
    smtp: Option<SmtpServer>,
    smtp_port: u16,
    wants_login: bool,
    database_url: String,
    web_port: u16,
    web: Option<Process>,
    processes: PathBuf,
    started: usize,
}

impl Stand {
    /// Database, mail server and web side; no worker yet.
    pub async fn new(context: &Context, database: Database) -> anyhow::Result<Self> {
        Self::configured(context, database, false).await
    }

    /// The same with a mail server that wants a login.
    pub async fn with_login(context: &Context, database: Database) -> anyhow::Result<Self> {
        Self::configured(context, database, true).await
    }

    async fn configured(context: &Context, database: Database, wants_login: bool) -> anyhow::Result<Self> {
        let (postgres, database_url) = match database {
            Database::Shared => (None, postgres::shared_database(&context.root, &context.short_name).await?),
            Database::Own { binaries } => {
                let postgres = Postgres::start(&context.folder.join("db"), binaries).await?;
                let url = postgres.url().to_owned();
                (Some(postgres), url)
            }
        };
        let mut stand = Self {
            db: db::connect(&database_url, 4).await?,
            mails: Mails::default(),
            postgres,
            folder: context.folder.clone(),
            smtp: None,
            smtp_port: 0,
            wants_login,
            database_url,
            web_port: free_port().await?,
            web: None,
            processes: watchdog::processes(&context.root),
            started: 0,
        };
        stand.start_smtp().await?;
        stand.start_web().await?;
        Ok(stand)
    }

    /// The mail server's faults, to be changed while it runs.
    ///
    /// # Panics
    /// While the mail server is stopped.
    pub fn faults(&self) -> &Faults {
        self.smtp.as_ref().expect("the mail server runs").faults()
    }

    /// A mail server that takes about this long for every command, so that there is a middle to act in.
    pub fn slow_down(&self, delay: Duration) {
        self.faults().set_command_delay(delay);
    }

    /// The mail server is gone: its port is closed, its conversations break off.
    pub async fn stop_smtp(&mut self) {
        if let Some(smtp) = self.smtp.take() {
            smtp.stop().await;
        }
    }

    /// The mail server breaks off every conversation, and takes new ones.
    pub async fn hang_up(&self) {
        if let Some(smtp) = &self.smtp {
            smtp.hang_up().await;
        }
    }

    /// Starts the mail server, again on its port.
    pub async fn start_smtp(&mut self) -> anyhow::Result<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.smtp_port)).await?;
        let credentials = self.wants_login.then(|| (LOGIN.0.to_owned(), LOGIN.1.to_owned()));
        let options = ServerOptions { faults: Faults::by_address(), credentials, ..ServerOptions::default() };
        let mails = self.mails.clone();
        let smtp = SmtpServer::start(listener, options, move |mail| mails.push(mail)).await;
        self.smtp_port = smtp.address().port();
        self.smtp = Some(smtp);
        Ok(())
    }

    /// The web side as a process, once it answers.
    pub async fn start_web(&mut self) -> anyhow::Result<()> {
        const TRIES: usize = 3;
        for _ in 0..TRIES {
            let mut process = self.spawn(self.command(&["serve"], "data"), "web".to_owned())?;
            let ready = format!("{}/readyz", self.base());
            let answers = until("the web side", Duration::from_secs(60), async || {
                let answer = reqwest::get(&ready).await.ok().filter(|answer| answer.status().is_success());
                Ok(if process.has_ended()? { Some(false) } else { answer.map(|_| true) })
            });
            if answers.await? {
                self.web = Some(process);
                return Ok(());
            }
            // Somebody else has taken the port since it was found free.
            self.web_port = free_port().await?;
        }
        anyhow::bail!("the web side ended {TRIES} times at its start")
    }

    pub fn kill_web(&mut self) -> anyhow::Result<()> {
        if let Some(mut web) = self.web.take() {
            web.kill()?;
        }
        Ok(())
    }

    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.web_port)
    }

    /// A worker process on the stand's data folder.
    pub fn worker(&mut self) -> anyhow::Result<Process> {
        self.worker_in("data")
    }

    /// A worker process with a data folder of its own, as on another machine.
    pub fn worker_elsewhere(&mut self) -> anyhow::Result<Process> {
        let folder = format!("data-{}", self.started + 1);
        self.worker_in(&folder)
    }

    /// A worker process with its data in this folder of the stand's.
    pub fn worker_in(&mut self, data: &str) -> anyhow::Result<Process> {
        let command = self.command(&["worker"], data);
        self.worker_as(command)
    }

    /// Web side and worker in one process, with the stand's Postgres as its private one.
    pub fn all_in_one(&mut self) -> anyhow::Result<Process> {
        let mut command = self.command(&[], "db");
        command.env_remove("DATABASE_URL");
        self.worker_as(command)
    }

    /// A worker process started by `command`.
    pub fn worker_as(&mut self, mut command: Command) -> anyhow::Result<Process> {
        self.started += 1;
        let name = format!("worker{}", self.started);
        command.env("MAIL_FROM", format!("{name}@periodical.example"));
        self.spawn(command, name)
    }

    fn spawn(&self, command: Command, name: String) -> anyhow::Result<Process> {
        let log = self.folder.join(format!("{name}.log"));
        Process::start(name, command, &log, &self.processes)
    }

    /// The built binary with the stand's settings, `data` being its folder below the stand's.
    pub fn command(&self, arguments: &[&str], data: &str) -> Command {
        let login = if self.wants_login { format!("{}:{}@", LOGIN.0, LOGIN.1) } else { String::new() };
        let mut command = Command::new(env!("CARGO_BIN_EXE_periodical"));
        command
            .args(arguments)
            // No `.env` of whoever runs this.
            .current_dir(&self.folder)
            .env("DATABASE_URL", &self.database_url)
            .env("SMTP_URL", format!("smtp://{login}127.0.0.1:{}", self.smtp_port))
            .env("SMTP_CONNECTIONS", CONNECTIONS.to_string())
            .env("WORKER_CONCURRENCY", CONCURRENCY.to_string())
            .env("MAIL_FROM", "web@periodical.example")
            .env("PUBLIC_URL", self.base())
            .env("SECRET_KEY", "a key for tests that is long enough")
            .env("DATA_DIR", self.folder.join(data))
            .env("LISTEN", format!("127.0.0.1:{}", self.web_port))
            .env("RUST_LOG", "warn,periodical=info");
        command
    }

    /// Waits until the server has taken this many mails in all.
    pub async fn accepted(&self, count: usize, limit: Duration) -> anyhow::Result<()> {
        until(&format!("{count} accepted mails"), limit, async || Ok((self.mails.len() >= count).then_some(()))).await
    }

    /// Waits for the first mail after a moment, and says how long after it that came.
    pub async fn next_mail_after(&self, moment: Instant, limit: Duration) -> anyhow::Result<Duration> {
        let at = until("the next mail", limit, async || Ok(self.mails.first_after(moment))).await?;
        Ok(at - moment)
    }

    /// Waits until the server has taken nothing for a while: what is on the wire has arrived.
    pub async fn quiet(&self, calm: Duration, limit: Duration) -> anyhow::Result<()> {
        let mut seen = (self.mails.len(), Instant::now());
        until("the mails to stop", limit, async || {
            let now = self.mails.len();
            if now != seen.0 {
                seen = (now, Instant::now());
            }
            Ok((seen.1.elapsed() >= calm).then_some(()))
        })
        .await
    }
}

async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port())
}

/// Makes a folder that the Postgres user may pass through.
pub fn open_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Looks until there is something to see; an error of looking is one of not seeing it yet. Cases wait for conditions,
/// never for seconds; the limit only ends what hangs.
pub async fn until<T>(what: &str, limit: Duration, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        let seen = tokio::time::timeout(limit, look()).await.map_err(anyhow::Error::from).and_then(|seen| seen);
        match seen {
            Ok(Some(found)) => return Ok(found),
            Err(error) if began.elapsed() >= limit => return Err(error.context(format!("waited {limit:?} in vain for: {what}"))),
            Ok(None) if began.elapsed() >= limit => anyhow::bail!("waited {limit:?} in vain for: {what}"),
            _ => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

//! The command line: what each subcommand starts, in which order, and how it ends.

mod accounts;
mod check;
mod send;
mod serve;
mod token;

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::{
    app::App,
    config::{Config, Database},
    db::{
        self,
        embedded::{EmbeddedPostgres, Options},
    },
    seeds,
    users::rights::Role,
};

#[derive(Parser)]
#[command(
    version,
    about = "Recurring e-mail you host yourself",
    long_about = "Recurring e-mail you host yourself.\n\nWithout a command: everything in one process, on a private Postgres and a built-in mail catcher unless DATABASE_URL and SMTP_URL say otherwise."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// The web side alone
    Serve,
    /// A worker alone; any number may run against one database
    Worker,
    /// Apply the migrations
    Migrate,
    /// Load the demo of `seeds/`; twice gives the same
    Seed,
    /// Send a mailing now, or what is due, with a progress bar
    Send(send::Send),
    /// A verified account with every right
    CreateAdmin(accounts::Account),
    /// A verified account that views mailings and users
    CreateManager(accounts::Account),
    /// Personal tokens of the API
    #[command(subcommand)]
    Token(token::Token),
    /// Reach the database, the mail server and Redis, and say what is wrong
    Check,
    /// Print the database's address, for psql and pg_dump while Periodical runs
    DatabaseUrl,
}

/// Runs the command line; an error is one clear line.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(error) => return fail(&error),
    };
    if let Err(error) = log_to_terminal() {
        return fail(&error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let done = runtime.block_on(dispatch(arguments.command, config));
    // A blocking task that hangs (a terminal prompt, say) does not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match done {
        Ok(code) => code,
        Err(error) => fail(&format!("{error:#}")),
    }
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("periodical: {error}");
    ExitCode::FAILURE
}

/// Times and levels on stderr; stdout is for what a command answers.
fn log_to_terminal() -> Result<(), String> {
    // Empty is unset here as for every setting; tracing-subscriber would take it for "errors alone".
    let asked = std::env::var("RUST_LOG").ok().filter(|directives| !directives.trim().is_empty());
    // A million deliveries are one statement, which may take its time.
    let directives = asked.as_deref().unwrap_or("warn,periodical=info,sqlx::query=error");
    let filter = EnvFilter::try_new(directives).map_err(|error| format!("RUST_LOG: `{directives}` cannot be used: {error}"))?;
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .compact()
        .with_ansi(is_terminal)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

async fn dispatch(command: Option<Command>, config: Config) -> anyhow::Result<ExitCode> {
    match command {
        None => serve::everything(config).await,
        Some(Command::Serve) => serve::web(config).await,
        Some(Command::Worker) => serve::worker(config).await,
        Some(Command::Migrate) => {
            let backend = Backend::start(config, CancellationToken::new()).await?;
            println!("The database is up to date.");
            backend.stop().await
        }
        Some(Command::Seed) => {
            let backend = Backend::start(config, CancellationToken::new()).await?;
            let summary = crate::seeds::load(&backend.app).await;
            let code = backend.stop().await?;
            println!("{}", summary?);
            Ok(code)
        }
        Some(Command::Send(send)) => send::run(send, config).await,
        Some(Command::CreateAdmin(account)) => accounts::create(account, Role::Admin, config).await,
        Some(Command::CreateManager(account)) => accounts::create(account, Role::Manager, config).await,
        Some(Command::Token(command)) => token::run(command, config).await,
        Some(Command::Check) => check::run(config).await,
        Some(Command::DatabaseUrl) => {
            let backend = Backend::start(config, CancellationToken::new()).await?;
            println!("{}", backend.database_url);
            backend.stop().await
        }
    }
}

/// The database, migrated, and the `App` over it; every command begins with this and ends with its `stop`.
struct Backend {
    app: App,
    database_url: String,
    postgres: Option<EmbeddedPostgres>,
}

impl Backend {
    async fn start(config: Config, stop: CancellationToken) -> anyhow::Result<Self> {
        let postgres = match &config.database {
            Database::Url(_) => None,
            Database::Embedded { binaries } => Some(
                EmbeddedPostgres::start(Options {
                    data_dir: config.data_dir.clone(),
                    extra_settings: Vec::new(),
                    binaries: binaries.clone(),
                    use_system: true,
                })
                .await?,
            ),
        };
        let database_url = match (&config.database, &postgres) {
            (Database::Url(url), _) => url.clone(),
            (_, Some(postgres)) => postgres.url().to_owned(),
            (Database::Embedded { .. }, None) => String::new(),
        };
        match Self::migrated(config, &database_url, stop).await {
            Ok(app) => Ok(Self { app, database_url, postgres }),
            Err(error) => {
                if let Some(postgres) = postgres {
                    postgres.stop().await?;
                }
                Err(error)
            }
        }
    }

    async fn migrated(config: Config, database_url: &str, stop: CancellationToken) -> anyhow::Result<App> {
        // Pages, and two connections for each job that runs at once: its settler's and its lease keeper's.
        let connections = 10 + 2 * u32::try_from(config.worker_concurrency)?;
        let pool = db::connect(database_url, connections).await?;
        db::migrate(&pool).await?;
        seeds::load_roles(&pool).await?;
        Ok(App::new(config, pool, stop))
    }

    /// Closes the pool and stops the Postgres that nobody else uses.
    async fn stop(self) -> anyhow::Result<ExitCode> {
        self.app.db.close().await;
        if let Some(postgres) = self.postgres {
            postgres.stop().await?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Cancelled by Ctrl-C and by SIGTERM; a second one ends the process at once.
fn stop_on_signals() -> anyhow::Result<CancellationToken> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        for is_second in [false, true] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if is_second {
                std::process::exit(130);
            }
            eprintln!("Stopping: finishing what is on its way. Ctrl-C again ends it at once.");
            token.cancel();
        }
    });
    Ok(stop)
}

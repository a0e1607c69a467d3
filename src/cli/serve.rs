//! The long-running commands: everything in one, the web side, a worker.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Backend, stop_on_signals};
use crate::{
    app::App,
    blog::readings::Readings,
    config::{Config, Database},
    delivery::{Engine, model::Timing},
    inbox::{self, catcher::Catcher},
    routes,
    users::{setup, two_factor},
    web, webhooks, worker,
};

/// The embedded default: Postgres, mail catcher, worker and web in one process.
pub async fn everything(config: Config) -> anyhow::Result<ExitCode> {
    let _running = OnlyOne::claim(&config)?;
    let stop = stop_on_signals()?;
    let listener = bind(&config).await?;
    let backend = Backend::start(config, stop.clone()).await?;
    let served = async {
        let app = &backend.app;
        let catcher = if app.config.has_catcher() { Catcher::start(&app.config.data_dir, app.db.clone()).await? } else { None };
        greet(&backend, catcher.as_ref());
        say_how_to_set_up(app).await?;
        let engine = Engine::new(app.clone(), inbox::smtp_settings(&app.config), Timing::default());
        // Whichever ends first ends the other: a site that sends nothing is not well.
        let worker = async {
            let ended = worker::run(app.clone(), engine, backend.database_url.clone(), stop.clone()).await;
            stop.cancel();
            ended.context("the worker stopped")
        };
        let web = async {
            let ended = serve(app, listener, stop.clone()).await;
            stop.cancel();
            ended
        };
        let (web, worker) = tokio::join!(web, worker);
        if let Some(catcher) = catcher {
            catcher.stop().await;
        }
        web.and(worker)
    }
    .await;
    finish(backend, served).await
}

/// `serve`
pub async fn web(config: Config) -> anyhow::Result<ExitCode> {
    let stop = stop_on_signals()?;
    let listener = bind(&config).await?;
    let backend = Backend::start(config, stop.clone()).await?;
    eprintln!("Periodical's web side: {}", backend.app.config.public_url);
    say_how_to_set_up(&backend.app).await?;
    let served = serve(&backend.app, listener, stop).await;
    finish(backend, served).await
}

/// `worker`
pub async fn worker(config: Config) -> anyhow::Result<ExitCode> {
    let stop = stop_on_signals()?;
    let backend = Backend::start(config, stop.clone()).await?;
    eprintln!("A worker of Periodical is running. Ctrl-C stops it.");
    let app = backend.app.clone();
    let engine = Engine::new(app.clone(), inbox::smtp_settings(&app.config), Timing::default());
    let served = worker::run(app, engine, backend.database_url.clone(), stop).await;
    finish(backend, served).await
}

async fn finish(backend: Backend, served: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    let stopped = backend.stop().await;
    served?;
    eprintln!("Stopped.");
    stopped
}

async fn serve(app: &App, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
    two_factor::seal::anew(app).await?;
    webhooks::secret::anew(app).await?;
    let (readings, writer) = Readings::start(app);
    web::server::serve(listener, routes::site(app.clone(), readings), &app.config, stop).await;
    writer.finish().await;
    Ok(())
}

async fn bind(config: &Config) -> anyhow::Result<TcpListener> {
    let listen = config.listen;
    TcpListener::bind(listen).await.with_context(|| {
        format!(
            "nothing can be served at {listen}; is another program there? Set LISTEN to another address or port (LISTEN=127.0.0.1:8081)"
        )
    })
}

fn greet(backend: &Backend, catcher: Option<&Catcher>) {
    let config = &backend.app.config;
    let database = match (&backend.postgres, &config.database) {
        (Some(postgres), _) => postgres.description(),
        (None, Database::Url(_) | Database::Embedded { .. }) => "the one of DATABASE_URL".to_owned(),
    };
    eprintln!("\nPeriodical is running.\n");
    eprintln!("  Open      {}", config.public_url);
    if let Some(catcher) = catcher {
        eprintln!("  Inbox     {} (every mail is caught here, port {})", config.link("/dev/inbox"), catcher.port);
        if !config.listen.ip().is_loopback() {
            eprintln!("            Anybody who reaches this address can read it: set SMTP_URL before you let others in.");
        }
    }
    eprintln!("  Database  {database}");
    eprintln!("  Stop      Ctrl-C\n");
}

/// What whoever has started it does first.
async fn say_how_to_set_up(app: &App) -> anyhow::Result<()> {
    if !setup::queries::nobody_is_here(&app.db).await? {
        return Ok(());
    }
    eprintln!("  Nobody has an account yet. {} makes the administrator's.", app.config.link(setup::PATH));
    if let Some(code) = setup::code(&app.config) {
        eprintln!("  It asks for the setup code {code}: others may reach this site before you do.");
    }
    eprintln!();
    Ok(())
}

/// The lock that one all-in-one process holds on a data folder; the file says where that one is.
struct OnlyOne {
    _lock: File,
}

impl OnlyOne {
    fn claim(config: &Config) -> anyhow::Result<Self> {
        let folder: &Path = &config.data_dir;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("DATA_DIR {} cannot be made; set DATA_DIR to another folder", folder.display()))?;
        let path = folder.join("periodical.lock");
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("{} cannot be opened; set DATA_DIR to another folder", path.display()))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut where_it_runs = String::new();
                lock.read_to_string(&mut where_it_runs)?;
                bail!("already running on {}: {}", folder.display(), where_it_runs.trim());
            }
            Err(TryLockError::Error(error)) => return Err(error).context("the lock in DATA_DIR cannot be had"),
        }
        lock.set_len(0)?;
        lock.rewind()?;
        write!(lock, "{} (process {})", config.public_url, std::process::id())?;
        Ok(Self { _lock: lock })
    }
}

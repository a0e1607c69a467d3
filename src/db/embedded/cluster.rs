//! The server on the cluster: found running, started, stopped.
//! Everything here happens under the start lock.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use super::account::{Account, last_lines, run};
use super::binaries::Binaries;
use super::creation::major_version;
use super::{EmbeddedError, socket};

/// Recovery after a crash replays the log since the last checkpoint; a minute of that is a lot.
const START_LIMIT: Duration = Duration::from_secs(120);
/// How long leftovers of a killed server (its backends, its shared memory) may stand in the way.
const LEFTOVER_LIMIT: Duration = Duration::from_secs(20);
const LARGEST_LOG: u64 = 10 * 1024 * 1024;

pub(super) struct Cluster {
    pub(super) data_dir: PathBuf,
    pub(super) folder: PathBuf,
    log: PathBuf,
    pub(super) account: Account,
    pub(super) binaries: Binaries,
    pub(super) settings: Vec<(String, String)>,
}

/// A server that answers.
pub(super) struct Running {
    pub socket_folder: PathBuf,
    pub version: String,
    /// By us, just now.
    pub started: bool,
}

enum Probe {
    Down,
    /// A postmaster lives, but is starting, recovering or stopping.
    Busy,
    Ready(PathBuf, PgConnection),
}

enum Process {
    Dead,
    Postmaster,
    Unrelated,
}

impl Cluster {
    pub fn new(data_dir: &Path, account: Account, binaries: Binaries, settings: Vec<(String, String)>) -> Self {
        Self {
            data_dir: data_dir.into(),
            folder: data_dir.join("postgres"),
            log: data_dir.join("postgres.log"),
            account,
            binaries,
            settings,
        }
    }

    /// Makes what is missing: the cluster, a running server, the database.
    pub async fn ensure_running(&self) -> Result<Running, EmbeddedError> {
        if major_version(&self.folder)?.is_none() {
            self.create().await?;
        }
        if self.account.we_are_root && std::fs::metadata(&self.folder).is_ok_and(|metadata| metadata.uid() == 0) {
            self.account.give_tree(&self.folder).await?;
        }
        let begun = Instant::now();
        let mut started = false;
        loop {
            match self.probe().await? {
                Probe::Ready(socket_folder, mut connection) => {
                    let version = prepare(&mut connection).await?;
                    let _ = connection.close().await;
                    return Ok(Running { socket_folder, version, started });
                }
                Probe::Busy if begun.elapsed() > START_LIMIT => return Err(self.not_started(0)),
                Probe::Busy => tokio::time::sleep(Duration::from_millis(100)).await,
                Probe::Down => {
                    let log_before = self.rotate_log()?;
                    let result = self.start().await;
                    started = true;
                    if result.is_ok() || !matches!(self.probe().await?, Probe::Down) {
                        continue;
                    }
                    // A killed postmaster's children need a moment to notice; until then the server refuses to start.
                    let said = self.log_since(log_before);
                    let leftovers = said.contains("shared memory block") || said.contains("lock file");
                    if !leftovers || begun.elapsed() > LEFTOVER_LIMIT {
                        return Err(self.not_started(log_before));
                    }
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
            }
        }
    }

    /// Stops the server, if there is one. Never signals by the number in postmaster.pid without knowing whose it is.
    pub async fn stop(&self) -> Result<(), EmbeddedError> {
        let socket_folder = match self.probe().await? {
            Probe::Down => return Ok(()),
            Probe::Ready(folder, connection) => {
                let _ = connection.close().await;
                Some(folder)
            }
            Probe::Busy => None,
        };
        let mut command = self.account.command(self.binaries.program("pg_ctl"), &self.data_dir);
        command.arg("stop").arg("-D").arg(&self.folder).args(["-m", "fast", "-w", "-t", "90"]);
        if let Err(error) = run("pg_ctl stop", command, Duration::from_secs(100)).await
            && !matches!(self.probe().await?, Probe::Down)
        {
            return Err(EmbeddedError::NotStopped { said: error.to_string(), log: self.log.clone(), tail: self.tail(0) });
        }
        if let Some(folder) = socket_folder {
            // Only an empty folder goes; it is made again at the next start.
            let _ = std::fs::remove_dir(folder);
        }
        Ok(())
    }

    async fn start(&self) -> Result<(), EmbeddedError> {
        let socket_folder = socket::prepare_folder(&self.data_dir, &self.account)?;
        let own = [
            ("listen_addresses", String::new()),
            ("port", socket::PORT.to_string()),
            ("unix_socket_directories", socket_folder.to_string_lossy().into_owned()),
            ("max_connections", "100".to_owned()),
        ];
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let extra = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut words = String::new();
        for (name, value) in own.chain(extra) {
            // pg_ctl hands this to a shell.
            words += &format!("-c {} ", shell_quoted(&format!("{name}={value}")));
        }
        let mut command = self.account.command(self.binaries.program("pg_ctl"), &self.data_dir);
        command.arg("start").arg("-D").arg(&self.folder).arg("-l").arg(&self.log);
        command.args(["-w", "-t", "60", "-o", words.trim_end()]);
        // The server keeps what it is given: with our pipes, `periodical | cat` would never end.
        let log = || OpenOptions::new().append(true).open(&self.log).map_err(EmbeddedError::at(&self.log));
        command.stdout(std::process::Stdio::null()).stderr(log()?);
        let failed = |said: String| EmbeddedError::Program { program: "pg_ctl start".into(), said };
        match tokio::time::timeout(Duration::from_secs(90), command.status()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(failed(status.to_string())),
            Ok(Err(error)) => Err(failed(error.to_string())),
            Err(_) => Err(failed("not finished after 90 s".into())),
        }
    }

    /// Asks the server itself; postmaster.pid only says where, since its number may by now be anybody's.
    async fn probe(&self) -> Result<Probe, EmbeddedError> {
        let path = self.folder.join("postmaster.pid");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Probe::Down),
            Err(error) => return Err(EmbeddedError::at(&path)(error)),
        };
        let lines: Vec<&str> = text.lines().collect();
        let pid: Option<u32> = lines.first().and_then(|line| line.trim().parse().ok());
        let socket_folder = lines.get(4).map(|line| PathBuf::from(line.trim())).filter(|path| path.is_absolute());
        if let Some(folder) = socket_folder.clone() {
            let url = socket::url(&folder, "postgres");
            match tokio::time::timeout(Duration::from_secs(5), PgConnection::connect(&url)).await {
                Ok(Ok(connection)) => return Ok(Probe::Ready(folder, connection)),
                // 57P03 cannot connect now, 57P01 shutting down, 53300 no connection left.
                Ok(Err(sqlx::Error::Database(error)))
                    if ["57P03", "57P01", "53300"].iter().any(|code| error.code().as_deref() == Some(code)) =>
                {
                    return Ok(Probe::Busy);
                }
                Ok(Err(error @ (sqlx::Error::Database(_) | sqlx::Error::Configuration(_)))) => {
                    return Err(error.into());
                }
                // Nobody there, or too slow to say.
                Ok(Err(_)) | Err(_) => {}
            }
        }
        match pid.map_or(Process::Dead, |pid| process(pid, &self.folder)) {
            Process::Postmaster => Ok(Probe::Busy),
            Process::Dead => Ok(Probe::Down),
            Process::Unrelated => {
                // After a reboot the number belongs to somebody else (or, unreaped in a container, to a zombie), and
                // Postgres would refuse to start for as long as they live. Backends that outlive a killed postmaster are
                // still found out: the shared memory's key comes from the cluster folder.
                tracing::info!("{} is stale: its process is no Postgres of ours", path.display());
                let lock = socket_folder.map(|folder| folder.join(format!(".s.PGSQL.{}.lock", socket::PORT)));
                for stale in [Some(path), lock].into_iter().flatten() {
                    match std::fs::remove_file(&stale) {
                        Err(error) if error.kind() != ErrorKind::NotFound => {
                            return Err(EmbeddedError::at(&stale)(error));
                        }
                        _ => {}
                    }
                }
                Ok(Probe::Down)
            }
        }
    }

    /// Makes the log if need be and puts a large one aside; returns its length.
    fn rotate_log(&self) -> Result<u64, EmbeddedError> {
        let at = EmbeddedError::at(&self.log);
        let length = std::fs::symlink_metadata(&self.log).map_or(0, |metadata| metadata.len());
        if length > LARGEST_LOG {
            std::fs::rename(&self.log, self.log.with_extension("log.1")).map_err(EmbeddedError::at(&self.log))?;
        }
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.log) {
            Ok(_) => self.account.give(&self.log).map(|()| 0),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.account.give(&self.log).map(|()| length),
            Err(error) => Err(at(error)),
        }
    }

    fn log_since(&self, offset: u64) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = File::open(&self.log)?;
            let offset = offset.max(file.metadata()?.len().saturating_sub(64 * 1024));
            file.seek(SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }

    fn tail(&self, offset: u64) -> String {
        last_lines(&self.log_since(offset), 15)
    }

    fn not_started(&self, log_before: u64) -> EmbeddedError {
        EmbeddedError::NotStarted { log: self.log.clone(), tail: self.tail(log_before) }
    }
}

/// Makes sure of our database and says which version answers.
async fn prepare(connection: &mut PgConnection) -> Result<String, EmbeddedError> {
    let there: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = 'periodical')").fetch_one(&mut *connection).await?;
    if !there {
        sqlx::query("create database periodical").execute(&mut *connection).await?;
    }
    let version: String = sqlx::query_scalar("select current_setting('server_version')").fetch_one(connection).await?;
    Ok(version.split_whitespace().next().unwrap_or_default().to_owned())
}

/// Whose process a number is, told by the command line (always readable, unlike the folder it works in).
fn process(pid: u32, cluster: &Path) -> Process {
    let command_line = if Path::new("/proc/self/cmdline").exists() {
        std::fs::read(format!("/proc/{pid}/cmdline"))
    } else {
        let listed = std::process::Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output();
        listed.map(|output| output.stdout)
    };
    let Ok(command_line) = command_line else {
        return Process::Dead;
    };
    let command_line = String::from_utf8_lossy(&command_line).replace('\0', " ");
    if command_line.contains("postgres") && command_line.contains(&*cluster.to_string_lossy()) {
        return Process::Postmaster;
    }
    match command_line.trim().is_empty() && !Path::new("/proc/self/cmdline").exists() {
        true => Process::Dead,
        // An empty command line under /proc is a zombie or the kernel's: alive to Postgres, but no server.
        false => Process::Unrelated,
    }
}

fn shell_quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

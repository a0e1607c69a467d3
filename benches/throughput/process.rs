//! The processes that are measured: the built binary's `worker` and `serve`. Each ends with its handle.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};

use crate::{
    database::{Database, SECRET_KEY},
    stage::Stage,
};

/// How long anything may take to start.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A child process; dropping it ends it.
pub struct Process {
    child: Child,
    name: &'static str,
    log: PathBuf,
    /// What the watchdog would find it by.
    register: PathBuf,
}

/// The mail server that a worker sends to.
pub struct Mail {
    pub url: String,
    pub ca_file: Option<PathBuf>,
}

impl Mail {
    /// Without TLS, whatever the server offers.
    pub fn plain(address: SocketAddr) -> Self {
        Self { url: format!("smtp://{address}?tls=none"), ca_file: None }
    }
}

impl Process {
    pub fn start(stage: &Stage, name: &'static str, command: &mut Command) -> anyhow::Result<Self> {
        let log = stage.folder().join(format!("{name}-{}.log", stage.next_number()));
        let file = std::fs::File::create(&log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().with_context(|| format!("{name} cannot be started"))?;
        let register = stage.folder().join("processes").join(child.id().to_string());
        let process = Self { child, name, log, register };
        std::fs::write(&process.register, "")?;
        Ok(process)
    }

    /// An error once it has ended, with its last words.
    pub fn check(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} has ended ({status}): {}", self.name, self.last_words());
        }
        Ok(())
    }

    /// The end of what it has said.
    pub fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// The most memory it has ever had, in MB (VmHWM).
    pub fn peak_megabytes(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB"));
        let kilobytes: f64 = kilobytes.context("no VmHWM in /proc/PID/status")?.trim().parse()?;
        Ok(kilobytes / 1024.0)
    }

    /// The processor time it has used so far, in seconds.
    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        // Linux counts in hundredths of a second here, whatever the kernel's own clock does.
        const TICKS: f64 = 100.0;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // After the name, which may hold anything, in parentheses: utime and stime are the fields 14 and 15 of all.
        let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat is odd")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
        Ok(ticks / TICKS)
    }

    /// Waits until `is_ready` says so.
    pub async fn ready(&mut self, mut is_ready: impl AsyncFnMut(&Self) -> bool) -> anyhow::Result<()> {
        let began = Instant::now();
        while !is_ready(self).await {
            self.check()?;
            ensure!(began.elapsed() < START_LIMIT, "{} does not come up: {}", self.name, self.last_words());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.register);
    }
}

/// A worker that is up, with a data folder of its own, as on a machine of its own.
pub async fn worker(stage: &Stage, database: &Database, mail: &Mail, connections: usize) -> anyhow::Result<Process> {
    let mut command = periodical(stage, database, "worker");
    command.env("SMTP_URL", &mail.url).env("SMTP_CONNECTIONS", connections.to_string()).env("PUBLIC_URL", "http://127.0.0.1");
    if let Some(file) = &mail.ca_file {
        command.env("SMTP_CA_FILE", file);
    }
    let mut worker = Process::start(stage, "worker", &mut command)?;
    worker.ready(async |worker| std::fs::read_to_string(&worker.log).is_ok_and(|said| said.contains("running"))).await?;
    Ok(worker)
}

/// A web side that answers, and its address.
pub async fn serve(stage: &Stage, database: &Database) -> anyhow::Result<(Process, String)> {
    serve_with(stage, database, &[]).await
}

/// A web side that believes who is asking where a proxy on this machine says so.
pub async fn serve_behind_proxy(stage: &Stage, database: &Database) -> anyhow::Result<(Process, String)> {
    serve_with(stage, database, &[("FORWARDED_HEADER", "x-forwarded-for")]).await
}

async fn serve_with(stage: &Stage, database: &Database, settings: &[(&str, &str)]) -> anyhow::Result<(Process, String)> {
    let address = free_address()?;
    let base = format!("http://{address}");
    let mut command = periodical(stage, database, "serve");
    command.env("LISTEN", address.to_string()).env("PUBLIC_URL", &base).env("SMTP_URL", "smtp://127.0.0.1:9?tls=none");
    command.envs(settings.iter().copied());
    let mut serve = Process::start(stage, "serve", &mut command)?;
    let ready = format!("{base}/readyz");
    serve.ready(async |_| reqwest::get(&ready).await.is_ok_and(|answer| answer.status().is_success())).await?;
    Ok((serve, base))
}

/// An address that nothing listens on: it was just given back.
pub fn free_address() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// The built binary with the settings that all of its processes share, and no others.
fn periodical(stage: &Stage, database: &Database, subcommand: &str) -> Command {
    let mut command = Command::new(binary());
    let data_dir = stage.folder().join(format!("data-{}", stage.next_number()));
    command
        .arg(subcommand)
        // No `.env` and no setting of whoever runs this.
        .current_dir(stage.folder())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("DATABASE_URL", &database.url)
        .env("DATA_DIR", data_dir)
        .env("SECRET_KEY", SECRET_KEY)
        .env("MAIL_FROM", "Periodical <bench@periodical.example>");
    command
}

pub fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_periodical"))
}

//! Processes of the built binary, ended with whoever started them.

use std::{
    fs::File,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use super::until;

/// A running process. Dropped, it is killed; the watchdog kills it should this process die first.
pub struct Process {
    /// Also the local part of the address it sends from.
    pub name: String,
    child: Child,
    /// The watchdog's note of it.
    note: PathBuf,
}

impl Process {
    /// Starts `command` with its output in `log`.
    pub fn start(name: String, mut command: Command, log: &Path, notes: &Path) -> anyhow::Result<Self> {
        let output = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("{name} could not be started"))?;
        let note = notes.join(child.id().to_string());
        let process = Self { name, child, note };
        File::create(&process.note)?;
        Ok(process)
    }

    /// `kill -9`, and the moment of it.
    pub fn kill(&mut self) -> anyhow::Result<Instant> {
        let moment = Instant::now();
        self.child.kill()?;
        self.child.wait()?;
        let _ = std::fs::remove_file(&self.note);
        Ok(moment)
    }

    /// Sends a signal such as `TERM`, `STOP` or `CONT`. Not reaped yet, the number is still this process's.
    pub fn signal(&mut self, signal: &str) -> anyhow::Result<Instant> {
        ensure!(self.child.try_wait()?.is_none(), "{} has ended already", self.name);
        let moment = Instant::now();
        signal_process(self.child.id(), signal)?;
        Ok(moment)
    }

    pub fn has_ended(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Waits until it ends by itself.
    pub async fn exit(&mut self, limit: Duration) -> anyhow::Result<ExitStatus> {
        let child = &mut self.child;
        let status = until(&format!("{} to end", self.name), limit, async || Ok(child.try_wait()?)).await?;
        let _ = std::fs::remove_file(&self.note);
        Ok(status)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

/// What an exit status says, for a report.
pub fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

/// The shell's own `kill`: the standard library sends SIGKILL alone.
pub fn signal_process(pid: u32, signal: &str) -> anyhow::Result<()> {
    let status = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "kill", signal, &pid.to_string()]).status()?;
    ensure!(status.success(), "process {pid} could not be sent {signal}");
    Ok(())
}

//! Clocks that are put forward and back under running processes, by the library of Debian's package libfaketime.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::ensure;

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Process, Stand},
};

const RECIPIENTS: usize = 6_000;
const MISSING: &str = "libfaketime is not installed and not to be had (Debian: apt-get install libfaketime)";

/// The library, and the file that says how far the clock is off.
struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    /// None where the library is neither installed nor to be had.
    fn find(folder: &Path) -> anyhow::Result<Option<Self>> {
        let Some(library) = installed(Path::new("/usr/lib")).or_else(|| unpacked(folder)) else { return Ok(None) };
        let clock = Self { library, file: folder.join("clock") };
        clock.set("+0")?;
        Ok(Some(clock))
    }

    /// Puts the clock off by as much as `+3600` seconds, from now on and for all who go by it.
    fn set(&self, offset: &str) -> anyhow::Result<()> {
        // Renamed into place: nobody reads half of it.
        let draft = self.file.with_extension("new");
        std::fs::write(&draft, format!("{offset}\n"))?;
        Ok(std::fs::rename(draft, &self.file)?)
    }

    /// The wall clock alone: no clock of a machine puts off how long things take.
    fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("LD_PRELOAD", self.library.to_string_lossy().into_owned()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.to_string_lossy().into_owned()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }

    fn worker(&self, stand: &mut Stand) -> anyhow::Result<Process> {
        let mut command = stand.command(&["worker"], "data");
        command.envs(self.settings());
        stand.worker_as(command)
    }

    /// A folder with the programs of Postgres that go by this clock.
    fn postgres_binaries(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        let said = Command::new("pg_config").arg("--bindir").output()?;
        ensure!(said.status.success(), "pg_config does not say where Postgres is");
        let real = PathBuf::from(String::from_utf8(said.stdout)?.trim());
        let wrappers = folder.join("bin");
        crate::stand::open_folder(&wrappers)?;
        let settings: Vec<String> = self.settings().iter().map(|(name, value)| format!("{name}='{value}'")).collect();
        for program in ["postgres", "initdb", "pg_ctl"] {
            let path = wrappers.join(program);
            std::fs::write(&path, format!("#!/bin/sh\nexec env {} '{}' \"$@\"\n", settings.join(" "), real.join(program).display()))?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
        }
        Ok(wrappers)
    }
}

fn installed(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().map(|entry| entry.path().join("faketime/libfaketimeMT.so.1")).find(|path| path.is_file())
}

/// Debian's package, taken apart beside this run's other files.
fn unpacked(folder: &Path) -> Option<PathBuf> {
    let script = "apt-get download libfaketime && dpkg -x libfaketime_*.deb unpacked";
    let said = Command::new("timeout").args(["30", "sh", "-c", script]).current_dir(folder).output().ok()?;
    said.status.success().then(|| installed(&folder.join("unpacked/usr/lib"))).flatten()
}

pub async fn of_a_worker(context: Context) -> anyhow::Result<()> {
    let Some(clock) = Clock::find(&context.folder)? else {
        context.report.skip(MISSING);
        return Ok(());
    };
    let mut stand = Stand::new(&context, Database::Shared).await?;
    jump(&context, &clock, &mut stand, 0).await
}

/// Every lease is over at once, by Postgres's clock and by the workers' own.
pub async fn of_the_machine(context: Context) -> anyhow::Result<()> {
    const UNSETTLED: usize = 128;
    let Some(clock) = Clock::find(&context.folder)? else {
        context.report.skip(MISSING);
        return Ok(());
    };
    let binaries = clock.postgres_binaries(&context.folder)?;
    let mut stand = Stand::new(&context, Database::Own { binaries: Some(binaries) }).await?;
    // Of two workers each may take what the other has in hand: one a connection, and what waits to be settled.
    jump(&context, &clock, &mut stand, 2 * (CONNECTIONS + UNSETTLED)).await
}

/// Two workers of one clock send while it jumps. Put back, what was due a moment ago is due in an hour.
async fn jump(context: &Context, clock: &Clock, stand: &mut Stand, bound: usize) -> anyhow::Result<()> {
    let report = &context.report;
    stand.slow_down(Duration::from_millis(2));
    let (_, mailing) = stand.mailing_to("clock", RECIPIENTS).await?;
    let mut workers = [clock.worker(stand)?, clock.worker(stand)?];
    let attempt = stand.attempt_of(mailing).await?;
    for (number, offset) in ["+3600", "+0", "-3600", "+0"].iter().enumerate() {
        stand.accepted(RECIPIENTS * (number + 1) / 6, Duration::from_secs(90)).await?;
        clock.set(offset)?;
        let jumped = std::time::Instant::now();
        let waited = stand.next_mail_after(jumped, Duration::from_secs(60)).await?;
        report.note(format!("to {offset} s: the next mail after {:.2} s", waited.as_secs_f64()));
    }
    let ended = stand.finished(attempt, Duration::from_secs(60)).await;
    if let Err(error) = ended {
        // What Postgres's own clock has put off until a moment that is an hour away again waits for it, and nobody is lost.
        report.note(format!("put back, what was due rests until the clock gets there: {error:#}"));
        clock.set("+3600")?;
        stand.finished(attempt, Duration::from_secs(60)).await?;
    }
    for worker in &mut workers {
        report.check(!worker.has_ended()?, "a worker ended");
    }
    stand.everybody_has_it(report, attempt, bound).await?;
    Ok(())
}

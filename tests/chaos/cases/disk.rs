//! A data folder that takes nothing more.

use std::{
    fs::File,
    io::{ErrorKind, Write},
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::ensure;

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Stand, until},
};

/// A small file system of its own, taken away with its owner.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let said = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&folder).output()?;
        ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr).lines().next().unwrap_or_default());
        Ok(Self(folder))
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    /// Writes until nothing more fits. What others remove makes room again, so it is done again and again.
    fn fill(&self) -> anyhow::Result<()> {
        let mut file = File::options().create(true).append(true).open(self.ballast())?;
        loop {
            match file.write_all(&[0; 4096]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn free(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.ballast())?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a process that is being killed may still have a file open there.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// How long the disk stays full: through the first hold and into the second.
const FULL: Duration = Duration::from_secs(8);
const RECIPIENTS: usize = 2_000;

/// What follows once the attempt waits.
#[derive(Clone, Copy)]
enum Then {
    /// There is room again, and the same worker goes on.
    Room,
    /// The worker is killed before there is: all it has sent is noted, but for one mail a connection.
    Death,
}

pub async fn full(context: Context) -> anyhow::Result<()> {
    let disk = match Disk::mount(context.folder.join("full-disk")) {
        Ok(disk) => disk,
        Err(error) => {
            context.report.skip(format!("a file system cannot be mounted here, which takes root: {error:#}"));
            return Ok(());
        }
    };
    let mut stand = Stand::new(&context, Database::Shared).await?;
    stand.slow_down(Duration::from_millis(2));
    stand.faults().set_dot_delay(Duration::from_millis(2));
    fill_up(&context, &mut stand, &disk, Then::Room).await?;
    fill_up(&context, &mut stand, &disk, Then::Death).await
}

async fn fill_up(context: &Context, stand: &mut Stand, disk: &Disk, then: Then) -> anyhow::Result<()> {
    let report = &context.report;
    let data = disk.0.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (owner, mailing) = stand.mailing_to(if matches!(then, Then::Room) { "room" } else { "death" }, RECIPIENTS).await?;
    let mut worker = stand.worker_in(&data)?;
    let attempt = owner.attempt_under_way(stand, mailing, RECIPIENTS / 4).await?;
    let filled = Instant::now();
    let reason = until("the attempt to wait", Duration::from_secs(30), async || {
        disk.fill()?;
        Ok(stand.figures(attempt).await?.and_then(|figures| figures.held_reason))
    })
    .await?;
    report.note(format!("it waits {:.2} s after the disk was full: {reason}", filled.elapsed().as_secs_f64()));
    report.check(reason.contains("journal"), format!("the reason does not name the journal: {reason}"));
    let waits = Instant::now();
    let before = stand.mails.len();
    until("the second hold", FULL * 2, async || {
        disk.fill()?;
        Ok((waits.elapsed() >= FULL).then_some(()))
    })
    .await?;
    report.note(format!(
        "{} mails went out in {} s, with the room that finished journals left",
        stand.mails.len() - before,
        FULL.as_secs()
    ));
    let figures = stand.figures(attempt).await?;
    report.check(figures.as_ref().is_some_and(|it| it.waiting > 0 && it.failed == 0), format!("{figures:?}"));
    if matches!(then, Then::Death) {
        worker.kill()?;
        report.kill();
    }
    disk.free()?;
    let free = Instant::now();
    if matches!(then, Then::Death) {
        worker = stand.worker_in(&data)?;
    }
    stand.finished(attempt, Duration::from_secs(60)).await?;
    report.note(format!("complete {:.1} s after there was room again", free.elapsed().as_secs_f64()));
    report.check(!worker.has_ended()?, "the worker ended");
    stand.everybody_has_it(report, attempt, if matches!(then, Then::Death) { CONNECTIONS } else { 0 }).await?;
    Ok(())
}

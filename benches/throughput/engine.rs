//! The engine as a black box: worker processes that were idle, a new attempt, and the moment when it is finished.

use std::time::Duration;

use crate::{
    process::{self, Mail},
    stage::{OWNER, Stage, WARM_UP},
};

/// What came of one attempt.
pub struct Sent {
    /// From the commit of its creation to its end.
    pub seconds: f64,
    pub per_second: f64,
    /// Of one worker: before the attempt, and the most it ever had.
    pub idle_megabytes: f64,
    pub peak_megabytes: f64,
    /// Of all workers, on the attempt alone.
    pub cpu_seconds: f64,
}

/// Sends to this many recipients in a fresh database, with this many workers of so many connections each.
pub async fn send(stage: &Stage, recipients: i64, mail: &Mail, connections: usize, workers: usize) -> anyhow::Result<Sent> {
    let database = stage.database(recipients).await?;
    let mut processes = Vec::new();
    for _ in 0..workers {
        processes.push(process::worker(stage, &database, mail, connections).await?);
    }
    warm_up(&database, &mut processes).await?;
    let used = |processes: &[process::Process]| processes.iter().map(process::Process::cpu_seconds).sum::<anyhow::Result<f64>>();
    let (idle_megabytes, used_before) = (processes[0].peak_megabytes()?, used(&processes)?);

    let run = database.start_run(OWNER).await?;
    let seconds = database.finished(&run, &mut processes, patience(recipients)).await?;

    let (peak_megabytes, used_after) = (processes[0].peak_megabytes()?, used(&processes)?);
    drop(processes);
    stage.remove(database).await?;
    let (per_second, cpu_seconds) = (recipients as f64 / seconds, used_after - used_before);
    Ok(Sent { seconds, per_second, idle_megabytes, peak_megabytes, cpu_seconds })
}

/// A small attempt shows that the workers are there, and then they have nothing to do.
pub async fn warm_up(database: &crate::database::Database, workers: &mut [process::Process]) -> anyhow::Result<()> {
    // The second of two workers may be up and not listening yet.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let run = database.start_run(WARM_UP).await?;
    database.finished(&run, workers, Duration::from_secs(60)).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    Ok(())
}

/// After which a measurement is given up: 100 mails a second are far too few.
pub fn patience(recipients: i64) -> Duration {
    Duration::from_secs(60 + recipients.unsigned_abs() / 100)
}

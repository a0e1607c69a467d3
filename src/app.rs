//! What every handler and job works with: the settings, the pool, the queue, the process's ear for NOTIFY.

use std::sync::Arc;

use graphile_worker::{JobKeyMode, JobSpec, TaskHandler, WorkerUtils};
use sqlx::{PgPool, PgTransaction};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    db::{self, notifications::Notifications},
    error::Result,
};

/// Cheap to clone; every part is shared.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: PgPool,
    pub notifications: Notifications,
    /// Cancelled when the process should stop: live pages end, slices finish what is on the wire.
    pub stop: CancellationToken,
    jobs: WorkerUtils,
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("App")
    }
}

impl App {
    pub fn new(config: Config, db: PgPool, stop: CancellationToken) -> Self {
        Self {
            config: Arc::new(config),
            notifications: Notifications::new(db.clone()),
            jobs: WorkerUtils::new(db.clone(), db::QUEUE_SCHEMA),
            db,
            stop,
        }
    }

    /// Adds a job inside `transaction`: no commit, no job. A `key` names it; adding the same key again replaces it
    /// (and a run in progress under that key is not repeated, even if it fails: reschedule in a run's last transaction).
    pub async fn enqueue<J: TaskHandler>(&self, transaction: &mut PgTransaction<'_>, job: J, when: Enqueue) -> Result<()> {
        let spec = JobSpec {
            run_at: when.run_at.map(to_chrono),
            job_key: when.key,
            priority: Some(when.priority),
            job_key_mode: Some(JobKeyMode::Replace),
            ..JobSpec::default()
        };
        self.jobs.clone().with_executor(&mut **transaction).add_job(job, spec).await?;
        Ok(())
    }

    /// Takes a waiting job out of the queue; one that runs is let run.
    pub async fn dequeue(&self, transaction: &mut PgTransaction<'_>, key: &str) -> Result<()> {
        self.jobs.clone().with_executor(&mut **transaction).remove_job(key).await?;
        Ok(())
    }
}

/// When a job runs, and its name.
#[derive(Debug, Default)]
pub struct Enqueue {
    pub key: Option<String>,
    /// None: now.
    pub run_at: Option<OffsetDateTime>,
    /// Lower is earlier among jobs that are due; 0 for what should be prompt.
    pub priority: i16,
}

/// The queue's interface speaks chrono; this is the only place where we do.
fn to_chrono(moment: OffsetDateTime) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(moment.unix_timestamp(), moment.nanosecond()).unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
}

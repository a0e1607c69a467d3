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
    pub async fn enqueue<J: TaskHandler + Clone>(&self, transaction: &mut PgTransaction<'_>, job: J, when: Enqueue) -> Result<()> {
        self.enqueue_all(transaction, vec![(job, when)]).await
    }

    /// As [`enqueue`](Self::enqueue), for many at once: one statement, and one wake-up of the workers.
    pub async fn enqueue_all<J: TaskHandler + Clone>(&self, transaction: &mut PgTransaction<'_>, jobs: Vec<(J, Enqueue)>) -> Result<()> {
        let spec = |when: Enqueue| JobSpec {
            run_at: when.run_at.map(to_chrono),
            job_key: when.key,
            job_key_mode: Some(JobKeyMode::Replace),
            ..JobSpec::default()
        };
        let jobs: Vec<(J, JobSpec)> = jobs.into_iter().map(|(job, when)| (job, spec(when))).collect();
        let borrowed: Vec<(J, &JobSpec)> = jobs.iter().map(|(job, spec)| (job.clone(), spec)).collect();
        if !borrowed.is_empty() {
            self.jobs.clone().with_executor(&mut **transaction).add_jobs(&borrowed).await?;
        }
        Ok(())
    }

    /// Takes a waiting job out of the queue; one that runs is let run.
    pub async fn dequeue(&self, transaction: &mut PgTransaction<'_>, key: &str) -> Result<()> {
        self.dequeue_all(transaction, &[key.to_owned()]).await
    }

    /// As [`dequeue`](Self::dequeue), for many at once.
    pub async fn dequeue_all(&self, transaction: &mut PgTransaction<'_>, keys: &[String]) -> Result<()> {
        // In the order of the keys, each of which the queue locks.
        sqlx::query!(
            r#"select count(graphile_worker.remove_job(key)) as "removed!" from (select key from unnest($1::text[]) key order by key) k"#,
            keys
        )
        .fetch_one(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// When a job runs, and its name.
#[derive(Debug, Default)]
pub struct Enqueue {
    pub key: Option<String>,
    /// None: now.
    pub run_at: Option<OffsetDateTime>,
}

/// The queue's interface speaks chrono; this is the only place where we do.
fn to_chrono(moment: OffsetDateTime) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(moment.unix_timestamp(), moment.nanosecond()).unwrap_or(chrono::DateTime::<chrono::Utc>::MAX_UTC)
}

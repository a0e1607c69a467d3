//! What every handler and job works with: the settings, the pool, the queue, the process's ear for NOTIFY, its cache.

use std::sync::Arc;

use graphile_worker::TaskHandler;
use prometheus_client::registry::Registry;
use sqlx::{PgPool, PgTransaction};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::{
    cache::{Cache, build, shared::Shared},
    config::Config,
    db::notifications::Notifications,
    error::Result,
    limits::STREAMED_IMPORTS_AT_ONCE,
    web::{api::rate::Rates, metrics::Metrics, places::Places, throttle::Throttle},
};

/// Cheap to clone; every part is shared.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: PgPool,
    pub notifications: Notifications,
    pub cache: Cache,
    /// What `/metrics` tells.
    pub metrics: Arc<Metrics>,
    /// How often strangers may knock.
    pub throttle: Arc<Throttle>,
    /// The requests to the API there are, by user.
    pub callers: Places<i64>,
    /// How often users ask the API.
    pub rates: Arc<Rates>,
    /// The live pages there are, by user.
    pub streams: Places<i64>,
    /// Files of recipients that are taken in while they come.
    pub imports: Places<()>,
    /// Cancelled when the process should stop: live pages end, slices finish what is on the wire.
    pub stop: CancellationToken,
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("App")
    }
}

impl App {
    pub fn new(config: Config, db: PgPool, stop: CancellationToken) -> Self {
        let notifications = Notifications::new(db.clone());
        let mut registry = Registry::default();
        let cache = Cache::new(notifications.clone(), Shared::new(&config, build::digest, stop.clone()), &mut registry);
        Self {
            throttle: Arc::new(Throttle::new(config.limits.throttle)),
            callers: Places::new(config.limits.api_at_once),
            rates: Arc::new(Rates::new(config.limits.api)),
            streams: Places::new(config.limits.streams_of_one),
            imports: Places::new(STREAMED_IMPORTS_AT_ONCE),
            config: Arc::new(config),
            cache,
            metrics: Arc::new(Metrics::new(registry)),
            notifications,
            db,
            stop,
        }
    }

    /// Adds a job inside `transaction`: no commit, no job. A `key` names it; adding the same key again replaces it
    /// (and a run in progress under that key is not repeated, even if it fails: reschedule in a run's last transaction).
    pub async fn enqueue<J: TaskHandler>(&self, transaction: &mut PgTransaction<'_>, job: J, when: Enqueue) -> Result<()> {
        self.enqueue_all(transaction, vec![(job, when)]).await
    }

    /// As [`enqueue`](Self::enqueue), for many at once: one statement, and one wake-up of the workers.
    pub async fn enqueue_all<J: TaskHandler>(&self, transaction: &mut PgTransaction<'_>, jobs: Vec<(J, Enqueue)>) -> Result<()> {
        let payloads = jobs.iter().map(|(job, _)| serde_json::to_value(job)).collect::<Result<Vec<_>, _>>().map_err(anyhow::Error::from)?;
        // The queue's own function: its Rust side warns of every job of a kind that this process does not run.
        sqlx::query!(
            r#"select count(*) as "added!" from graphile_worker.add_jobs((
                 select array_agg(row($1, job.payload, null, job.run_at, null, job.key, null, null)::graphile_worker.job_spec order by job.key)
                 from unnest($2::json[], $3::timestamptz[], $4::text[]) job (payload, run_at, key)
               ))"#,
            J::IDENTIFIER,
            &payloads,
            &jobs.iter().map(|(_, when)| when.run_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
            &jobs.iter().map(|(_, when)| when.key.as_deref()).collect::<Vec<_>>() as &[Option<&str>]
        )
        .fetch_one(&mut **transaction)
        .await?;
        Ok(())
    }

    /// Takes a waiting job out of the queue; one that runs is let run.
    pub async fn dequeue(&self, transaction: &mut PgTransaction<'_>, key: &str) -> Result<()> {
        self.dequeue_all(transaction, &[key.to_owned()]).await
    }

    /// As [`dequeue`](Self::dequeue), for many at once.
    pub async fn dequeue_all(&self, transaction: &mut PgTransaction<'_>, keys: &[String]) -> Result<()> {
        // One statement for all; the queue's `remove_job` takes a tenth of a millisecond each.
        sqlx::query!(
            r#"select count(*) as "removed!"
               from graphile_worker.complete_jobs(array(select id from graphile_worker.jobs where key = any($1) order by id))"#,
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

//! The queue's side of delivery.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use sqlx::PgTransaction;
use time::OffsetDateTime;

use super::{
    engine::Engine,
    slice::{self, Next},
};
use crate::{
    app::{App, Enqueue},
    attempts,
    error::Result,
};

/// A slice's worth. Beyond it an attempt gets several jobs: several workers share it, and a recipient whose server keeps
/// one slice waiting for a reply does not keep the next ones.
const PER_LANE: i32 = 500;
const LANES_MAX: i32 = 4;

/// Sends one slice of an attempt and puts itself at the queue's tail. Key: `deliver:ATTEMPT:LANE`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {
    pub attempt_id: i64,
    pub lane: i32,
}

/// Adds the attempt's jobs, in the transaction that starts or resumes it.
///
/// # Errors
/// The database's.
pub async fn enqueue(app: &App, transaction: &mut PgTransaction<'_>, attempt_id: i64, total: i32) -> Result<()> {
    for lane in 0..(total / PER_LANE + 1).min(LANES_MAX) {
        enqueue_lane(app, transaction, Deliver { attempt_id, lane }, None).await?;
    }
    Ok(())
}

async fn enqueue_lane(app: &App, transaction: &mut PgTransaction<'_>, job: Deliver, run_at: Option<OffsetDateTime>) -> Result<()> {
    let key = Some(format!("deliver:{}:{}", job.attempt_id, job.lane));
    app.enqueue(transaction, job, Enqueue { key, run_at }).await
}

impl TaskHandler for Deliver {
    const IDENTIFIER: &'static str = "deliver";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let engine = context.get_ext::<Engine>().ok_or_else(|| anyhow::anyhow!("the worker was started without an Engine"))?.clone();
        let run_at = match slice::deliver(&engine, self.attempt_id).await? {
            Next::More => None,
            Next::At(moment) => Some(moment),
            Next::Nothing => return anyhow::Ok(()),
        };
        let mut transaction = engine.app.db.begin().await?;
        enqueue_lane(&engine.app, &mut transaction, self, run_at).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Jobs that should be there and are not: their attempt gets them again. A safety net; it should never catch anything.
///
/// # Errors
/// The database's.
pub async fn rescue_stranded(app: &App) -> Result<()> {
    for attempt_id in super::queries::stranded_attempts(&app.db).await? {
        tracing::warn!(attempt.id = attempt_id, "Attempt {attempt_id} had no job left; it gets one");
        let mut transaction = app.db.begin().await?;
        if attempts::queries::lock(&mut *transaction, attempt_id).await? {
            enqueue(app, &mut transaction, attempt_id, 0).await?;
        }
        transaction.commit().await?;
    }
    Ok(())
}

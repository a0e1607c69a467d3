//! The queue's side of the schedule.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};

use super::runs;
use crate::app::App;

/// Runs a mailing at its moment; it schedules itself for the next one. Key: [`runs::job_key`].
#[derive(Debug, Serialize, Deserialize)]
pub struct RunMailing {
    pub mailing_id: i64,
}

impl TaskHandler for RunMailing {
    const IDENTIFIER: &'static str = "run_mailing";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let app = context.get_ext::<App>().ok_or_else(|| anyhow::anyhow!("the worker was started without an App"))?.clone();
        runs::run_due(&app, self.mailing_id).await?;
        anyhow::Ok(())
    }
}

//! The queue's side of imports.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};

use super::import;
use crate::app::App;

/// Takes in a file that was uploaded and looked at.
#[derive(Debug, Serialize, Deserialize)]
pub struct ImportRecipients {
    pub import_id: i64,
}

impl TaskHandler for ImportRecipients {
    const IDENTIFIER: &'static str = "import_recipients";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let app = context.get_ext::<App>().ok_or_else(|| anyhow::anyhow!("the worker was started without an App"))?.clone();
        import::run::run(&app, self.import_id).await?;
        anyhow::Ok(())
    }
}

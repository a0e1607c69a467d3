//! What the queue does for the blog.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};

use super::panel::posts;
use crate::app::App;

/// Publishes a post at its moment. Key: [`job_key`].
#[derive(Debug, Serialize, Deserialize)]
pub struct PublishPost {
    pub post_id: i64,
}

/// The key of a post's publication.
pub fn job_key(post_id: i64) -> String {
    format!("post:{post_id}")
}

impl TaskHandler for PublishPost {
    const IDENTIFIER: &'static str = "publish_post";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let app = context.get_ext::<App>().ok_or_else(|| anyhow::anyhow!("the worker was started without an App"))?.clone();
        posts::publish_due(&app, self.post_id).await?;
        anyhow::Ok(())
    }
}

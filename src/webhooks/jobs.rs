//! Glue for the queue: sending to a webhook, and the mail to its owner once it was switched off.

use anyhow::anyhow;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};

use super::{mails, queries, sending::Sender};
use crate::{
    app::{App, Enqueue},
    delivery::Engine,
    error::Result,
    i18n::{self, Language},
    limits::{WEBHOOK_LOG, WEBHOOK_LOG_DAYS, WEBHOOK_WAITING},
    users::jobs::transmit,
};

/// Sends what is due to a webhook.
#[derive(Debug, Serialize, Deserialize)]
pub struct CallWebhook {
    pub webhook_id: i64,
}

impl TaskHandler for CallWebhook {
    const IDENTIFIER: &'static str = "call_webhook";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let sender = context.get_ext::<Sender>().ok_or_else(|| anyhow!("the worker was started without a Sender"))?.clone();
        sender.call(self.webhook_id).await.map_err(anyhow::Error::from)
    }
}

/// The key of a webhook's job.
pub fn job_key(webhook_id: i64) -> String {
    format!("webhook:{webhook_id}")
}

/// Writes to the owner of a webhook that it was switched off.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOfWebhook {
    pub webhook_id: i64,
}

impl TaskHandler for TellOfWebhook {
    const IDENTIFIER: &'static str = "tell_of_webhook";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let engine = context.get_ext::<Engine>().ok_or_else(|| anyhow!("the worker was started without an Engine"))?.clone();
        tell(&engine, self.webhook_id).await
    }
}

async fn tell(engine: &Engine, webhook_id: i64) -> anyhow::Result<()> {
    let app = &engine.app;
    let Some(told) = queries::told(&app.db, webhook_id).await? else { return Ok(()) };
    let link = app.config.link(&format!("/webhooks/{webhook_id}"));
    let language = told.locale.as_deref().and_then(Language::from_tag).unwrap_or(Language::English);
    let mail = i18n::with(language, || mails::switched_off(&told, &link));
    transmit(engine, &told.email, &told.full_name, &mail).await
}

/// What must be prompt: how much waits.
///
/// # Errors
/// The database's.
pub async fn watch(app: &App) -> Result<()> {
    queries::mark_overflowing(&app.db, WEBHOOK_WAITING).await?;
    Ok(())
}

/// Deletes what is kept no longer, and gives webhooks a job that should have one and have none.
///
/// # Errors
/// The database's.
pub async fn tidy(app: &App) -> Result<()> {
    while queries::delete_old(&app.db, WEBHOOK_LOG_DAYS).await? > 0 {}
    while queries::trim(&app.db, WEBHOOK_LOG).await? > 0 {}
    for webhook_id in queries::forgotten(&app.db).await? {
        let mut transaction = app.db.begin().await?;
        app.enqueue(&mut transaction, CallWebhook { webhook_id }, Enqueue { key: Some(job_key(webhook_id)), run_at: None }).await?;
        transaction.commit().await?;
    }
    Ok(())
}

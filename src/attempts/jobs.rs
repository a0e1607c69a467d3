//! The mail that tells an owner how an attempt has ended, or that it does not get on.

use anyhow::anyhow;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use sqlx::PgTransaction;

use super::{answers, mails, queries};
use crate::{
    app::{App, Enqueue},
    delivery::Engine,
    error::Result,
    i18n::{self, Language},
    users::{jobs::transmit, rights::Reach},
};

/// Writes to the owner of an attempt about it.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOfAttempt {
    pub attempt_id: i64,
}

impl TaskHandler for TellOfAttempt {
    const IDENTIFIER: &'static str = "tell_of_attempt";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let engine = context.get_ext::<Engine>().ok_or_else(|| anyhow!("the worker was started without an Engine"))?.clone();
        tell(&engine, self.attempt_id).await
    }
}

/// Lets the owners of these attempts be told, in the transaction that has claimed them.
pub async fn enqueue(app: &App, transaction: &mut PgTransaction<'_>, attempt_ids: Vec<i64>) -> Result<()> {
    if attempt_ids.is_empty() {
        return Ok(());
    }
    let jobs = attempt_ids.into_iter().map(|attempt_id| (TellOfAttempt { attempt_id }, Enqueue::default())).collect();
    app.enqueue_all(transaction, jobs).await
}

async fn tell(engine: &Engine, attempt_id: i64) -> anyhow::Result<()> {
    let app = &engine.app;
    let Some(told) = queries::told(&app.db, attempt_id).await? else { return Ok(()) };
    let attempt = match queries::view(&app.db, Reach::Everybodys, attempt_id).await {
        Err(sqlx::Error::RowNotFound) => return Ok(()),
        attempt => attempt?,
    };
    // It goes out again by now: a mail about its wait would come too late.
    if attempt.is_running() && attempt.held_reason.is_none() {
        return Ok(());
    }
    let answers = answers::of(&app.db, &attempt).await?;
    let language = told.locale.as_deref().and_then(Language::from_tag).unwrap_or(Language::English);
    let (page, profile) = (app.config.link(&format!("/attempts/{attempt_id}")), app.config.link("/account"));
    let mail = i18n::with(language, || mails::about(&attempt, &answers, &told.full_name, &page, &profile));
    transmit(engine, &told.email, &told.full_name, &mail).await
}

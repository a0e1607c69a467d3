//! `send`: a mailing, or whatever is due, from the shell or cron, through the same engine as the worker's.

use std::{process::ExitCode, time::Duration};

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Backend, stop_on_signals};
use crate::{
    attempts::{
        self,
        model::{Attempt, Status},
    },
    config::Config,
    delivery::{self, Engine, Scope, model::Timing, settle},
    inbox::{self, catcher::Catcher},
    mailings::{self, runs::NotStarted},
};

/// How long the command waits for a retry or another worker; what comes later is the worker's.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct Send {
    /// The mailing's number, as in its page's address
    #[arg(value_name = "MAILING")]
    mailing: Option<i64>,
    /// Every mailing whose moment has come, and what earlier runs have left
    #[arg(long)]
    due: bool,
}

pub async fn run(send: Send, config: Config) -> anyhow::Result<ExitCode> {
    let stop = stop_on_signals()?;
    let backend = Backend::start(config, stop).await?;
    let app = &backend.app;
    let catcher = if app.config.has_catcher() { Catcher::start(&app.config.data_dir, app.db.clone()).await? } else { None };
    let engine = Engine::new(app.clone(), inbox::smtp_settings(&app.config), Timing::default());
    let sent = async {
        // A worker's housekeeping would; without one nobody else does.
        settle::close(&engine, &attempts::queries::unclosed(&app.db).await?).await?;
        match send.mailing {
            Some(mailing_id) => one(&engine, mailing_id).await,
            None => due(&engine).await,
        }
    }
    .await;
    if let Some(catcher) = catcher {
        catcher.stop().await;
    }
    backend.stop().await?;
    Ok(if sent? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn one(engine: &Engine, mailing_id: i64) -> anyhow::Result<bool> {
    let Some(owner) = mailings::queries::owner_id(&engine.app.db, mailing_id).await? else { bail!("there is no mailing {mailing_id}") };
    let attempt_id = match mailings::runs::run_now(&engine.app, owner, mailing_id, Uuid::new_v4()).await? {
        Ok(attempt_id) | Err(NotStarted::Running(attempt_id)) => attempt_id,
        Err(NotStarted::Paused) => bail!("mailing {mailing_id} is paused; resume it on its page"),
        Err(NotStarted::Stopped) => bail!("mailing {mailing_id} was stopped for good; clone it on its page"),
        Err(NotStarted::Disabled(_)) => bail!("mailing {mailing_id} was disabled by a manager"),
        Err(NotStarted::Blocked) => bail!("mailing {mailing_id} is of a user who is blocked"),
        Err(NotStarted::Ended) => bail!("mailing {mailing_id} has passed its end; choose a later one on its page"),
        Err(NotStarted::FileGone) => bail!("a file that went with this attempt of mailing {mailing_id} is no longer kept"),
        Err(NotStarted::NobodyToSendTo) => bail!("mailing {mailing_id} has nobody to send to"),
    };
    deliver(engine, vec![(attempt_id, owner)]).await
}

async fn due(engine: &Engine) -> anyhow::Result<bool> {
    let mut all_well = true;
    for mailing_id in mailings::queries::due(&engine.app.db).await? {
        // The others are not to suffer for it.
        if let Err(error) = mailings::runs::run_due(&engine.app, mailing_id).await {
            eprintln!("Mailing {mailing_id} could not be started: {error}");
            all_well = false;
        }
    }
    let attempts = attempts::queries::all_running(&engine.app.db).await?;
    if attempts.is_empty() {
        println!("Nothing is due.");
    }
    Ok(deliver(engine, attempts).await? && all_well)
}

/// Works on attempts, all at once, until each is finished or has to wait longer than this command does. A worker may work
/// on them too. Whether all went well.
async fn deliver(engine: &Engine, attempts: Vec<(i64, i64)>) -> anyhow::Result<bool> {
    let stop = engine.app.stop.child_token();
    let scope = Scope::Only(attempts.iter().map(|(attempt_id, _)| *attempt_id).collect());
    let sending = tokio::spawn({
        let (engine, stop) = (engine.clone(), stop.clone());
        async move { engine.run(scope, stop).await }
    });
    let watched = async {
        let mut all_well = true;
        for (attempt_id, owner) in attempts {
            all_well &= watch(engine, owner, attempt_id).await?;
        }
        anyhow::Ok(all_well)
    }
    .await;
    stop.cancel();
    sending.await?;
    watched
}

/// Shows an attempt's progress until it is finished or has to wait too long.
async fn watch(engine: &Engine, owner: i64, attempt_id: i64) -> anyhow::Result<bool> {
    let db = &engine.app.db;
    let attempt = attempts::queries::get(db, owner, attempt_id).await?;
    let bar = ProgressBar::new(attempt.total.unsigned_abs().into());
    // The template is ours and well-formed.
    bar.set_style(ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(attempt.mailing_name.clone());
    let mut waits_until = None;
    while !engine.app.stop.is_cancelled() {
        let attempt = attempts::queries::get(db, owner, attempt_id).await?;
        bar.set_position((attempt.total - attempt.waiting).unsigned_abs().into());
        bar.set_message(format!("{} failed", attempt.failed));
        if !attempt.is_running() || attempt.is_stopped || !attempts::queries::may_send(db, attempt_id).await? {
            break;
        }
        waits_until = delivery::queries::goes_on_at(db, attempt_id).await?.filter(|moment| *moment - OffsetDateTime::now_utc() > PATIENCE);
        if waits_until.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let attempt = attempts::queries::get(db, owner, attempt_id).await?;
    bar.finish_and_clear();
    println!("{}", summary(&attempt));
    if let Some(moment) = waits_until {
        let zone = attempt.zone();
        println!(
            "  The rest is tried again at {}; a running worker does it, or `send --due` then.",
            mailings::schedule::display(moment, &zone)
        );
    }
    Ok(attempt.status == Status::Succeeded || attempt.is_running())
}

fn summary(attempt: &Attempt) -> String {
    let mut line = format!("{}: {} of {} sent", attempt.mailing_name, attempt.sent, attempt.total);
    for (count, word) in
        [(attempt.failed, "failed"), (attempt.unknown, "unknown"), (attempt.skipped, "skipped"), (attempt.waiting, "waiting")]
    {
        if count > 0 {
            line.push_str(&format!(", {count} {word}"));
        }
    }
    if let Some(reason) = &attempt.held_reason {
        line.push_str(&format!("; waiting because: {reason}"));
    }
    line
}

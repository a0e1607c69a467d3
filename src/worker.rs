//! The worker: registers every job, keeps graphile_worker running, keeps house.

use std::time::Duration;

use graphile_worker::{Worker, WorkerOptions, WorkerRecoveryConfig};
use sqlx::PgPool;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    app::App,
    attempts::{self, jobs::TellOfAttempt},
    blog::{self, jobs::PublishPost},
    db,
    delivery::{self, Engine, Scope, engine::GRACE},
    inbox,
    mailings::{self, jobs::RunMailing, oversight::jobs::TellOwner},
    messages,
    recipients::{self, jobs::ImportRecipients},
    reports, tokens,
    users::{
        self,
        jobs::{DeleteUser, SendAccountMail},
    },
    web,
    webhooks::{
        self,
        jobs::{CallWebhook, TellOfWebhook},
        sending::Sender,
    },
};

/// Sends and runs jobs until `stop`. A worker that ends on an error (one broken connection ends all its slots) is started anew.
///
/// # Errors
/// The database is out of reach at the start.
pub async fn run(app: App, engine: Engine, database_url: String, stop: CancellationToken) -> anyhow::Result<()> {
    // Its own pool: heartbeats must not wait for the handlers' queries, or live jobs are taken for dead ones.
    let slots = app.config.worker_concurrency;
    let pool = db::connect(&database_url, u32::try_from(slots)? + 4).await?;
    let sending = AbortOnDropHandle::new(tokio::spawn({
        let (engine, stop) = (engine.clone(), stop.clone());
        async move {
            while !stop.is_cancelled() {
                engine.run(Scope::Everything, stop.clone()).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }));
    let webhooks = Sender::new(app.clone(), stop.clone());
    let housekeeping = tokio::spawn(keep_house(engine.clone(), stop.clone()));
    let mut pause = Duration::from_millis(200);
    while !stop.is_cancelled() {
        let ended = match build(&app, &engine, &webhooks, pool.clone(), slots, stop.clone()).await {
            Ok(worker) => {
                pause = Duration::from_millis(200);
                worker.run().await.map_err(anyhow::Error::from)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = ended
            && !stop.is_cancelled()
        {
            tracing::warn!(error = format!("{error:#}"), "The worker stopped and is started again");
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
    housekeeping.await?;
    sending.await?;
    webhooks.finish().await;
    pool.close().await;
    Ok(())
}

async fn build(
    app: &App,
    engine: &Engine,
    webhooks: &Sender,
    pool: PgPool,
    slots: usize,
    stop: CancellationToken,
) -> anyhow::Result<Worker> {
    let worker = WorkerOptions::default()
        .pg_pool(pool)
        .schema(db::QUEUE_SCHEMA)
        .concurrency(slots)
        // Jobs that fall due are found by polling alone; each poll starts `concurrency` of them.
        .poll_interval(Duration::from_millis(100))
        // Off by default, and then a killed worker's job stays locked for ever. Every worker must have it on alike.
        .worker_recovery(
            WorkerRecoveryConfig::default()
                .heartbeat_interval(Duration::from_secs(2))
                .sweep_interval(Duration::from_secs(2))
                .sweep_threshold(Duration::from_secs(12))
                .recovery_delay(Duration::ZERO),
        )
        .listen_os_shutdown_signals(false)
        .shutdown_signal(stop.cancelled_owned())
        .shutdown_grace_period(GRACE)
        .shutdown_interrupted_job_retry_delay(Duration::ZERO)
        .add_extension(app.clone())
        .add_extension(engine.clone())
        .add_extension(webhooks.clone())
        .define_job::<RunMailing>()
        .define_job::<SendAccountMail>()
        .define_job::<DeleteUser>()
        .define_job::<TellOwner>()
        .define_job::<ImportRecipients>()
        .define_job::<TellOfAttempt>()
        .define_job::<PublishPost>()
        .define_job::<CallWebhook>()
        .define_job::<TellOfWebhook>()
        .init()
        .await?;
    Ok(worker)
}

/// Every few seconds what must be prompt, every minute the rest.
async fn keep_house(engine: Engine, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_secs(10));
    for tick in 0_u64.. {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        engine.close_idle().await;
        // What a worker had in hand when its mailing was stopped may wait for a retry now.
        if let Err(error) = delivery::queries::hasten(&engine.app.db, None).await {
            tracing::warn!(%error, "What stopped mailings have left waits for its retry");
        }
        if let Err(error) = reports::tally(&engine.app).await {
            tracing::warn!(%error, "Finished attempts are added up later");
        }
        if let Err(error) = webhooks::jobs::watch(&engine.app).await {
            tracing::warn!(%error, "How much waits for webhooks is looked at later");
        }
        if tick.is_multiple_of(6)
            && let Err(error) = tidy(&engine).await
        {
            tracing::warn!(error = format!("{error:#}"), "Housekeeping was put off");
        }
    }
}

async fn tidy(engine: &Engine) -> anyhow::Result<()> {
    let app = &engine.app;
    mailings::runs::rescue_forgotten(app).await?;
    users::deletion::rescue_forgotten(app).await?;
    blog::panel::posts::rescue_forgotten(app).await?;
    delivery::settle::close(engine, &attempts::queries::unclosed(&app.db).await?).await?;
    web::session::delete_expired(&app.db).await?;
    web::api::once::delete_old(&app.db).await?;
    users::queries::delete_old_tokens(&app.db).await?;
    users::queries::delete_old_addresses(&app.db).await?;
    users::queries::delete_unconfirmed(&app.db).await?;
    tokens::queries::delete_old(&app.db).await?;
    messages::drafts::delete_old(&app.db).await?;
    messages::attachments::delete_left(&app.db).await?;
    inbox::queries::trim(&app.db).await?;
    blog::readings::queries::delete_old(&app.db).await?;
    recipients::queries::gather_counts(&app.db).await?;
    recipients::queries::imports::delete_old(&app.db).await?;
    webhooks::jobs::tidy(app).await?;
    Ok(())
}

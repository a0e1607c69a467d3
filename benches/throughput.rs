//! A first, rough measure: how fast a mailing goes out, sent and settled, on this machine. Everything is on it: Postgres
//! with durable settings, the worker, and the mail catcher that keeps every mail in the same Postgres.
//!
//! `just bench`, or `cargo bench -- 10000` for another number of recipients.

use std::{os::unix::fs::PermissionsExt, path::Path, time::Instant};

use periodical::{
    app::App,
    config::{Config, Database, SecretKey, Smtp, SmtpServer},
    db::{
        self,
        embedded::{EmbeddedPostgres, Options},
    },
    delivery::{Engine, model::Timing},
    inbox::catcher::{self, Catcher},
    mailings::{
        model::{Audience, NewMailing},
        runs,
        schedule::{Period, Schedule, Zone},
    },
    worker,
};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

fn main() -> anyhow::Result<()> {
    // cargo passes `--bench`.
    let recipients = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let folder = std::env::temp_dir().join(format!("periodical-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755))?;
    let measured = tokio::runtime::Runtime::new()?.block_on(run(&folder, recipients));
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn run(folder: &Path, recipients: i32) -> anyhow::Result<()> {
    let options = Options { data_dir: folder.into(), extra_settings: Vec::new(), binaries: None, use_system: true };
    let postgres = EmbeddedPostgres::start(options).await?;
    println!("{}", postgres.description());
    let measured = measure(folder, postgres.url(), recipients).await;
    postgres.stop().await?;
    measured
}

async fn measure(folder: &Path, database_url: &str, recipients: i32) -> anyhow::Result<()> {
    let pool = db::connect(database_url, 20).await?;
    db::migrate(&pool).await?;
    let config = Config {
        database: Database::Url(database_url.to_owned()),
        smtp: Smtp { server: SmtpServer::Catcher, connections: 8 },
        mail_from: "Periodical <bench@periodical.example>".parse()?,
        public_url: "http://127.0.0.1".parse()?,
        secret_key: SecretKey::new("the bench has no secrets of its own".into()),
        listen: ([127, 0, 0, 1], 0).into(),
        data_dir: folder.into(),
        worker_concurrency: 10,
        send_rate: None,
    };
    let stop = CancellationToken::new();
    let app = App::new(config, pool.clone(), stop.clone());
    let catcher = Catcher::start(folder, pool.clone()).await?;
    let engine = Engine::new(app.clone(), catcher::settings(folder), Timing::default());
    let worker = tokio::spawn(worker::run(app.clone(), engine, database_url.to_owned(), stop.clone()));

    let user: i64 = sqlx::query_scalar(
        "insert into users (email, full_name, password_hash, verified_at) values ('bench@example.org', 'Bench', '', now()) returning id",
    )
    .fetch_one(&pool)
    .await?;
    sqlx::query("insert into recipients (user_id, email, full_name) select $1, 'reader' || n || '@example.org', 'Reader ' || n from generate_series(1, $2) n")
        .bind(user)
        .bind(recipients)
        .execute(&pool)
        .await?;
    let body = "Good morning,\n\nthis is a line of an ordinary message, about as long as lines are.\n".repeat(20);
    let message_id: i64 = sqlx::query_scalar("insert into messages (user_id, subject, body) values ($1, 'Bench', $2) returning id")
        .bind(user)
        .bind(body)
        .fetch_one(&pool)
        .await?;

    for round in 1..=3 {
        let now = OffsetDateTime::now_utc();
        let schedule = Schedule::new(now - time::Duration::SECOND, now + time::Duration::DAY, Period::Once, Zone::utc())?;
        let new = NewMailing { name: format!("Round {round}"), message_id, audience: Audience::All, schedule, resend_unknown: true };
        let started = Instant::now();
        let mailing = runs::create(&app, user, &new, Uuid::new_v4()).await.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        while !finished(&pool, mailing, recipients).await? {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "round {round}: {recipients} recipients sent and settled in {seconds:.2} s, {:.0} messages/s",
            f64::from(recipients) / seconds
        );
    }
    stop.cancel();
    worker.await??;
    if let Some(catcher) = catcher {
        catcher.stop().await;
    }
    pool.close().await;
    Ok(())
}

async fn finished(pool: &sqlx::PgPool, mailing: i64, recipients: i32) -> anyhow::Result<bool> {
    let sent: Option<i32> = sqlx::query_scalar("select sent from attempts where mailing_id = $1 and status <> 'running'")
        .bind(mailing)
        .fetch_optional(pool)
        .await?;
    if let Some(sent) = sent {
        anyhow::ensure!(sent == recipients, "only {sent} of {recipients} were sent");
    }
    Ok(sent.is_some())
}

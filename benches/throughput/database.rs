//! One round's database, and what the table `attempts` says of what goes on in it.

use std::{path::Path, time::Duration};

use anyhow::{Context, bail, ensure};
use periodical::{
    app::App,
    config::{Config, Database as DatabaseSetting, SecretKey, Smtp, SmtpServer},
    db,
    mailings::runs,
};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::{process::Process, stage::OWNER};

/// The key of the processes that are started, and of ours.
pub const SECRET_KEY: &str = "the bench has no secrets of its own";

pub struct Database {
    name: String,
    pub url: String,
    pub pool: PgPool,
    pub app: App,
}

/// An attempt that has been created.
pub struct Run {
    id: i64,
    /// When its creation was committed.
    pub committed: OffsetDateTime,
    /// How long its creation took.
    pub creation: Duration,
}

impl Database {
    pub async fn open(name: String, url: String, folder: &Path) -> anyhow::Result<Self> {
        let pool = db::connect(&url, 4).await?;
        let config = Config {
            database: DatabaseSetting::Url(url.clone()),
            smtp: Smtp { server: SmtpServer::Catcher, connections: 1 },
            mail_from: "Periodical <bench@periodical.example>".parse()?,
            public_url: "http://127.0.0.1".parse()?,
            secret_key: SecretKey::new(SECRET_KEY.into()),
            old_secret_key: None,
            listen: ([127, 0, 0, 1], 0).into(),
            forwarded_header: None,
            trusted_proxies: Vec::new(),
            data_dir: folder.into(),
            worker_concurrency: 1,
            send_rate: None,
            redis: None,
            metrics_token: None,
            api_origins: Vec::new(),
            webhooks_private: false,
            limits: periodical::limits::Limits::default(),
        };
        let app = App::new(config, pool.clone(), CancellationToken::new());
        Ok(Self { name, url, pool, app })
    }

    pub async fn close(self) -> String {
        self.pool.close().await;
        self.name
    }

    /// Creates an attempt for everybody the user has, as the job of a mailing that is due does.
    pub async fn start_run(&self, email: &str) -> anyhow::Result<Run> {
        let query = "insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, next_run_at)
                     select id, 'Everybody', (select min(id) from messages where user_id = users.id), true,
                            now(), now() + interval '1 day', 'once', 'UTC', now()
                     from users where email = $1::text::citext returning id";
        let mailing: i64 = sqlx::query_scalar(query).bind(email).fetch_one(&self.pool).await?;
        let began = std::time::Instant::now();
        let started = runs::run_due(&self.app, mailing).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let (creation, committed) = (began.elapsed(), OffsetDateTime::now_utc());
        Ok(Run { id: started.first().copied().context("the mailing was due and no attempt was started")?, committed, creation })
    }

    /// Waits for the attempt's end, which must be that everybody has got it: the seconds since its creation.
    pub async fn finished(&self, run: &Run, workers: &mut [Process], patience: Duration) -> anyhow::Result<f64> {
        let query = "select status, total, sent, finished_at, held_reason from attempts where id = $1";
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let (status, total, sent, finished_at, held): (String, i32, i32, Option<OffsetDateTime>, Option<String>) =
                sqlx::query_as(query).bind(run.id).fetch_one(&self.pool).await?;
            if let Some(finished_at) = finished_at {
                ensure!(sent == total, "only {sent} of {total} were sent");
                return Ok((finished_at - run.committed).as_seconds_f64());
            }
            for worker in &mut *workers {
                worker.check()?;
            }
            if tokio::time::Instant::now() > deadline {
                let said = workers.iter().map(Process::last_words).collect::<Vec<_>>().join("\n");
                bail!("after {} s {sent} of {total} are sent, status {status}, held: {held:?}\n{said}", patience.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Mailings to one recipient each, due at these moments: the recipients' addresses in that order. They have no jobs yet.
    pub async fn schedule(&self, moments: &[OffsetDateTime]) -> anyhow::Result<Vec<String>> {
        let query = "with owner as (
                       select id, (select min(id) from messages where user_id = users.id) as message_id
                       from users where email = $1::text::citext
                     ), chosen as (
                       select r.id, r.user_id, owner.message_id, r.email::text as email, row_number() over (order by r.id) as n
                       from recipients r join owner on r.user_id = owner.id
                     ), planned as (
                       select * from chosen join unnest($2::timestamptz[]) with ordinality as moments (moment, n) using (n)
                     ), made as (
                       insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, next_run_at)
                       select user_id, 'To one, ' || n, message_id, false, moment, moment + interval '1 day', 'once', 'UTC', moment
                       from planned order by n returning id, name
                     ), picked as (
                       insert into mailing_recipients (mailing_id, recipient_id, user_id)
                       select made.id, planned.id, planned.user_id from made join planned on made.name = 'To one, ' || planned.n
                     )
                     select email from planned order by n";
        let emails: Vec<String> = sqlx::query_scalar(query).bind(OWNER).bind(moments).fetch_all(&self.pool).await?;
        ensure!(emails.len() == moments.len(), "there are {} recipients for {} mailings", emails.len(), moments.len());
        Ok(emails)
    }

    /// How many of the owner's attempts there are, and how many of them are finished.
    pub async fn attempts(&self) -> anyhow::Result<(usize, usize)> {
        let query = "select count(*), count(finished_at) from attempts a join users u on u.id = a.user_id where u.email = $1::text::citext";
        let (started, finished): (i64, i64) = sqlx::query_as(query).bind(OWNER).fetch_one(&self.pool).await?;
        Ok((usize::try_from(started)?, usize::try_from(finished)?))
    }
}

//! Many small mailings that are all due in the same second.

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use periodical::{mail::server::ServerOptions, mailings::runs};
use time::OffsetDateTime;

use crate::{
    Bench,
    database::Database,
    engine,
    process::{self, Mail, Process},
    report::{Must, Row, Series, Unit::Seconds, thousands},
    servers,
};

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let mailings = usize::try_from(bench.options.recipients / 10)?;
    let mut started = Series::new("after", Seconds);
    let mut finished = Series::new("after", Seconds);
    let mut commits = Series::new(format!("{} commits of a row each", thousands(mailings)), Seconds);
    for round in 1..=bench.options.rounds {
        let database = bench.stage.database(i64::try_from(mailings)?).await?;
        commits.push(commit_one_by_one(&database, mailings).await?);
        bench.say(round, &commits);

        let server = servers::counting(ServerOptions::default()).await?;
        let mut workers = [process::worker(&bench.stage, &database, &Mail::plain(server.address()), bench.options.connections).await?];
        engine::warm_up(&database, &mut workers).await?;
        let due = schedule(&database, mailings).await?;
        let (last_started, last_finished) = watch(&database, due, mailings, &mut workers).await?;
        started.push(last_started);
        bench.say(round, &started);
        finished.push(last_finished);
        bench.say(round, &finished);
        drop(workers);
        bench.stage.remove(database).await?;
    }
    let title = format!("{} mailings due at once", thousands(mailings));
    Ok(vec![
        Row::value(format!("{title}, last one started"), started, Some(commits.clone()), Must::AtMost(5.0)),
        Row::value(format!("{title}, last one finished"), finished, Some(commits), Must::Nothing),
    ])
}

/// The mailings with their jobs, and the moment they are all due.
async fn schedule(database: &Database, mailings: usize) -> anyhow::Result<OffsetDateTime> {
    // What the jobs take to be added, and then some.
    let preparation = Duration::from_secs(5) + Duration::from_millis(2) * u32::try_from(mailings)?;
    let due = OffsetDateTime::now_utc() + preparation;
    database.schedule(&vec![due; mailings]).await?;
    runs::enqueue_missing(&database.app).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let left = due - OffsetDateTime::now_utc();
    ensure!(left >= time::Duration::seconds(2), "preparing the mailings took too long: {left} are left until they are due");
    Ok(due)
}

/// The seconds from the moment they are due until every attempt can be seen to have started, and until all are finished.
async fn watch(database: &Database, due: OffsetDateTime, mailings: usize, workers: &mut [Process]) -> anyhow::Result<(f64, f64)> {
    let (before, _) = database.attempts().await?;
    ensure!(before == 0, "{before} attempts have started before they were due");
    tokio::time::sleep((due - OffsetDateTime::now_utc()).try_into().unwrap_or_default()).await;
    let since = || (OffsetDateTime::now_utc() - due).as_seconds_f64();
    let patience = engine::patience(i64::try_from(mailings)? * 10).as_secs_f64();
    let mut last_started = None;
    loop {
        let (started, finished) = database.attempts().await?;
        if started == mailings {
            last_started.get_or_insert_with(since);
        }
        if let Some(last_started) = last_started
            && finished == mailings
        {
            return Ok((last_started, since()));
        }
        if since() > patience {
            bail!("after {patience} s {started} have started and {finished} are finished");
        }
        for worker in &mut *workers {
            worker.check()?;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// What as many transactions of a row each take on one connection, in seconds.
async fn commit_one_by_one(database: &Database, rows: usize) -> anyhow::Result<f64> {
    let mut connection = database.pool.acquire().await?;
    sqlx::query("create table commits (id bigint primary key, made_at timestamptz not null default now())")
        .execute(&mut *connection)
        .await?;
    let began = Instant::now();
    for id in 0..i64::try_from(rows)? {
        sqlx::query("insert into commits (id) values ($1)").bind(id).execute(&mut *connection).await?;
    }
    Ok(began.elapsed().as_secs_f64())
}

//! How long it takes to create an attempt with its deliveries, and what readers of pages notice of it.

use std::time::{Duration, Instant};

use crate::{
    Bench,
    browser::Browser,
    database::Database,
    pages::{PAGE_MUST, PAGES, Pages, read_pages},
    process::serve,
    report::{Must, Row, Series, Unit::Seconds, thousands},
    stage::OWNER,
};

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let recipients = bench.options.recipients * 10;
    let mut created = Series::new("created in", Seconds);
    let mut copied = Series::new("a bare table of the same rows", Seconds);
    let (mut before, mut during) = (Pages::new("without"), Pages::new("meanwhile"));
    for round in 1..=bench.options.rounds {
        let database = bench.stage.database(recipients).await?;
        let (mut serve, base) = serve(&bench.stage, &database).await?;
        let browser = Browser::sign_in(&base).await?;
        // The first pages fill caches.
        read_pages(&browser, &PAGES, tokio::time::sleep(Duration::from_secs(1))).await?;

        let quiet = Duration::from_secs(if bench.options.quick { 2 } else { 10 });
        let (pages, ()) = read_pages(&browser, &PAGES, tokio::time::sleep(quiet)).await?;
        before.push(&pages);
        bench.say(round, &before.slow);

        let (pages, run) = read_pages(&browser, &PAGES, database.start_run(OWNER)).await?;
        serve.check()?;
        during.push(&pages);
        created.push(run?.creation.as_secs_f64());
        bench.say(round, &created);
        bench.say(round, &during.slow);

        copied.push(copy(&database).await?);
        drop(serve);
        bench.stage.remove(database).await?;
    }
    let title = format!("creating an attempt of {} deliveries", thousands(recipients));
    let page = |share: &str| format!("a page meanwhile, {share}");
    let slow = Row::value(page("99th percentile"), during.slow, Some(before.slow), Must::AtMost(PAGE_MUST));
    Ok(vec![
        Row::value(title, created, Some(copied), Must::Nothing),
        Row::value(page("median"), during.middle, Some(before.middle), Must::Nothing),
        slow.beside("pages", during.count).beside("pages_without", before.count),
        Row::value(page("slowest"), during.slowest, Some(before.slowest), Must::Nothing),
    ])
}

/// The least that writing so many rows can take here, in seconds: no keys, no index, the same columns.
async fn copy(database: &Database) -> anyhow::Result<f64> {
    let query = "create table bare as
                 select 1::bigint as attempt_id, r.id as recipient_id, r.email::text as email, r.full_name, 'waiting' as state, now() as claimable_at
                 from recipients r join users u on u.id = r.user_id where u.email = $1::text::citext";
    let began = Instant::now();
    // A statement with parameters cannot create a table.
    let query = query.replace("$1", &format!("'{OWNER}'"));
    sqlx::query(sqlx::AssertSqlSafe(query)).execute(&database.pool).await?;
    Ok(began.elapsed().as_secs_f64())
}

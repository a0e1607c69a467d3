//! How long it takes to create an attempt with its deliveries, and what readers of pages notice of it.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::{
    Bench,
    browser::Browser,
    database::Database,
    process::serve,
    report::{
        Must, Row, Series,
        Unit::{Milliseconds, Seconds},
        percentile, thousands,
    },
    stage::OWNER,
};

/// What a page of a list may take at the 99th percentile, in milliseconds.
const PAGE_MUST: f64 = 50.0;
const PAGES: [&str; 4] = ["/mailings", "/recipients", "/attempts", "/"];
/// Readers, each of whom rests between two pages.
const READERS: usize = 2;
const REST: Duration = Duration::from_millis(40);

/// The three numbers that a round's pages come to.
struct Pages {
    middle: Series,
    slow: Series,
    slowest: Series,
    count: Vec<f64>,
}

impl Pages {
    fn new(name: &str) -> Self {
        let series = || Series::new(name, Milliseconds);
        Self { middle: series(), slow: series(), slowest: series(), count: Vec::new() }
    }

    fn push(&mut self, milliseconds: &[f64]) {
        self.middle.push(percentile(milliseconds, 0.5));
        self.slow.push(percentile(milliseconds, 0.99));
        self.slowest.push(percentile(milliseconds, 1.0));
        self.count.push(milliseconds.len() as f64);
    }
}

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
        read_pages(&browser, tokio::time::sleep(Duration::from_secs(1))).await?;

        let quiet = Duration::from_secs(if bench.options.quick { 2 } else { 10 });
        let (pages, ()) = read_pages(&browser, tokio::time::sleep(quiet)).await?;
        before.push(&pages);
        bench.say(round, &before.slow);

        let (pages, run) = read_pages(&browser, database.start_run(OWNER)).await?;
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

/// What each page took, in milliseconds, until `meanwhile` is over; and what that came to.
async fn read_pages<T>(browser: &Browser, meanwhile: impl Future<Output = T>) -> anyhow::Result<(Vec<f64>, T)> {
    let stop = CancellationToken::new();
    let read = |first: usize| {
        let stop = stop.clone();
        async move {
            let mut milliseconds = Vec::new();
            for path in PAGES.into_iter().cycle().skip(first) {
                if stop.is_cancelled() {
                    break;
                }
                let began = Instant::now();
                browser.get(path).await?;
                milliseconds.push(began.elapsed().as_secs_f64() * 1000.0);
                tokio::time::sleep(REST).await;
            }
            anyhow::Ok(milliseconds)
        }
    };
    let readers = futures_util::future::try_join_all((0..READERS).map(|reader| read(reader * 2)));
    let meanwhile = async {
        let result = meanwhile.await;
        stop.cancel();
        result
    };
    let (readers, result) = tokio::join!(readers, meanwhile);
    Ok((readers?.concat(), result))
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

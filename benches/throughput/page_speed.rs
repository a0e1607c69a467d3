//! How long pages take for somebody who has used Periodical for a month with everything at its largest: a million recipients,
//! ten thousand daily mailings, and what those have sent. Pages are asked for at a steady rate, whether the ones before are
//! there or not, so that one that is slow keeps nobody from noticing.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{
    Bench,
    browser::Browser,
    database::Database,
    process::serve,
    report::{
        Must, Row, Series,
        Unit::{self, Milliseconds},
        percentile,
    },
    stage::OWNER,
};

/// What a list, a search and the start page may take at the 99th percentile, in milliseconds.
const MUST: f64 = 20.0;
const A_SECOND: u32 = 100;
const DAYS: i64 = 30;
/// Recipients of each attempt.
const DELIVERIES: i64 = 10;

/// What the mailings are called, where they have numbers of their own.
const LISTS: [(&str, &str); 17] = [
    ("start page", "/"),
    ("recipients", "/recipients"),
    ("recipients, found one", "/recipients?q=reader123456%40"),
    ("recipients, found all", "/recipients?q=rita"),
    ("recipients, found none", "/recipients?q=nobody-is-called-so"),
    ("messages", "/messages"),
    ("messages, found one", "/messages?q=news+of+the+week+77"),
    ("mailings", "/mailings"),
    ("mailings, found one", "/mailings?q=daily+letter+777"),
    ("mailings, found none", "/mailings?q=nothing-is-called-so"),
    ("new mailing", "/mailings/new"),
    ("attempts", "/attempts"),
    ("report by period", "/reports"),
    ("report by period, a week", "/reports?days=7"),
    ("report by mailing", "/reports/mailings"),
    ("report by message", "/reports/messages"),
    ("account", "/account"),
];

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let (recipients, mailings) = if bench.options.quick { (50_000, 500) } else { (1_000_000, 10_000) };
    let database = bench.stage.database(recipients).await?;
    fill(&database, mailings).await?;
    let (mut serve, base) = serve(&bench.stage, &database).await?;
    let browser = Browser::sign_in(&base).await?;
    let pages = pages(&database).await?;
    // Caches of Postgres and of the process.
    for (_, path) in &pages {
        for _ in 0..3 {
            browser.get(path).await?;
        }
    }
    let span = Duration::from_secs(if bench.options.quick { 5 } else { 30 });
    let mut series: BTreeMap<usize, (Series, Series)> = BTreeMap::new();
    for round in 1..=bench.options.rounds {
        let taken = ask(&browser, &pages, span).await?;
        serve.check()?;
        for (number, milliseconds) in taken {
            let (slow, middle) = series.entry(number).or_insert_with(|| (named("99th", Milliseconds), named("median", Milliseconds)));
            slow.push(percentile(&milliseconds, 0.99));
            middle.push(percentile(&milliseconds, 0.5));
        }
        eprintln!("  round {round} of {}: {} pages a second for {} s", bench.options.rounds, A_SECOND, span.as_secs());
    }
    drop(serve);
    bench.stage.remove(database).await?;
    let row = |(number, (slow, middle)): (usize, (Series, Series))| {
        Row::value(format!("page: {}", pages[number].0), slow, Some(middle), Must::AtMost(MUST))
    };
    Ok(series.into_iter().map(row).collect())
}

fn named(name: &str, unit: Unit) -> Series {
    Series::new(name, unit)
}

/// Asks for one page after the other at the steady rate, each measured from the moment it was due; milliseconds by page.
async fn ask(browser: &Browser, pages: &[(String, String)], span: Duration) -> anyhow::Result<BTreeMap<usize, Vec<f64>>> {
    let began = Instant::now();
    let asking = (0..A_SECOND * u32::try_from(span.as_secs())?).map(|turn| async move {
        let number = turn as usize % pages.len();
        let due = Duration::from_secs(1) / A_SECOND * turn;
        tokio::time::sleep_until((began + due).into()).await;
        browser.get(&pages[number].1).await?;
        anyhow::Ok((number, (began.elapsed() - due).as_secs_f64() * 1000.0))
    });
    let mut taken: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (number, milliseconds) in futures_util::future::try_join_all(asking).await? {
        taken.entry(number).or_default().push(milliseconds);
    }
    Ok(taken)
}

/// Every list and search, and pages of rows in the middle of everything.
async fn pages(database: &Database) -> anyhow::Result<Vec<(String, String)>> {
    let mut pages: Vec<(String, String)> = LISTS.iter().map(|(name, path)| ((*name).to_owned(), (*path).to_owned())).collect();
    for (name, path, query) in [
        ("recipients, in the middle", "/recipients?before=", "select (min(id) + max(id)) / 2 from recipients"),
        (
            "a recipient",
            "/recipients/",
            "select max(id) from recipients where user_id = (select user_id from mailings order by id limit 1)",
        ),
        ("a mailing", "/mailings/", "select max(id) from mailings where user_id = (select user_id from attempts order by id limit 1)"),
        ("attempts, in the middle", "/attempts?before=", "select (min(id) + max(id)) / 2 from attempts"),
        ("an attempt", "/attempts/", "select max(id) from attempts"),
    ] {
        let id: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&database.pool).await?;
        pages.push((name.to_owned(), format!("{path}{id}")));
    }
    Ok(pages)
}

/// A month of daily mailings: each attempt went to a few, of whom one in twenty attempts some failed.
async fn fill(database: &Database, mailings: i64) -> anyhow::Result<()> {
    eprintln!("  {mailings} mailings, {} attempts, {} deliveries", mailings * DAYS, mailings * DAYS * DELIVERIES);
    let steps = [
        "insert into messages (user_id, subject, body)
         select u.id, 'News of the week ' || n, 'Good morning' from users u, generate_series(1, $2 / 10) n where u.email = $1::text::citext and $3 > 0 and $4 > 0",
        "insert into mailings (user_id, name, message_id, all_recipients, starts_at, ends_at, period, time_zone, status, next_run_at)
         select u.id, 'The daily letter ' || n, m.ids[(1 + n % ($2 / 10))::int], true,
                now() - $3 * interval '1 day' - interval '1 hour' + n * interval '8 seconds', now() + interval '1 year', 'daily', 'UTC', 'running',
                now() + interval '23 hours' + n * interval '8 seconds'
         from users u cross join lateral (select array_agg(id order by id) as ids from messages where user_id = u.id) m
         cross join generate_series(1, $2) n where u.email = $1::text::citext and $4 > 0",
        "insert into attempts (mailing_id, user_id, scheduled_at, trigger, message_id, subject, body, status, started_at, finished_at, total, sent, failed, last_reply)
         select m.id, m.user_id, at, 'schedule', m.message_id, 'News', 'Good morning',
                case when (m.id + day) % 20 = 0 then 'partial' else 'succeeded' end, at, at + interval '9 seconds', $4,
                $4 - case when (m.id + day) % 20 = 0 then 2 else 0 end, case when (m.id + day) % 20 = 0 then 2 else 0 end, '250 2.0.0 Ok: queued'
         from generate_series(1, $3) day
         cross join lateral (
           select id, user_id, message_id, starts_at + (day - 1) * interval '1 day' as at from mailings
           where period = 'daily' and user_id = (select id from users where email = $1::text::citext) order by id limit $2
         ) m",
        "insert into slices (attempt_id, number, first_delivery, last_delivery, failed) select id, 0, 1, total, failed from attempts
         where $1 <> '' and $2 > 0 and $3 > 0 and $4 > 0",
        "insert into deliveries (attempt_id, number, recipient_id, email, full_name, state, tries, smtp_code, smtp_text, settled_at)
         select a.id, n, r.first + (a.id * 37 + n) % ($2 * 5), 'reader' || n || '@example.org', 'Rita Reader',
                case when n <= a.failed then 'failed' else 'sent' end, 1, case when n <= a.failed then 550 else 250 end,
                case when n <= a.failed then '5.7.1 Refused' else '2.0.0 Ok: queued' end, a.finished_at
         from attempts a
         cross join (select min(id) as first from recipients where user_id = (select id from users where email = $1::text::citext)) r
         cross join generate_series(1, $4) n where $3 > 0
         on conflict do nothing",
    ];
    for step in steps {
        sqlx::query(step).bind(OWNER).bind(mailings).bind(DAYS).bind(DELIVERIES).execute(&database.pool).await?;
    }
    sqlx::query("update recipients set undeliverable_at = now() where id % 500 = 0").execute(&database.pool).await?;
    periodical::reports::tally(&database.app).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    sqlx::query("vacuum (analyze)").execute(&database.pool).await?;
    sqlx::query("checkpoint").execute(&database.pool).await?;
    Ok(())
}

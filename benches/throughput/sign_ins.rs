//! How many people can sign in at once, and what readers of pages notice of it: a password's hash is work on purpose.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use anyhow::ensure;

use crate::{
    Bench,
    browser::{Browser, Door},
    pages::{PAGE_MUST, PAGES, Pages, read_pages},
    process::serve_behind_proxy,
    report::{
        Must, Row, Series,
        Unit::{Milliseconds, SignInsPerSecond},
        percentile,
    },
    stage::OWNER,
};

/// People who sign in at the same time, each again and again under another name from another address: what throttles one
/// person is not what is measured.
const AT_ONCE: usize = 16;

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let mut sign_ins = Series::new("sign-ins", SignInsPerSecond);
    let mut waited = Series::new("one of them", Milliseconds);
    let (mut before, mut during) = (Pages::new("without"), Pages::new("meanwhile"));
    let mut turned_away = Vec::new();
    let span = Duration::from_secs(if bench.options.quick { 3 } else { 15 });
    for round in 1..=bench.options.rounds {
        let database = bench.stage.database(1_000).await?;
        let people = "insert into users (email, full_name, password_hash, verified_at)
                      select 'reader' || n || '@sign-ins.example', 'Rita', password_hash, now()
                      from users, generate_series(1, 20000) n where email = $1::text::citext";
        sqlx::query(people).bind(OWNER).execute(&database.pool).await?;
        let (mut serve, base) = serve_behind_proxy(&bench.stage, &database).await?;
        let browser = Browser::sign_in(&base).await?;
        read_pages(&browser, &PAGES, tokio::time::sleep(Duration::from_secs(1))).await?;
        let (pages, ()) = read_pages(&browser, &PAGES, tokio::time::sleep(span)).await?;
        before.push(&pages);

        let (pages, crowd) = read_pages(&browser, &PAGES, crowd(&base, span)).await?;
        let crowd = crowd?;
        serve.check()?;
        during.push(&pages);
        sign_ins.push(crowd.milliseconds.len() as f64 / crowd.seconds);
        waited.push(percentile(&crowd.milliseconds, 0.5));
        turned_away.push(crowd.turned_away as f64);
        bench.say(round, &sign_ins);
        bench.say(round, &during.slow);
        drop(serve);
        bench.stage.remove(database).await?;
    }
    let page = |share: &str| format!("a page meanwhile, {share}");
    Ok(vec![
        Row::value(format!("sign-ins, {AT_ONCE} at once"), sign_ins, None, Must::Nothing).beside("turned_away", turned_away),
        Row::value("one of them, median", waited, None, Must::Nothing),
        Row::value(page("median"), during.middle, Some(before.middle), Must::Nothing),
        Row::value(page("99th percentile"), during.slow, Some(before.slow), Must::AtMost(PAGE_MUST)),
        Row::value(page("slowest"), during.slowest, Some(before.slowest), Must::Nothing),
    ])
}

struct Crowd {
    /// What each sign-in took.
    milliseconds: Vec<f64>,
    /// Those who were told to come again.
    turned_away: usize,
    seconds: f64,
}

async fn crowd(base: &str, span: Duration) -> anyhow::Result<Crowd> {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let one = async || {
        let door = Door::open(base).await?;
        let (mut milliseconds, mut turned_away) = (Vec::new(), 0);
        while began.elapsed() < span {
            let number = next.fetch_add(1, Ordering::Relaxed) + 1;
            let asked = Instant::now();
            let email = format!("reader{}@sign-ins.example", number % 20_000 + 1);
            match door.sign_in(&email, &format!("10.{}.{}.{}", number / 65_536, number / 256 % 256, number % 256)).await?.as_u16() {
                303 => milliseconds.push(asked.elapsed().as_secs_f64() * 1000.0),
                429 | 503 => turned_away += 1,
                status => ensure!(false, "a sign-in was answered with {status}"),
            }
        }
        anyhow::Ok((milliseconds, turned_away))
    };
    let all = futures_util::future::try_join_all((0..AT_ONCE).map(|_| one())).await?;
    let seconds = began.elapsed().as_secs_f64();
    let turned_away = all.iter().map(|(_, turned_away)| turned_away).sum();
    Ok(Crowd { milliseconds: all.into_iter().flat_map(|(milliseconds, _)| milliseconds).collect(), turned_away, seconds })
}

//! How fast recipients come in through the API, beside a bare COPY of the same rows into the same table; what readers of pages notice of it,
//! and what memory it takes.

use std::{
    fmt::Write,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use periodical::tokens::Token;
use reqwest::Client;

use crate::{
    Bench,
    browser::Browser,
    database::Database,
    pages::{PAGE_MUST, Pages, read_pages},
    process::serve,
    report::{
        Must, Row, Series,
        Unit::{Megabytes, RowsPerSecond},
        thousands,
    },
    stage::{OWNER, WARM_UP},
};

/// What is read meanwhile: recipients in each order, one who is looked for and what all are found by, and other pages.
const PAGES: [&str; 8] = [
    "/mailings",
    "/recipients",
    "/attempts",
    "/",
    "/recipients?sort=name",
    "/recipients?q=reader.123456%40",
    "/recipients?sort=email",
    "/recipients?q=example",
];
/// Recipients that the owner has before.
const RECIPIENTS: i64 = 1000;
/// What a process may take at the most for a file of any length, in MB.
const MEMORY_MUST: f64 = 64.0;
/// The least share of the speed of a bare COPY into the same table.
const COPY_MUST: f64 = 0.5;

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let count = if bench.options.quick { 50_000 } else { 1_000_000 };
    let file = |name: &str| {
        let mut file = "email,name,comment\n".to_owned();
        for number in 0..count {
            // Sorted by nothing, as files are.
            let place = number * 7919 % count;
            // Nothing that is written into memory fails.
            let _ = writeln!(file, "reader.{place}@mail{}.example.org,{name} Reader {place},from the list", place % 300);
        }
        file
    };
    let series = |name: &str| Series::new(name, RowsPerSecond);
    let (mut copied, mut created) = (series("COPY into the same table"), series("created"));
    let (mut repeated, mut changed) = (series("repeated"), series("changed"));
    let mut memory = Series::new("more than before", Megabytes);
    let (mut before, mut during) = (Pages::new("without"), Pages::new("meanwhile"));
    for round in 1..=bench.options.rounds {
        let database = bench.stage.database(RECIPIENTS).await?;
        let (mut serve, base) = serve(&bench.stage, &database).await?;
        let browser = Browser::sign_in(&base).await?;
        let program = Program { client: Client::new(), base, token: token(&database).await? };
        // The first of all fill caches.
        read_pages(&browser, &PAGES, tokio::time::sleep(Duration::from_secs(1))).await?;
        program.import("email\nfirst@example.org\n".to_owned(), "created", 1).await?;
        let (pages, ()) = read_pages(&browser, &PAGES, tokio::time::sleep(Duration::from_secs(5))).await?;
        before.push(&pages);

        let start = serve.peak_megabytes()?;
        let mut all_pages = Vec::new();
        for (series, name, counted) in
            [(&mut created, "Rita", "created"), (&mut repeated, "Rita", "unchanged"), (&mut changed, "Rosa", "updated")]
        {
            let (pages, taken) = read_pages(&browser, &PAGES, program.import(file(name), counted, count)).await?;
            series.push(count as f64 / taken?);
            bench.say(round, series);
            all_pages.extend(pages);
        }
        serve.check()?;
        memory.push(serve.peak_megabytes()? - start);
        during.push(&all_pages);
        bench.say(round, &during.slow);
        bench.stage.remove(database).await?;
        drop(serve);

        let database = bench.stage.database(RECIPIENTS).await?;
        copied.push(count as f64 / copy(&database, &file("Rita")).await?);
        bench.say(round, &copied);
        bench.stage.remove(database).await?;
    }
    let title = |what: &str| format!("an import of {} {what}", thousands(count));
    Ok(vec![
        Row::ratio(title("new recipients"), created, copied, Must::AtLeast(COPY_MUST)),
        Row::value(title("that are there as they are"), repeated, None, Must::Nothing),
        Row::value(title("with other names"), changed, None, Must::Nothing),
        Row::value("a page meanwhile, 99th percentile", during.slow, Some(before.slow), Must::AtMost(PAGE_MUST)),
        Row::value("memory for three such imports", memory, None, Must::AtMost(MEMORY_MUST)),
    ])
}

struct Program {
    client: Client,
    base: String,
    token: Token,
}

impl Program {
    /// Sends a file, which must come to `count` in that figure: the seconds until it is answered.
    async fn import(&self, file: String, figure: &str, count: usize) -> anyhow::Result<f64> {
        let request = self.client.post(format!("{}/api/v1/recipients/import", self.base)).bearer_auth(self.token.reveal());
        let began = Instant::now();
        let answer = request.header("Content-Type", "text/csv").body(file).send().await?.error_for_status()?.text().await?;
        let taken = began.elapsed().as_secs_f64();
        let answer: serde_json::Value = serde_json::from_str(&answer).context("the answer is no JSON")?;
        ensure!(answer[figure] == count, "{figure} should be {count}: {answer}");
        Ok(taken)
    }
}

async fn token(database: &Database) -> anyhow::Result<Token> {
    let token = Token::random();
    let query = "insert into api_tokens (user_id, name, token_hash, scopes, expires_at)
                 select id, 'Bench', $2, array['write'], now() + interval '1 day' from users where email = $1::text::citext";
    sqlx::query(query).bind(OWNER).bind(token.hash()).execute(&database.pool).await?;
    Ok(token)
}

/// The least that putting so many rows into this table can take here, with its keys and indexes: the seconds.
async fn copy(database: &Database, file: &str) -> anyhow::Result<f64> {
    let query = "select id from users where email = $1::text::citext";
    let user: i64 = sqlx::query_scalar(query).bind(WARM_UP).fetch_one(&database.pool).await?;
    let lines: String = file.lines().skip(1).fold(String::new(), |mut lines, line| {
        let _ = writeln!(lines, "{user},{line}");
        lines
    });
    let mut connection = database.pool.acquire().await?;
    let began = Instant::now();
    let mut copy = connection.copy_in_raw("copy recipients (user_id, email, full_name, comment) from stdin (format csv)").await?;
    for piece in lines.as_bytes().chunks(256 * 1024) {
        copy.send(piece).await?;
    }
    copy.finish().await?;
    Ok(began.elapsed().as_secs_f64())
}

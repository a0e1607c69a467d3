//! How many readers of the blog and of the home page one process serves, beside a plain Django site with its per-view cache on the same
//! Postgres, and what a page costs that is not cached.

use std::{path::Path, process::Command, time::Duration};

use anyhow::Context;

use crate::{
    Bench,
    database::Database,
    load::{Load, Reader, load},
    process::{self, Process, serve},
    report::{
        Must, Row, Series,
        Unit::{Milliseconds, RequestsPerSecond},
        percentile,
    },
    stage::Stage,
    tools,
};

/// The least ratio to Django's requests a second.
const DJANGO_MUST: f64 = 10.0;
/// Readers who ask at once.
const READERS: usize = 16;
/// Of Django's processes: one a core, with some threads each, as is usual.
const DJANGO_WORKERS: &str = "2";
const DJANGO_THREADS: &str = "4";
/// How often a page is measured that is made anew, and one that is not.
const ALONE: usize = 200;

const PAGES: [(&str, &str); 2] = [("a post", "/blog/post-1"), ("the home page", "/")];

/// One page's values of each round.
struct Figures {
    ours: Series,
    django: Series,
    our_slow: Series,
    django_slow: Series,
    hit: Series,
    miss: Series,
}

impl Figures {
    fn new() -> Self {
        Self {
            ours: Series::new("Periodical", RequestsPerSecond),
            django: Series::new("Django, cache_page", RequestsPerSecond),
            our_slow: Series::new("Periodical", Milliseconds),
            django_slow: Series::new("Django, cache_page", Milliseconds),
            hit: Series::new("cached", Milliseconds),
            miss: Series::new("made anew", Milliseconds),
        }
    }

    fn push(&mut self, ours: &Load, django: Option<&Load>) {
        self.ours.push(ours.per_second);
        self.our_slow.push(percentile(&ours.milliseconds, 0.99));
        if let Some(django) = django {
            self.django.push(django.per_second);
            self.django_slow.push(percentile(&django.milliseconds, 0.99));
        }
    }
}

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let (recipients, span) = if bench.options.quick { (5_000, 2) } else { (100_000, 8) };
    let span = Duration::from_secs(span);
    let python = tools::django();
    let mut figures = PAGES.map(|_| Figures::new());
    for round in 1..=bench.options.rounds {
        let database = bench.stage.database(recipients).await?;
        fill(&database).await?;
        let (mut serve, base) = serve(&bench.stage, &database).await?;
        let django = match &python {
            Ok(python) => Some(django(&bench.stage, &database, python, &base).await?),
            Err(_) => None,
        };
        for ((_, path), figures) in PAGES.iter().zip(&mut figures) {
            let theirs = match &django {
                Some((_, base)) => Some(loaded(base, path, span).await?),
                None => None,
            };
            figures.push(&loaded(&base, path, span).await?, theirs.as_ref());
            let (hit, miss) = alone(&database, &base, path).await?;
            figures.hit.push(hit);
            figures.miss.push(miss);
            bench.say(round, &figures.ours);
        }
        serve.check()?;
        drop((serve, django));
        bench.stage.remove(database).await?;
    }
    Ok(PAGES.iter().zip(figures).flat_map(|((name, _), figures)| rows(name, figures, &python)).collect())
}

fn rows(name: &str, figures: Figures, python: &Result<std::path::PathBuf, String>) -> Vec<Row> {
    let title = format!("{name}, cached, {READERS} readers");
    let against_django = match python {
        Ok(_) => vec![
            Row::ratio(title.clone(), figures.ours, figures.django, Must::AtLeast(DJANGO_MUST)),
            Row::value(format!("{title}, 99th percentile"), figures.our_slow, Some(figures.django_slow), Must::Nothing),
        ],
        Err(why) => vec![
            Row::value(title.clone(), figures.ours, None, Must::Nothing),
            Row::value(format!("{title}, 99th percentile"), figures.our_slow, None, Must::Nothing),
            Row::not_measured(format!("{title}, against Django"), why),
        ],
    };
    let alone = Row::value(format!("{name}, one reader, median"), figures.hit, Some(figures.miss), Must::Nothing);
    against_django.into_iter().chain([alone]).collect()
}

/// Warmed up first: what is measured is the cache.
async fn loaded(base: &str, path: &str, span: Duration) -> anyhow::Result<Load> {
    load(base, path, READERS, Duration::from_millis(500)).await?;
    load(base, path, READERS, span).await
}

/// What one reader waits for a page that is cached, and for one that a change of a post has made old; medians in milliseconds.
async fn alone(database: &Database, base: &str, path: &str) -> anyhow::Result<(f64, f64)> {
    let mut reader = Reader::connect(base).await?;
    let (mut hits, mut misses) = (Vec::new(), Vec::new());
    for _ in 0..ALONE {
        let mut transaction = database.pool.begin().await?;
        periodical::cache::versions::raise(&mut transaction).await?;
        transaction.commit().await?;
        // Until the process has heard of it.
        tokio::time::sleep(Duration::from_millis(10)).await;
        misses.push(reader.get(path).await?);
        hits.push(reader.get(path).await?);
    }
    Ok((percentile(&hits, 0.5), percentile(&misses, 0.5)))
}

/// A thousand posts of some four thousand characters.
async fn fill(database: &Database) -> anyhow::Result<()> {
    let query = "insert into posts (slug, language, title, summary, content, is_published, published_at)
                 select 'post-' || n, 'en', 'What a mail server means, part ' || n, 'Replies, read one by one.',
                        repeat(E'## A heading\\n\\nA paragraph of **some** length, with a [link](https://example.org) in it, and a few words more so that it fills a line or two.\\n\\n', 25),
                        true, now() - n * interval '1 hour'
                 from generate_series(1, 1000) n";
    sqlx::query(query).execute(&database.pool).await?;
    sqlx::query("vacuum (analyze)").execute(&database.pool).await?;
    Ok(())
}

/// A Django site that answers, and its address. Around its own text it has what stands around that of our pages at `ours`.
async fn django(stage: &Stage, database: &Database, python: &Path, ours: &str) -> anyhow::Result<(Process, String)> {
    let page = reqwest::get(format!("{ours}{}", PAGES[0].1)).await?.error_for_status()?.text().await?;
    let (head, rest) = page.split_once("<main").context("our page has no main part")?;
    let (opening, rest) = rest.split_once('>').context("our page breaks off")?;
    let (_, tail) = rest.split_once("</main>").context("our page breaks off")?;
    std::fs::write(stage.folder().join("frame_head.html"), format!("{head}<main{opening}>"))?;
    std::fs::write(stage.folder().join("frame_tail.html"), format!("</main>{tail}"))?;
    std::fs::write(stage.folder().join("blog_site.py"), include_str!("blog_site.py"))?;
    let address = process::free_address()?;
    let options = database.pool.connect_options();
    let mut command = Command::new(python);
    command
        .args(["-m", "gunicorn", "--workers", DJANGO_WORKERS, "--worker-class", "gthread", "--threads", DJANGO_THREADS])
        .args(["--keep-alive", "75", "--log-level", "warning", "--bind", &address.to_string(), "blog_site:application"])
        .current_dir(stage.folder())
        .env("BENCH_HOST", options.get_socket().map_or_else(|| options.get_host().into(), |socket| socket.to_path_buf()))
        .env("BENCH_USER", options.get_username())
        .env("BENCH_DATABASE", options.get_database().unwrap_or_default());
    let mut site = Process::start(stage, "gunicorn", &mut command)?;
    let base = format!("http://{address}");
    site.ready(async |_| reqwest::get(&base).await.is_ok_and(|answer| answer.status().is_success())).await?;
    Ok((site, base))
}

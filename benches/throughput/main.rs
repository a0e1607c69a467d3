//! `just bench`: how fast Periodical is, on this machine, beside what others do on it at the same time.
//!
//! The engine is a black box. Its workers are processes of the release binary; they get their settings from the
//! environment and their work from Postgres, and an attempt's own row says when it was finished. Everything is on one
//! machine: Postgres with the settings that users get, the workers, and the mail server. Measured and yardstick take
//! turns, round by round, and what is shown is the median; every round's values are in `target/bench/throughput.json`.
//!
//! `stage`, `database` Postgres · `process` the binary · `servers`, `tools` the mail servers and yardsticks · `engine` one
//! attempt · `report` the table; the other files are the figures.

mod blog;
mod browser;
mod burst;
mod creation;
mod database;
mod due;
mod engine;
mod import;
mod load;
mod machine;
mod million;
mod page_speed;
mod pages;
mod process;
mod report;
mod servers;
mod sign_ins;
mod stage;
mod tls;
mod tools;
mod two_workers;
mod wire;

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use serde_json::{Value, json};

use report::{Row, Series};
use servers::Sample;
use stage::Stage;
use tools::Postfix;
use wire::Against;

/// How fast Periodical sends; a ratio that misses what it must reach makes the exit code 1
#[derive(Debug, Parser)]
struct Options {
    /// What to measure; nothing is everything
    figures: Vec<Figure>,
    /// How often each is measured; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Recipients of the main figure; the others have their fixed multiples of it [default: 100000]
    #[arg(long = "recipients", value_parser = clap::value_parser!(i64).range(1000..=1_000_000))]
    asked_recipients: Option<i64>,
    #[arg(skip)]
    recipients: i64,
    /// SMTP_CONNECTIONS of each worker, except where the figure is about one connection
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// A twentieth of everything, to try the benchmark itself: its verdicts mean little
    #[arg(long)]
    quick: bool,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Figure {
    /// Sent and settled against smtp-source with 50 sessions
    Wire,
    /// Sent and settled against a loop of Django's send_mail
    Django,
    /// The same over one connection, against smtp-source with one
    OneConnection,
    /// Ten times the recipients: time and memory
    Million,
    /// Creating a large attempt, and the pages meanwhile
    Creation,
    /// Many mailings due in the same second
    Burst,
    /// From the due moment to the mail server, on an idle system
    Due,
    /// STARTTLS and implicit TLS against plain
    Tls,
    /// Two workers against one on a slow mail server
    TwoWorkers,
    /// People who sign in, and the pages meanwhile
    SignIns,
    /// Every list, search and the start page with everything at its largest
    Pages,
    /// Readers of a post and of the home page, against Django's per-view cache
    Blog,
    /// Recipients that come in through the API, and the pages meanwhile
    Import,
}

/// What every figure is measured with.
struct Bench {
    options: Options,
    stage: Stage,
    postfix: Result<Postfix, String>,
    sample: Sample,
}

fn main() -> ExitCode {
    if cfg!(debug_assertions) {
        println!("Nothing is measured in a debug build; `just bench` makes a release build.");
        return ExitCode::SUCCESS;
    }
    let mut options = Options::parse();
    options.recipients = options.asked_recipients.unwrap_or(if options.quick { 5_000 } else { 100_000 });
    if options.figures.is_empty() {
        options.figures = Figure::value_variants().to_vec();
    }
    let measured = tokio::runtime::Runtime::new().map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(run(options)));
    match measured {
        Ok(rows) if rows.iter().any(Row::is_bad) => ExitCode::FAILURE,
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> anyhow::Result<Vec<Row>> {
    let stage = Stage::start().await?;
    let about = about(&options, &stage).await?;
    if machine::filesystem(stage.folder()).as_deref() == Some("tmpfs") {
        eprintln!("{} is in memory: commits cost nothing there. Set TMPDIR to a folder on a disk.", stage.folder().display());
    }
    let postfix = tools::postfix();
    let sample = Sample::take(&stage, &postfix).await?;
    eprintln!("a mail has {} bytes", sample.length);
    let bench = Bench { options, stage, postfix, sample };
    let measured = bench.measure(about).await;
    bench.stage.stop().await?;
    measured
}

async fn about(options: &Options, stage: &Stage) -> anyhow::Result<Value> {
    let mut about = machine::describe(stage.folder(), &stage.postgres_version().await?);
    about["rounds"] = json!(options.rounds);
    about["recipients"] = json!(options.recipients);
    about["connections"] = json!(options.connections);
    Ok(about)
}

impl Bench {
    /// One figure after the other; one that breaks off leaves the others be. The file is written after each.
    async fn measure(&self, mut about: Value) -> anyhow::Result<Vec<Row>> {
        about["mail_bytes"] = json!(self.sample.length);
        let file = tools::target().join("bench/throughput.json");
        let mut rows = Vec::new();
        for figure in Figure::value_variants() {
            if !self.asks_for(*figure) || (*figure == Figure::Django && self.asks_for(Figure::Wire)) {
                continue;
            }
            let name = figure.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
            eprintln!("{name}");
            rows.extend(self.figure(*figure).await.unwrap_or_else(|error| vec![Row::failed(name, &error)]));
            report::save(&file, &about, &rows)?;
        }
        report::print(&rows);
        println!("every round's values: {}", file.display());
        Ok(rows)
    }

    async fn figure(&self, figure: Figure) -> anyhow::Result<Vec<Row>> {
        let Options { connections, recipients, .. } = self.options;
        let source = Some((50, 0.6));
        match figure {
            // Django's loop takes its turn in the same rounds.
            Figure::Wire => wire::measure(self, &Against { connections, recipients, source, django: self.asks_for(Figure::Django) }).await,
            Figure::Django => wire::measure(self, &Against { connections, recipients, source: None, django: true }).await,
            Figure::OneConnection => {
                let against = Against { connections: 1, recipients: recipients / 2, source: Some((1, 0.5)), django: false };
                wire::measure(self, &against).await
            }
            Figure::Million => million::measure(self).await,
            Figure::Creation => creation::measure(self).await,
            Figure::Burst => burst::measure(self).await,
            Figure::Due => due::measure(self).await,
            Figure::Tls => tls::measure(self).await,
            Figure::TwoWorkers => two_workers::measure(self).await,
            Figure::SignIns => sign_ins::measure(self).await,
            Figure::Pages => page_speed::measure(self).await,
            Figure::Blog => blog::measure(self).await,
            Figure::Import => import::measure(self).await,
        }
    }

    fn asks_for(&self, figure: Figure) -> bool {
        self.options.figures.contains(&figure)
    }

    /// How far it is, on the terminal.
    fn say(&self, round: u32, series: &Series) {
        if let Some(value) = series.rounds.last() {
            eprintln!("  round {round} of {}: {} {}", self.options.rounds, series.name, series.unit.show(*value));
        }
    }
}

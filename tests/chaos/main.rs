//! The delivery engine under faults: worker processes of the built binary, a Postgres of their own, and the project's mail
//! server, which counts what it has taken. Each case holds three records against each other: the server's, the
//! ledger's, and the attempt's figures.
//!
//! `just chaos` runs everything, `just chaos --short` what CI has time for, and further words choose cases by their
//! names. Without `--chaos`, as under `cargo test`, nothing runs: the quick cases are in `tests/it/delivery/`.
//! Nothing in here knows the engine's inside.

#[allow(dead_code, reason = "the integration tests use the rest of it")]
#[path = "../it/support/browser.rs"]
mod browser;
mod cases;
mod context;
mod report;
mod stand;
mod watchdog;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use cases::{CASES, Case};
use context::Context;
use report::Report;
use watchdog::Watchdog;

/// What the command line asks for.
struct Arguments {
    is_short: bool,
    words: Vec<String>,
}

impl Arguments {
    /// None: this is `cargo test`, whose own arguments mean nothing here.
    fn parse() -> anyhow::Result<Option<Self>> {
        let all: Vec<String> = std::env::args().skip(1).collect();
        if !all.iter().any(|word| word == "--chaos") {
            return Ok(None);
        }
        let mut arguments = Self { is_short: false, words: Vec::new() };
        for word in all {
            match word.as_str() {
                "--chaos" => {}
                "--short" => arguments.is_short = true,
                option if option.starts_with("--") => anyhow::bail!("{option} is no option; there is --short, and words that choose cases"),
                word => arguments.words.push(word.to_lowercase()),
            }
        }
        anyhow::ensure!(CASES.iter().any(|case| arguments.wants(case)), "no case of this form has any of these words in its name");
        Ok(Some(arguments))
    }

    fn wants(&self, case: &Case) -> bool {
        let is_in_form = !self.is_short || case.short.is_some();
        is_in_form && (self.words.is_empty() || self.words.iter().any(|word| case.name.to_lowercase().contains(word)))
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::parse() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("chaos: nothing runs without --chaos; see `just chaos`");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            println!("chaos: {error}");
            return ExitCode::FAILURE;
        }
    };
    let began = Instant::now();
    let ran = Watchdog::start().and_then(|watchdog| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let failed = runtime.block_on(run_all(&arguments, &watchdog.root));
        runtime.shutdown_timeout(Duration::from_secs(5));
        stand::postgres::end_shared();
        watchdog.finish();
        Ok(failed)
    });
    match ran {
        Ok(0) => {
            println!("\nall cases held, in {:.0} s", began.elapsed().as_secs_f64());
            ExitCode::SUCCESS
        }
        Ok(failed) => {
            println!("\n{failed} cases FAILED, in {:.0} s", began.elapsed().as_secs_f64());
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The patient cases wait most of their time and run together; those that measure moments run alone. How many failed.
async fn run_all(arguments: &Arguments, root: &Path) -> usize {
    println!("{}", Report::header());
    let wanted: Vec<(usize, &'static Case)> = CASES.iter().enumerate().filter(|(_, case)| arguments.wants(case)).collect();
    let (patient, alone): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(_, case)| case.is_patient);
    let mut failed = 0;
    for (number, case) in alone {
        failed += usize::from(!run(number, case, arguments.is_short, root).await);
    }
    let together: Vec<_> = patient.into_iter().map(|(number, case)| run(number, case, arguments.is_short, root)).collect();
    let ended = futures_util::future::join_all(together).await;
    failed + ended.into_iter().filter(|held| !held).count()
}

/// Runs one case within its time and prints its line; whether it held.
async fn run(number: usize, case: &'static Case, is_short: bool, root: &Path) -> bool {
    let report = Report::default();
    let short_name = format!("case{}", number + 1);
    let folder = root.join(&short_name);
    let limit = Duration::from_secs(if is_short { case.short.unwrap_or(case.long) } else { case.long });
    let began = Instant::now();
    let context = Context { short: is_short, report: report.clone(), root: root.to_owned(), folder: folder.clone(), short_name };
    // On a thread of its own: what one case waits for keeps no other waiting, and its panic is its failure alone.
    let thread = tokio::task::spawn_blocking(move || {
        stand::open_folder(&context.folder)?;
        tokio::runtime::Handle::current().block_on(async {
            // What is dropped at the limit takes its processes with it.
            let ended = tokio::time::timeout(limit, (case.run)(context)).await;
            ended.unwrap_or_else(|_| Err(anyhow::anyhow!("not over after {} s", limit.as_secs())))
        })
    });
    let ended = thread.await.unwrap_or_else(|error| Err(anyhow::anyhow!("it broke off: {}", panicked(error))));
    if let Err(error) = ended {
        report.check(false, format!("{error:#}"));
    }
    println!("{}", report.row(case.name, began.elapsed()));
    if report.has_failed() {
        print_logs(&folder);
    }
    let _ = std::fs::remove_dir_all(&folder);
    !report.has_failed()
}

fn panicked(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
            (Some(text), _) => text.clone(),
            (None, Some(text)) => (*text).to_owned(),
            (None, None) => "a panic".to_owned(),
        },
        Err(error) => error.to_string(),
    }
}

/// The last lines of what every process of a failed case has said.
fn print_logs(folder: &Path) {
    const LINES: usize = 12;
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut logs: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "log")).collect();
    logs.sort();
    for path in logs {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        println!("        {}:", path.file_stem().unwrap_or_default().to_string_lossy());
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            println!("          {line}");
        }
    }
}

//! Workers that are asked to end.

use std::time::{Duration, Instant};

use crate::{
    context::Context,
    stand::{Database, Stand, describe},
};

/// A worker ends within this by itself.
const GRACE: Duration = Duration::from_secs(20);
/// Far less than a lease, with a debug build's start in it.
const TAKE_OVER: Duration = Duration::from_secs(4);

pub async fn terminated(context: Context) -> anyhow::Result<()> {
    let (recipients, rounds) = context.choose((2_000, 2), (6_000, 6));
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    stand.slow_down(Duration::from_millis(2));
    stand.faults().set_dot_delay(Duration::from_millis(2));
    let (_, mailing) = stand.mailing_to("stop", recipients).await?;
    let mut worker = stand.worker()?;
    let attempt = stand.attempt_of(mailing).await?;
    for round in 1..=rounds {
        stand.accepted(recipients * round / (rounds + 2), Duration::from_secs(60)).await?;
        let told = worker.signal("TERM")?;
        let status = worker.exit(GRACE * 2).await?;
        report.within(&format!("stop {round}"), told.elapsed(), GRACE);
        report.check(status.success(), format!("it ended with {}", describe(status)));
        let ledger = stand.ledger(attempt).await?;
        ledger.adds_up(report);
        ledger.is_complete(report);

        let started = Instant::now();
        worker = stand.worker()?;
        let waited = stand.next_mail_after(started, GRACE * 2).await?;
        report.within(&format!("from start {round} of the next one to its first mail"), waited, TAKE_OVER);
    }
    stand.finished(attempt, Duration::from_secs(60)).await?;
    stand.everybody_has_it(report, attempt, 0).await?;
    Ok(())
}

/// A reply that is waited for may take a minute; a worker that should end has not got that long.
pub async fn terminated_beside_silence(context: Context) -> anyhow::Result<()> {
    const HEALTHY: usize = 500;
    const SILENT: usize = 2;
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    let owner = stand.owner("hush").await?;
    let silent: Vec<String> = (1..=SILENT).map(|number| format!("mute.{number}@example.org")).collect();
    owner.recipients(&stand, &silent).await?;
    owner.readers(&stand, HEALTHY).await?;
    let mailing = owner.due_mailing(&stand).await?;
    let mut worker = stand.worker()?;
    let attempt = owner.attempt_under_way(&stand, mailing, HEALTHY).await?;
    let told = worker.signal("TERM")?;
    let status = worker.exit(GRACE * 3).await?;
    // What it does beside waiting takes it a moment.
    report.within("the stop", told.elapsed(), GRACE + Duration::from_secs(3));
    report.check(status.success(), format!("it ended with {}", describe(status)));
    let ledger = stand.ledger(attempt).await?;
    ledger.adds_up(report);
    ledger.is_complete(report);
    let left = ledger.of("mute.").filter(|delivery| delivery.state == "waiting").count();
    report.check(left == SILENT, format!("{left} of {SILENT} silent ones are left to the next worker"));
    report.tally(ledger.tally(), 0);
    Ok(())
}

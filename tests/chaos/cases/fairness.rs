//! Small mailings beside a large one.

use std::time::{Duration, Instant};

use crate::{
    context::Context,
    stand::{Database, Stand, until},
};

const LIMIT: Duration = Duration::from_secs(5);
const SMALL: usize = 10;

pub async fn small_beside_large(context: Context) -> anyhow::Result<()> {
    let (large, rounds) = context.choose((30_000, 3), (200_000, 6));
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    stand.slow_down(Duration::from_millis(1));
    let (owner, mailing) = stand.mailing_to("large", large).await?;
    let mut worker = stand.worker()?;
    let attempt = owner.attempt_under_way(&stand, mailing, 500).await?;
    for round in 1..=rounds {
        let name = format!("small{round}");
        let small = stand.owner(&name).await?;
        small.readers(&stand, SMALL).await?;
        let ending = format!(".{name}@example.org");
        let mailing = small.due_mailing(&stand).await?;
        let due = Instant::now();
        until(&format!("the mails of {name}"), LIMIT * 6, async || {
            Ok((stand.mails.count(|mail| mail.to.ends_with(&ending)) >= SMALL).then_some(()))
        })
        .await?;
        report.within(&format!("small mailing {round}"), due.elapsed(), LIMIT);
        let attempt = stand.attempt_of(mailing).await?;
        stand.finished(attempt, LIMIT * 6).await?;
        stand.everybody_has_it(report, attempt, 0).await?;
    }
    let figures = stand.figures(attempt).await?;
    report.check(figures.as_ref().is_some_and(|figures| figures.waiting > 0), format!("the large one was over: {figures:?}"));

    // The large one need not be sent to its end to be right.
    worker.signal("TERM")?;
    let status = worker.exit(Duration::from_secs(30)).await?;
    report.check(status.success(), "the worker did not stop well");
    let ledger = stand.ledger(attempt).await?;
    report.note(format!("{} of {large} of the large one were sent meanwhile", ledger.figures.sent));
    ledger.adds_up(report);
    ledger.is_complete(report);
    report.tally(ledger.tally(), 0);
    Ok(())
}

//! A worker that stands still for longer than its lease, as on a machine that sleeps.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Mail, Stand},
};

/// A claim holds this long without being renewed.
const LEASE: Duration = Duration::from_secs(15);
/// How long a commit of outcomes takes at the most while all is well; what was heard and not committed when the process
/// stopped goes out again.
const UNSETTLED: Duration = Duration::from_millis(250);

pub async fn past_its_lease(context: Context) -> anyhow::Result<()> {
    let recipients = context.choose(3_000, 6_000);
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    // Slow enough that there is something left when the stalled one goes on.
    stand.slow_down(Duration::from_millis(4));
    stand.faults().set_dot_delay(Duration::from_millis(2));
    let (_, mailing) = stand.mailing_to("stall", recipients).await?;
    let mut stalled = stand.worker()?;
    let attempt = stand.attempt_of(mailing).await?;
    stand.accepted(recipients / 10, Duration::from_secs(60)).await?;
    let stopped = stalled.signal("STOP")?;
    // What is on its way to the server still arrives there.
    stand.quiet(Duration::from_millis(300), Duration::from_secs(10)).await?;
    let mut other = stand.worker()?;
    let waited = stand.next_mail_after(Instant::now(), LEASE * 3).await?;
    report.note(format!("the other worker's first mail {:.2} s after its start", waited.as_secs_f64()));
    // It must have begun with what the stalled one held, and not be through with it.
    let early: HashSet<String> = stand.mails.all(|mail| mail.worker == stalled.name).into_iter().map(|mail| mail.to).collect();
    crate::stand::until("the lease to run out", LEASE * 3, async || {
        let taken_over = stand.mails.count(|mail| mail.worker == other.name);
        Ok((stopped.elapsed() > LEASE + Duration::from_secs(3) && taken_over > recipients / 20).then_some(()))
    })
    .await?;
    let continued = stalled.signal("CONT")?;
    report.note(format!(
        "stopped for {:.1} s, {} of {recipients} accepted by then",
        (continued - stopped).as_secs_f64(),
        stand.mails.len()
    ));
    stand.finished(attempt, Duration::from_secs(120)).await?;

    let is_late = |mail: &Mail| mail.worker == stalled.name && mail.at > continued;
    let repeats = stand.mails.repeats();
    let sent_late = repeats.iter().filter(|repeat| is_late(&repeat.again) || is_late(&repeat.before)).count();
    report.note(format!(
        "the stalled one sent {} mails before and {} after, {sent_late} of them to recipients it had lost",
        early.len(),
        stand.mails.count(is_late)
    ));
    report.check(sent_late <= CONNECTIONS, format!("{sent_late} mails went out by the one that had lost its lease"));
    let recent = stand.mails.count(|mail| mail.worker == stalled.name && mail.at + UNSETTLED > stopped && mail.at < continued);
    report.note(format!("the bound: one a connection and what it had sent {} ms before it stopped", UNSETTLED.as_millis()));
    stand.everybody_has_it(report, attempt, CONNECTIONS + recent).await?;
    report.check(!stalled.has_ended()?, "the stalled worker did not go on");
    report.check(!other.has_ended()?, "the other worker ended");
    Ok(())
}

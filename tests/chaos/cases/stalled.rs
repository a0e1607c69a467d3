//! A worker that stands still for longer than its lease, as on a machine that sleeps.

use std::time::{Duration, Instant};

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Mail, Process, Stand, until},
};

/// A claim holds this long without being renewed.
const LEASE: Duration = Duration::from_secs(15);
/// Somebody else has taken over by then.
const TAKE_OVER: Duration = Duration::from_secs(20);
/// How long a commit of outcomes takes at the most while all is well; what was heard and not committed when the process
/// stopped goes out again.
const UNSETTLED: Duration = Duration::from_millis(250);

/// Between two transactions.
pub async fn past_its_lease(context: Context) -> anyhow::Result<()> {
    stop_and_continue(context, false).await
}

/// With rows locked that everybody else on the attempt needs. It is as if its machine had lost its power: Postgres does
/// not hear of that for hours.
pub async fn within_a_transaction(context: Context) -> anyhow::Result<()> {
    stop_and_continue(context, true).await
}

async fn stop_and_continue(context: Context, in_transaction: bool) -> anyhow::Result<()> {
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
    let stopped = stop(&stand, &mut stalled, in_transaction).await?;
    // What is on its way to the server still arrives there.
    stand.quiet(Duration::from_millis(300), Duration::from_secs(10)).await?;
    let before = stand.mails.len();

    let started = Instant::now();
    let mut other = stand.worker()?;
    let waited = stand.next_mail_after(started, TAKE_OVER * 2).await?;
    report.within("from the other worker's start to its first mail", waited, TAKE_OVER);
    // The stalled one's lease has run out, and the other is in the middle of what is left.
    let is_past = || stopped.elapsed() > LEASE + Duration::from_secs(3);
    let enough = recipients / 10;
    let taken_over =
        until(
            "the other worker to take over",
            TAKE_OVER * 2,
            async || Ok((is_past() && stand.mails.len() > before + enough).then_some(())),
        );
    if let Err(error) = taken_over.await {
        let count = stand.mails.len() - before;
        report.check(false, format!("the other worker came to a halt after {count} mails: {error:#}"));
    }
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
    report.note(format!("continued it sent {} mails, {sent_late} of them to recipients it had lost", stand.mails.count(is_late)));
    report.check(sent_late <= CONNECTIONS, format!("{sent_late} mails went out by the one that had lost its lease"));
    let recent = stand.mails.count(|mail| mail.worker == stalled.name && mail.at + UNSETTLED > stopped && mail.at < continued);
    report.note(format!("the bound: one a connection and what it had sent {} ms before it stopped", UNSETTLED.as_millis()));
    stand.everybody_has_it(report, attempt, CONNECTIONS + recent).await?;
    report.check(!stalled.has_ended()?, "the stalled worker did not go on");
    report.check(!other.has_ended()?, "the other worker ended");
    Ok(())
}

/// Stops the worker with or without a transaction open that others may wait for, which takes some tries.
async fn stop(stand: &Stand, worker: &mut Process, in_transaction: bool) -> anyhow::Result<Instant> {
    const ACTIVE: &str = "select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state = 'active'";
    const LOCKING: &str = "select count(distinct a.pid) from pg_stat_activity a join pg_locks l on l.pid = a.pid
        where a.datname = current_database() and a.pid <> pg_backend_pid() and a.state = 'idle in transaction'
          and l.granted and l.mode in ('RowShareLock', 'RowExclusiveLock') and l.relation in ('attempts'::regclass, 'deliveries'::regclass)";
    until("a moment to stop the worker in", Duration::from_secs(60), async || {
        let stopped = worker.signal("STOP")?;
        // Postgres finishes the statement it is at.
        until("the statements' end", Duration::from_secs(5), async || Ok((count(stand, ACTIVE).await? == 0).then_some(()))).await?;
        if (count(stand, LOCKING).await? > 0) == in_transaction {
            return Ok(Some(stopped));
        }
        worker.signal("CONT")?;
        Ok(None)
    })
    .await
}

async fn count(stand: &Stand, query: &'static str) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar(query).fetch_one(&stand.db).await?)
}

//! A worker that stands still for longer than its lease, as on a machine that sleeps.

use std::time::{Duration, Instant};

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Mail, Process, Repeat, Stand, until},
};

/// A claim holds this long without being renewed.
const LEASE: Duration = Duration::from_secs(15);
/// Somebody else has taken over by then.
const TAKE_OVER: Duration = Duration::from_secs(20);
/// How long a commit of outcomes takes at the most while all is well; what was heard and not committed when the process
/// stopped goes out again.
const UNSETTLED: Duration = Duration::from_secs(1);

/// Between two transactions.
pub async fn past_its_lease(context: Context) -> anyhow::Result<()> {
    stop_and_continue(context, false).await
}

/// With rows locked that everybody else on the attempt needs. It is as if its machine had lost its power: Postgres does
/// not hear of that for hours.
pub async fn within_a_transaction(context: Context) -> anyhow::Result<()> {
    stop_and_continue(context, true).await
}

async fn stop_and_continue(context: Context, with_locks: bool) -> anyhow::Result<()> {
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
    let stopped = stop(&stand, &mut stalled, attempt, with_locks).await?;
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
    let again = repeats.iter().filter(|repeat| is_late(&repeat.again)).count();
    let first = repeats.iter().filter(|repeat| is_late(&repeat.before)).count();
    report.note(format!(
        "continued it sent {} mails: {again} to recipients who had theirs, {first} to recipients who got another",
        stand.mails.count(is_late)
    ));
    report.check(again + first <= CONNECTIONS, format!("{} mails went out by the one that had lost its lease", again + first));
    if again + first > CONNECTIONS {
        let moment = |mail: &Mail| mail.at.saturating_duration_since(stopped).as_secs_f64();
        for Repeat { before, again } in repeats.iter().filter(|repeat| is_late(&repeat.again) || is_late(&repeat.before)) {
            let (first, second) = (moment(before), moment(again));
            report.note(format!("{}: {} after {first:.3} s, {} after {second:.3} s", again.to, before.worker, again.worker));
        }
    }
    let recent = stand.mails.count(|mail| mail.worker == stalled.name && mail.at + UNSETTLED > stopped && mail.at < continued);
    report.note(format!("the bound: one a connection and what it had sent {} s before it stopped", UNSETTLED.as_secs()));
    stand.everybody_has_it(report, attempt, CONNECTIONS + recent).await?;
    report.check(!stalled.has_ended()?, "the stalled worker did not go on");
    report.check(!other.has_ended()?, "the other worker ended");
    Ok(())
}

/// Stops the worker with or without rows locked that others may wait for, which takes some tries.
async fn stop(stand: &Stand, worker: &mut Process, attempt: i64, with_locks: bool) -> anyhow::Result<Instant> {
    const ACTIVE: &str = "select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state = 'active'
          and wait_event_type is distinct from 'Lock'";
    until("a moment to stop the worker in", Duration::from_secs(60), async || {
        let stopped = worker.signal("STOP")?;
        // Postgres finishes the statements it has been sent, but for those that wait for the stopped one itself.
        let mut calm = 0;
        until("the statements' end", Duration::from_secs(5), async || {
            let active: i64 = sqlx::query_scalar(ACTIVE).fetch_one(&stand.db).await?;
            calm = if active == 0 { calm + 1 } else { 0 };
            Ok((calm >= 5).then_some(()))
        })
        .await?;
        if holds_locks(stand, attempt).await? == with_locks {
            return Ok(Some(stopped));
        }
        worker.signal("CONT")?;
        Ok(None)
    })
    .await
}

/// Whether somebody keeps the attempt's row, or one of its deliveries, from being changed by others.
async fn holds_locks(stand: &Stand, attempt: i64) -> anyhow::Result<bool> {
    const FREE: &str = "with attempt as (select id from attempts where id = $1 for update skip locked),
             free as (select number from deliveries where attempt_id = $1 for update skip locked)
        select exists (select from attempt) and (select count(*) from free) = (select count(*) from deliveries where attempt_id = $1)";
    let mut transaction = stand.db.begin().await?;
    let is_free: bool = sqlx::query_scalar(FREE).bind(attempt).fetch_one(&mut *transaction).await?;
    transaction.rollback().await?;
    Ok(!is_free)
}

//! What people do while an attempt is under way: ARCHITECTURE.md's table, line by line.

use std::time::{Duration, Instant};

use reqwest::Method;

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Owner, Process, Stand, until},
};

/// More than one worker claims at once, and enough to be in the middle of.
const RECIPIENTS: usize = 3_000;
const UNDER_WAY: usize = 100;
/// A slice looks every five seconds whether it may go on.
const HALT: Duration = Duration::from_secs(7);
/// After so long without a mail nothing more comes.
const CALM: Duration = Duration::from_secs(2);

pub async fn in_the_middle(context: Context) -> anyhow::Result<()> {
    let mut stand = Stand::new(&context, Database::Shared).await?;
    let mut worker = stand.worker()?;
    edited(&context, &stand).await?;
    paused_and_resumed(&context, &stand).await?;
    deleted(&context, &stand).await?;
    for (name, stop, again) in [
        (
            "disabled",
            "update mailings set disabled_at = now() where user_id = $1",
            "update mailings set disabled_at = null where user_id = $1",
        ),
        ("blocked", "update users set blocked_at = now() where id = $1", "update users set blocked_at = null where id = $1"),
    ] {
        rests(&context, &stand, name, stop, again).await?;
    }
    let attempt = stopped(&context, &stand, "stop").await?;
    let ledger = stand.ledger(attempt).await?;
    ledger.is_complete(&context.report);
    context.report.check(ledger.figures.unknown == 0, format!("stopped: {:?}", ledger.figures));
    context.report.check(!worker.has_ended()?, "the worker ended");
    stopped_and_killed(&context, &mut stand, worker).await
}

/// An attempt that is going out, slowly.
async fn under_way(stand: &Stand, name: &str) -> anyhow::Result<(Owner, i64, i64)> {
    stand.slow_down(Duration::from_millis(4));
    let (owner, mailing) = stand.mailing_to(name, RECIPIENTS).await?;
    let attempt = owner.attempt_under_way(stand, mailing, UNDER_WAY).await?;
    Ok((owner, mailing, attempt))
}

/// Everything that the running attempt takes no notice of, and the one recipient who is taken out of it.
async fn edited(context: &Context, stand: &Stand) -> anyhow::Result<()> {
    let report = &context.report;
    let (owner, mailing, attempt) = under_way(stand, "edit").await?;
    let (gone, moved) = (owner.reader(RECIPIENTS), owner.reader(RECIPIENTS - 1));
    let query = "select id from recipients where user_id = $1 and email = $2::text::citext";
    let id: i64 = sqlx::query_scalar(query).bind(owner.id).bind(&gone).fetch_one(&stand.db).await?;
    owner.press(Method::DELETE, &format!("/recipients/{id}")).await?;
    for change in [
        "update recipients set email = 'elsewhere@example.org' where user_id = $1 and email = $2::text::citext",
        "update messages set subject = 'Changed', body = 'Changed' where user_id = $1 and $2::text is not null",
        // The end comes: what has started is finished.
        "update mailings set ends_at = now() where user_id = $1 and $2::text is not null",
    ] {
        sqlx::query(change).bind(owner.id).bind(&moved).execute(&stand.db).await?;
    }
    stand.slow_down(Duration::ZERO);
    let figures = stand.finished(attempt, Duration::from_secs(60)).await?;
    let ledger = stand.ledger(attempt).await?;
    ledger.adds_up(report);
    report.tally(ledger.tally(), 0);
    let is_as_decided = figures.status == "succeeded" && figures.skipped == 1 && figures.waiting + figures.failed + figures.unknown == 0;
    report.check(is_as_decided, format!("with one recipient deleted: {figures:?}"));
    let skipped: Vec<&str> =
        ledger.deliveries.iter().filter(|delivery| delivery.state == "skipped").map(|delivery| delivery.email.as_str()).collect();
    report.check(skipped == [gone.as_str()] && ledger.accepted(&gone) == 0, format!("skipped: {skipped:?}"));
    report.check(ledger.accepted(&moved) == 1, "the recipient who was edited did not get it at the address of the start");
    let changed = stand.mails.count(|mail| mail.to == "elsewhere@example.org" || mail.header("Subject").as_deref() != Some("Hello"));
    report.check(changed == 0, format!("{changed} mails have a change that was made after the start"));
    let status: String = sqlx::query_scalar("select status from mailings where id = $1").bind(mailing).fetch_one(&stand.db).await?;
    report.check(status == "completed", format!("the mailing is {status}"));
    report.note("deleted: the recipient is skipped; message, address and end edited: the attempt goes on as it began");
    Ok(())
}

async fn paused_and_resumed(context: &Context, stand: &Stand) -> anyhow::Result<()> {
    let (owner, mailing, attempt) = under_way(stand, "pause").await?;
    let path = format!("/mailings/{mailing}/pause");
    owner.press(Method::PUT, &path).await?;
    stands_still(context, stand, "paused", attempt).await?;
    stand.slow_down(Duration::ZERO);
    owner.press(Method::DELETE, &path).await?;
    let resumed = Instant::now();
    let waited = stand.next_mail_after(resumed, Duration::from_secs(60)).await?;
    context.report.within("from the resumption to the next mail", waited, Duration::from_secs(2));
    stand.finished(attempt, Duration::from_secs(60)).await?;
    stand.everybody_has_it(&context.report, attempt, 0).await?;
    Ok(())
}

async fn deleted(context: &Context, stand: &Stand) -> anyhow::Result<()> {
    let (owner, mailing, attempt) = under_way(stand, "delete").await?;
    let before = Instant::now();
    owner.press(Method::DELETE, &format!("/mailings/{mailing}")).await?;
    stand.quiet(CALM, HALT * 3).await?;
    report_halt(context, stand, "deleted", before);
    context.report.check(stand.figures(attempt).await?.is_none(), "the attempt is still there");
    let left: i64 = sqlx::query_scalar("select count(*) from deliveries where attempt_id = $1").bind(attempt).fetch_one(&stand.db).await?;
    context.report.check(left == 0, format!("{left} deliveries of the deleted mailing are still there"));
    Ok(())
}

/// Nothing goes out any more, and whoever has not got it is skipped; the attempt that this ends.
async fn stopped(context: &Context, stand: &Stand, name: &str) -> anyhow::Result<i64> {
    let (owner, mailing, attempt) = under_way(stand, name).await?;
    owner.press(Method::PUT, &format!("/mailings/{mailing}/stop")).await?;
    let before = Instant::now();
    ended_by_stop(context, stand, attempt, before).await?;
    Ok(attempt)
}

async fn ended_by_stop(context: &Context, stand: &Stand, attempt: i64, since: Instant) -> anyhow::Result<()> {
    let report = &context.report;
    let figures = stand.finished(attempt, Duration::from_secs(60)).await?;
    stand.quiet(CALM, HALT * 3).await?;
    report_halt(context, stand, "stopped", since);
    let ledger = stand.ledger(attempt).await?;
    ledger.adds_up(report);
    report.check(figures.skipped > 0 && figures.failed + figures.waiting == 0, format!("stopped: {figures:?}"));
    let taken = ledger.deliveries.iter().filter(|delivery| delivery.state == "skipped" && ledger.accepted(&delivery.email) > 0).count();
    report.check(taken == 0, format!("{taken} are on record as skipped and got it"));
    Ok(())
}

/// The process that had it in hand dies with the stop: another finds out what went out, and sends nothing again.
async fn stopped_and_killed(context: &Context, stand: &mut Stand, mut worker: Process) -> anyhow::Result<()> {
    let (owner, mailing, attempt) = under_way(stand, "killed").await?;
    owner.press(Method::PUT, &format!("/mailings/{mailing}/stop")).await?;
    let before = worker.kill()?;
    context.report.kill();
    let mut other = stand.worker()?;
    ended_by_stop(context, stand, attempt, before).await?;
    let ledger = stand.ledger(attempt).await?;
    context.report.check(ledger.tally().repeats == 0, format!("{} went out again after the stop", ledger.tally().repeats));
    let unknown = ledger.count("unknown");
    context.report.check(unknown <= CONNECTIONS, format!("{unknown} unknown, of {CONNECTIONS} connections"));
    context.report.note(format!("stopped and killed: {unknown} unknown"));
    context.report.check(!other.has_ended()?, "the other worker ended");
    Ok(())
}

/// What stops the mailing for others' reasons lets the attempt rest as it is, until somebody takes that back.
async fn rests(context: &Context, stand: &Stand, name: &str, stop: &'static str, again: &'static str) -> anyhow::Result<()> {
    let (owner, _, attempt) = under_way(stand, name).await?;
    sqlx::query(stop).bind(owner.id).execute(&stand.db).await?;
    stands_still(context, stand, name, attempt).await?;
    if !context.short {
        // No page does this yet, so there is none that would wake the attempt: housekeeping finds it within two minutes.
        sqlx::query(again).bind(owner.id).execute(&stand.db).await?;
        let allowed = Instant::now();
        stand.slow_down(Duration::ZERO);
        stand.finished(attempt, Duration::from_secs(180)).await?;
        context.report.note(format!("{name} no longer: complete after {:.0} s", allowed.elapsed().as_secs_f64()));
        stand.everybody_has_it(&context.report, attempt, 0).await?;
    }
    Ok(())
}

/// Nothing more goes out, everything that did is on record, and the others wait.
async fn stands_still(context: &Context, stand: &Stand, what: &str, attempt: i64) -> anyhow::Result<()> {
    let report = &context.report;
    let before = Instant::now();
    stand.quiet(CALM, HALT * 3).await?;
    report_halt(context, stand, what, before);
    let settled = until("every accepted mail on record", HALT, async || {
        let ledger = stand.ledger(attempt).await?;
        Ok((ledger.count("sent") == ledger.tally_accepted()).then_some(ledger))
    });
    let ledger = settled.await?;
    ledger.adds_up(report);
    report.tally(ledger.tally(), 0);
    let figures = &ledger.figures;
    let rests = figures.status == "running" && figures.waiting > 0 && figures.failed + figures.unknown + figures.skipped == 0;
    report.check(rests, format!("{what}: {figures:?}"));
    Ok(())
}

fn report_halt(context: &Context, stand: &Stand, what: &str, since: Instant) {
    let last = stand.mails.all(|_| true).last().map_or(since, |mail| mail.at);
    context.report.within(&format!("{what}: the last mail after"), last.saturating_duration_since(since), HALT);
}

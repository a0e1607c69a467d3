//! Workers that die by `kill -9`.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{
    context::Context,
    report::{Report, Tally},
    stand::{CONNECTIONS, Database, Process, Stand},
};

/// How long a server command takes, so that the kills fall into the middle.
const COMMAND: Duration = Duration::from_millis(2);
/// How long the server says nothing of a mail it has taken, so that most kills find one in doubt.
const IN_DOUBT: Duration = Duration::from_millis(5);
/// A survivor or a fresh worker has taken over by then.
const TAKE_OVER: Duration = Duration::from_secs(20);

/// Three workers, as they would be on one machine.
pub async fn on_one_data_folder(context: Context) -> anyhow::Result<()> {
    let died = kill_at_random(&context, Stand::worker).await?;
    let mut of_worker: HashMap<&str, usize> = HashMap::new();
    for repeat in &died.repeats {
        *of_worker.entry(repeat.worker.as_str()).or_default() += 1;
    }
    for (worker, count) in &of_worker {
        context.report.check(died.at.contains_key(*worker), format!("{count} mails of {worker}, which lived, went out again"));
        context.report.check(*count <= CONNECTIONS, format!("{count} mails of {worker} went out again after its death"));
    }
    context.report.note(format!("most repeats after one kill: {}", of_worker.values().max().unwrap_or(&0)));
    died.tally(&context.report, died.at.len() * CONNECTIONS);
    Ok(())
}

/// Three workers that share nothing but Postgres: what a dead one had heard and not settled is nowhere to be read.
/// The bound is what it sent shortly before it died; how shortly is measured.
pub async fn on_machines_of_their_own(context: Context) -> anyhow::Result<()> {
    const UNSETTLED: Duration = Duration::from_millis(1_000);
    let died = kill_at_random(&context, Stand::worker_elsewhere).await?;
    let oldest = died.repeats.iter().filter_map(|repeat| Some(died.at.get(&repeat.worker)?.saturating_duration_since(repeat.at))).max();
    context
        .report
        .note(format!("the oldest mail that went out again was accepted {:?} before its worker's death", oldest.unwrap_or_default()));
    context.report.note(format!("the bound: one a connection and what each worker sent in its last {} ms", UNSETTLED.as_millis()));
    let recent: usize = died.sent_before_death(UNSETTLED);
    died.tally(&context.report, died.at.len() * CONNECTIONS + recent);
    Ok(())
}

/// One worker at a time; nobody is there to take over until the next is started.
pub async fn the_only_one(context: Context) -> anyhow::Result<()> {
    let (recipients, kills) = context.choose((1_500, 1), (5_000, 4));
    let mut stand = Stand::new(&context, Database::Shared).await?;
    stand.slow_down(COMMAND);
    stand.faults().set_dot_delay(IN_DOUBT);
    let (_, mailing) = stand.mailing_to("lone", recipients).await?;
    let mut worker = stand.worker()?;
    for kill in 1..=kills {
        stand.accepted(recipients * kill / (kills + 1), TAKE_OVER * 2).await?;
        worker.kill()?;
        context.report.kill();
        let started = Instant::now();
        worker = stand.worker()?;
        let waited = stand.next_mail_after(started, TAKE_OVER * 2).await?;
        context.report.within(&format!("from kill {kill} to the fresh worker's first mail"), waited, TAKE_OVER);
    }
    let attempt = stand.attempt_of(mailing).await?;
    stand.finished(attempt, Duration::from_secs(90)).await?;
    stand.everybody_has_it(&context.report, attempt, kills * CONNECTIONS).await?;
    Ok(())
}

/// The owner would rather have somebody go without than get it twice: what was in doubt stays so.
pub async fn of_a_mailing_that_repeats_nothing(context: Context) -> anyhow::Result<()> {
    let (recipients, kills) = context.choose((1_500, 1), (5_000, 4));
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    stand.slow_down(COMMAND);
    stand.faults().set_dot_delay(IN_DOUBT);
    let owner = stand.owner("once").await?;
    owner.readers(&stand, recipients).await?;
    let mailing = owner.due_mailing_with(&stand, &[("resend_unknown", "false")]).await?;
    let mut workers = [stand.worker()?, stand.worker()?];
    for kill in 1..=kills {
        stand.accepted(recipients * kill / (kills + 1), TAKE_OVER * 2).await?;
        workers[kill % 2].kill()?;
        report.kill();
        workers[kill % 2] = stand.worker()?;
    }
    let attempt = stand.attempt_of(mailing).await?;
    let figures = stand.finished(attempt, Duration::from_secs(90)).await?;
    let ledger = stand.ledger(attempt).await?;
    ledger.adds_up(report);
    let unknown = ledger.count("unknown");
    let without = ledger.deliveries.iter().filter(|delivery| delivery.state == "unknown" && ledger.accepted(&delivery.email) == 0).count();
    report.note(format!("{unknown} left unknown, {without} of them without a mail"));
    report.check(unknown <= kills * CONNECTIONS, format!("{unknown} unknown after {kills} kills"));
    report.check(figures.failed + figures.skipped + figures.waiting == 0, format!("{figures:?}"));
    let tally = ledger.tally();
    report.tally(Tally { lost: tally.lost - without, ..tally }, 0);
    Ok(())
}

/// What is known after an attempt whose workers were killed.
struct Died {
    stand: Stand,
    attempt: i64,
    ledger: crate::stand::Ledger,
    /// When each of the killed died.
    at: HashMap<String, Instant>,
    /// The mails that went out again, as they were before.
    repeats: Vec<crate::stand::Mail>,
}

impl Died {
    fn tally(&self, report: &Report, bound: usize) {
        self.ledger.adds_up(report);
        let figures = &self.ledger.figures;
        report.check(figures.status == "succeeded", format!("attempt {} ended as {figures:?}", self.attempt));
        report.tally(self.ledger.tally(), bound);
    }

    fn sent_before_death(&self, time: Duration) -> usize {
        self.stand.mails.count(|mail| self.at.get(&mail.worker).is_some_and(|death| death.saturating_duration_since(mail.at) <= time))
    }
}

/// Three workers send to everybody; one of them is killed again and again, and a fresh one takes its place.
async fn kill_at_random(context: &Context, start: fn(&mut Stand) -> anyhow::Result<Process>) -> anyhow::Result<Died> {
    let (recipients, kills) = context.choose((4_000, 4), (20_000, 20));
    let report = &context.report;
    let mut stand = Stand::new(context, Database::Shared).await?;
    stand.slow_down(COMMAND);
    stand.faults().set_dot_delay(IN_DOUBT);
    let (_, mailing) = stand.mailing_to("crowd", recipients).await?;
    let mut workers = [start(&mut stand)?, start(&mut stand)?, start(&mut stand)?];
    let mut at = HashMap::new();
    for kill in 1..=kills {
        stand.accepted(recipients * kill / (kills + 1), TAKE_OVER * 3).await?;
        let victim = &mut workers[rand::random_range(0..3)];
        let moment = victim.kill()?;
        report.kill();
        at.insert(victim.name.clone(), moment);
        *victim = start(&mut stand)?;
    }
    let attempt = stand.attempt_of(mailing).await?;
    stand.finished(attempt, Duration::from_secs(120)).await?;
    let first = at.values().min().copied();
    if let Some(first) = first {
        report.within("longest time without an accepted mail after the first kill", stand.mails.longest_gap_after(first), TAKE_OVER);
    }
    let ledger = stand.ledger(attempt).await?;
    let repeats = stand.mails.repeats().into_iter().map(|repeat| repeat.before).collect();
    Ok(Died { stand, attempt, ledger, at, repeats })
}

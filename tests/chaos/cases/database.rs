//! Postgres that is killed, restarted, away, or breaks off every connection.

use std::time::{Duration, Instant};

use crate::{
    context::Context,
    stand::{CONNECTIONS, Database, Owner, Postgres, Process, Stand, until},
};

/// Workers are at work again within this once Postgres is back.
const BACK: Duration = Duration::from_secs(20);
const OWN: Database = Database::Own { binaries: None };

/// A stand with Postgres of its own and `workers` on one data folder that send to `recipients`.
struct UnderWay {
    stand: Stand,
    workers: Vec<Process>,
    mailing: i64,
    _owner: Owner,
}

impl UnderWay {
    async fn start(context: &Context, database: Database, workers: usize, recipients: usize) -> anyhow::Result<Self> {
        let mut stand = Stand::new(context, database).await?;
        stand.slow_down(Duration::from_millis(2));
        stand.faults().set_dot_delay(Duration::from_millis(2));
        let (owner, mailing) = stand.mailing_to("base", recipients).await?;
        let workers = (0..workers).map(|_| stand.worker()).collect::<anyhow::Result<Vec<_>>>()?;
        if !workers.is_empty() {
            owner.attempt_under_way(&stand, mailing, recipients / 10).await?;
        }
        Ok(Self { stand, workers, mailing, _owner: owner })
    }

    fn postgres(&mut self) -> anyhow::Result<&mut Postgres> {
        self.stand.postgres.as_mut().ok_or_else(|| anyhow::anyhow!("this case has no Postgres of its own"))
    }

    /// The end of it: everybody has their mail, and the workers are those that began.
    async fn everybody_has_it(mut self, context: &Context, bound: usize) -> anyhow::Result<()> {
        let attempt = self.stand.attempt_of(self.mailing).await?;
        self.stand.finished(attempt, Duration::from_secs(120)).await?;
        for worker in &mut self.workers {
            context.report.check(!worker.has_ended()?, format!("{} ended", worker.name));
        }
        self.stand.everybody_has_it(&context.report, attempt, bound).await?;
        Ok(())
    }
}

pub async fn everything_killed(context: Context) -> anyhow::Result<()> {
    let (recipients, rounds) = context.choose((2_000, 1), (6_000, 3));
    let mut case = UnderWay::start(&context, OWN, 2, recipients).await?;
    for round in 1..=rounds {
        case.stand.accepted(recipients * round / (rounds + 2), Duration::from_secs(60)).await?;
        // In any order: what matters is that nobody has time to say anything.
        case.workers[0].kill()?;
        case.postgres()?.kill()?;
        case.workers[1].kill()?;
        case.stand.kill_web()?;
        (0..4).for_each(|_| context.report.kill());
        case.postgres()?.start_again().await?;
        let started = Instant::now();
        case.workers = vec![case.stand.worker()?, case.stand.worker()?];
        case.stand.start_web().await?;
        let waited = case.stand.next_mail_after(started, BACK * 2).await?;
        context.report.within(&format!("from start {round} of the fresh ones to their first mail"), waited, BACK);
    }
    case.everybody_has_it(&context, rounds * 2 * CONNECTIONS).await
}

/// One process with a Postgres that it looks after itself: it finds it dead, and starts it.
pub async fn all_in_one_killed(context: Context) -> anyhow::Result<()> {
    let (recipients, rounds) = context.choose((1_500, 1), (5_000, 3));
    let mut case = UnderWay::start(&context, OWN, 0, recipients).await?;
    // In the place of the web side, on the same address.
    case.stand.kill_web()?;
    case.workers = vec![case.stand.all_in_one()?];
    for round in 1..=rounds {
        case.stand.accepted(recipients * round / (rounds + 2), Duration::from_secs(60)).await?;
        case.workers[0].kill()?;
        case.postgres()?.kill()?;
        (0..2).for_each(|_| context.report.kill());
        let started = Instant::now();
        case.workers = vec![case.stand.all_in_one()?];
        let waited = case.stand.next_mail_after(started, BACK * 2).await?;
        context.report.within(&format!("from start {round} of the fresh one to its first mail"), waited, BACK);
        case.postgres()?.start_again().await?;
    }
    case.everybody_has_it(&context, rounds * CONNECTIONS).await
}

pub async fn restarted(context: Context) -> anyhow::Result<()> {
    let (recipients, rounds) = context.choose((2_000, 1), (8_000, 4));
    let mut case = UnderWay::start(&context, OWN, 2, recipients).await?;
    for round in 1..=rounds {
        case.stand.accepted(recipients * round / (rounds + 2), Duration::from_secs(60)).await?;
        let stopped = Instant::now();
        case.postgres()?.stop().await?;
        case.postgres()?.start_again().await?;
        let back = Instant::now();
        let waited = case.stand.next_mail_after(back, BACK * 2).await?;
        context.report.note(format!("restart {round}: away for {:.2} s", (back - stopped).as_secs_f64()));
        context.report.within(&format!("from return {round} to the next mail"), waited, BACK);
    }
    case.everybody_has_it(&context, 0).await
}

pub async fn away(context: Context) -> anyhow::Result<()> {
    let absence = Duration::from_secs(context.choose(8, 60));
    leave_for(&context, 1, absence, 0).await
}

/// Past the lease another worker of the same folder may take what this one has sent and not settled.
pub async fn away_for_long(context: Context) -> anyhow::Result<()> {
    // By ARCHITECTURE.md: one batch, what waits for it, and one a connection, for each of the two.
    let bound = 2 * (500 + 128 + CONNECTIONS);
    leave_for(&context, 2, Duration::from_secs(60), bound).await
}

async fn leave_for(context: &Context, workers: usize, absence: Duration, bound: usize) -> anyhow::Result<()> {
    let report = &context.report;
    let recipients = context.choose(1_500, 4_000);
    let mut case = UnderWay::start(context, OWN, workers, recipients).await?;
    case.stand.accepted(recipients / 4, Duration::from_secs(60)).await?;
    let gone = Instant::now();
    case.postgres()?.stop().await?;
    let before = case.stand.mails.len();
    // Being away is the fault itself, so this one is waited for by the clock.
    tokio::time::sleep(absence).await;
    report.note(format!("{} mails went out after Postgres was told to stop", case.stand.mails.count(|mail| mail.at > gone)));
    report.check(before < recipients, "everything had gone out before");
    case.postgres()?.start_again().await?;
    let waited = case.stand.next_mail_after(Instant::now(), BACK * 2).await?;
    report.within("from its return to the next mail", waited, BACK);
    case.everybody_has_it(context, bound).await
}

pub async fn backends_terminated(context: Context) -> anyhow::Result<()> {
    let (recipients, rounds) = context.choose((2_000, 3), (8_000, 10));
    let case = UnderWay::start(&context, Database::Shared, 2, recipients).await?;
    let mut ended = 0;
    for round in 1..=rounds {
        case.stand.accepted(recipients * round / (rounds + 2), Duration::from_secs(60)).await?;
        ended += terminate_backends(&case.stand).await?;
        let waited = case.stand.next_mail_after(Instant::now(), BACK * 2).await?;
        context.report.within(&format!("from round {round} to the next mail"), waited, BACK);
    }
    context.report.note(format!("{ended} backends were terminated in {rounds} rounds"));
    case.everybody_has_it(&context, 0).await
}

/// Every connection to this database but the asking one; how many those were.
async fn terminate_backends(stand: &Stand) -> anyhow::Result<i64> {
    let query =
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    until("the backends' end", BACK, async || Ok(Some(sqlx::query_scalar(query).fetch_one(&stand.db).await?))).await
}

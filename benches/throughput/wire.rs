//! How fast mail goes out and is settled, against programs that only send: Postfix's smtp-source, and a loop of Django's.

use std::path::PathBuf;

use crate::{
    Bench, engine,
    report::{Must, Row, Series, Unit::MailsPerSecond, thousands},
    servers::Target,
    tools::{self, Postfix},
};

/// The least ratio to Django's loop.
const DJANGO_MUST: f64 = 15.0;

/// What our rate is held against.
pub struct Against {
    pub connections: usize,
    pub recipients: i64,
    /// `smtp-source` with so many sessions, and the ratio to reach.
    pub source: Option<(usize, f64)>,
    /// Whether Django's loop is a yardstick as well.
    pub django: bool,
}

/// Of those asked for, the yardsticks that are here, or why they are not.
struct Yardsticks<'a> {
    source: Option<Result<&'a Postfix, &'a String>>,
    django: Option<Result<PathBuf, String>>,
}

struct Rates {
    ours: Series,
    source: Series,
    django: Series,
    cpu_seconds: Vec<f64>,
}

pub async fn measure(bench: &Bench, against: &Against) -> anyhow::Result<Vec<Row>> {
    let source = against.source.map(|_| bench.postfix.as_ref());
    let yardsticks = Yardsticks { source, django: against.django.then(tools::django) };
    let sessions = against.source.map_or(0, |(sessions, _)| sessions);
    let mut rates = Rates {
        ours: Series::new("Periodical", MailsPerSecond),
        source: Series::new(format!("smtp-source -d -s {sessions}"), MailsPerSecond),
        django: Series::new("Django's send_mail", MailsPerSecond),
        cpu_seconds: Vec::new(),
    };
    if matches!(yardsticks.source, Some(Ok(_))) || matches!(yardsticks.django, Some(Ok(_))) {
        bench.stage.prepare(against.recipients).await?;
        for round in 1..=bench.options.rounds {
            run(bench, against, &yardsticks, round, &mut rates).await?;
        }
    }
    Ok(rows(against, &yardsticks, rates))
}

async fn run(bench: &Bench, against: &Against, yardsticks: &Yardsticks<'_>, round: u32, rates: &mut Rates) -> anyhow::Result<()> {
    let recipients = against.recipients;
    let target = Target::start(&bench.stage, &bench.postfix).await?;
    if let (Some((sessions, _)), Some(Ok(postfix))) = (against.source, yardsticks.source) {
        rates.source.push(postfix.send(target.address(), sessions, recipients, bench.sample.source_length).await?);
        bench.say(round, &rates.source);
    }
    if let Some(Ok(python)) = &yardsticks.django {
        rates.django.push(bench.sample.send_by_django(python, target.address(), (recipients / 50).max(200)).await?);
        bench.say(round, &rates.django);
    }
    let sent = engine::send(&bench.stage, recipients, &target.mail(), against.connections, 1).await?;
    rates.ours.push(sent.per_second);
    rates.cpu_seconds.push(sent.cpu_seconds);
    bench.say(round, &rates.ours);
    Ok(())
}

fn rows(against: &Against, yardsticks: &Yardsticks, rates: Rates) -> Vec<Row> {
    let connections = if against.connections == 1 { "1 connection".to_owned() } else { format!("{} connections", against.connections) };
    let title = format!("sent and settled, {} recipients, {connections}", thousands(against.recipients));
    let Rates { ours, source, django, cpu_seconds } = rates;
    let must = Must::AtLeast(against.source.map_or(0.0, |(_, must)| must));
    let against_source = yardsticks.source.map(|source_here| match source_here {
        Ok(_) => Row::ratio(title.clone(), ours.clone(), source, must).beside("worker_cpu_seconds", cpu_seconds),
        Err(why) => Row::not_measured(title.clone(), why),
    });
    let against_django = yardsticks.django.as_ref().map(|django_here| match django_here {
        Ok(_) => Row::ratio(title.clone(), ours, django, Must::AtLeast(DJANGO_MUST)),
        Err(why) => Row::not_measured(format!("{title}, against Django"), why),
    });
    against_source.into_iter().chain(against_django).collect()
}

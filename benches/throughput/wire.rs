//! How fast mail goes out and is settled, against programs that only send: Postfix's smtp-source, and a loop of Django's.

use crate::{
    Bench, engine,
    report::{Must, Row, Series, Unit::MailsPerSecond, thousands},
    servers::Target,
    tools,
};

/// What our rate is held against.
pub struct Against {
    pub connections: usize,
    pub recipients: i64,
    /// `smtp-source` with so many sessions, and the ratio to reach.
    pub source: Option<(usize, f64)>,
    /// Whether Django's loop is a yardstick as well.
    pub django: bool,
}

/// The least ratio to Django's loop.
const DJANGO_MUST: f64 = 15.0;

pub async fn measure(bench: &Bench, against: &Against) -> anyhow::Result<Vec<Row>> {
    let Against { connections, recipients, .. } = *against;
    let title = format!(
        "sent and settled, {} recipients, {connections} connection{}",
        thousands(recipients),
        if connections == 1 { "" } else { "s" }
    );
    let source = against.source.map(|(sessions, must)| (bench.postfix.as_ref(), sessions, must));
    let django = against.django.then(tools::django);
    let mut ours = Series::new("Periodical", MailsPerSecond);
    let mut sources = Series::new(format!("smtp-source -d -s {}", source.map_or(0, |(_, sessions, _)| sessions)), MailsPerSecond);
    let mut djangos = Series::new("Django's send_mail", MailsPerSecond);
    let mut cpu_seconds = Vec::new();

    let any_yardstick = matches!(source, Some((Ok(_), ..))) || matches!(django, Some(Ok(_)));
    for round in 1..=if any_yardstick { bench.options.rounds } else { 0 } {
        let target = Target::start(&bench.stage, &bench.postfix).await?;
        if let Some((Ok(postfix), sessions, _)) = source {
            sources.push(postfix.send(target.address(), sessions, recipients, bench.sample.source_length).await?);
            bench.say(round, &sources);
        }
        if let Some(Ok(python)) = &django {
            djangos.push(bench.sample.send_by_django(python, target.address(), (recipients / 50).max(200)).await?);
            bench.say(round, &djangos);
        }
        let sent = engine::send(&bench.stage, recipients, &target.mail(), connections, 1).await?;
        ours.push(sent.per_second);
        cpu_seconds.push(sent.cpu_seconds);
        bench.say(round, &ours);
    }

    let mut rows = Vec::new();
    match source {
        Some((Ok(_), _, must)) => {
            let row = Row::ratio(title.clone(), ours.clone(), sources, Must::AtLeast(must));
            rows.push(row.beside("worker_cpu_seconds", cpu_seconds));
        }
        Some((Err(why), ..)) => rows.push(Row::not_measured(title.clone(), why)),
        None => {}
    }
    match &django {
        Some(Ok(_)) => rows.push(Row::ratio(title, ours, djangos, Must::AtLeast(DJANGO_MUST))),
        Some(Err(why)) => rows.push(Row::not_measured(format!("{title}, against Django"), why)),
        None => {}
    }
    Ok(rows)
}

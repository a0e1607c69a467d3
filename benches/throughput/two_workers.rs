//! Two workers against one, where the mail server is what they wait for.

use std::time::Duration;

use periodical::mail::server::ServerOptions;

use crate::{
    Bench, engine,
    process::Mail,
    report::{Must, Row, Series, Unit::MailsPerSecond, thousands},
    servers,
};

/// What the server takes for each command: a mail server on another continent's pace, or a busy one.
const COMMAND_DELAY: Duration = Duration::from_millis(5);

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    // 8 connections at three commands of 5 ms and a bit make some 450 mails a second: two workers take 11 s.
    let recipients = bench.options.recipients / 10;
    let mut one = Series::new("one", MailsPerSecond);
    let mut two = Series::new("two", MailsPerSecond);
    bench.stage.prepare(recipients).await?;
    for round in 1..=bench.options.rounds {
        for (workers, series) in [(1, &mut one), (2, &mut two)] {
            let server = servers::counting(ServerOptions::default()).await?;
            server.faults().set_command_delay(COMMAND_DELAY);
            let mail = Mail::plain(server.address());
            let sent = engine::send(&bench.stage, recipients, &mail, bench.options.connections, workers).await?;
            series.push(sent.per_second);
            bench.say(round, series);
        }
    }
    let title = format!("two workers, {} ms a command, {} recipients", COMMAND_DELAY.as_millis(), thousands(recipients));
    Ok(vec![Row::ratio(title, two, one, Must::AtLeast(1.8))])
}

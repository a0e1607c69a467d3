//! How long after its moment a mail of an idle system begins to arrive.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use anyhow::Context;
use periodical::{
    mail::server::{Received, ServerOptions},
    mailings::runs,
};
use time::OffsetDateTime;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::{
    Bench, engine,
    process::{self, Mail},
    report::{Must, Row, Series, Unit::Milliseconds, percentile},
    servers,
};

/// The most that the 99th percentile may be, in milliseconds.
const MUST: f64 = 300.0;

/// When the server saw each recipient's mail begin.
#[derive(Clone, Default)]
struct Begun(Arc<Mutex<HashMap<String, SystemTime>>>);

impl Begun {
    fn note(&self, received: Received) {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for address in received.to {
            begun.insert(address, received.begun_at);
        }
    }

    /// By how many milliseconds each has begun after its moment; None as long as one is missing.
    fn delays(&self, emails: &[String], moments: &[OffsetDateTime]) -> Option<Vec<f64>> {
        let begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let delay = |(email, moment): (&String, &OffsetDateTime)| {
            let begun = OffsetDateTime::from(*begun.get(email)?);
            Some((begun - *moment).as_seconds_f64() * 1000.0)
        };
        emails.iter().zip(moments).map(delay).collect()
    }
}

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let mailings = if bench.options.quick { 20 } else { 120 };
    let series = |name: &str| Series::new(name, Milliseconds);
    let [mut middle, mut slow, mut slowest] = [(); 3].map(|()| series("after"));
    let [mut timer_middle, mut timer_slow, mut timer_slowest] = [(); 3].map(|()| series("a timer and a socket"));
    for round in 1..=bench.options.rounds {
        let (ours, timer) = round_of(bench, mailings).await?;
        middle.push(percentile(&ours, 0.5));
        slow.push(percentile(&ours, 0.99));
        slowest.push(percentile(&ours, 1.0));
        timer_middle.push(percentile(&timer, 0.5));
        timer_slow.push(percentile(&timer, 0.99));
        timer_slowest.push(percentile(&timer, 1.0));
        bench.say(round, &slow);
    }
    let title = |share: &str| format!("due moment to MAIL at the server, {share}");
    Ok(vec![
        Row::value(title("median"), middle, Some(timer_middle), Must::Nothing),
        Row::value(title("99th percentile"), slow, Some(timer_slow), Must::AtMost(MUST)),
        Row::value(title("slowest"), slowest, Some(timer_slowest), Must::Nothing),
    ])
}

/// The delays of as many mailings, and of a bare timer in between.
async fn round_of(bench: &Bench, mailings: usize) -> anyhow::Result<(Vec<f64>, Vec<f64>)> {
    let database = bench.stage.database(i64::try_from(mailings)?).await?;
    let begun = Begun::default();
    let sink = begun.clone();
    let server = servers::with(ServerOptions::default(), move |received| sink.note(received)).await?;
    let mut workers = [process::worker(&bench.stage, &database, &Mail::plain(server.address()), bench.options.connections).await?];
    engine::warm_up(&database, &mut workers).await?;

    let first = OffsetDateTime::now_utc() + Duration::from_secs(3);
    let moments: Vec<OffsetDateTime> = (0..mailings)
        .scan(first, |moment, _| {
            *moment += Duration::from_millis(rand::random_range(150..=400));
            Some(*moment)
        })
        .collect();
    let emails = database.schedule(&moments).await?;
    runs::enqueue_missing(&database.app).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;

    let timer_moments: Vec<OffsetDateTime> = moments.iter().map(|moment| *moment - Duration::from_millis(70)).collect();
    let timer_emails: Vec<String> = (0..mailings).map(|number| format!("timer{number}@example.org")).collect();
    send_by_timer(server.address(), &timer_emails, &timer_moments).await?;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    let delays = loop {
        if let Some(delays) = begun.delays(&emails, &moments) {
            break delays;
        }
        workers[0].check()?;
        anyhow::ensure!(tokio::time::Instant::now() < deadline, "a minute after the last moment not every mail has arrived");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let timer = begun.delays(&timer_emails, &timer_moments).context("the server has not had every mail of ours")?;
    drop(workers);
    bench.stage.remove(database).await?;
    Ok((delays, timer))
}

/// The least that this machine can do: sleeps until each moment and then sends a mail over a connection that is open.
async fn send_by_timer(to: std::net::SocketAddr, emails: &[String], moments: &[OffsetDateTime]) -> anyhow::Result<()> {
    let mut stream = BufReader::new(TcpStream::connect(to).await?);
    stream.get_ref().set_nodelay(true)?;
    replies(&mut stream, 1).await?;
    stream.write_all(b"HELO localhost\r\n").await?;
    replies(&mut stream, 1).await?;
    for (email, moment) in emails.iter().zip(moments) {
        tokio::time::sleep((*moment - OffsetDateTime::now_utc()).try_into().unwrap_or_default()).await;
        stream.write_all(format!("MAIL FROM:<bench@example.org>\r\nRCPT TO:<{email}>\r\nDATA\r\n").as_bytes()).await?;
        replies(&mut stream, 3).await?;
        stream.write_all(b"Subject: none\r\n\r\n.\r\n").await?;
        replies(&mut stream, 1).await?;
    }
    Ok(())
}

/// Reads so many replies of one line each, none of which may be a refusal.
async fn replies(stream: &mut BufReader<TcpStream>, count: usize) -> anyhow::Result<()> {
    for _ in 0..count {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        anyhow::ensure!(line.starts_with(['2', '3']), "the server says {line:?}");
    }
    Ok(())
}

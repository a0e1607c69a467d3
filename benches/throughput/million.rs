//! Ten times the recipients: whether time and memory stay what they are for one.

use crate::{
    Bench, engine,
    report::{
        Must, Row, Series,
        Unit::{Megabytes, Seconds},
        thousands,
    },
    servers::Target,
};

pub async fn measure(bench: &Bench) -> anyhow::Result<Vec<Row>> {
    let (few, many) = (bench.options.recipients, bench.options.recipients * 10);
    let connections = bench.options.connections;
    let mut short = Series::new(format!("for {}", thousands(few)), Seconds);
    let mut long = Series::new(format!("for {}", thousands(many)), Seconds);
    let mut peak = Series::new("peak", Megabytes);
    let mut idle = Series::new("idle", Megabytes);
    let mut cpu_seconds = Vec::new();
    bench.stage.prepare(few).await?;
    bench.stage.prepare(many).await?;
    for round in 1..=bench.options.rounds {
        let target = Target::start(&bench.stage, &bench.postfix).await?;
        short.push(engine::send(&bench.stage, few, &target.mail(), connections, 1).await?.seconds);
        bench.say(round, &short);
        let sent = engine::send(&bench.stage, many, &target.mail(), connections, 1).await?;
        long.push(sent.seconds);
        peak.push(sent.peak_megabytes);
        idle.push(sent.idle_megabytes);
        cpu_seconds.push(sent.cpu_seconds);
        bench.say(round, &long);
        bench.say(round, &peak);
    }
    let time = Row::ratio(format!("time for {} recipients", thousands(many)), long, short, Must::AtMost(10.5));
    let memory = Row::value(format!("memory of the worker, {} recipients", thousands(many)), peak, Some(idle), Must::AtMost(100.0));
    Ok(vec![time.beside("worker_cpu_seconds", cpu_seconds), memory])
}

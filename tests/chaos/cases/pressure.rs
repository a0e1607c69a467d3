//! A worker that gets too little of what it needs.

use std::{process::Command, time::Duration};

use crate::{
    context::Context,
    stand::{Database, Stand},
};

/// Not enough for a worker's connections to Postgres and to the mail server at once.
const DESCRIPTORS: usize = 40;

pub async fn few_descriptors(context: Context) -> anyhow::Result<()> {
    let recipients = context.choose(1_000, 4_000);
    let report = &context.report;
    let mut stand = Stand::new(&context, Database::Shared).await?;
    let (_, mailing) = stand.mailing_to("tight", recipients).await?;
    let plain = stand.command(&["worker"], "data");
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {DESCRIPTORS} && exec \"$0\" \"$@\"")]).arg(plain.get_program()).args(plain.get_args());
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(&stand.folder);
    let mut tight = stand.worker_as(command)?;
    let attempt = stand.attempt_of(mailing).await;
    let done = match attempt {
        Ok(attempt) => stand.finished(attempt, Duration::from_secs(30)).await.is_ok(),
        Err(_) => false,
    };
    report.note(format!("with {DESCRIPTORS} descriptors: {} of {recipients} accepted", stand.mails.len()));
    report.note(if done { "it came to the end by itself" } else { "it did not come to the end; another worker finished" });
    report.check(done || !tight.has_ended()?, "the worker ended");
    if !done {
        let _relief = stand.worker()?;
        let attempt = stand.attempt_of(mailing).await?;
        stand.finished(attempt, Duration::from_secs(60)).await?;
    }
    let attempt = stand.attempt_of(mailing).await?;
    stand.everybody_has_it(report, attempt, 0).await?;
    Ok(())
}

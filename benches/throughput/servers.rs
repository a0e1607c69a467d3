//! The mail servers at the other end, and the yardsticks that send to them.

use std::{
    net::SocketAddr,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, ensure};
use mail_parser::MessageParser;
use periodical::{
    config,
    mail::server::{Received, ServerOptions, SmtpServer},
};
use tokio::process::Command;

use crate::{
    engine,
    process::{self, Mail, Process},
    stage::{SUBJECT, Stage},
    tools::Postfix,
};

/// Our own server, which counts and keeps nothing.
pub async fn counting(options: ServerOptions) -> anyhow::Result<SmtpServer> {
    with(options, |_| {}).await
}

pub async fn with(options: ServerOptions, sink: impl Fn(Received) + Send + Sync + 'static) -> anyhow::Result<SmtpServer> {
    Ok(SmtpServer::start(tokio::net::TcpListener::bind("127.0.0.1:0").await?, options, sink).await)
}

/// Where large numbers go: to smtp-sink, or where that is not, to our own server.
pub enum Target {
    Sink(Sink),
    Own(SmtpServer),
}

impl Target {
    pub async fn start(stage: &Stage, postfix: &Result<Postfix, String>) -> anyhow::Result<Self> {
        match postfix {
            Ok(postfix) => Ok(Self::Sink(Sink::start(stage, postfix).await?)),
            Err(_) => Ok(Self::Own(counting(ServerOptions::default()).await?)),
        }
    }

    pub fn address(&self) -> SocketAddr {
        match self {
            Self::Sink(sink) => sink.address,
            Self::Own(server) => server.address(),
        }
    }

    pub fn mail(&self) -> Mail {
        Mail::plain(self.address())
    }
}

/// A running smtp-sink.
pub struct Sink {
    pub address: SocketAddr,
    _process: Process,
}

impl Sink {
    pub async fn start(stage: &Stage, postfix: &Postfix) -> anyhow::Result<Self> {
        let address = process::free_address()?;
        let mut command = postfix.command(&postfix.sink);
        // It refuses to run as root.
        if config::is_root() {
            command.args(["-u", "nobody"]);
        }
        // As many connections as anybody may want; 256 at the most otherwise.
        command.args(["-m", "600"]).arg(address.to_string()).arg("1024").current_dir(stage.folder());
        let mut process = Process::start(stage, "smtp-sink", &mut command)?;
        process.ready(async |_| tokio::net::TcpStream::connect(address).await.is_ok()).await?;
        Ok(Self { address, _process: process })
    }
}

impl Postfix {
    /// Sends `count` mails over `sessions` connections that stay open; mails a second.
    pub async fn send(&self, to: SocketAddr, sessions: usize, count: i64, length: usize) -> anyhow::Result<f64> {
        let mut command = Command::from(self.command(&self.source));
        command.args(["-d", "-s", &sessions.to_string(), "-m", &count.to_string(), "-l", &length.to_string()]);
        command.args(["-f", "bench@periodical.example", "-t", "reader@example.org", "-M", "localhost", &to.to_string()]);
        let began = Instant::now();
        output(&mut command).await?;
        Ok(count as f64 / began.elapsed().as_secs_f64())
    }
}

/// One of our mails as it arrives, and how to make the yardsticks' like it.
pub struct Sample {
    /// Of the message after DATA.
    pub length: usize,
    /// What `smtp-source -l` needs for the same length with its own headers.
    pub source_length: usize,
    text: String,
    html: String,
}

impl Sample {
    pub async fn take(stage: &Stage, postfix: &Result<Postfix, String>) -> anyhow::Result<Self> {
        let last = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&last);
        let keep = move |received: Received| *sink.lock().unwrap_or_else(PoisonError::into_inner) = received.data;
        let server = with(ServerOptions::default(), keep).await?;
        let take = || std::mem::take(&mut *last.lock().unwrap_or_else(PoisonError::into_inner));

        engine::send(stage, 1, &Mail::plain(server.address()), 1, 1).await?;
        let ours = take();
        let source_length = match postfix {
            Ok(postfix) => {
                postfix.send(server.address(), 1, 1, ours.len()).await?;
                let headers = take().len().checked_sub(ours.len()).context("smtp-source sends less than it is told to")?;
                ours.len() - headers
            }
            Err(_) => ours.len(),
        };
        let parsed = MessageParser::default().parse(&ours).context("our own mail cannot be read")?;
        let text = parsed.body_text(0).context("our own mail has no text")?.into_owned();
        let html = parsed.body_html(0).context("our own mail has no HTML")?.into_owned();
        Ok(Self { length: ours.len(), source_length, text, html })
    }

    /// Sends `count` mails of this content from a loop of Django's; mails a second.
    pub async fn send_by_django(&self, python: &Path, to: SocketAddr, count: i64) -> anyhow::Result<f64> {
        let mut command = Command::new(python);
        command.args(["-c", include_str!("send_mail.py"), &to.ip().to_string(), &to.port().to_string(), &count.to_string()]);
        command.args([SUBJECT, &self.text, &self.html]);
        let seconds: f64 = output(&mut command).await?.trim().parse()?;
        Ok(count as f64 / seconds)
    }
}

async fn output(command: &mut Command) -> anyhow::Result<String> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.with_context(|| program.clone())?;
    ensure!(output.status.success(), "{program}: {} {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?)
}

//! One mail while somebody waits for the answer: how far it came, and what the mail server said, word for word.
//!
//! Nothing of it is repeated or kept. It has its own connection, which the deliveries in progress do not notice.

use std::time::{Duration, Instant};

use lettre::address::Envelope;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{
    connection::{OpenError, OpenStep, SmtpConnection, SmtpSettings, Timeouts},
    outcome::{Outcome, Reply, Stage},
};

/// The longest a trial takes: whoever waits for it sees an answer before the page itself gives up (`limits::answer`).
pub const LONGEST: Duration = Duration::from_secs(50);

/// The last step a trial came to, in their order on the wire. Kept on record: the names are never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Connect,
    /// The server's first line, and EHLO.
    Greeting,
    Tls,
    Login,
    /// Nothing of the mail went out: this server could never be given it.
    Prepare,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, the content and the final dot.
    Content,
    /// All that was asked for was done.
    Done,
}

/// What became of it. It is kept on record as it is, so its names are never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    pub step: Step,
    /// The server's last words, accepting or refusing; None where it said nothing to this.
    pub reply: Option<Reply>,
    /// What went wrong, in our words and in English, as it stands in the log; None where nothing did.
    pub error: Option<String>,
    /// Whether the connection was under TLS; None where it was not open.
    pub is_encrypted: Option<bool>,
    pub duration: Duration,
}

impl Trial {
    /// Whether the server has done what was asked of it.
    pub fn is_well(&self) -> bool {
        self.step == Step::Done
    }
}

/// Connects, puts the connection under TLS, logs in and takes leave.
pub async fn connect(settings: &SmtpSettings) -> Trial {
    let start = Instant::now();
    match open(settings, start).await {
        Ok(connection) => {
            let is_encrypted = Some(connection.is_encrypted());
            let duration = start.elapsed();
            tokio::spawn(connection.quit());
            Trial { step: Step::Done, reply: None, error: None, is_encrypted, duration }
        }
        Err(trial) => trial,
    }
}

/// Sends one mail to the one recipient of `envelope`.
pub async fn send_once(settings: &SmtpSettings, envelope: &Envelope, message: &[u8]) -> Trial {
    let start = Instant::now();
    let mut connection = match open(settings, start).await {
        Ok(connection) => connection,
        Err(trial) => return trial,
    };
    let is_encrypted = Some(connection.is_encrypted());
    let left = LONGEST.saturating_sub(start.elapsed());
    let Ok(outcome) = timeout(left, connection.send(envelope, message)).await else {
        let error = Some(too_long());
        return Trial { step: Step::Content, reply: None, error, is_encrypted, duration: start.elapsed() };
    };
    let duration = start.elapsed();
    let (stage, reply) = connection.last_stage();
    let reply = reply.cloned();
    let trial = match outcome {
        Outcome::Sent { .. } => Trial { step: Step::Done, reply, error: None, is_encrypted, duration },
        other => Trial { step: step(stage), reply, error: Some(other.text().to_owned()), is_encrypted, duration },
    };
    tokio::spawn(connection.quit());
    trial
}

async fn open(settings: &SmtpSettings, start: Instant) -> Result<SmtpConnection, Trial> {
    let settings = SmtpSettings { timeouts: patience(settings.timeouts), ..settings.clone() };
    let failed = |step, reply, error| Trial { step, reply, error: Some(error), is_encrypted: None, duration: start.elapsed() };
    match timeout(LONGEST, SmtpConnection::open(&settings)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(OpenError { step, reply, text, .. })) => Err(failed(open_step(step), reply, text)),
        Err(_) => Err(failed(Step::Greeting, None, too_long())),
    }
}

/// Somebody looks at the screen: a server that takes longer than this over one step has a fault worth showing.
fn patience(usual: Timeouts) -> Timeouts {
    let short = Duration::from_secs(10);
    Timeouts {
        connect: usual.connect.min(short),
        greeting: usual.greeting.min(short),
        command: usual.command.min(short),
        data_block: usual.data_block.min(short),
        final_dot: usual.final_dot.min(Duration::from_secs(20)),
    }
}

fn too_long() -> String {
    format!("the server did not get to the end within {} s", LONGEST.as_secs())
}

fn open_step(step: OpenStep) -> Step {
    match step {
        OpenStep::Connect => Step::Connect,
        OpenStep::Greeting | OpenStep::Hello => Step::Greeting,
        OpenStep::Tls => Step::Tls,
        OpenStep::Login => Step::Login,
    }
}

fn step(stage: Option<Stage>) -> Step {
    match stage {
        None => Step::Prepare,
        Some(Stage::Greeting | Stage::Session) => Step::Greeting,
        Some(Stage::Mail) => Step::Sender,
        Some(Stage::Recipient) => Step::Recipient,
        Some(Stage::Data | Stage::FinalDot) => Step::Content,
    }
}

//! What can become of a delivery, and when it is tried again.

use std::time::Duration;

use crate::mail::outcome::Outcome;

/// A delivery's state. `waiting` and `unknown` may be tried again; the others are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, serde::Serialize, serde::Deserialize)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not sent yet, or to be tried again.
    Waiting,
    /// The mail server took it: 2xx to the final dot.
    Sent,
    /// Refused for good, or given up.
    Failed,
    /// The connection broke between the final dot and the reply: nobody knows.
    Unknown,
    /// Not tried, for the reason in `smtp_text`.
    Skipped,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Sent, Self::Failed, Self::Unknown, Self::Skipped];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A delivery that this worker holds the lease of.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: i64,
    /// None once the recipient was deleted.
    pub recipient_id: Option<i64>,
    pub email: String,
    pub full_name: String,
    pub state: State,
    pub tries: i16,
    /// Whether somebody held it before and never settled it: its mail may have gone out.
    pub is_taken_over: bool,
}

/// What a delivery becomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    pub id: i64,
    pub state: State,
    /// Whether this counts as one of the recipient's tries.
    pub is_try: bool,
    pub code: Option<u16>,
    /// None leaves the last reply as it stands.
    pub text: Option<String>,
    /// After how long it may be claimed again; None: final.
    pub again_after: Option<Duration>,
    /// Whether the address does not exist.
    pub is_bad_address: bool,
}

/// The engine's times and sizes. The defaults are what production runs on; tests shorten the waits.
#[derive(Debug, Clone)]
pub struct Timing {
    /// Deliveries a slice claims. 500 rows a commit is the knee measured for settling (62,000 rows/s), and at that size
    /// a mailing to ten waits at most one slice of a mailing to a million.
    pub batch: i64,
    /// How long a claim holds without being renewed: how long a killed worker's deliveries wait for another.
    pub lease: Duration,
    /// How long a slice goes on taking deliveries: a slow server's attempt comes back to the queue's tail after that.
    pub slice: Duration,
    /// Waits before the second, third … try of one recipient. After the last one it has failed.
    pub retries: Vec<Duration>,
    /// Waits while the mail server is away or misconfigured; the last one repeats.
    pub holds: Vec<Duration>,
}

impl Default for Timing {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            batch: 500,
            lease: Duration::from_secs(15),
            slice: Duration::from_secs(10),
            retries: [1, 5, 15, 30, 60].map(minutes).to_vec(),
            holds: [5, 15, 30, 60, 120, 300].map(Duration::from_secs).to_vec(),
        }
    }
}

impl Timing {
    /// The wait after the `held`th hold in a row, from 0.
    pub fn hold(&self, held: i32) -> Duration {
        let index = usize::try_from(held).unwrap_or(0).min(self.holds.len().saturating_sub(1));
        self.holds.get(index).copied().unwrap_or(Duration::from_secs(60))
    }

    fn retry(&self, tries: i16) -> Option<Duration> {
        self.retries.get(usize::try_from(tries).unwrap_or(0)).map(|wait| jittered(*wait))
    }
}

/// Up to a tenth more: recipients greylisted together do not come back together.
fn jittered(wait: Duration) -> Duration {
    wait.mul_f64(1.0 + rand::random::<f64>() / 10.0)
}

/// What the mail server's answer makes of a delivery.
pub fn settle(claimed: &Claimed, outcome: Outcome, timing: &Timing, resend_unknown: bool) -> Settlement {
    let base =
        Settlement { id: claimed.id, state: claimed.state, is_try: true, code: None, text: None, again_after: None, is_bad_address: false };
    match outcome {
        Outcome::Sent { code, text } => Settlement { state: State::Sent, code: Some(code), text: Some(text), ..base },
        Outcome::Failed { code, text } => Settlement { state: State::Failed, code, text: Some(text), ..base },
        Outcome::BadAddress { code, text } => {
            Settlement { state: State::Failed, code: Some(code), text: Some(text), is_bad_address: true, ..base }
        }
        Outcome::Retry { code, text } => retry(base, claimed, code, text, timing),
        Outcome::Interrupted { text } => retry(base, claimed, None, text, timing),
        Outcome::Unknown { text } => Settlement {
            state: State::Unknown,
            text: Some(text),
            again_after: if resend_unknown { timing.retry(claimed.tries) } else { None },
            ..base
        },
        // About the server and not about this recipient: as it was.
        Outcome::Unavailable { .. } => release(claimed),
    }
}

fn retry(base: Settlement, claimed: &Claimed, code: Option<u16>, text: String, timing: &Timing) -> Settlement {
    match timing.retry(claimed.tries) {
        // The state stays: an `unknown` that is greylisted on its second try is still unknown.
        Some(wait) => Settlement { code, text: Some(text), again_after: Some(wait), ..base },
        None => Settlement {
            state: if claimed.state == State::Unknown { State::Unknown } else { State::Failed },
            code,
            text: Some(format!("{text} (given up after {} tries)", claimed.tries + 1)),
            ..base
        },
    }
}

/// The delivery as it was before the claim, free for the next one at once.
pub fn release(claimed: &Claimed) -> Settlement {
    Settlement {
        id: claimed.id,
        state: claimed.state,
        is_try: false,
        code: None,
        text: None,
        again_after: Some(Duration::ZERO),
        is_bad_address: false,
    }
}

/// A delivery whose mail may have gone out, of a mailing that does not repeat those.
pub fn leave_unknown(claimed: &Claimed) -> Settlement {
    let text = "Whoever had this mail in hand died before its outcome was known; this mailing does not repeat such mails.";
    let text = (claimed.state != State::Unknown).then(|| text.to_owned());
    Settlement { state: State::Unknown, text, again_after: None, ..release(claimed) }
}

/// A delivery that is not tried.
pub fn skip(claimed: &Claimed, reason: &str) -> Settlement {
    Settlement { state: State::Skipped, text: Some(reason.to_owned()), again_after: None, ..release(claimed) }
}

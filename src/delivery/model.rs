//! What can become of a delivery, and when it is tried again.

use std::time::Duration;

use super::remark::Remark;
use crate::{mail::outcome::Outcome, t};

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

    /// In the reader's language.
    pub fn word(self) -> String {
        match self {
            Self::Waiting => t!("delivery-waiting"),
            Self::Sent => t!("delivery-sent"),
            Self::Failed => t!("delivery-failed"),
            Self::Unknown => t!("delivery-unknown"),
            Self::Skipped => t!("delivery-skipped"),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// How many deliveries a slice has: claimed, leased and given back as one. So many rows a commit is the knee measured for
/// settling, and so many are what another worker has to wait for after a crash.
pub const SLICE: i32 = 500;

/// A delivery of a slice that this worker holds the lease of.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub attempt_id: i64,
    /// Its slice's number within the attempt, from 0.
    pub slice: i32,
    /// Its own number within the attempt, from 1.
    pub number: i32,
    /// As it was at the attempt's start; None in records of before there was one.
    pub recipient_id: Option<i64>,
    /// Whether the recipient was deleted since the attempt's start.
    pub is_gone: bool,
    pub email: String,
    pub full_name: String,
    pub state: State,
    pub tries: i16,
    /// Whether somebody held it before and never settled it: its mail may have gone out.
    pub is_taken_over: bool,
    /// Whether the recipient has unsubscribed since the attempt's start.
    pub is_unsubscribed: bool,
}

/// What a delivery becomes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Settlement {
    pub number: i32,
    /// State and tries as they were; where the ledger has others by now, this has been settled already.
    pub before: (State, i16),
    pub state: State,
    pub tries: i16,
    pub code: Option<u16>,
    /// None leaves the last reply as it stands.
    pub text: Option<String>,
    /// After how long it is tried again; None: as soon as may be if it is still waiting, else never.
    pub again_after: Option<Duration>,
    /// Whether the address does not exist.
    pub is_bad_address: bool,
}

impl Settlement {
    /// Whether this counts as one of the recipient's tries.
    pub fn is_try(&self) -> bool {
        self.tries != self.before.1
    }
}

/// The engine's times. The defaults are what production runs on; tests shorten the waits.
#[derive(Debug, Clone)]
pub struct Timing {
    /// How long a claim holds without being renewed: how long a killed worker's slices wait for another.
    pub lease: Duration,
    /// How often slices that fall due are looked for, where nobody says that there are some.
    pub poll: Duration,
    /// How long a slice goes on after its first recipients got no answer at all, to see whether anybody gets one.
    pub patience: Duration,
    /// Waits before the second, third … try of one recipient. After the last one it has failed.
    pub retries: Vec<Duration>,
    /// Waits while the mail server is away or misconfigured; the last one repeats.
    pub holds: Vec<Duration>,
}

impl Default for Timing {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            lease: Duration::from_secs(15),
            poll: Duration::from_millis(250),
            patience: Duration::from_secs(10),
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

/// What the mail server's answer makes of a delivery. None: it was about the server and not about this recipient, and
/// everything is as it was.
pub fn settle(claimed: &Claimed, outcome: Outcome, timing: &Timing, resend_unknown: bool) -> Option<Settlement> {
    let base = Settlement { tries: claimed.tries.saturating_add(1), ..unchanged(claimed) };
    Some(match outcome {
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
        Outcome::Unavailable { .. } => return None,
    })
}

fn retry(base: Settlement, claimed: &Claimed, code: Option<u16>, text: String, timing: &Timing) -> Settlement {
    match timing.retry(claimed.tries) {
        // The state stays: an `unknown` that is greylisted on its second try is still unknown.
        Some(wait) => Settlement { code, text: Some(text), again_after: Some(wait), ..base },
        None => Settlement {
            state: if claimed.state == State::Unknown { State::Unknown } else { State::Failed },
            code,
            text: Some(Remark::GivenUp { said: &text, tries: i32::from(claimed.tries) + 1 }.to_string()),
            ..base
        },
    }
}

fn unchanged(claimed: &Claimed) -> Settlement {
    Settlement {
        number: claimed.number,
        before: (claimed.state, claimed.tries),
        state: claimed.state,
        tries: claimed.tries,
        code: None,
        text: None,
        again_after: None,
        is_bad_address: false,
    }
}

/// A delivery whose mail may have gone out, of a mailing that does not repeat those.
pub fn leave_unknown(claimed: &Claimed) -> Settlement {
    let text = (claimed.state != State::Unknown).then(|| Remark::HolderDied.to_string());
    Settlement { state: State::Unknown, text, ..unchanged(claimed) }
}

/// A delivery that was between its message's last byte and the server's reply when its process died.
pub fn interrupted_by_death(claimed: &Claimed, resend_unknown: bool) -> Settlement {
    Settlement {
        state: State::Unknown,
        tries: claimed.tries.saturating_add(1),
        text: Some(Remark::ProcessDied.to_string()),
        again_after: resend_unknown.then_some(Duration::ZERO),
        ..unchanged(claimed)
    }
}

/// A delivery whose mail cannot be made: that is its one try.
pub fn unmade(claimed: &Claimed, why: &str) -> Settlement {
    let text = Some(Remark::Unmade(why).to_string());
    Settlement { state: State::Failed, tries: claimed.tries.saturating_add(1), text, ..unchanged(claimed) }
}

/// A delivery that does not go out because its mailing was ended for good. Its mail may have gone out already, if somebody
/// had it in hand who never said.
pub fn stop(claimed: &Claimed) -> Settlement {
    if claimed.is_taken_over || claimed.state == State::Unknown {
        return leave_unknown(claimed);
    }
    skip(claimed, Remark::Stopped)
}

/// A delivery that is not tried.
pub fn skip(claimed: &Claimed, remark: Remark) -> Settlement {
    Settlement { state: State::Skipped, text: Some(remark.to_string()), ..unchanged(claimed) }
}

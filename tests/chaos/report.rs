//! What a case has measured and what it found wrong, also when it ends in the middle.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What goes wrong once often goes wrong for everybody.
const FAILURES_SHOWN: usize = 12;

/// Shared with the runner, which prints it whatever becomes of the case.
#[derive(Clone, Default)]
pub struct Report(Arc<Mutex<Findings>>);

#[derive(Default)]
struct Findings {
    kills: usize,
    recipients: usize,
    lost: usize,
    repeats: usize,
    bound: usize,
    notes: Vec<String>,
    failures: Vec<String>,
    skipped: Option<String>,
}

/// What the server and the ledger say of one attempt.
#[derive(Debug, Default, Clone, Copy)]
pub struct Tally {
    pub recipients: usize,
    pub lost: usize,
    pub repeats: usize,
}

impl Report {
    fn lock(&self) -> MutexGuard<'_, Findings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn kill(&self) {
        self.lock().kills += 1;
    }

    /// Adds an attempt's tally; nobody may be lost and no more than `bound` mails may have gone out again.
    pub fn tally(&self, tally: Tally, bound: usize) {
        {
            let mut findings = self.lock();
            findings.recipients += tally.recipients;
            findings.lost += tally.lost;
            findings.repeats += tally.repeats;
            findings.bound += bound;
        }
        self.check(tally.lost == 0, format!("{} recipients got nothing", tally.lost));
        self.check(tally.repeats <= bound, format!("{} mails went out again, at most {bound} may", tally.repeats));
    }

    /// A measured value, for the reader.
    pub fn note(&self, text: impl Into<String>) {
        self.lock().notes.push(text.into());
    }

    /// Something that must hold; what does not is a failure, and the case goes on.
    pub fn check(&self, holds: bool, otherwise: impl Into<String>) {
        if !holds {
            self.lock().failures.push(otherwise.into());
        }
    }

    /// A duration that is measured and must not be longer than `limit`.
    pub fn within(&self, what: &str, took: Duration, limit: Duration) {
        self.note(format!("{what}: {:.2} s (at most {} s)", took.as_secs_f64(), limit.as_secs_f64()));
        self.check(took <= limit, format!("{what}: {:.2} s is longer than {} s", took.as_secs_f64(), limit.as_secs_f64()));
    }

    /// The case cannot be tried here; it says why.
    pub fn skip(&self, why: impl Into<String>) {
        self.lock().skipped = Some(why.into());
    }

    pub fn has_failed(&self) -> bool {
        !self.lock().failures.is_empty()
    }

    pub fn header() -> String {
        format!(
            "{:>5} {:>10} {:>5} {:>7} {:>6} {:>7}  {:<7}  case",
            "kills", "recipients", "lost", "repeats", "bound", "seconds", "verdict"
        )
    }

    /// The line of the table, and below it what was measured and what failed.
    pub fn row(&self, name: &str, took: Duration) -> String {
        let findings = self.lock();
        let verdict = match (&findings.skipped, findings.failures.is_empty()) {
            (_, false) => "FAILED",
            (Some(_), true) => "skipped",
            (None, true) => "ok",
        };
        let mut text = format!(
            "{:>5} {:>10} {:>5} {:>7} {:>6} {:>7.1}  {verdict:<7}  {name}",
            findings.kills,
            findings.recipients,
            findings.lost,
            findings.repeats,
            findings.bound,
            took.as_secs_f64(),
        );
        if let Some(why) = &findings.skipped {
            text += &format!("\n        skipped: {why}");
        }
        for note in &findings.notes {
            text += &format!("\n        {note}");
        }
        for failure in findings.failures.iter().take(FAILURES_SHOWN) {
            text += &format!("\n        FAILED: {failure}");
        }
        if let Some(more) = findings.failures.len().checked_sub(FAILURES_SHOWN).filter(|more| *more > 0) {
            text += &format!("\n        FAILED: … and {more} more");
        }
        text
    }
}

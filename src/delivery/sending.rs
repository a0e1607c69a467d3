//! Inside a slice: the lanes that send, the lease that allows them to, and what a fault means for the others.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime},
};

use lettre::address::Envelope;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    engine::Engine,
    journal::Journal,
    lane::Lane,
    model::{self, Claimed, Settlement, State},
    queries,
    slice::Claim,
};
use crate::{
    attempts::{self, queries::Work},
    mail::{
        compose::{self, Template},
        outcome::Outcome,
    },
};

/// After so many holds in a row a server that answers nobody is not waited for any longer: those recipients use up
/// their tries, so that no attempt lasts for ever. With the production waits that is after three quarters of an hour.
const HOLDS_MAX: i32 = 14;
/// So many recipients without an answer, and nobody with one, speak of the server and not of the recipients.
const SILENT_MIN: usize = 3;

pub struct Slice {
    pub engine: Engine,
    pub attempt_id: i64,
    pub claim: Claim,
    pub work: Work,
    pub journal: Journal,
    /// Stops the lanes after the message they are at.
    pub halt: CancellationToken,
    template: Template,
    queue: Mutex<VecDeque<Claimed>>,
    /// Why the whole attempt should wait, once a lane has met it.
    trouble: Mutex<Option<String>>,
    /// Recipients whose turn ended without an answer about them; what that means is known at the slice's end.
    put_off: Mutex<Vec<(Claimed, Outcome)>>,
    /// Whether any recipient got an answer.
    is_answered: AtomicBool,
    lease: Mutex<Lease>,
    began: Instant,
}

/// What a slice's faults come to.
pub enum Verdict {
    GoOn,
    Hold(String),
}

/// When a lease was last taken or renewed, by both of this machine's clocks: the first stands still while the machine
/// sleeps, the second can be set.
#[derive(Clone, Copy)]
pub struct Lease {
    since: Instant,
    clock: SystemTime,
}

impl Lease {
    pub fn begin() -> Self {
        Self { since: Instant::now(), clock: SystemTime::now() }
    }

    fn is_over(&self, length: Duration) -> bool {
        // A clock that was put back tells nothing; the other one does.
        self.since.elapsed() >= length || self.clock.elapsed().is_ok_and(|elapsed| elapsed >= length)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection's work: take a delivery, send it, hand over what became of it.
pub async fn drive(slice: Arc<Slice>, outcomes: mpsc::Sender<Settlement>) {
    let mut lane = tokio::select! {
        lane = slice.engine.connections.lane() => lane,
        () = slice.halt.cancelled() => return,
    };
    while let Some(claimed) = slice.next() {
        if let Some(settlement) = slice.send(&mut lane, claimed).await
            && outcomes.send(settlement).await.is_err()
        {
            return;
        }
    }
}

/// Renews the lease while the slice runs; a slice that lost it, or may not send any more, stops.
pub async fn keep_lease(slice: Arc<Slice>) {
    let length = slice.engine.timing.lease;
    let db = &slice.engine.app.db;
    loop {
        tokio::time::sleep(length / 3).await;
        let asked = Lease::begin();
        match queries::renew(db, slice.attempt_id, *slice.claim, length).await {
            Ok(0) => slice.halt.cancel(),
            Ok(_) => *lock(&slice.lease) = asked,
            Err(error) => tracing::warn!(%error, attempt.id = slice.attempt_id, "A lease could not be renewed"),
        }
        // Paused, disabled or deleted meanwhile, or the owner blocked. An error says nothing.
        if let Ok(false) = attempts::queries::may_send(db, slice.attempt_id).await {
            slice.halt.cancel();
        }
    }
}

impl Slice {
    #[expect(clippy::too_many_arguments, reason = "the parts of a slice, put together in one place")]
    pub fn new(
        engine: &Engine,
        attempt_id: i64,
        claim: Claim,
        work: Work,
        template: Template,
        journal: Journal,
        claimed: Vec<Claimed>,
        lease: Lease,
    ) -> Self {
        Self {
            engine: engine.clone(),
            attempt_id,
            claim,
            work,
            journal,
            halt: engine.app.stop.child_token(),
            template,
            queue: Mutex::new(claimed.into()),
            trouble: Mutex::default(),
            put_off: Mutex::default(),
            is_answered: AtomicBool::new(false),
            lease: Mutex::new(lease),
            began: Instant::now(),
        }
    }

    pub fn len(&self) -> usize {
        lock(&self.queue).len()
    }

    /// The next delivery; none once the slice should end or its lease may have run out. A process that was stopped for
    /// a while (SIGSTOP, a sleeping machine) finds here that others may have taken over.
    fn next(&self) -> Option<Claimed> {
        let timing = &self.engine.timing;
        if self.halt.is_cancelled() || self.began.elapsed() >= timing.slice || lock(&self.lease).is_over(timing.lease) {
            return None;
        }
        lock(&self.queue).pop_front()
    }

    /// What becomes of one delivery; None where that is decided at the slice's end.
    async fn send(&self, lane: &mut Lane, claimed: Claimed) -> Option<Settlement> {
        if claimed.recipient_id.is_none() {
            return Some(model::skip(&claimed, "Skipped: the recipient was deleted before this was sent."));
        }
        if !self.work.resend_unknown && (claimed.state == State::Unknown || claimed.is_taken_over) {
            return Some(model::leave_unknown(&claimed));
        }
        let message_id = compose::delivery_message_id(self.attempt_id, claimed.id, self.engine.app.config.mail_domain());
        // The attempt's moment, not this one's: every try is the same mail to the byte.
        let outcome = match self.template.render(&claimed.email, &claimed.full_name, &message_id, self.work.started_at) {
            Ok((envelope, message)) => self.transmit(lane, claimed.id, &envelope, &message).await,
            Err(error) => Outcome::Failed { code: None, text: format!("The mail could not be made: {error}") },
        };
        match outcome {
            Outcome::Unavailable { text, .. } => {
                self.stop(text);
                Some(self.note(model::release(&claimed)))
            }
            Outcome::Interrupted { .. } => {
                // A 421 to the dot is an answer too: after a crash this mail is not in doubt.
                self.note(model::release(&claimed));
                lock(&self.put_off).push((claimed, outcome));
                None
            }
            outcome => {
                self.is_answered.store(true, Relaxed);
                Some(self.note(model::settle(&claimed, outcome, &self.engine.timing, self.work.resend_unknown)))
            }
        }
    }

    /// On disk before Postgres has it.
    fn note(&self, settlement: Settlement) -> Settlement {
        if let Err(error) = self.journal.settled(&settlement) {
            self.stop(unwritable(&error));
        }
        settlement
    }

    /// Sends on the lane's connection; once more, on a new one, where the message did not get through whole. A fault
    /// that is still there then is the recipient's if the server is well, and the server's if not.
    async fn transmit(&self, lane: &mut Lane, id: i64, envelope: &Envelope, message: &[u8]) -> Outcome {
        let mut outcome = self.try_once(lane, id, envelope, message).await;
        if let Outcome::Interrupted { .. } = outcome {
            lane.renew().await;
            outcome = self.try_once(lane, id, envelope, message).await;
        }
        let text = match outcome {
            Outcome::Interrupted { text } | Outcome::Unavailable { text, configuration: false } => text,
            outcome => return outcome,
        };
        let is_well = match envelope.from() {
            Some(sender) => lane.server_is_well(sender).await,
            None => false,
        };
        // A server that puts off one recipient in words that mean all of them must not hold up the others.
        if is_well { Outcome::Interrupted { text } } else { Outcome::Unavailable { text, configuration: false } }
    }

    async fn try_once(&self, lane: &mut Lane, id: i64, envelope: &Envelope, message: &[u8]) -> Outcome {
        match lane.begin(envelope, message).await {
            Ok(transaction) => match self.journal.dot(id) {
                Ok(()) => transaction.finish().await,
                // Dropping the transaction breaks the connection off: the server gets no mail that nobody noted.
                Err(error) => Outcome::Unavailable { text: unwritable(&error), configuration: true },
            },
            Err(outcome) => outcome,
        }
    }

    fn stop(&self, reason: String) {
        lock(&self.trouble).get_or_insert(reason);
        self.halt.cancel();
    }

    /// Once the lanes have ended: whether the attempt should wait.
    pub fn verdict(&self) -> Verdict {
        if let Some(reason) = lock(&self.trouble).clone() {
            return Verdict::Hold(reason);
        }
        let put_off = lock(&self.put_off);
        match put_off.first() {
            // It takes MAIL and then falls silent, for everybody.
            Some((_, outcome)) if put_off.len() >= SILENT_MIN && !self.is_answered.load(Relaxed) && self.work.held_count < HOLDS_MAX => {
                Verdict::Hold(format!("The mail server takes no message to its end: {}", outcome.text()))
            }
            _ => Verdict::GoOn,
        }
    }

    /// What the lanes have left: the put off ones by the verdict, the others as they were.
    pub fn left_over(&self, verdict: &Verdict) -> Vec<Settlement> {
        let put_off = std::mem::take(&mut *lock(&self.put_off));
        let timing = &self.engine.timing;
        let mut left: Vec<Settlement> = put_off
            .into_iter()
            .map(|(claimed, outcome)| match verdict {
                Verdict::Hold(_) => model::release(&claimed),
                Verdict::GoOn => model::settle(&claimed, outcome, timing, self.work.resend_unknown),
            })
            .collect();
        left.extend(std::mem::take(&mut *lock(&self.queue)).iter().map(|claimed| {
            // Given back it would look as if nobody had ever had it.
            if claimed.is_taken_over && !self.work.resend_unknown { model::leave_unknown(claimed) } else { model::release(claimed) }
        }));
        left
    }
}

fn unwritable(error: &std::io::Error) -> String {
    format!("The delivery journal in DATA_DIR cannot be written: {error}")
}

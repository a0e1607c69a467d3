//! A slice in hand: who is left, what a fault means for the others, how it ends.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use tokio_util::sync::CancellationToken;

use super::{
    journal::Journal,
    letter::Letter,
    model::{self, Claimed, Settlement, Timing},
    queries::{ClaimedSlice, Held},
    remark::Remark,
};
use crate::mail::outcome::Outcome;

/// After so many holds in a row a server that answers nobody is not waited for any longer: those recipients use up
/// their tries, so that no attempt lasts for ever. With the production waits that is after three quarters of an hour.
const HOLDS_MAX: i32 = 14;
/// A slice that is open for so long has somebody slow in it.
const SLOW: Duration = Duration::from_secs(2);
/// So many recipients without an answer, and nobody with one, speak of the server and not of the recipients.
const SILENT_MIN: usize = 3;

pub struct Slice {
    pub held: Held,
    /// As it was claimed.
    claimed: ClaimedSlice,
    pub letter: std::sync::Arc<Letter>,
    pub journal: Journal,
    /// Cancelled when no further delivery of it goes out; those on the wire are finished.
    pub halted: CancellationToken,
    state: Mutex<State>,
    lease: Duration,
    patience: Duration,
    began: Instant,
}

struct State {
    queue: VecDeque<Claimed>,
    /// Every delivery that was ever in the queue, by its number and the tries it had then: none is queued twice.
    seen: HashSet<(i32, i16)>,
    on_the_wire: usize,
    /// Why the whole attempt should wait, once a lane has met it.
    trouble: Option<String>,
    /// Recipients whose turn ended without an answer about them; what that means is known at the slice's end.
    put_off: Vec<(Claimed, Outcome)>,
    /// What broke off within this program: nobody knows what became of it.
    broken: Vec<Claimed>,
    /// Whether any recipient got an answer.
    is_answered: bool,
    has_ended: bool,
    is_lost: bool,
    since: Lease,
}

/// What a slice has for a lane.
pub enum Turn {
    /// With how many are left after it.
    Deliver(Claimed, usize),
    Nothing,
    /// This call has ended it.
    End,
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

    pub fn is_over(&self, length: Duration) -> bool {
        // A clock that was put back tells nothing; the other one does.
        self.since.elapsed() >= length || self.clock.elapsed().is_ok_and(|elapsed| elapsed >= length)
    }
}

impl Slice {
    pub fn new(
        claimed: ClaimedSlice,
        letter: std::sync::Arc<Letter>,
        journal: Journal,
        queue: VecDeque<Claimed>,
        since: Lease,
        timing: &Timing,
    ) -> Self {
        let state = State {
            seen: queue.iter().map(|delivery| (delivery.number, delivery.tries)).collect(),
            queue,
            on_the_wire: 0,
            trouble: None,
            put_off: Vec::new(),
            broken: Vec::new(),
            is_answered: false,
            has_ended: false,
            is_lost: false,
            since,
        };
        Self {
            held: Held { attempt_id: claimed.attempt_id, number: claimed.number, claim: claimed.claim },
            claimed,
            letter,
            journal,
            halted: CancellationToken::new(),
            state: Mutex::new(state),
            lease: timing.lease,
            patience: timing.patience,
            began: Instant::now(),
        }
    }

    /// How many deliveries nobody has taken yet.
    pub fn queued(&self) -> usize {
        if self.halted.is_cancelled() { 0 } else { self.state().queue.len() }
    }

    /// Set where it has nothing to take and is kept open by what is slow on the wire: retries of it may fall due meanwhile.
    pub fn waiting_for_the_slow(&self) -> Option<ClaimedSlice> {
        let state = self.state();
        let waits = state.queue.is_empty() && !state.has_ended && !self.halted.is_cancelled() && self.began.elapsed() >= SLOW;
        waits.then(|| ClaimedSlice { claimed_at: None, taken_over_from: None, ..self.claimed.clone() })
    }

    /// Queues deliveries that have fallen due since. False: there are none, or it has ended.
    pub fn refill(&self, due: impl Iterator<Item = Claimed>) -> bool {
        let mut state = self.state();
        if state.has_ended || self.halted.is_cancelled() {
            return false;
        }
        let State { queue, seen, .. } = &mut *state;
        queue.extend(due.filter(|delivery| seen.insert((delivery.number, delivery.tries))));
        !queue.is_empty()
    }

    /// The next delivery if there is one; the slice is not ended by that.
    pub fn next(&self) -> Option<(Claimed, usize)> {
        let mut state = self.state();
        if self.halted.is_cancelled() || state.is_over(self.lease) {
            return None;
        }
        let claimed = state.queue.pop_front()?;
        state.on_the_wire += 1;
        Some((claimed, state.queue.len()))
    }

    /// The next delivery, which is then on the wire until [`has_gone`](Self::has_gone) or [`take_back`](Self::take_back).
    pub fn turn(&self) -> Turn {
        let state = self.state();
        if !self.halted.is_cancelled() && (state.is_over(self.lease) || self.waits_in_vain(&state)) {
            self.halted.cancel();
        }
        drop(state);
        if let Some((claimed, left)) = self.next() {
            return Turn::Deliver(claimed, left);
        }
        let mut state = self.state();
        if state.ends(self.halted.is_cancelled()) { Turn::End } else { Turn::Nothing }
    }

    /// It takes MAIL and then falls silent, for everybody so far.
    fn waits_in_vain(&self, state: &State) -> bool {
        !state.is_answered && state.put_off.len() >= SILENT_MIN && self.began.elapsed() >= self.patience
    }

    /// Whether a mail of it may still go out. A process that was stopped for a while (SIGSTOP, a sleeping machine) finds
    /// here that others may have taken over.
    pub fn may_send(&self) -> bool {
        !self.state().is_over(self.lease)
    }

    pub fn renewed(&self, since: Lease) {
        self.state().since = since;
    }

    /// A delivery that was taken and not begun. True: this has ended the slice.
    pub fn take_back(&self, claimed: Claimed) -> bool {
        let mut state = self.state();
        state.queue.push_front(claimed);
        state.on_the_wire -= 1;
        state.ends(self.halted.is_cancelled())
    }

    /// A delivery is no longer on the wire. True: this has ended the slice.
    pub fn has_gone(&self) -> bool {
        let mut state = self.state();
        state.on_the_wire -= 1;
        state.ends(self.halted.is_cancelled())
    }

    /// Nobody takes another delivery of it. True: this has ended the slice.
    pub fn halt(&self) -> bool {
        self.halted.cancel();
        self.state().ends(true)
    }

    /// Somebody else has it now, or its mailing may not go on: not even what is announced goes out. True: this has ended
    /// the slice.
    pub fn lose(&self) -> bool {
        self.state().is_lost = true;
        self.halt()
    }

    /// The whole attempt should wait, for this reason.
    pub fn stop(&self, reason: String) {
        self.halted.cancel();
        self.state().trouble.get_or_insert(reason);
    }

    pub fn answered(&self) {
        self.state().is_answered = true;
    }

    pub fn put_off(&self, claimed: Claimed, outcome: Outcome) {
        self.state().put_off.push((claimed, outcome));
    }

    pub fn broke(&self, claimed: Claimed) {
        self.state().broken.push(claimed);
    }

    /// Once it has ended: what is left to settle, and whether the attempt should wait.
    pub fn conclude(&self, timing: &Timing) -> (Vec<Settlement>, Option<String>) {
        let mut state = self.state();
        let resend_unknown = self.letter.work.resend_unknown;
        let reason = self.verdict(&state);
        let broken = |claimed: Claimed| {
            let text = Remark::BrokeOff.to_string();
            model::settle(&claimed, Outcome::Unknown { text }, timing, resend_unknown)
        };
        let mut left: Vec<Settlement> = state.broken.drain(..).filter_map(broken).collect();
        for (claimed, outcome) in std::mem::take(&mut state.put_off) {
            if reason.is_none() {
                left.extend(model::settle(&claimed, outcome, timing, resend_unknown));
            }
        }
        (left, reason)
    }

    fn verdict(&self, state: &State) -> Option<String> {
        if let Some(reason) = &state.trouble {
            return Some(reason.clone());
        }
        let (_, outcome) = state.put_off.first()?;
        let is_silent = state.put_off.len() >= SILENT_MIN && !state.is_answered && self.letter.work.held_count < HOLDS_MAX;
        is_silent.then(|| Remark::SilentServer(outcome.text()).to_string())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_over(&self, lease: Duration) -> bool {
        self.is_lost || self.since.is_over(lease)
    }

    /// True once, when nothing is left to take and nothing is on the wire.
    fn ends(&mut self, is_halted: bool) -> bool {
        let ends = !self.has_ended && self.on_the_wire == 0 && (is_halted || self.queue.is_empty());
        self.has_ended |= ends;
        ends
    }
}

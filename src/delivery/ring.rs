//! Whose turn it is: the open slices of this process take turns, a delivery each, so that ten recipients never wait for
//! a million.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lettre::address::Envelope;
use tokio::sync::{Notify, oneshot};

use super::{
    model::Claimed,
    slice::{Slice, Turn},
};
use crate::mail::outcome::Outcome;

/// An attempt with fewer deliveries than this at hand gets another slice, so that the lanes never wait for a claim.
pub const LOW: usize = 250;

/// What a lane does next.
pub enum Task {
    Deliver(Arc<Slice>, Claimed),
    /// The slice has nothing left to take and nothing on the wire.
    End(Arc<Slice>),
    Mail(SingleMail),
}

/// A mail beside the attempts.
pub struct SingleMail {
    pub envelope: Envelope,
    pub message: Vec<u8>,
    pub outcome: oneshot::Sender<Outcome>,
}

#[derive(Default)]
struct State {
    slices: VecDeque<Arc<Slice>>,
    mails: VecDeque<SingleMail>,
    is_open: bool,
    is_paused: bool,
}

/// What there is to send. Closed until the engine runs, and again when it stops.
#[derive(Default)]
pub struct Ring {
    state: Mutex<State>,
    arrived: Notify,
    /// Rung when there may be room for another slice.
    pub room: Notify,
}

impl Ring {
    pub fn add(&self, slice: Arc<Slice>) {
        let mut state = self.state();
        if !state.is_open {
            slice.halted.cancel();
        }
        // One turn each: what is put back may be there still.
        if !state.slices.iter().any(|other| Arc::ptr_eq(other, &slice)) {
            state.slices.push_back(slice);
        }
        drop(state);
        self.arrived.notify_waiters();
    }

    /// False: nobody is there to send it.
    pub fn add_mail(&self, mail: SingleMail) -> bool {
        let mut state = self.state();
        if !state.is_open {
            return false;
        }
        state.mails.push_back(mail);
        drop(state);
        self.arrived.notify_waiters();
        true
    }

    /// While Postgres takes no outcomes nobody takes the next delivery.
    pub fn pause(&self, paused: bool) {
        let mut state = self.state();
        if state.is_paused != paused {
            state.is_paused = paused;
            drop(state);
            self.arrived.notify_waiters();
        }
    }

    pub fn open(&self) {
        self.state().is_open = true;
    }

    /// Nothing is taken any more; lanes that wait go home.
    pub fn close(&self) {
        let mut state = self.state();
        state.is_open = false;
        state.mails.clear();
        drop(state);
        self.arrived.notify_waiters();
    }

    /// The next task; waits for one. None: the ring is closed.
    pub async fn take(&self) -> Option<Task> {
        loop {
            // Before the look: it is woken by what arrives in between.
            let arrived = self.arrived.notified();
            match self.try_take() {
                Ok(Some(task)) => return Some(task),
                Ok(None) => arrived.await,
                Err(Closed) => return None,
            }
        }
    }

    /// The next task, if there is one.
    pub fn try_take(&self) -> Result<Option<Task>, Closed> {
        let mut state = self.state();
        if !state.is_open && state.slices.is_empty() {
            return Err(Closed);
        }
        if let Some(mail) = state.mails.pop_front() {
            return Ok(Some(Task::Mail(mail)));
        }
        if state.is_paused && state.is_open {
            return Ok(None);
        }
        while let Some(slice) = state.slices.pop_front() {
            match slice.turn() {
                Turn::Deliver(claimed, left) => {
                    if left == LOW {
                        self.room.notify_one();
                    }
                    state.slices.push_back(Arc::clone(&slice));
                    return Ok(Some(Task::Deliver(slice, claimed)));
                }
                Turn::End => return Ok(Some(Task::End(slice))),
                // Its last deliveries are on the wire; whoever has the last one ends it.
                Turn::Nothing => {}
            }
        }
        if state.is_open { Ok(None) } else { Err(Closed) }
    }

    /// The next delivery, to go out behind another one; none while something else should come first.
    pub fn try_take_delivery(&self) -> Option<(Arc<Slice>, Claimed)> {
        let mut state = self.state();
        if !state.is_open || state.is_paused || !state.mails.is_empty() {
            return None;
        }
        for _ in 0..state.slices.len() {
            let slice = state.slices.pop_front()?;
            let next = slice.next();
            state.slices.push_back(Arc::clone(&slice));
            if let Some((claimed, left)) = next {
                if left == LOW {
                    self.room.notify_one();
                }
                return Some((slice, claimed));
            }
        }
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing more comes.
pub struct Closed;

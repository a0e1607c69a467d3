//! One computation a key, however many ask at once.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::entries::{Entry, Key};

/// How a computation has ended.
#[derive(Clone)]
pub enum Landed {
    Made(Entry),
    /// Those who waited compute for themselves: a failure is nobody else's, and one after the other they would wait long.
    Failed,
}

type Landing = watch::Receiver<Option<Landed>>;

/// The computations under way.
#[derive(Default)]
pub struct Flights(Mutex<HashMap<Key, Landing>>);

/// What somebody who asks has to do.
pub enum Part<'a> {
    Compute(Flight<'a>),
    Wait(Landing),
}

impl Flights {
    pub fn join(&self, key: &Key) -> Part<'_> {
        let mut flights = self.flights();
        if let Some(landing) = flights.get(key) {
            return Part::Wait(landing.clone());
        }
        let (sender, landing) = watch::channel(None);
        flights.insert(key.clone(), landing);
        Part::Compute(Flight { flights: self, key: key.clone(), sender })
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Key, Landing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A computation under way. Dropped before it has landed (the request was given up, or the computation has panicked), the
/// first of those who wait takes over.
pub struct Flight<'a> {
    flights: &'a Flights,
    key: Key,
    sender: watch::Sender<Option<Landed>>,
}

impl Flight<'_> {
    pub fn land(self, landed: Landed) {
        self.sender.send_replace(Some(landed));
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        // Before the sender goes: whoever then joins finds nobody here and computes.
        self.flights.flights().remove(&self.key);
    }
}

/// The computation's end; None where nobody computes any longer.
pub async fn landed(mut landing: Landing) -> Option<Landed> {
    let landed = landing.wait_for(Option::is_some).await.ok()?;
    landed.clone()
}

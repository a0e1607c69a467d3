//! What is computed once and shown to many: values, and what whole pages are made of ([`web::kept`](crate::web::kept)).
//!
//! Nothing of a signed-in reader is ever kept here, nor sessions or rights. What the public reads is kept under the
//! [number](versions) of its last change, so a change shows at once in every process; everything ends after its time.

mod entries;
mod flights;
pub mod versions;

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};

use crate::db::notifications::Notifications;
use entries::{Entries, Entry, Key, LARGEST};
use flights::{Flight, Flights, Landed, Part, landed};

/// The longest that anything is kept.
pub const LONGEST: Duration = Duration::from_secs(60 * 60);

/// One kind of what is cached: a row of ARCHITECTURE.md's table.
#[derive(Debug)]
pub struct Kind {
    name: &'static str,
    lives: Duration,
    follows: Follows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    PublicVersion,
    TimeAlone,
}

impl Kind {
    /// Ends with every change of what the public reads, and after `lives` at the latest ([`LONGEST`] at the most).
    pub const fn public(name: &'static str, lives: Duration) -> Self {
        Self::new(name, lives, Follows::PublicVersion)
    }

    /// Ends after `lives` ([`LONGEST`] at the most), whatever changes meanwhile.
    pub const fn timed(name: &'static str, lives: Duration) -> Self {
        Self::new(name, lives, Follows::TimeAlone)
    }

    const fn new(name: &'static str, lives: Duration, follows: Follows) -> Self {
        assert!(lives.as_secs() <= LONGEST.as_secs(), "nothing is kept for so long");
        Self { name, lives, follows }
    }
}

/// The process's cache. Cheap to clone.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    notifications: Notifications,
    entries: Entries,
    flights: Flights,
}

impl Cache {
    pub fn new(notifications: Notifications) -> Self {
        Self(Arc::new(Inner { notifications, entries: Entries::default(), flights: Flights::default() }))
    }

    /// This process has committed a change of what the public reads; `version` is what [`versions::raise`] gave.
    pub fn saw(&self, version: i64) {
        self.0.notifications.saw_public_version(version);
    }

    /// The value of that name and kind: the kept one, or what `compute` gives. Of many who ask at once one computes. Failures
    /// are not kept.
    ///
    /// Whatever the value is made of has to be read **within** `compute`: what was read before the call may be older than the
    /// number it would be kept under. Nor may `compute` ask for the same name and kind again: it would wait for itself.
    ///
    /// # Errors
    /// Those of `compute`.
    pub async fn value<T, E, F>(&self, kind: &Kind, name: impl Into<String>, compute: impl FnOnce() -> F) -> Result<Arc<T>, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        F: Future<Output = Result<T, E>>,
    {
        let version = match kind.follows {
            Follows::TimeAlone => 0,
            Follows::PublicVersion => match self.0.notifications.public_version() {
                Some(version) => version,
                // Others may have changed what nobody has told us. Not even somebody else's computation will do: it may have
                // begun before a change that whoever asks now has seen.
                None => return compute().await.map(Arc::new),
            },
        };
        let key = Key { kind: kind.name, version, name: name.into() };
        if let Some(value) = self.kept(&key) {
            return Ok(value);
        }
        let flight = loop {
            match self.0.flights.join(&key) {
                Part::Compute(flight) => break Some(flight),
                Part::Wait(landing) => match landed(landing).await {
                    Some(Landed::Made(entry)) => {
                        if let Ok(value) = entry.value.downcast() {
                            return Ok(value);
                        }
                        break None;
                    }
                    Some(Landed::Failed) => break None,
                    None => {}
                },
            }
        };
        self.make(kind, key, flight, compute).await
    }

    async fn make<T, E, F>(&self, kind: &Kind, key: Key, flight: Option<Flight<'_>>, compute: impl FnOnce() -> F) -> Result<Arc<T>, E>
    where
        T: Serialize + DeserializeOwned + Send + Sync + 'static,
        F: Future<Output = Result<T, E>>,
    {
        // The computation before may have landed between the look into the store and the start of this one.
        if let Some(value) = self.kept(&key) {
            return Ok(value);
        }
        let began = Instant::now();
        let computed = compute().await.map(Arc::new);
        let landed = match &computed {
            Ok(value) => Landed::Made(self.keep(kind, key, value, began)),
            Err(_) => Landed::Failed,
        };
        if let Some(flight) = flight {
            flight.land(landed);
        }
        computed
    }

    /// Keeps what was made of what was read from `began` on.
    fn keep<T: Serialize + Send + Sync + 'static>(&self, kind: &Kind, key: Key, value: &Arc<T>, began: Instant) -> Entry {
        let json = serde_json::to_string(value.as_ref());
        let bytes = json.as_ref().map_or(0, String::len);
        let entry = self.0.entries.entry(Arc::clone(value) as _, began + kind.lives, bytes);
        match json {
            Ok(_) if bytes <= LARGEST => self.0.entries.keep(key, entry.clone()),
            Ok(_) => tracing::warn!(cache.kind = kind.name, cache.bytes = bytes, "Something is too large to be kept in the cache"),
            Err(error) => tracing::error!(cache.kind = kind.name, %error, "Something cannot be kept in the cache"),
        }
        entry
    }

    fn kept<T: Send + Sync + 'static>(&self, key: &Key) -> Option<Arc<T>> {
        self.0.entries.get(key)?.value.downcast().ok()
    }
}

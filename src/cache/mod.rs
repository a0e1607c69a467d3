//! What is computed once and shown to many: values, and what whole pages are made of ([`web::kept`](crate::web::kept)).
//!
//! Nothing of a signed-in reader is ever kept here, nor sessions or rights. What the public reads is kept under the
//! [number](versions) of its last change, so a change shows at once in every process; everything ends after its time.

pub mod build;
mod entries;
mod figures;
mod flights;
pub mod shared;
pub mod versions;

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use prometheus_client::registry::Registry;
use serde::{Serialize, de::DeserializeOwned};
use time::OffsetDateTime;

use crate::db::notifications::Notifications;
use entries::{Entries, Entry, Key, LARGEST};
use figures::{Figures, Found};
use flights::{Flight, Flights, Landed, Part, landed};
use shared::{Shared, Stored};

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
    shared: Option<Shared>,
    figures: Figures,
}

impl Cache {
    /// Registers its figures.
    pub fn new(notifications: Notifications, shared: Option<Shared>, registry: &mut Registry) -> Self {
        let (entries, flights, figures) = (Entries::default(), Flights::default(), Figures::new(registry));
        Self(Arc::new(Inner { notifications, entries, flights, shared, figures }))
    }

    /// Brings those of its figures up to date that are not counted but looked at.
    pub fn take_stock(&self) {
        let Inner { notifications, entries, shared, figures, .. } = &*self.0;
        let number = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
        figures.entries.set(number(entries.count()));
        figures.bytes.set(number(entries.bytes()));
        figures.listens.set(notifications.public_version().is_some().into());
        figures.redis_connected.set(shared.as_ref().is_some_and(Shared::is_connected).into());
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
        let figures = &self.0.figures;
        let version = match kind.follows {
            Follows::TimeAlone => 0,
            Follows::PublicVersion => match self.0.notifications.public_version() {
                Some(version) => version,
                // Others may have changed what nobody has told us. Not even somebody else's computation will do: it may have
                // begun before a change that whoever asks now has seen.
                None => {
                    figures.miss(kind.name);
                    figures.computation(kind.name);
                    return compute().await.map(Arc::new);
                }
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
                    Some(Landed::Made(entry)) => match entry.value.downcast() {
                        Ok(value) => {
                            figures.miss(kind.name);
                            return Ok(value);
                        }
                        Err(_) => break None,
                    },
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
        if let Some((value, entry)) = self.taken_over(kind, &key).await {
            if let Some(flight) = flight {
                flight.land(Landed::Made(entry));
            }
            return Ok(value);
        }
        self.0.figures.miss(kind.name);
        self.0.figures.computation(kind.name);
        // From here on it reads: older than this it is not.
        let began = Began { at: OffsetDateTime::now_utc(), instant: Instant::now() };
        let value = match compute().await {
            Ok(value) => Arc::new(value),
            Err(error) => {
                if let Some(flight) = flight {
                    flight.land(Landed::Failed);
                }
                return Err(error);
            }
        };
        let (entry, json) = self.keep(kind, &key, &value, began);
        if let Some(flight) = flight {
            flight.land(Landed::Made(entry));
        }
        if let (Some(shared), Some(json)) = (&self.0.shared, json)
            && shared.put(&key, &Stored::new(began.at, json), kind.lives).await.is_err()
        {
            self.0.figures.redis_failure(kind.name);
        }
        Ok(value)
    }

    /// What this process has.
    fn kept<T: Send + Sync + 'static>(&self, key: &Key) -> Option<Arc<T>> {
        let entry = self.0.entries.get(key)?;
        let age = entry.made_at.elapsed().as_secs_f64();
        let value = entry.value.downcast().ok()?;
        self.0.figures.hit(key.kind, Found::Here, age);
        Some(value)
    }

    /// What another process has put into Redis, for the rest of its time.
    async fn taken_over<T>(&self, kind: &Kind, key: &Key) -> Option<(Arc<T>, Entry)>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let Ok(stored) = self.0.shared.as_ref()?.get(key).await else {
            self.0.figures.redis_failure(kind.name);
            return None;
        };
        let stored = stored?;
        let age = stored.age(OffsetDateTime::now_utc());
        if age >= kind.lives {
            return None;
        }
        let value = Arc::new(serde_json::from_str::<T>(&stored.json).ok()?);
        let made_at = Instant::now().checked_sub(age)?;
        let entry = self.0.entries.entry(Arc::clone(&value) as _, made_at, made_at + kind.lives, stored.json.len());
        self.0.entries.keep(key.clone(), entry.clone());
        self.0.figures.hit(kind.name, Found::InRedis, age.as_secs_f64());
        Some((value, entry))
    }

    /// Keeps what was made, and gives it as JSON for others, unless it is too large for both.
    fn keep<T>(&self, kind: &Kind, key: &Key, value: &Arc<T>, began: Began) -> (Entry, Option<String>)
    where
        T: Serialize + Send + Sync + 'static,
    {
        let json = serde_json::to_string(value.as_ref());
        let bytes = json.as_ref().map_or(0, String::len);
        let entry = self.0.entries.entry(Arc::clone(value) as _, began.instant, began.instant + kind.lives, bytes);
        match json {
            Ok(json) if bytes <= LARGEST => {
                self.0.entries.keep(key.clone(), entry.clone());
                return (entry, Some(json));
            }
            Ok(_) => tracing::warn!(cache.kind = kind.name, cache.bytes = bytes, "Something is too large to be kept in the cache"),
            Err(error) => tracing::error!(cache.kind = kind.name, %error, "Something cannot be kept in the cache"),
        }
        (entry, None)
    }
}

/// When a computation began, by the wall and by a clock that never jumps.
#[derive(Clone, Copy)]
struct Began {
    at: OffsetDateTime,
    instant: Instant,
}

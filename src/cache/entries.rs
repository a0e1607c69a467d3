//! What this process keeps: bounded in number and in size, the least used goes first.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use cached::{Expires, ShardedExpiringLruCache};

/// The most entries. A whole page is some 30 KB, so that this many are 30 MB.
const ENTRIES: usize = 1024;
/// The most bytes in all, measured as JSON.
const BYTES: usize = 64 * 1024 * 1024;
/// The largest entry; what is larger is computed each time.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// What an entry is found by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub kind: &'static str,
    /// That of what the public reads; 0 for what does not depend on it.
    pub version: i64,
    pub name: String,
}

#[derive(Clone)]
pub struct Entry {
    pub value: Arc<dyn Any + Send + Sync>,
    pub made_at: Instant,
    expires: Instant,
    _weight: Arc<Weight>,
}

impl Expires for Entry {
    fn is_expired(&self) -> bool {
        Instant::now() >= self.expires
    }
}

/// Counted as long as anybody holds the entry.
struct Weight {
    bytes: usize,
    all: Arc<AtomicUsize>,
}

impl Drop for Weight {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

pub struct Entries {
    store: ShardedExpiringLruCache<Key, Entry>,
    bytes: Arc<AtomicUsize>,
}

impl Default for Entries {
    fn default() -> Self {
        Self { store: ShardedExpiringLruCache::new(ENTRIES), bytes: Arc::default() }
    }
}

impl Entries {
    pub fn get(&self, key: &Key) -> Option<Entry> {
        self.store.get(key)
    }

    /// An entry of that many bytes, not kept yet.
    pub fn entry(&self, value: Arc<dyn Any + Send + Sync>, made_at: Instant, expires: Instant, bytes: usize) -> Entry {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Entry { value, made_at, expires, _weight: Arc::new(Weight { bytes, all: Arc::clone(&self.bytes) }) }
    }

    pub fn keep(&self, key: Key, entry: Entry) {
        self.store.set(key, entry);
        if self.bytes.load(Ordering::Relaxed) > BYTES {
            // The store knows numbers alone. It is rare, and everything can be made again.
            let _expired = self.store.evict();
            if self.bytes.load(Ordering::Relaxed) > BYTES {
                self.store.clear();
            }
        }
    }

    /// How many there are, expired ones that nobody has asked for among them.
    pub fn count(&self) -> usize {
        self.store.len()
    }

    /// Their size as JSON.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

//! SQL over deliveries and slices.

mod claims;
mod rows;
mod settling;
mod start;
mod stopped;

pub use claims::{ClaimedSlice, Held, book, call_workers, candidates, claim, goes_on_at, left_of, renew, to_send};
pub use rows::{Filter, Reply, Row, count_left_failed, list, newest, replies};
pub use settling::{Changes, add_to_slices, give_back, lock_held, settle};
pub use start::{Snapshot, snapshot, snapshot_repetition};
pub use stopped::hasten;

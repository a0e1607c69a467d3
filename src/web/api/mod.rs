//! What all of the JSON API shares, and no feature: problems, bodies, pages of a list, entity tags, requests that count once, and how often
//! somebody may ask.

pub mod answers;
pub mod body;
mod csv;
pub mod cursor;
pub mod etag;
pub mod once;
pub mod problem;
pub mod rate;

pub use answers::{Created, Current, Deleted, Listed, Page, Started};
pub use body::Json;
pub use csv::{CsvBody, CsvFile};
pub use cursor::{Cursors, Limit};
pub use etag::IfMatch;
pub use once::{Answer, Begun, IdempotencyKey, Once};
pub use problem::Problem;

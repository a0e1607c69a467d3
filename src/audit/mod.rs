//! What managers, editors and administrators did, and what tokens and webhooks were made: who, what, to whom, when, why. An entry is
//! written in the deed's own transaction and never changed.

pub mod api;
mod change;
mod handlers;
pub mod model;
pub mod queries;
pub mod views;

use crate::web::UrlMap;

pub use change::Change;
pub use model::{Action, Actor, Reason, ReasonForm, Subject};
pub use queries::record;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/admin/audit", handlers::index)
}

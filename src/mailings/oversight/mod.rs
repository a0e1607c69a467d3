//! What managers see of everybody's mailings, and how they disable and enable one.

pub mod api;
mod handlers;
pub mod jobs;
mod mails;
pub mod model;
pub mod queries;
mod suspension;
pub mod views;

use crate::web::UrlMap;

pub use suspension::{disable, enable};

/// This part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/mailings/all", handlers::index)
        .put("/mailings/:id/suspension", handlers::disable)
        .delete("/mailings/:id/suspension", handlers::enable)
}

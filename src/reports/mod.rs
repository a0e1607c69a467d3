//! Reports: what was sent and what was not, by period, by mailing and by message.

pub mod api;
mod handlers;
pub mod model;
pub mod queries;
mod tally;
pub mod views;

pub use tally::tally;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/reports", handlers::index)
        .get("/reports/mailings", handlers::mailings)
        .get("/reports/messages", handlers::messages)
        .get("/reports/csv", handlers::csv)
}

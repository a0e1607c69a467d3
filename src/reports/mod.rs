//! Reports: what was sent and what was not, by mailing and by message.

mod handlers;
mod queries;
mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/reports", handlers::index)
}

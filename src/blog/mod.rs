//! The blog: posts that the public reads, and the editors' panel behind them.

pub mod jobs;
pub mod markdown;
pub mod model;
pub mod panel;
pub mod pictures;
pub mod slug;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    panel::routes(map)
}

//! The start page, and the probes.

mod handlers;
pub mod model;
pub mod queries;
mod views;

use crate::web::{UrlMap, metrics};

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/", handlers::index)
}

/// The probes, which need neither session nor token.
pub fn probes(map: UrlMap) -> UrlMap {
    map.get("/healthz", handlers::health).get("/readyz", handlers::ready).get("/metrics", metrics::show)
}

//! The start page, and the probes.

mod handlers;
mod views;

use poem::{Route, get};

pub use handlers::{health, ready};

/// This slice's part of the URL map.
pub fn routes(route: Route) -> Route {
    route.at("/", get(handlers::index))
}

//! Attempts: each run of a mailing, live while it goes out and on record afterwards.

mod handlers;
mod live;
pub mod model;
pub mod queries;
pub mod views;

use poem::{Route, get, post};

/// This slice's part of the URL map.
pub fn routes(route: Route) -> Route {
    route
        .at("/attempts", get(handlers::index))
        .at("/attempts/:id", get(handlers::show))
        .at("/attempts/:id/live", get(live::live))
        .at("/attempts/:id/retry", post(handlers::retry))
        .at("/mailings/:id/attempts", post(handlers::create))
        .at("/reports", get(handlers::reports))
}

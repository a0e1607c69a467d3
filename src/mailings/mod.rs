//! One message, many recipients, a schedule.

mod handlers;
pub mod jobs;
pub mod model;
pub mod queries;
pub mod runs;
pub mod schedule;
pub mod views;

use poem::{Route, get, put};

/// This slice's part of the URL map.
pub fn routes(route: Route) -> Route {
    route
        .at("/mailings", get(handlers::index).post(handlers::create))
        .at("/mailings/new", get(handlers::new))
        .at("/mailings/:id", get(handlers::show).put(handlers::update).delete(handlers::delete))
        .at("/mailings/:id/edit", get(handlers::edit))
        .at("/mailings/:id/pause", put(handlers::pause).delete(handlers::resume))
}

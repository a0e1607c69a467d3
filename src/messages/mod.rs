//! What is sent: a subject and a body.

mod handlers;
pub mod model;
pub mod queries;
mod views;

use poem::{Route, get};

/// This slice's part of the URL map.
pub fn routes(route: Route) -> Route {
    route
        .at("/messages", get(handlers::index).post(handlers::create))
        .at("/messages/new", get(handlers::new))
        .at("/messages/:id", get(handlers::show).put(handlers::update).delete(handlers::delete))
        .at("/messages/:id/edit", get(handlers::edit))
        .at("/messages/:id/preview", get(handlers::preview))
}

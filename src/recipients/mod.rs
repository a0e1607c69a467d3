//! The people a user sends to. Recipients are not users.

mod handlers;
pub mod model;
pub mod queries;
mod views;

use poem::{Route, delete, get};

/// This slice's part of the URL map.
pub fn routes(route: Route) -> Route {
    route
        .at("/recipients", get(handlers::index).post(handlers::create))
        .at("/recipients/new", get(handlers::new))
        .at("/recipients/:id", get(handlers::show).put(handlers::update).delete(handlers::delete))
        .at("/recipients/:id/edit", get(handlers::edit))
        .at("/recipients/:id/undeliverable", delete(handlers::delete_undeliverable))
}

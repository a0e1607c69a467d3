//! The mail catcher: where mail goes while no server is set, and the page that shows it.

pub mod catcher;
mod handlers;
pub mod queries;
mod views;

use poem::{Route, get};

/// This slice's part of the URL map; only there while `SMTP_URL` is unset.
pub fn routes(route: Route) -> Route {
    route
        .at("/dev/inbox", get(handlers::index).delete(handlers::clear))
        .at("/dev/inbox/:id", get(handlers::show))
        .at("/dev/inbox/:id/html", get(handlers::html))
        .at("/dev/inbox/:id/source", get(handlers::source))
}

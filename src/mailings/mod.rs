//! One message, many recipients, a schedule.

pub mod api;
mod handlers;
pub mod jobs;
pub mod model;
pub mod oversight;
pub mod picks;
pub mod queries;
pub mod runs;
pub mod schedule;
pub mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    let map = oversight::routes(map);
    map.get("/mailings", handlers::index)
        .post("/mailings", handlers::create)
        .get("/mailings/new", handlers::new)
        .get("/mailings/:id", handlers::show)
        .put("/mailings/:id", handlers::update)
        .delete("/mailings/:id", handlers::acts::delete)
        .get("/mailings/:id/edit", handlers::edit)
        .post("/mailings/preview", handlers::outlook::foretell_new)
        .put("/mailings/:id/preview", handlers::outlook::foretell)
        .put("/mailings/:id/pause", handlers::acts::pause)
        .delete("/mailings/:id/pause", handlers::acts::resume)
        .put("/mailings/:id/stop", handlers::acts::stop)
}

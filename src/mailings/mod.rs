//! One message, many recipients, a schedule.

mod handlers;
pub mod jobs;
pub mod model;
pub mod oversight;
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
        .delete("/mailings/:id", handlers::delete)
        .get("/mailings/:id/edit", handlers::edit)
        .put("/mailings/:id/pause", handlers::pause)
        .delete("/mailings/:id/pause", handlers::resume)
}

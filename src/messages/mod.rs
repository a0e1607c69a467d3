//! What is sent: a subject and a body.

mod handlers;
pub mod model;
pub mod queries;
mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/messages", handlers::index)
        .post("/messages", handlers::create)
        .get("/messages/new", handlers::new)
        .get("/messages/:id", handlers::show)
        .put("/messages/:id", handlers::update)
        .delete("/messages/:id", handlers::delete)
        .get("/messages/:id/edit", handlers::edit)
        .get("/messages/:id/preview", handlers::preview)
}

//! The editors' panel: every post, written, published, taken back and deleted.

pub mod api;
mod handlers;
pub mod model;
pub mod posts;
pub mod queries;
pub mod views;

use crate::web::UrlMap;

/// The list's address, and what a post's own begins with.
pub const PATH: &str = "/admin/posts";

/// This part's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/admin/posts", handlers::index)
        .post("/admin/posts", handlers::create)
        .get("/admin/posts/new", handlers::new)
        .post("/admin/posts/preview", handlers::preview_new)
        .get("/admin/posts/:id", handlers::show)
        .put("/admin/posts/:id", handlers::update)
        .delete("/admin/posts/:id", handlers::acts::delete)
        .put("/admin/posts/:id/preview", handlers::preview)
        .put("/admin/posts/:id/publication", handlers::acts::publish)
        .delete("/admin/posts/:id/publication", handlers::acts::unpublish)
}

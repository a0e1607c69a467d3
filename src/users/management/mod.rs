//! What managers see of users and do about them: the list, one user with their mailings, blocking.

pub mod api;
pub mod blocking;
mod handlers;
pub mod model;
pub mod queries;
pub(super) mod views;

use crate::web::UrlMap;

/// This part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/users", handlers::index)
        .get("/users/:id", handlers::show)
        .put("/users/:id/block", handlers::block)
        .delete("/users/:id/block", handlers::unblock)
}

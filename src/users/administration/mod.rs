//! Accounts in the hands of administrators and of whoever has a shell: making, editing and deleting them, roles, the way
//! back in for somebody locked out.

pub mod accounts;
mod handlers;
pub mod model;
pub mod queries;
pub mod shell;
mod views;

use crate::web::UrlMap;

/// This part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/admin/users", handlers::index)
        .post("/admin/users", handlers::create)
        .get("/admin/users/new", handlers::new)
        .get("/admin/users/:id", handlers::edit)
        .put("/admin/users/:id", handlers::update)
        .delete("/admin/users/:id", handlers::delete)
        .delete("/admin/users/:id/two-factor", handlers::delete_two_factor)
        .delete("/admin/users/:id/sessions", handlers::delete_sessions)
}

//! One's own account: profile, address, password, two-factor sign-in, sessions, and its end. Its rows are those of `users`
//! and of `web::session`, seen by whom they belong to.

mod agent;
pub mod api;
mod handlers;
mod model;
pub mod queries;
pub mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/account", handlers::profile::edit)
        .put("/account", handlers::profile::update)
        .delete("/account", handlers::deletion::delete)
        .put("/language", handlers::language::update)
        .put("/theme", handlers::theme::update)
        .get("/account/delete", handlers::deletion::show)
        .get("/account/password", handlers::password::edit)
        .put("/account/password", handlers::password::update)
        .get("/account/email", handlers::email::new)
        .post("/account/email", handlers::email::create)
        .get("/account/email/:token", handlers::email::edit)
        .post("/account/email/:token", handlers::email::update)
        .get("/account/two-factor", handlers::two_factor::show)
        .post("/account/two-factor", handlers::two_factor::create)
        .put("/account/two-factor", handlers::two_factor::update)
        .delete("/account/two-factor", handlers::two_factor::delete)
        .post("/account/two-factor/recovery-codes", handlers::two_factor::create_codes)
        .get("/account/sessions", handlers::sessions::index)
        .delete("/account/sessions", handlers::sessions::delete_others)
        .delete("/account/sessions/:id", handlers::sessions::delete)
}

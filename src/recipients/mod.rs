//! The people a user sends to. Recipients are not users.

pub mod api;
mod handlers;
pub mod import;
pub mod jobs;
pub mod list;
pub mod model;
pub mod queries;
pub mod unsubscribe;
mod views;

use crate::web::UrlMap;

/// Where files are uploaded.
pub const IMPORTS: &str = "/recipients/imports";

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/recipients", handlers::index)
        .post("/recipients", handlers::create)
        .delete("/recipients", handlers::ticked::delete)
        .post("/recipients/picks", handlers::ticked::pick)
        .get("/recipients/export", handlers::export::show)
        .get("/recipients/import", handlers::import::new)
        .post(IMPORTS, handlers::import::create)
        .get("/recipients/imports/:id", handlers::import::show)
        .put("/recipients/imports/:id", handlers::import::update)
        .get("/recipients/imports/:id/problems", handlers::import::problems)
        .get("/recipients/new", handlers::new)
        .get("/recipients/:id", handlers::show)
        .put("/recipients/:id", handlers::update)
        .delete("/recipients/:id", handlers::delete)
        .get("/recipients/:id/edit", handlers::edit)
        .delete("/recipients/:id/undeliverable", handlers::delete_undeliverable)
        .delete("/recipients/:id/unsubscription", handlers::unsubscription::delete)
        .get("/unsubscribe/:token", handlers::unsubscription::new)
        .post("/unsubscribe/:token", handlers::unsubscription::create)
}

//! The people a user sends to. Recipients are not users.

mod handlers;
pub mod list;
pub mod model;
pub mod queries;
pub mod unsubscribe;
mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/recipients", handlers::index)
        .post("/recipients", handlers::create)
        .delete("/recipients", handlers::ticked::delete)
        .post("/recipients/picks", handlers::ticked::pick)
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

//! Webhooks: addresses of users' own programs that are told what happens here.

mod address;
pub mod api;
pub mod connect;
pub mod events;
mod handlers;
pub mod jobs;
mod mails;
pub mod model;
pub mod payload;
pub mod queries;
pub mod registration;
pub mod secret;
pub mod sending;
mod sign;
mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/webhooks", handlers::index)
        .post("/webhooks", handlers::create)
        .get("/webhooks/new", handlers::new)
        .get("/webhooks/:id", handlers::show)
        .put("/webhooks/:id", handlers::update)
        .delete("/webhooks/:id", handlers::delete)
        .get("/webhooks/:id/edit", handlers::edit)
        .put("/webhooks/:id/pause", handlers::acts::pause)
        .delete("/webhooks/:id/pause", handlers::acts::resume)
        .post("/webhooks/:id/secret", handlers::acts::create_secret)
        .post("/webhooks/:id/tests", handlers::acts::create_test)
        .get("/webhooks/:id/deliveries/:delivery_id", handlers::show_delivery)
        .post("/webhooks/:id/deliveries/:delivery_id/redelivery", handlers::acts::redeliver)
}

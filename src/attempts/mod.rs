//! Attempts: each run of a mailing, live while it goes out and on record afterwards.

mod answers;
pub mod api;
mod export;
mod handlers;
pub mod jobs;
mod live;
mod mails;
pub mod model;
pub mod queries;
mod refusals;
mod search;
pub mod views;

use poem::EndpointExt;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/attempts", handlers::index)
        .get("/attempts/:id", handlers::show)
        .get("/attempts/:id/live", live::live.data(live::Readers::default()))
        .get("/attempts/:id/deliveries.csv", export::deliveries)
        .post("/attempts/:id/retry", handlers::retry)
        .post("/mailings/:id/attempts", handlers::create)
}

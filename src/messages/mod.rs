//! What is sent: a subject and a body.

pub mod api;
pub mod attachments;
pub mod drafts;
mod handlers;
pub mod letter;
pub mod model;
mod preview;
pub mod queries;
mod sample;
mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/messages", handlers::index)
        .post("/messages", handlers::create)
        .get("/messages/new", handlers::new)
        .get("/messages/canvas", handlers::canvas)
        .put("/messages/draft", drafts::update_new)
        .delete("/messages/draft", drafts::delete_new)
        .get("/messages/draft/preview", preview::show_draft)
        .get("/messages/draft/preview/html", preview::html_draft)
        .post("/messages/draft/tests", preview::create_draft_test)
        .get("/messages/:id", handlers::show)
        .put("/messages/:id", handlers::update)
        .delete("/messages/:id", handlers::delete)
        .get("/messages/:id/edit", handlers::edit)
        .post("/messages/:id/copies", handlers::create_copy)
        .post(attachments::PATH, attachments::create)
        .get("/messages/:id/attachments/:attachment_id", attachments::show)
        .delete("/messages/:id/attachments/:attachment_id", attachments::delete)
        .put("/messages/:id/draft", drafts::update)
        .delete("/messages/:id/draft", drafts::delete_one)
        .get("/messages/:id/preview", preview::show)
        .get("/messages/:id/preview/html", preview::html)
        .post("/messages/:id/tests", preview::create_test)
}

//! The page about the API.

use std::time::Duration;

use maud::Markup;
use poem::{Request, Response, handler, web::Data};

use super::{document, reading::Reader, views};
use crate::{app::App, cache::Kind, error::Result, users::Visitor};

/// It changes with the program alone, whose build is part of what is kept.
const PAGE: Kind = Kind::public("API page", Duration::from_secs(60 * 60));

#[handler]
pub async fn docs(visitor: Visitor, request: &Request, app: Data<&App>) -> poem::Result<Response> {
    let app = app.0.clone();
    let render = |visitor: Visitor, chrome| {
        let app = app.clone();
        async move { Ok(views::docs_page(&visitor, &chrome, &app.config, &Reader(document::document()))) as Result<Markup> }
    };
    visitor.page(request, &app, &PAGE, "", render).await
}

//! /dev/inbox: the list, a mail, its HTML, its source.

use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path, Query},
};

use super::{queries, views};
use crate::{
    app::App,
    db,
    error::{Error, Result},
    users::Visitor,
    web::{
        Chrome, Page, headers,
        list::{self, ListQuery},
        see_other,
    },
};

#[handler]
pub async fn index(visitor: Visitor, chrome: Chrome, app: Data<&App>, Query(query): Query<ListQuery>) -> Result<Page> {
    let found = queries::list(&app.db, db::like_pattern(&query.q).as_deref(), query.before, list::FETCH).await?;
    let page = list::Keyset::new("/dev/inbox", &query, found, |mail| mail.id);
    Ok(Page::ok(views::index_page(&visitor, &chrome, &query.q, &page)))
}

#[handler]
pub async fn show(visitor: Visitor, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let mail = queries::get(&app.db, id).await?;
    Ok(Page::ok(views::show_page(&visitor, &chrome, &mail)))
}

/// The HTML part, for the sandboxed frame.
#[handler]
pub async fn html(app: Data<&App>, Path(id): Path<i64>) -> Result<Response> {
    let mail = queries::get(&app.db, id).await?;
    let html =
        mail_parser::MessageParser::default().parse(&mail.source).and_then(|message| message.body_html(0).map(|html| html.into_owned()));
    html.map(headers::sandboxed).ok_or(Error::NotFound)
}

#[handler]
pub async fn source(app: Data<&App>, Path(id): Path<i64>) -> Result<Response> {
    let mail = queries::get(&app.db, id).await?;
    Ok(String::from_utf8_lossy(&mail.source).into_owned().with_content_type("text/plain; charset=utf-8").into_response())
}

#[handler]
pub async fn clear(app: Data<&App>) -> Result<Response> {
    queries::clear(&app.db).await?;
    // The page says that it is empty. A flash would be a row in the table for whoever sends this, signed in or not.
    Ok(see_other("/dev/inbox"))
}

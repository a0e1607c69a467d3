//! The blog for its readers.

use maud::{Markup, PreEscaped};
use poem::{
    FromRequest, IntoResponse, Request, Response, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    document::shared,
    kept::{self, LIST_PAGE, PER_PAGE, POST_PAGE},
    model::{Card, Cursor, list_path},
    queries,
    readings::{Readings, Seen},
    sitemap,
    views::{self, List, Reading},
};
use crate::{
    app::App,
    error::{Error, Result},
    i18n::{self, Language},
    users::{Visitor, rights::Right},
    web::{Chrome, Page},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    language: String,
    before: String,
}

#[handler]
pub async fn index(request: &Request, Query(query): Query<ListQuery>, visitor: Visitor, app: Data<&App>) -> poem::Result<Response> {
    let app = app.0;
    let language = Language::from_tag(&query.language).unwrap_or_else(i18n::current);
    if let Some(cursor) = Cursor::parse(&query.before) {
        let list = list(language, &kept::behind(app, language, Some(cursor)).await?, Some(cursor));
        let chrome = Chrome::from_request_without_body(request).await?;
        return Ok(Page::ok(views::list_page(&visitor, &chrome, &app.config, &list)).into_response());
    }
    let first = |visitor, chrome| async move {
        let list = list(language, &kept::newest(app, language).await?, None);
        Ok(views::list_page(&visitor, &chrome, &app.config, &list))
    };
    visitor.page(request, app, &LIST_PAGE, language.tag(), first).await
}

/// One more than a page holds tells whether there is another.
fn list(language: Language, posts: &[Card], behind: Option<Cursor>) -> List {
    let first = list_path(language);
    let shown = &posts[..posts.len().min(PER_PAGE)];
    let next = shown.last().filter(|_| posts.len() > PER_PAGE).map(|last| format!("{first}&before={}", Cursor::behind(last)));
    let path = behind.map_or_else(|| first.clone(), |cursor| format!("{first}&before={cursor}"));
    List { language, posts: shown.to_vec(), path, next, first: behind.map(|_| first) }
}

#[handler]
pub async fn show(
    request: &Request,
    Path(slug): Path<String>,
    visitor: Visitor,
    Seen(reader): Seen,
    app: Data<&App>,
    readings: Data<&Readings>,
) -> poem::Result<Response> {
    // Whoever writes the blog looks at how it has come out.
    let reader = reader.filter(|_| !visitor.may(Right::EditBlog));
    let page = post(request, app.0, &slug, visitor).await?;
    if let Some(reader) = reader {
        readings.count(&slug, &reader);
    }
    Ok(page)
}

/// As [`show`], without anybody who reads.
#[handler]
pub async fn glance(request: &Request, Path(slug): Path<String>, visitor: Visitor, app: Data<&App>) -> poem::Result<Response> {
    post(request, app.0, &slug, visitor).await
}

async fn post(request: &Request, app: &App, slug: &str, visitor: Visitor) -> poem::Result<Response> {
    visitor.page(request, app, &POST_PAGE, slug, |visitor, chrome| written(app, slug, visitor, chrome)).await
}

async fn written(app: &App, slug: &str, visitor: Visitor, chrome: Chrome) -> Result<Markup> {
    let post = queries::card(&app.db, slug).await?.ok_or(Error::NotFound)?;
    let content = kept::text(app, post.id).await?;
    let related = kept::related(app, post.id).await?;
    let reading = Reading { content: PreEscaped(&content), related: &related, post };
    Ok(views::post_page(&visitor, &chrome, &app.config, &reading))
}

#[handler]
pub async fn english_feed(request: &Request, app: Data<&App>) -> Result<Response> {
    feed(request, &app, Language::English).await
}

#[handler]
pub async fn russian_feed(request: &Request, app: Data<&App>) -> Result<Response> {
    feed(request, &app, Language::Russian).await
}

async fn feed(request: &Request, app: &App, language: Language) -> Result<Response> {
    Ok(shared(request, "application/atom+xml; charset=utf-8", &kept::feed(app, language).await?))
}

#[handler]
pub async fn sitemap_xml(request: &Request, app: Data<&App>) -> Result<Response> {
    Ok(shared(request, "application/xml; charset=utf-8", &kept::sitemap(&app).await?))
}

#[handler]
pub fn robots_txt(request: &Request, app: Data<&App>) -> Response {
    shared(request, "text/plain; charset=utf-8", &sitemap::robots(&app.config))
}

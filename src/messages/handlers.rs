//! Messages: list, create, show, edit, delete, preview.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use uuid::Uuid;

use super::{
    model::{Message, MessageForm, Summary},
    queries, views,
};
use crate::{
    app::App,
    db,
    error::Result,
    mail::compose::Body,
    mailings,
    users::CurrentUser,
    web::{
        Chrome, FieldErrors, FormData, Page, flash, fragment, headers,
        list::{self, ListQuery},
        refused, see_other,
    },
};

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<ListQuery>) -> Result<Page> {
    let found = queries::list(&app.db, user.id(), db::like_pattern(&query.q).as_deref(), query.before, list::FETCH).await?;
    let page = list::Keyset::new("/messages", &query, found, |message| message.id);
    Ok(Page::ok(views::index_page(&user, &chrome, &query.q, &page)))
}

#[handler]
pub async fn new(user: CurrentUser, chrome: Chrome) -> Page {
    Page::ok(views::new_page(&user, &chrome, &MessageForm::blank(), &FieldErrors::default()))
}

#[handler]
pub async fn create(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<MessageForm>,
) -> Result<Response> {
    let parsed = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => return Ok(Page::invalid(views::new_page(&user, &chrome, &form, &errors)).into_response()),
    };
    let message = queries::insert(&app.db, user.id(), &parsed, form.submission_id.unwrap_or_else(Uuid::new_v4)).await?;
    if chrome.htmx {
        return Ok(fragment(views::row(&Summary::from(&message), &chrome.csrf)));
    }
    flash(session, true, "The message was saved.");
    Ok(see_other("/messages"))
}

#[handler]
pub async fn show(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let message = queries::get(&app.db, user.id(), id).await?;
    let mailings = mailings::queries::using_message(&app.db, user.id(), id).await?;
    Ok(Page::ok(views::show_page(&user, &chrome, &message, &mailings)))
}

/// The body as it is sent, for the sandboxed frame on the message's page.
#[handler]
pub async fn preview(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>) -> Result<Response> {
    let message = queries::get(&app.db, user.id(), id).await?;
    Ok(headers::sandboxed(Body::from_author(&message.body).html))
}

#[handler]
pub async fn edit(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let message = queries::get(&app.db, user.id(), id).await?;
    Ok(Page::ok(views::edit_page(&user, &chrome, id, &MessageForm::from(&message), &FieldErrors::default(), None)))
}

#[handler]
pub async fn update(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<MessageForm>,
) -> Result<Response> {
    // A stranger's row is not found before anything is said about the form.
    queries::get(&app.db, user.id(), id).await?;
    let parsed = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => return Ok(Page::invalid(views::edit_page(&user, &chrome, id, &form, &errors, None)).into_response()),
    };
    match queries::update(&app.db, user.id(), id, form.version, &parsed).await? {
        Some(message) if chrome.htmx => Ok(fragment(views::row(&Summary::from(&message), &chrome.csrf))),
        Some(_) => {
            flash(session, true, "Saved.");
            Ok(see_other("/messages"))
        }
        None => Ok(conflict(&user, &chrome, &queries::get(&app.db, user.id(), id).await?, form)),
    }
}

/// Another tab has saved meanwhile: the reader's text stays, what is stored is shown, saving again replaces it.
fn conflict(user: &CurrentUser, chrome: &Chrome, stored: &Message, form: MessageForm) -> Response {
    let form = MessageForm { version: stored.version, ..form };
    Page::conflict(views::edit_page(user, chrome, stored.id, &form, &FieldErrors::default(), Some(stored))).into_response()
}

#[handler]
pub async fn delete(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    if queries::delete(&app.db, user.id(), id).await? {
        if chrome.htmx {
            return Ok(fragment(maud::html! {}));
        }
        flash(session, true, "The message was deleted.");
        return Ok(see_other("/messages"));
    }
    let mailings = mailings::queries::using_message(&app.db, user.id(), id).await?;
    let reason = mailings::model::used_by("This message", &mailings);
    if chrome.htmx {
        return Ok(refused(&reason));
    }
    flash(session, false, reason);
    Ok(see_other(format!("/messages/{id}")))
}

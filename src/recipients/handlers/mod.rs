//! Recipients: list, create, show, edit, delete.

pub mod export;
pub mod import;
pub mod ticked;
pub mod unsubscription;

use maud::Markup;
use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use uuid::Uuid;

use super::{
    list::{self, ListQuery},
    model::{Recipient, RecipientForm, used_by},
    queries, views,
};
use crate::{
    app::App,
    error::Result,
    mailings, t,
    users::CurrentUser,
    web::{
        self, Chrome, FieldErrors, FormData, Page, flash, fragment,
        list::{FETCH, Keyset},
        noticed, refused, see_other,
    },
};

/// The owner's newest mailings, to add recipients to.
const MAILINGS_OFFERED: i64 = 100;

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<ListQuery>) -> Result<Page> {
    Ok(Page::ok(index_content(&user, &chrome, &app, &query).await?))
}

async fn index_content(user: &CurrentUser, chrome: &Chrome, app: &App, query: &ListQuery) -> Result<Markup> {
    let found = queries::page(&app.db, user.id(), &query.parse(), FETCH).await?;
    let open = mailings::picks::open(&app.db, user.id(), MAILINGS_OFFERED).await?;
    Ok(views::index_page(user, chrome, &list::Page::new(query, found), &open))
}

#[handler]
pub async fn new(user: CurrentUser, chrome: Chrome) -> Page {
    Page::ok(views::new_page(&user, &chrome, &RecipientForm::blank(), &FieldErrors::default()))
}

#[handler]
pub async fn create(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<RecipientForm>,
) -> Result<Response> {
    let submission_id = form.submission_id.unwrap_or_else(Uuid::new_v4);
    let saved = match form.parse() {
        Ok(parsed) => match queries::insert(&app.db, user.id(), &parsed, submission_id).await {
            Ok(recipient) if !parsed.is_stored_as(&recipient) => return Ok(conflict(&user, &chrome, &recipient, form)),
            Ok(recipient) => Ok(recipient),
            Err(refusal) => Err(refusal.into_field_errors()?),
        },
        Err(errors) => Err(errors),
    };
    Ok(match saved {
        Ok(recipient) if chrome.htmx => {
            let row = fragment(views::changed_row(&recipient, &chrome.csrf));
            noticed(row, true, &t!("recipients-added", email = recipient.email))
        }
        Ok(recipient) => {
            flash(session, true, t!("recipients-added", email = recipient.email));
            see_other("/recipients")
        }
        Err(errors) => Page::invalid(views::new_page(&user, &chrome, &form, &errors)).into_response(),
    })
}

#[handler]
pub async fn show(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    Query(query): Query<web::list::ListQuery>,
) -> Result<Page> {
    let recipient = queries::get(&app.db, user.id(), id).await?;
    let mailings = mailings::queries::using_recipient(&app.db, user.id(), id).await?;
    let sent = queries::history(&app.db, user.id(), id, query.before, FETCH).await?;
    let history = Keyset::new(&format!("/recipients/{id}"), &query, sent, |sent| sent.attempt_id);
    Ok(Page::ok(views::show_page(&user, &chrome, &recipient, &mailings, &history)))
}

#[handler]
pub async fn edit(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let recipient = queries::get(&app.db, user.id(), id).await?;
    Ok(Page::ok(views::edit_page(&user, &chrome, id, &RecipientForm::from(&recipient), &FieldErrors::default(), None)))
}

#[handler]
pub async fn update(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<RecipientForm>,
) -> Result<Response> {
    // A stranger's row is not found before anything is said about the form.
    queries::get(&app.db, user.id(), id).await?;
    let invalid = |errors: &FieldErrors| Page::invalid(views::edit_page(&user, &chrome, id, &form, errors, None)).into_response();
    let parsed = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => return Ok(invalid(&errors)),
    };
    match queries::update(&app.db, user.id(), id, form.version, &parsed).await {
        Ok(Some(recipient)) if chrome.htmx => {
            Ok(noticed(fragment(views::changed_row(&recipient, &chrome.csrf)), true, &t!("recipients-saved")))
        }
        Ok(Some(_)) => {
            flash(session, true, t!("recipients-saved"));
            Ok(see_other("/recipients"))
        }
        Ok(None) => Ok(conflict(&user, &chrome, &queries::get(&app.db, user.id(), id).await?, form)),
        Err(refusal) => Ok(invalid(&refusal.into_field_errors()?)),
    }
}

/// Another tab has saved meanwhile, or this one a form whose answer was lost and that was corrected then: the reader's text stays, what is stored is shown, saving again replaces it.
fn conflict(user: &CurrentUser, chrome: &Chrome, stored: &Recipient, form: RecipientForm) -> Response {
    let form = RecipientForm { version: stored.version, submission_id: None, ..form };
    Page::conflict(views::edit_page(user, chrome, stored.id, &form, &FieldErrors::default(), Some(stored))).into_response()
}

#[handler]
pub async fn delete(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    if queries::delete(&app.db, user.id(), id).await? {
        if chrome.htmx {
            return Ok(noticed(fragment(maud::html! {}), true, &t!("recipients-deleted")));
        }
        flash(session, true, t!("recipients-deleted"));
        return Ok(see_other("/recipients"));
    }
    let mailings = mailings::queries::using_recipient(&app.db, user.id(), id).await?;
    let reason = used_by(&mailings);
    if chrome.htmx {
        return Ok(refused(&reason));
    }
    flash(session, false, reason);
    Ok(see_other(format!("/recipients/{id}")))
}

#[handler]
pub async fn delete_undeliverable(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
) -> Result<Response> {
    let recipient = queries::clear_undeliverable(&app.db, user.id(), id).await?;
    if chrome.htmx {
        return Ok(fragment(views::row(&recipient, &chrome.csrf)));
    }
    flash(session, true, t!("recipients-tried-again"));
    Ok(see_other(format!("/recipients/{id}")))
}

//! Messages: list, create, show, edit, copy, delete.

use poem::{
    IntoResponse, Response, handler,
    http::header,
    session::Session,
    web::{Data, Html, Path, Query},
};
use uuid::Uuid;

use super::{
    attachments,
    drafts::{self, DraftQuery},
    model::{Message, MessageForm, NewMessage, Summary},
    queries, views,
};
use crate::{
    app::App,
    db,
    error::Result,
    i18n, mailings, t,
    users::CurrentUser,
    web::{
        Chrome, FieldErrors, FormData, Page, assets, flash, fragment,
        list::{self, ListQuery},
        noticed, off_thread, refused, see_other,
    },
};

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<ListQuery>) -> Result<Page> {
    let found = queries::list(&app.db, user.id(), db::like_pattern(&query.q).as_deref(), query.before, list::FETCH).await?;
    let page = list::Keyset::new("/messages", &query, found, |message| message.id);
    Ok(Page::ok(views::index_page(&user, &chrome, &query.q, &page)))
}

#[handler]
pub async fn new(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<DraftQuery>) -> Result<Page> {
    let (form, draft) = drafts::opened(&app, user.id(), None, MessageForm::blank(), &query).await?;
    Ok(Page::ok(views::new_page(&user, &chrome, &form, &FieldErrors::default(), draft)))
}

#[handler]
pub async fn create(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<MessageForm>,
) -> Result<Response> {
    let (form, parsed) = parse(form).await?;
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(errors) => {
            let draft = drafts::going_on(&app, user.id(), None, &form).await?;
            return Ok(Page::invalid(views::new_page(&user, &chrome, &form, &errors, draft)).into_response());
        }
    };
    let mut transaction = app.db.begin().await?;
    let message = queries::insert(&mut *transaction, user.id(), &parsed, form.submission_id.unwrap_or_else(Uuid::new_v4)).await?;
    if (&message.subject, &message.body) != (&parsed.subject, &parsed.body) {
        // The form was sent before, its answer was lost, and it has been corrected since.
        drop(transaction);
        return conflict(&app, &user, &chrome, &message, form).await;
    }
    drafts::delete_own(&mut *transaction, user.id(), None, form.hold()).await?;
    transaction.commit().await?;
    if chrome.htmx {
        return Ok(noticed(fragment(views::changed_row(&Summary::from(&message), &chrome.csrf)), true, &t!("messages-added")));
    }
    flash(session, true, t!("messages-added"));
    Ok(see_other("/messages"))
}

/// The form with what it becomes: reading HTML is no work for this thread.
async fn parse(form: MessageForm) -> Result<(MessageForm, Result<NewMessage, FieldErrors>)> {
    off_thread::read(move || {
        let parsed = form.parse();
        (form, parsed)
    })
    .await
}

#[handler]
pub async fn show(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let message = queries::get(&app.db, user.id(), id).await?;
    let mailings = mailings::queries::using_message(&app.db, user.id(), id).await?;
    let files = attachments::queries::list(&app.db, user.id(), id).await?;
    Ok(Page::ok(views::show_page(&user, &chrome, &message, &files, &FieldErrors::default(), &mailings)))
}

#[handler]
pub async fn edit(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    Query(query): Query<DraftQuery>,
) -> Result<Page> {
    let message = queries::get(&app.db, user.id(), id).await?;
    let (form, draft) = drafts::opened(&app, user.id(), Some(id), MessageForm::from(&message), &query).await?;
    Ok(Page::ok(views::edit_page(&user, &chrome, id, &form, &FieldErrors::default(), None, draft)))
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
    let (form, parsed) = parse(form).await?;
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(errors) => {
            let draft = drafts::going_on(&app, user.id(), Some(id), &form).await?;
            return Ok(Page::invalid(views::edit_page(&user, &chrome, id, &form, &errors, None, draft)).into_response());
        }
    };
    let mut transaction = app.db.begin().await?;
    let Some(message) = queries::update(&mut *transaction, user.id(), id, form.version, &parsed).await? else {
        drop(transaction);
        return conflict(&app, &user, &chrome, &queries::get(&app.db, user.id(), id).await?, form).await;
    };
    drafts::delete_own(&mut *transaction, user.id(), Some(id), form.hold()).await?;
    transaction.commit().await?;
    if chrome.htmx {
        return Ok(noticed(fragment(views::changed_row(&Summary::from(&message), &chrome.csrf)), true, &t!("messages-saved")));
    }
    flash(session, true, t!("messages-saved"));
    Ok(see_other("/messages"))
}

/// Another tab has saved meanwhile: the reader's text stays, what is stored is shown, saving again replaces it.
async fn conflict(app: &App, user: &CurrentUser, chrome: &Chrome, stored: &Message, form: MessageForm) -> Result<Response> {
    let form = MessageForm { version: stored.version, ..form };
    let draft = drafts::going_on(app, user.id(), Some(stored.id), &form).await?;
    let page = views::edit_page(user, chrome, stored.id, &form, &FieldErrors::default(), Some(stored), draft);
    Ok(Page::conflict(page).into_response())
}

/// The same message once more with its files, to be changed.
#[handler]
pub async fn create_copy(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    let mut transaction = app.db.begin().await?;
    let message = queries::get(&mut *transaction, user.id(), id).await?;
    let copy = queries::insert(&mut *transaction, user.id(), &message.copy(), Uuid::new_v4()).await?;
    attachments::queries::copy(&mut *transaction, user.id(), id, copy.id).await?;
    transaction.commit().await?;
    flash(session, true, t!("messages-copied"));
    Ok(see_other(format!("/messages/{}/edit", copy.id)))
}

#[handler]
pub async fn delete(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    if queries::delete(&app.db, user.id(), id).await? {
        if chrome.htmx {
            return Ok(noticed(fragment(maud::html! {}), true, &t!("messages-deleted")));
        }
        flash(session, true, t!("messages-deleted"));
        return Ok(see_other("/messages"));
    }
    let mailings = mailings::queries::using_message(&app.db, user.id(), id).await?;
    let reason = mailings::model::used_by(&t!("messages-this"), &mailings);
    if chrome.htmx {
        return Ok(refused(&reason));
    }
    flash(session, false, reason);
    Ok(see_other(format!("/messages/{id}")))
}

/// The page inside the editor's frame. Mail has styles of its own, which the pages around it may not have; scripts are ours
/// alone here too, and nothing is loaded but pictures.
#[handler]
pub async fn canvas(_user: CurrentUser) -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src https: http: data:; form-action 'none'; \
                  base-uri 'none'; frame-ancestors 'self'";
    let page = maud::html! {
        (maud::DOCTYPE)
        html lang=(i18n::current().tag()) {
            head {
                meta charset="utf-8";
                title { (t!("messages-canvas")) }
                script src=(assets::url("app.js")) {}
                style { "html { background: #fff } body { display: flow-root; margin: 1rem 1.25rem; min-height: calc(100vh - 2rem); color: #182433; font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; outline: none } img { max-width: 100% } :where(p, div) { margin: 0 0 .5rem }" }
            }
            body {}
        }
    };
    Html(page.into_string())
        .with_header(header::CACHE_CONTROL, "no-store")
        .with_header(header::CONTENT_SECURITY_POLICY, policy)
        .with_header(header::X_FRAME_OPTIONS, "SAMEORIGIN")
        .into_response()
}

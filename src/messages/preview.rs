//! A message as somebody will get it, and a mail of it sent at once to whomever its author wants to show it to.

use poem::{
    IntoResponse, Response, handler,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    drafts, queries,
    sample::{self, Source},
    views::preview as views,
};
use crate::{
    app::App,
    db,
    error::{Error, Result},
    limits::Door,
    mail::trial::Trial,
    recipients, t,
    users::CurrentUser,
    web::{Chrome, ClientAddress, FieldErrors, FormData, Page, form, headers, off_thread},
};

/// How many recipients are offered to choose from.
const OFFERED: i64 = 50;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PreviewQuery {
    /// For whom; None: the newest of one's own.
    pub recipient: Option<i64>,
    /// What the recipients to choose from have in name or address.
    pub q: String,
    /// What is being written, and not what is saved.
    pub draft: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TestForm {
    pub email: String,
    pub recipient: Option<i64>,
    pub draft: bool,
}

/// What a page has to say beside the preview.
#[derive(Default)]
pub struct Said<'a> {
    pub query: PreviewQuery,
    pub email: &'a str,
    pub errors: FieldErrors,
    pub trial: Option<(&'a str, &'a Trial)>,
}

#[handler]
pub async fn show(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    Query(query): Query<PreviewQuery>,
) -> Result<Page> {
    let said = Said { query, email: &user.0.email, ..Said::default() };
    Ok(Page::ok(page(&app, &user, &chrome, Some(id), said).await?))
}

/// Of a new message that is being written.
#[handler]
pub async fn show_draft(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<PreviewQuery>) -> Result<Page> {
    let said = Said { query: PreviewQuery { draft: true, ..query }, email: &user.0.email, ..Said::default() };
    Ok(Page::ok(page(&app, &user, &chrome, None, said).await?))
}

/// The HTML part as it is sent, for a sandboxed frame.
#[handler]
pub async fn html(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>, Query(query): Query<PreviewQuery>) -> Result<Response> {
    let source = source(&app, &user, Some(id), query.draft).await?;
    let preview = sample::preview(&app, &user, &source, query.recipient, false).await?;
    Ok(headers::sandboxed(preview.html))
}

#[handler]
pub async fn html_draft(user: CurrentUser, app: Data<&App>, Query(query): Query<PreviewQuery>) -> Result<Response> {
    let source = source(&app, &user, None, true).await?;
    let preview = sample::preview(&app, &user, &source, query.recipient, false).await?;
    Ok(headers::sandboxed(preview.html))
}

/// Sends the mail of the preview to any address.
#[handler]
pub async fn create_test(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    FormData(form): FormData<TestForm>,
) -> Result<Response> {
    send_test(&app, &user, client, &chrome, Some(id), form).await
}

#[handler]
pub async fn create_draft_test(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    FormData(form): FormData<TestForm>,
) -> Result<Response> {
    send_test(&app, &user, client, &chrome, None, TestForm { draft: true, ..form }).await
}

async fn send_test(
    app: &App,
    user: &CurrentUser,
    client: ClientAddress,
    chrome: &Chrome,
    message_id: Option<i64>,
    form: TestForm,
) -> Result<Response> {
    let said = Said {
        query: PreviewQuery { recipient: form.recipient, draft: form.draft, ..PreviewQuery::default() },
        email: &form.email,
        ..Said::default()
    };
    let source = source(app, user, message_id, form.draft).await?;
    let (source, is_finished) = off_thread::read(move || {
        let is_finished = source.is_finished();
        (source, is_finished)
    })
    .await?;
    let parsed = form::email(&form.email).map_err(|error| FieldErrors::of("email", error)).and_then(|email| {
        // What could not be saved is not sent either: its errors stand in the editor.
        if is_finished { Ok(email) } else { Err(FieldErrors::of("email", t!("messages-test-unfinished"))) }
    });
    let email = match parsed {
        Ok(email) => email,
        Err(errors) => return Ok(Page::invalid(page(app, user, chrome, message_id, Said { errors, ..said }).await?).into_response()),
    };
    if let Err(wait) = app.throttle.count(Door::TestMail, client, &user.id().to_string()) {
        let said = Said { errors: FieldErrors::of_wait(wait), ..said };
        return Ok(Page::too_many(wait, page(app, user, chrome, message_id, said).await?).into_response());
    }
    let Some(trial) = sample::send(app, user, &source, form.recipient, &email).await? else {
        let said = Said { errors: FieldErrors::of("email", t!("messages-test-address")), ..said };
        return Ok(Page::invalid(page(app, user, chrome, message_id, said).await?).into_response());
    };
    let said = Said { trial: Some((&email, &trial)), ..said };
    Ok(Page::ok(page(app, user, chrome, message_id, said).await?).into_response())
}

async fn page(app: &App, user: &CurrentUser, chrome: &Chrome, message_id: Option<i64>, said: Said<'_>) -> Result<maud::Markup> {
    let source = source(app, user, message_id, said.query.draft).await?;
    let preview = sample::preview(app, user, &source, said.query.recipient, true).await?;
    let offered = recipients::queries::list(&app.db, user.id(), db::like_pattern(&said.query.q).as_deref(), None, OFFERED).await?;
    Ok(views::preview_page(user, chrome, &app.config, &preview, &offered, &said))
}

/// What is to be shown: the message, or its draft. A new message has a draft alone.
async fn source(app: &App, user: &CurrentUser, message_id: Option<i64>, is_draft: bool) -> Result<Source> {
    let stored = match message_id {
        Some(id) => Some(queries::get(&app.db, user.id(), id).await?),
        None => None,
    };
    let draft = if is_draft { drafts::get(&app.db, user.id(), message_id).await? } else { None };
    let (subject, body) = match (draft, stored) {
        (Some(draft), _) => (draft.subject, draft.body),
        (None, Some(stored)) => (stored.subject, stored.body),
        (None, None) => return Err(Error::NotFound),
    };
    Ok(Source { message_id, is_draft, subject, body })
}

//! Mailings: list, create, show, edit. What one click does stands in `handlers/acts.rs`.

pub mod acts;
pub mod outlook;

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    model::{Filter, Mailing, MailingForm, PICKED_MAX},
    oversight::views::SuspensionForm,
    queries::{self, Narrowed},
    runs::{self, Created},
    schedule::Zone,
    views::{self, Beside, Picker},
};
use crate::{
    app::App,
    attempts::{self, model::Attempt},
    db,
    error::Result,
    messages, recipients, t,
    users::{self, CurrentUser, rights::Right},
    web::{
        Chrome, FieldErrors, FormData, Page, flash, fragment,
        list::{self, ListQuery},
        noticed, see_other,
    },
};

/// Messages a form offers; who has more finds the newest.
const MESSAGES_OFFERED: i64 = 500;
/// Recipients a form shows to tick beside those that are ticked; the search finds the others.
const RECIPIENTS_OFFERED: i64 = 50;

/// What the list's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    pub q: String,
    pub state: String,
    before: Option<i64>,
    /// Ids with commas between: only these, as a page asks for that shows them already.
    rows: String,
}

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<IndexQuery>) -> Result<Page> {
    let search = db::like_pattern(&query.q);
    let ids: Vec<i64> = query.rows.split(',').filter_map(|id| id.parse().ok()).take(list::PER_PAGE).collect();
    let ids = (!query.rows.is_empty()).then_some(ids.as_slice());
    let narrowed = Narrowed { search: search.as_deref(), filter: Filter::parse(&query.state), ids };
    let found = queries::listed(&app.db, user.id(), &narrowed, query.before, list::FETCH).await?;
    let path = narrowed.filter.map_or_else(|| "/mailings".to_owned(), |filter| format!("/mailings?state={}", filter.as_str()));
    let position = ListQuery { q: query.q.clone(), before: query.before };
    let page = list::Keyset::new(&path, &position, found, |listed| listed.mailing.id);
    let total = recipients::queries::count(&app.db, user.id()).await?;
    let here = list::address(&path, &query.q, query.before);
    Ok(Page::ok(views::index_page(
        &user,
        &chrome,
        &views::List { query: &query, here: &here, page: &page, total, now: OffsetDateTime::now_utc() },
    )))
}

#[derive(Deserialize)]
pub struct Prefill {
    #[serde(default)]
    message_id: String,
    /// The mailing that the new one begins as.
    clone: Option<i64>,
}

#[handler]
pub async fn new(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(prefill): Query<Prefill>) -> Result<Page> {
    if let Some(id) = prefill.clone {
        let mailing = queries::get(&app.db, user.id(), id).await?;
        let form = mailing.copy(&queries::recipient_ids(&app.db, id).await?, OffsetDateTime::now_utc());
        let beside = beside(&app, &user, &form, None).await?;
        return Ok(Page::ok(views::new_page(&user, &chrome, &form, &beside, &FieldErrors::default(), true)));
    }
    let chosen = match &user.0.time_zone {
        Some(name) => Some(name.clone()),
        None => queries::latest_zone(&app.db, user.id()).await?,
    };
    let zone = chosen.and_then(|name| Zone::parse(&name).ok());
    let is_zone_chosen = zone.is_some();
    let mut form = MailingForm::blank(OffsetDateTime::now_utc(), &zone.unwrap_or_else(Zone::utc));
    form.message_id = prefill.message_id;
    // Who has one message sends that one.
    if form.message_id.is_empty()
        && let [(only, _)] = messages::queries::choices(&app.db, user.id(), 2).await?.as_slice()
    {
        form.message_id = only.to_string();
    }
    let beside = beside(&app, &user, &form, None).await?;
    Ok(Page::ok(views::new_page(&user, &chrome, &form, &beside, &FieldErrors::default(), is_zone_chosen)))
}

/// What stands beside the form's own fields: what it offers to choose from, and what it leads to.
async fn beside(app: &App, user: &CurrentUser, form: &MailingForm, stored: Option<&Mailing>) -> Result<Beside> {
    Ok(Beside { picker: picker(app, user, form).await?, outlook: outlook::of_form(app, user.id(), form, stored).await? })
}

/// What the form offers to choose from: the owner's own (M4).
async fn picker(app: &App, user: &CurrentUser, form: &MailingForm) -> Result<Picker> {
    let mut picked = form.picked_ids();
    // More are an error, which so many show as well; a page of them all nobody looks through.
    picked.truncate(PICKED_MAX + 1);
    let ticked = recipients::queries::get_many(&app.db, user.id(), &picked).await?;
    let search = db::like_pattern(&form.recipient_search);
    let found = recipients::queries::list(&app.db, user.id(), search.as_deref(), None, RECIPIENTS_OFFERED).await?;
    let mut choices = messages::queries::choices(&app.db, user.id(), MESSAGES_OFFERED).await?;
    if let Ok(chosen) = form.message_id.parse()
        && !choices.iter().any(|(id, _)| *id == chosen)
    {
        // An older one: it is offered as well, so that a change of something else does not lose it.
        match messages::queries::get(&app.db, user.id(), chosen).await {
            Ok(message) => choices.push((message.id, message.subject)),
            Err(sqlx::Error::RowNotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Picker {
        messages: choices,
        found: found.into_iter().filter(|recipient| picked.binary_search(&recipient.id).is_err()).collect(),
        ticked,
        total: recipients::queries::count(&app.db, user.id()).await?,
    })
}

#[handler]
pub async fn create(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<MailingForm>,
) -> Result<Response> {
    let saved = if form.is_question() {
        Err(FieldErrors::default())
    } else {
        match form.parse_new(OffsetDateTime::now_utc()) {
            Ok(parsed) => match runs::create(&app, user.id(), &parsed, form.submission_id.unwrap_or_else(Uuid::new_v4)).await {
                Ok(Created::Saved(id)) => Ok(id),
                Ok(Created::Differs(id)) => return conflict(&app, &user, &chrome, id, form).await,
                Err(refusal) => Err(refusal.into_field_errors()?),
            },
            Err(errors) => Err(errors),
        }
    };
    match saved {
        Ok(id) => {
            flash(session, true, t!("mailings-saved"));
            Ok(see_other(format!("/mailings/{id}")))
        }
        Err(errors) => {
            let beside = beside(&app, &user, &form, None).await?;
            Ok(form_answer(&errors, views::new_page(&user, &chrome, &form, &beside, &errors, true)))
        }
    }
}

/// A search in the picker, or a look at what the form leads to, is no failure.
fn form_answer(errors: &FieldErrors, page: maud::Markup) -> Response {
    if errors.is_empty() { Page::ok(page).into_response() } else { Page::invalid(page).into_response() }
}

#[handler]
pub async fn show(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    show_page(&app, &user, &chrome, id, &SuspensionForm::default()).await.map(Page::ok)
}

/// A mailing for its owner, or for somebody who watches over mailings and sees less of it.
pub async fn show_page(app: &App, user: &CurrentUser, chrome: &Chrome, id: i64, suspension: &SuspensionForm) -> Result<maud::Markup> {
    let mailing = queries::view(&app.db, user.reach(), id).await?;
    let mut latest = attempts::queries::list(&app.db, mailing.user_id, Some(id), None, 10).await?;
    let owner = if mailing.user_id == user.id() {
        None
    } else {
        latest = latest.into_iter().map(Attempt::without_addresses).collect();
        Some(users::queries::owner(&app.db, mailing.user_id).await?)
    };
    let page = views::ShowPage {
        outlook: &outlook::of_mailing(app, &mailing).await?,
        mailing: &mailing,
        owner: owner.as_ref(),
        suspension: user.may(Right::DisableMailings).then_some(suspension),
        attempts: &latest,
    };
    Ok(views::show_page(user, chrome, &page))
}

#[handler]
pub async fn edit(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    let mailing = queries::get(&app.db, user.id(), id).await?;
    if mailing.stopped_at.is_some() {
        flash(session, false, t!("mailings-error-stopped"));
        return Ok(see_other(format!("/mailings/{id}")));
    }
    let mut form = mailing.form(&queries::recipient_ids(&app.db, id).await?);
    let is_going_out = attempts::queries::running_id(&app.db, id).await?.is_some();
    form.locked = is_going_out.to_string();
    edit_page(&app, &user, &chrome, &mailing, &form, &FieldErrors::default(), None).await.map(|page| Page::ok(page).into_response())
}

async fn edit_page(
    app: &App,
    user: &CurrentUser,
    chrome: &Chrome,
    mailing: &Mailing,
    form: &MailingForm,
    errors: &FieldErrors,
    conflict: Option<&Mailing>,
) -> Result<maud::Markup> {
    let beside = beside(app, user, form, Some(mailing)).await?;
    Ok(views::edit_page(user, chrome, mailing.id, form, &beside, errors, conflict))
}

/// Another tab has saved meanwhile, or this one a form whose answer was lost and that was corrected then: the reader's text stays, and
/// saving again replaces what is stored.
async fn conflict(app: &App, user: &CurrentUser, chrome: &Chrome, id: i64, form: MailingForm) -> Result<Response> {
    let stored = queries::get(&app.db, user.id(), id).await?;
    let form = MailingForm { version: stored.version, submission_id: None, ..form };
    let page = edit_page(app, user, chrome, &stored, &form, &FieldErrors::default(), Some(&stored)).await?;
    Ok(Page::conflict(page).into_response())
}

#[handler]
pub async fn update(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<MailingForm>,
) -> Result<Response> {
    // A stranger's row is not found before anything is said about the form.
    let stored = queries::get(&app.db, user.id(), id).await?;
    let form = form.with_locked(stored.form(&queries::recipient_ids(&app.db, id).await?));
    let mut errors = FieldErrors::default();
    if !form.is_question() {
        let saved = match form.parse() {
            Ok(parsed) => runs::update(&app, user.id(), id, form.version, &parsed.with_moments_of(&stored)).await,
            Err(found) => Err(found.into()),
        };
        match saved {
            Ok(true) if chrome.htmx => {
                let narrowed = Narrowed { ids: Some(&[id]), ..Narrowed::default() };
                let listed = queries::listed(&app.db, user.id(), &narrowed, None, 1).await?;
                let total = recipients::queries::count(&app.db, user.id()).await?;
                let rows = maud::html! { @for listed in &listed { (views::row(listed, &chrome.csrf, "/mailings", total)) } };
                return Ok(noticed(fragment(rows), true, &t!("mailings-changed")));
            }
            Ok(true) => {
                flash(session, true, t!("mailings-changed"));
                return Ok(see_other(format!("/mailings/{id}")));
            }
            Ok(false) => return conflict(&app, &user, &chrome, id, form).await,
            Err(refusal) => errors = refusal.into_field_errors()?,
        }
    }
    let page = edit_page(&app, &user, &chrome, &stored, &form, &errors, None).await?;
    Ok(form_answer(&errors, page))
}

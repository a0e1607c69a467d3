//! Mailings: list, create, show, edit, delete, pause.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    model::MailingForm,
    oversight::views::SuspensionForm,
    queries, runs,
    schedule::Zone,
    views::{self, Picker},
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
        see_other,
    },
};

/// Messages a form offers; who has more finds the newest.
const MESSAGES_OFFERED: i64 = 500;
/// Recipients a form shows to tick beside those that are ticked; the search finds the others.
const RECIPIENTS_OFFERED: i64 = 50;
/// Beyond this many "all of mine" is shown as "more than".
const COUNTED: i64 = 10_000;

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<ListQuery>) -> Result<Page> {
    let found = queries::list(&app.db, user.id(), db::like_pattern(&query.q).as_deref(), query.before, list::FETCH).await?;
    let page = list::Keyset::new("/mailings", &query, found, |mailing| mailing.id);
    Ok(Page::ok(views::index_page(&user, &chrome, &query.q, &page)))
}

#[derive(Deserialize)]
pub struct Prefill {
    #[serde(default)]
    message_id: String,
}

#[handler]
pub async fn new(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(prefill): Query<Prefill>) -> Result<Page> {
    let chosen = match &user.0.time_zone {
        Some(name) => Some(name.clone()),
        None => queries::latest_zone(&app.db, user.id()).await?,
    };
    let zone = chosen.and_then(|name| Zone::parse(&name).ok());
    let is_zone_chosen = zone.is_some();
    let mut form = MailingForm::blank(OffsetDateTime::now_utc(), &zone.unwrap_or_else(Zone::utc));
    form.message_id = prefill.message_id;
    let picker = picker(&app, &user, &form).await?;
    Ok(Page::ok(views::new_page(&user, &chrome, &form, &picker, &FieldErrors::default(), is_zone_chosen)))
}

/// What the form offers to choose from: the owner's own (M4).
async fn picker(app: &App, user: &CurrentUser, form: &MailingForm) -> Result<Picker> {
    let picked = form.picked_ids();
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
        total: recipients::queries::count_up_to(&app.db, user.id(), COUNTED).await?,
        counted: COUNTED,
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
    let saved = if form.find.is_some() {
        Err(FieldErrors::default())
    } else {
        match form.parse_new(OffsetDateTime::now_utc()) {
            Ok(parsed) => match runs::create(&app, user.id(), &parsed, form.submission_id.unwrap_or_else(Uuid::new_v4)).await {
                Ok(id) => Ok(id),
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
            let picker = picker(&app, &user, &form).await?;
            Ok(form_answer(&errors, views::new_page(&user, &chrome, &form, &picker, &errors, true)))
        }
    }
}

/// A search in the picker is no failure.
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
    let recipients = if mailing.all_recipients {
        recipients::queries::count_up_to(&app.db, mailing.user_id, COUNTED).await?
    } else {
        queries::count_recipients(&app.db, id).await?
    };
    let owner = if mailing.user_id == user.id() {
        None
    } else {
        latest = latest.into_iter().map(Attempt::without_addresses).collect();
        Some(users::queries::owner(&app.db, mailing.user_id).await?)
    };
    let page = views::ShowPage {
        mailing: &mailing,
        owner: owner.as_ref(),
        suspension: user.may(Right::DisableMailings).then_some(suspension),
        attempts: &latest,
        recipients,
        counted: COUNTED,
        now: OffsetDateTime::now_utc(),
    };
    Ok(views::show_page(user, chrome, &page))
}

#[handler]
pub async fn edit(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let mailing = queries::get(&app.db, user.id(), id).await?;
    let form = mailing.form(&queries::recipient_ids(&app.db, id).await?);
    let picker = picker(&app, &user, &form).await?;
    Ok(Page::ok(views::edit_page(&user, &chrome, id, &form, &picker, &FieldErrors::default(), None)))
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
    queries::get(&app.db, user.id(), id).await?;
    let mut errors = FieldErrors::default();
    if form.find.is_none() {
        let saved = match form.parse() {
            Ok(parsed) => runs::update(&app, user.id(), id, form.version, &parsed).await,
            Err(found) => Err(found.into()),
        };
        match saved {
            Ok(true) if chrome.htmx => {
                let mailing = queries::get(&app.db, user.id(), id).await?;
                return Ok(fragment(views::row(&mailing, &chrome.csrf)));
            }
            Ok(true) => {
                flash(session, true, t!("mailings-changed"));
                return Ok(see_other(format!("/mailings/{id}")));
            }
            Ok(false) => {
                // Another tab has saved meanwhile: the reader's text stays, saving again replaces what is stored.
                let stored = queries::get(&app.db, user.id(), id).await?;
                let form = MailingForm { version: stored.version, ..form };
                let picker = picker(&app, &user, &form).await?;
                return Ok(Page::conflict(views::edit_page(&user, &chrome, id, &form, &picker, &errors, Some(&stored))).into_response());
            }
            Err(refusal) => errors = refusal.into_field_errors()?,
        }
    }
    let picker = picker(&app, &user, &form).await?;
    Ok(form_answer(&errors, views::edit_page(&user, &chrome, id, &form, &picker, &errors, None)))
}

#[handler]
pub async fn delete(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    runs::delete(&app, user.id(), id).await?;
    if chrome.htmx {
        return Ok(fragment(maud::html! {}));
    }
    flash(session, true, t!("mailings-deleted"));
    Ok(see_other("/mailings"))
}

#[handler]
pub async fn pause(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    runs::pause(&app, user.id(), id).await?;
    flash(session, true, t!("mailings-paused-now"));
    Ok(see_other(format!("/mailings/{id}")))
}

#[handler]
pub async fn resume(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    runs::resume(&app, user.id(), id).await?;
    flash(session, true, t!("mailings-resumed-now"));
    Ok(see_other(format!("/mailings/{id}")))
}

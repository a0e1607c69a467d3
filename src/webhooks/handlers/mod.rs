//! Webhooks: list, create, show, edit, delete; what was sent. What is done by one click is in `acts.rs`.

pub mod acts;

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use uuid::Uuid;

use super::{
    model::{Webhook, WebhookForm},
    queries, registration, views,
};
use crate::{
    app::App,
    error::{Error, Result},
    limits::WEBHOOKS_MAX,
    t,
    users::CurrentUser,
    web::{
        Chrome, FieldErrors, FormData, Page, flash,
        form::WHOLE,
        list::{FETCH, Keyset, ListQuery},
        see_other,
    },
};

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>) -> Result<Page> {
    let webhooks = queries::list(&app.db, user.id()).await?;
    Ok(Page::ok(views::index_page(&user, &chrome, &webhooks)))
}

#[handler]
pub async fn new(user: CurrentUser, chrome: Chrome) -> Page {
    Page::ok(views::form::new_page(&user, &chrome, &WebhookForm::blank(), &FieldErrors::default()))
}

/// The secret is on this answer alone.
#[handler]
pub async fn create(user: CurrentUser, chrome: Chrome, app: Data<&App>, FormData(form): FormData<WebhookForm>) -> Result<Response> {
    let made = match form.parse(app.config.webhooks_private) {
        Ok(parsed) => {
            let made = registration::create(&app, &user.0, &parsed, form.submission_id.unwrap_or_else(Uuid::new_v4)).await?;
            made.ok_or_else(|| FieldErrors::of(WHOLE, t!("webhooks-error-too-many", max = WEBHOOKS_MAX)))
        }
        Err(errors) => Err(errors),
    };
    let made = match made {
        Ok(made) => made,
        Err(errors) => return Ok(Page::invalid(views::form::new_page(&user, &chrome, &form, &errors)).into_response()),
    };
    let webhook = queries::get(&app.db, user.id(), made.id).await?;
    // Sent once more after SECRET_KEY was lost: its page says what to do.
    let Some(secret) = made.secret else { return Ok(see_other(format!("/webhooks/{}", webhook.id))) };
    Ok(Page::ok(views::secret_page(&user, &chrome, &webhook, &secret, &t!("webhooks-made"))).into_response())
}

#[handler]
pub async fn show(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>, Query(query): Query<ListQuery>) -> Result<Page> {
    let webhook = queries::get(&app.db, user.id(), id).await?;
    let sent = queries::list_deliveries(&app.db, id, query.before, FETCH).await?;
    let log = Keyset::new(&format!("/webhooks/{id}"), &query, sent, |sent| sent.id);
    Ok(Page::ok(views::show::show_page(&user, &chrome, &webhook, &log)))
}

#[handler]
pub async fn edit(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let webhook = queries::get(&app.db, user.id(), id).await?;
    Ok(Page::ok(views::form::edit_page(&user, &chrome, id, &WebhookForm::from(&webhook), &FieldErrors::default(), None)))
}

#[handler]
pub async fn update(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<WebhookForm>,
) -> Result<Response> {
    // A stranger's row is not found before anything is said about the form.
    queries::get(&app.db, user.id(), id).await?;
    let parsed = match form.parse(app.config.webhooks_private) {
        Ok(parsed) => parsed,
        Err(errors) => return Ok(Page::invalid(views::form::edit_page(&user, &chrome, id, &form, &errors, None)).into_response()),
    };
    match registration::update(&app, &user.0, id, form.version, &parsed).await? {
        Some(_) => {
            flash(session, true, t!("webhooks-saved"));
            Ok(see_other(format!("/webhooks/{id}")))
        }
        None => Ok(conflict(&user, &chrome, &queries::get(&app.db, user.id(), id).await?, form)),
    }
}

/// Another tab has saved meanwhile: the reader's text stays, what is stored is shown, saving again replaces it.
fn conflict(user: &CurrentUser, chrome: &Chrome, stored: &Webhook, form: WebhookForm) -> Response {
    let form = WebhookForm { version: stored.version, ..form };
    Page::conflict(views::form::edit_page(user, chrome, stored.id, &form, &FieldErrors::default(), Some(stored))).into_response()
}

#[handler]
pub async fn delete(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    registration::delete(&app, &user.0, id).await?;
    flash(session, true, t!("webhooks-deleted"));
    Ok(see_other("/webhooks"))
}

#[handler]
pub async fn show_delivery(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path((id, delivery_id)): Path<(i64, i64)>) -> Result<Page> {
    let webhook = queries::get(&app.db, user.id(), id).await?;
    let delivery = queries::delivery(&app.db, user.id(), id, delivery_id).await.map_err(Error::from)?;
    Ok(Page::ok(views::delivery::delivery_page(&user, &chrome, &webhook, &delivery)))
}

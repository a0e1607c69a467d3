//! What is done with a webhook by one click.

use poem::{
    Response, handler,
    session::Session,
    web::{Data, Path},
};

use super::super::{queries, registration, views};
use crate::{
    app::App,
    error::Result,
    t,
    users::CurrentUser,
    web::{Chrome, Page, flash, see_other},
};

#[handler]
pub async fn pause(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    queries::pause(&app.db, user.id(), id).await?;
    flash(session, true, t!("webhooks-switched-off"));
    Ok(see_other(format!("/webhooks/{id}")))
}

#[handler]
pub async fn resume(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    registration::resume(&app, user.id(), id).await?;
    flash(session, true, t!("webhooks-switched-on"));
    Ok(see_other(format!("/webhooks/{id}")))
}

/// The new secret is on this answer alone.
#[handler]
pub async fn create_secret(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let (webhook, secret) = registration::replace_secret(&app, user.id(), id).await?;
    Ok(Page::ok(views::secret_page(&user, &chrome, &webhook, &secret, &t!("webhooks-secret-replaced"))))
}

/// To the page of what was sent, which shows by itself what becomes of it.
#[handler]
pub async fn create_test(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    Ok(match registration::test(&app, user.id(), id).await? {
        Some(delivery_id) => see_other(format!("/webhooks/{id}/deliveries/{delivery_id}")),
        None => is_off(session, format!("/webhooks/{id}")),
    })
}

#[handler]
pub async fn redeliver(
    user: CurrentUser,
    app: Data<&App>,
    session: &Session,
    Path((id, delivery_id)): Path<(i64, i64)>,
) -> Result<Response> {
    let page = format!("/webhooks/{id}/deliveries/{delivery_id}");
    Ok(if registration::redeliver(&app, user.id(), id, delivery_id).await? { see_other(page) } else { is_off(session, page) })
}

fn is_off(session: &Session, page: String) -> Response {
    flash(session, false, t!("webhooks-refused-off"));
    see_other(page)
}

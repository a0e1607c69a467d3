//! What is done with a mailing by one click.

use poem::{
    Response, handler,
    session::Session,
    web::{Data, Path},
};
use serde::Deserialize;

use super::super::runs;
use crate::{
    app::App,
    error::Result,
    t,
    users::CurrentUser,
    web::{Chrome, FormData, flash, fragment, noticed, see_other},
};

/// Where the click was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    /// The list's address, where the act stands in the list.
    back: String,
}

impl ActForm {
    /// The list as it was, or the mailing's page. A list shows by itself what has changed.
    fn answer(&self, session: &Session, id: i64, text: String) -> Response {
        if self.back == "/mailings" || self.back.starts_with("/mailings?") {
            return see_other(&self.back);
        }
        flash(session, true, text);
        see_other(format!("/mailings/{id}"))
    }
}

#[handler]
pub async fn pause(
    user: CurrentUser,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<ActForm>,
) -> Result<Response> {
    runs::pause(&app, user.id(), id).await?;
    Ok(form.answer(session, id, t!("mailings-paused-now")))
}

#[handler]
pub async fn resume(
    user: CurrentUser,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<ActForm>,
) -> Result<Response> {
    runs::resume(&app, user.id(), id).await?;
    Ok(form.answer(session, id, t!("mailings-resumed-now")))
}

#[handler]
pub async fn stop(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    if runs::stop(&app, user.id(), id).await? {
        flash(session, true, t!("mailings-stopped-now"));
    }
    Ok(see_other(format!("/mailings/{id}")))
}

#[handler]
pub async fn delete(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    runs::delete(&app, user.id(), id).await?;
    if chrome.htmx {
        return Ok(noticed(fragment(maud::html! {}), true, &t!("mailings-deleted")));
    }
    flash(session, true, t!("mailings-deleted"));
    Ok(see_other("/mailings"))
}

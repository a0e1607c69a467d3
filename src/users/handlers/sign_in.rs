//! Signing in and out.

use poem::{
    IntoResponse, Request, Response, handler,
    session::Session,
    web::{Data, Query},
};
use serde::Deserialize;

use crate::{
    app::App,
    error::Result,
    limits::Door,
    users::{
        Visitor,
        handlers::second_factor,
        model::{self, LoginForm},
        password, queries, session, setup, views,
    },
    web::{Chrome, ClientAddress, FormData, Page, form, see_other, session::end_surplus},
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Next {
    pub(super) next: String,
    /// A form was sent by somebody who had been signed out.
    unsaved: bool,
    /// A code came after its time, or without a password before it.
    overdue: bool,
}

#[handler]
pub async fn new(
    visitor: Visitor,
    chrome: Chrome,
    app: Data<&App>,
    Query(Next { next, unsaved, overdue }): Query<Next>,
) -> Result<Response> {
    if visitor.0.is_some() {
        return Ok(see_other(model::local_path(&next)));
    }
    if setup::is_due(&app, &visitor).await? {
        return Ok(see_other(setup::PATH));
    }
    let form = LoginForm { next, ..LoginForm::default() };
    let refusal = match (unsaved, overdue) {
        (true, _) => Some(views::Refusal::Unsaved),
        (false, true) => Some(views::Refusal::Overdue),
        (false, false) => None,
    };
    Ok(Page::ok(views::login_page(&visitor, &chrome, &form, refusal)).into_response())
}

#[handler]
pub async fn create(
    request: &Request,
    visitor: Visitor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    client: ClientAddress,
    FormData(login): FormData<LoginForm>,
) -> Result<Response> {
    let pass = match app.throttle.enter(Door::SignIn, client, &login.email) {
        Ok(pass) => pass,
        Err(wait) => {
            let page = views::login_page(&visitor, &chrome, &login, Some(views::Refusal::TooOften(wait)));
            return Ok(Page::too_many(wait, page).into_response());
        }
    };
    // What is no address belongs to nobody; the work and the answer stay the same.
    let credentials = match form::email(&login.email) {
        Ok(email) => queries::credentials(&app.db, &email).await?,
        Err(_) => None,
    };
    let kept = credentials.as_ref().map(|credentials| credentials.password_hash.clone());
    let is_right = login.password.chars().count() <= model::PASSWORD_MAX && password::verify(login.password.clone(), kept.clone()).await?;
    if !is_right {
        pass.counts();
    }
    let refusal = match credentials {
        Some(credentials) if is_right => {
            // Said only to whoever knows the password.
            if let Some(reason) = credentials.blocked {
                views::Refusal::Blocked { reason }
            } else if !credentials.is_verified {
                views::Refusal::Unverified
            } else if let (true, Some(kept)) = (credentials.has_two_factor, kept) {
                session::Pending::begin(session, credentials.id, &kept);
                return Ok(see_other(second_factor::address(&login.next)));
            } else {
                session::begin(session, request, &credentials);
                end_surplus(&app.db, credentials.id).await?;
                queries::signed_in(&app.db, credentials.id).await?;
                return Ok(see_other(model::local_path(&login.next)));
            }
        }
        _ => views::Refusal::Wrong,
    };
    Ok(Page::invalid(views::login_page(&visitor, &chrome, &login, Some(refusal))).into_response())
}

#[handler]
pub async fn delete(session: &Session) -> Response {
    session.purge();
    see_other("/")
}

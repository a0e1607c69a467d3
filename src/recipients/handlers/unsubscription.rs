//! A recipient wants no more mail; the owner takes that back.

use poem::{
    Response, handler,
    session::Session,
    web::{Data, Path},
};

use crate::{
    app::App,
    error::Result,
    recipients::{queries, unsubscribe, views},
    t,
    users::CurrentUser,
    web::{Chrome, Page, flash, fragment, see_other},
};

/// The link in a mail.
#[handler]
pub async fn new(chrome: Chrome, app: Data<&App>, Path(token): Path<String>) -> Page {
    match unsubscribe::recipient_of(&app.config, &token) {
        Some(_) => Page::ok(views::unsubscription::ask_page(&chrome, &token)),
        None => Page::invalid(views::unsubscription::bad_link_page(&chrome)),
    }
}

/// The page's button, or a mail program's own (RFC 8058). Twice is as once, and a recipient whom the owner has deleted gets the
/// same answer: there is nothing left to send.
#[handler]
pub async fn create(chrome: Chrome, app: Data<&App>, Path(token): Path<String>) -> Result<Page> {
    let Some(id) = unsubscribe::recipient_of(&app.config, &token) else {
        return Ok(Page::invalid(views::unsubscription::bad_link_page(&chrome)));
    };
    queries::unsubscribe(&app.db, id).await?;
    Ok(Page::ok(views::unsubscription::done_page(&chrome)))
}

#[handler]
pub async fn delete(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    let recipient = queries::clear_unsubscribed(&app.db, user.id(), id).await?;
    if chrome.htmx {
        return Ok(fragment(views::changed_row(&recipient, &chrome.csrf)));
    }
    flash(session, true, t!("recipients-resubscribed", email = recipient.email));
    Ok(see_other(format!("/recipients/{id}")))
}

//! The browsers one is signed in with.

use poem::{
    Response, handler,
    session::Session,
    web::{Data, Path},
};

use super::zone;
use crate::{
    account::{queries, views},
    app::App,
    error::Result,
    t,
    users::CurrentUser,
    web::{self, Chrome, Page, flash, see_other, session::SessionHash},
};

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, SessionHash(own): SessionHash) -> Result<Page> {
    let sessions = queries::sessions(&app.db, user.id(), &own.unwrap_or_default()).await?;
    Ok(Page::ok(views::sessions_page(&user, &chrome, &sessions, &zone(&user))))
}

#[handler]
pub async fn delete(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    // One that has ended meanwhile, in its own browser, is nobody's any more, and another user's is told no other way.
    let words = match queries::end_session(&app.db, user.id(), id).await? {
        true => t!("account-session-ended"),
        false => t!("account-session-ended-before"),
    };
    flash(session, true, words);
    Ok(see_other("/account/sessions"))
}

#[handler]
pub async fn delete_others(user: CurrentUser, app: Data<&App>, session: &Session, SessionHash(own): SessionHash) -> Result<Response> {
    let ended = web::session::end_all(&app.db, user.id(), own.as_deref()).await?;
    session.set(web::session::EPOCH, ended.epoch);
    flash(session, true, t!("account-sessions-ended", count = ended.sessions));
    Ok(see_other("/account/sessions"))
}

//! Everybody's mailings; disabling and enabling one.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};

use super::{
    model::{AllQuery, State},
    queries, suspension,
    views::{self, SuspensionForm},
};
use crate::{
    app::App,
    audit::ReasonForm,
    db,
    error::Result,
    mailings::handlers::show_page,
    t,
    users::Manager,
    web::{Chrome, FormData, Page, flash, list, see_other},
};

#[handler]
pub async fn index(Manager(user): Manager, chrome: Chrome, app: Data<&App>, Query(query): Query<AllQuery>) -> Result<Page> {
    let (search, state) = (db::like_pattern(&query.q), State::parse(&query.state));
    let found = queries::list(&app.db, search.as_deref(), state, query.before, list::FETCH).await?;
    let (path, position) = query.position();
    let page = list::Keyset::new(&path, &position, found, |overseen| overseen.mailing.id);
    Ok(Page::ok(views::index_page(&user, &chrome, &query, &page)))
}

#[handler]
pub async fn disable(
    Manager(user): Manager,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<ReasonForm>,
) -> Result<Response> {
    match form.parse() {
        Ok(reason) => {
            suspension::disable(&app, &user.0, id, &reason).await?;
            flash(session, true, t!("oversight-was-disabled"));
            Ok(see_other(format!("/mailings/{id}")))
        }
        Err(errors) => {
            let form = SuspensionForm { reason: form.reason, errors };
            Ok(Page::invalid(show_page(&app, &user, &chrome, id, &form).await?).into_response())
        }
    }
}

#[handler]
pub async fn enable(Manager(user): Manager, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    suspension::enable(&app, &user.0, id).await?;
    flash(session, true, t!("oversight-was-enabled"));
    Ok(see_other(format!("/mailings/{id}")))
}

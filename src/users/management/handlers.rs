//! The list of users, one of them, and their block.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};

use super::{
    blocking,
    model::{Status, UsersQuery},
    queries,
    views::{self, BlockForm},
};
use crate::{
    app::App,
    audit::ReasonForm,
    db,
    error::Result,
    mailings, t,
    users::{CurrentUser, Manager},
    web::{
        Chrome, FieldErrors, FormData, Page, flash,
        list::{self, ListQuery},
        see_other,
    },
};

#[handler]
pub async fn index(Manager(user): Manager, chrome: Chrome, app: Data<&App>, Query(query): Query<UsersQuery>) -> Result<Page> {
    let (search, status) = (db::like_pattern(&query.q), Status::parse(&query.status));
    let found = queries::list(&app.db, search.as_deref(), status, query.before, list::FETCH).await?;
    let (path, position) = query.position("/users");
    let page = list::Keyset::new(&path, &position, found, |account| account.id);
    Ok(Page::ok(views::index_page(&user, &chrome, &query, &page)))
}

#[handler]
pub async fn show(
    Manager(user): Manager,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    Query(query): Query<ListQuery>,
) -> Result<Page> {
    show_page(&app, &user, &chrome, id, &query, &BlockForm::default()).await.map(Page::ok)
}

async fn show_page(app: &App, user: &CurrentUser, chrome: &Chrome, id: i64, query: &ListQuery, form: &BlockForm) -> Result<maud::Markup> {
    let account = queries::get(&app.db, id).await?;
    let position = ListQuery { q: String::new(), before: query.before };
    let found = mailings::queries::list(&app.db, id, None, query.before, list::FETCH).await?;
    let mailings = list::Keyset::new(&format!("/users/{id}"), &position, found, |mailing| mailing.id);
    Ok(views::show_page(user, chrome, &account, &mailings, form))
}

#[handler]
pub async fn block(
    Manager(user): Manager,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<ReasonForm>,
) -> Result<Response> {
    let refused = match form.parse() {
        Ok(reason) => match blocking::block(&app, &user.0, id, &reason).await? {
            Ok(()) => {
                flash(session, true, t!("management-was-blocked"));
                return Ok(see_other(format!("/users/{id}")));
            }
            Err(refusal) => FieldErrors::of("reason", refusal.sentence()),
        },
        Err(errors) => errors,
    };
    let form = BlockForm { reason: form.reason, errors: refused };
    let page = show_page(&app, &user, &chrome, id, &ListQuery::default(), &form).await?;
    Ok(Page::invalid(page).into_response())
}

#[handler]
pub async fn unblock(Manager(user): Manager, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    match blocking::unblock(&app, &user.0, id).await? {
        Ok(()) => flash(session, true, t!("management-was-unblocked")),
        Err(refusal) => flash(session, false, refusal.sentence()),
    }
    Ok(see_other(format!("/users/{id}")))
}

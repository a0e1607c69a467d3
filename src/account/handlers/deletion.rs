//! The end of one's own account.

use poem::{IntoResponse, Response, handler, session::Session, web::Data};

use crate::{
    account::{queries, views},
    app::App,
    error::Result,
    users::{
        CurrentUser, Visitor,
        deletion::{self, Begun},
        proof::{ProofForm, own_password, use_up},
        queries as users,
    },
    web::{Chrome, ClientAddress, FieldErrors, FormData, Page},
};

#[handler]
pub async fn show(user: CurrentUser, chrome: Chrome, app: Data<&App>) -> Result<Page> {
    Ok(Page::ok(delete_page(&app, &user, &chrome, &FieldErrors::default()).await?))
}

#[handler]
pub async fn delete(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<ProofForm>,
) -> Result<Response> {
    let code = match form.parse(user.0.has_two_factor) {
        Ok(code) => code,
        Err(errors) => return Ok(Page::invalid(delete_page(&app, &user, &chrome, &errors).await?).into_response()),
    };
    if let Err(errors) = own_password(&app, &user, client, "password", &form.password).await? {
        return Ok(Page::refused(&errors, delete_page(&app, &user, &chrome, &errors).await?).into_response());
    }
    let mut transaction = app.db.begin().await?;
    // The code takes the user's row, and the roles come before any: an administrator who acts on this account has them first.
    users::lock_roles(&mut *transaction).await?;
    if let Err(errors) = use_up(&app, &mut transaction, &user, client, code.as_ref()).await? {
        // The page asks who is the last administrator, and would wait for this one.
        transaction.rollback().await?;
        return Ok(Page::refused(&errors, delete_page(&app, &user, &chrome, &errors).await?).into_response());
    }
    if deletion::begin(&app, &mut transaction, user.id()).await? == Begun::LastAdmin {
        transaction.rollback().await?;
        return Ok(Page::conflict(delete_page(&app, &user, &chrome, &FieldErrors::default()).await?).into_response());
    }
    transaction.commit().await?;
    session.purge();
    Ok(Page::ok(views::farewell_page(&Visitor(None), &chrome)).into_response())
}

async fn delete_page(app: &App, user: &CurrentUser, chrome: &Chrome, errors: &FieldErrors) -> Result<maud::Markup> {
    let belongings = queries::belongings(&app.db, user.id()).await?;
    let is_last_admin = users::is_only_admin(&app.db, user.id()).await?;
    Ok(views::delete_page(user, chrome, &belongings, is_last_admin, errors))
}

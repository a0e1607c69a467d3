//! Glue.

use poem::{IntoResponse, Request, Response, handler, session::Session, web::Data};

use super::{code, is_due, model::SetupForm, queries, views};
use crate::{
    app::App,
    error::{Error, Result},
    i18n, t,
    users::{Visitor, model::Registration, password, queries as users, rights::Role, session},
    web::{Chrome, FieldErrors, FormData, Page, flash, see_other},
};

/// Not found once there is an account: the page is for the first start alone.
#[handler]
pub async fn new(visitor: Visitor, chrome: Chrome, app: Data<&App>) -> Result<Page> {
    if !is_due(&app, &visitor).await? {
        return Err(Error::NotFound);
    }
    let asks_code = code(&app.config).is_some();
    Ok(Page::ok(views::setup_page(&visitor, &chrome, &SetupForm::default(), &FieldErrors::default(), asks_code)))
}

#[handler]
pub async fn create(
    request: &Request,
    visitor: Visitor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<SetupForm>,
) -> Result<Response> {
    if !is_due(&app, &visitor).await? {
        return Err(Error::NotFound);
    }
    let code = code(&app.config);
    let registration = match form.parse(code.as_deref()) {
        Ok(registration) => registration,
        Err(errors) => {
            return Ok(Page::invalid(views::setup_page(&visitor, &chrome, &form, &errors, code.is_some())).into_response());
        }
    };
    let id = create_first(&app, registration).await?;
    let credentials = users::credentials_by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    session::begin(session, request, &credentials);
    users::signed_in(&app.db, id).await?;
    flash(session, true, t!("users-setup-done"));
    Ok(see_other("/"))
}

async fn create_first(app: &App, registration: Registration) -> Result<i64> {
    let Registration { email, full_name, password } = registration;
    let hash = password::hash(password).await?;
    let mut transaction = app.db.begin().await?;
    users::lock_roles(&mut *transaction).await?;
    let first = queries::insert_first(&mut *transaction, &email, &full_name, &hash, i18n::current()).await?;
    let id = first.ok_or(Error::NotFound)?;
    users::grant_role(&mut *transaction, id, Role::Admin.name()).await?;
    transaction.commit().await?;
    tracing::info!(user.id = id, "User {id} has set this site up and is its administrator");
    Ok(id)
}

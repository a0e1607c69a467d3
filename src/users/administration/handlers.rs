//! Accounts: list, create, edit, delete; two-factor sign-in and sessions of others.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};

use super::{
    accounts::{self, Updated},
    model::{AccountForm, DeletionForm},
    views::{self, EditPage},
};
use crate::{
    account,
    app::App,
    db,
    error::Result,
    t,
    users::{
        Admin, CurrentUser,
        deletion::Begun,
        management::{
            self,
            model::{Status, UsersQuery},
        },
        rights::Role,
    },
    web::{Chrome, FieldErrors, FormData, Page, flash, list, see_other},
};

#[handler]
pub async fn index(Admin(user): Admin, chrome: Chrome, app: Data<&App>, Query(query): Query<UsersQuery>) -> Result<Page> {
    let (search, status) = (db::like_pattern(&query.q), Status::parse(&query.status));
    let found = management::queries::list(&app.db, search.as_deref(), status, query.before, list::FETCH).await?;
    let (path, position) = query.position("/admin/users");
    let page = list::Keyset::new(&path, &position, found, |account| account.id);
    Ok(Page::ok(views::index_page(&user, &chrome, &query, &page)))
}

#[handler]
pub async fn new(Admin(user): Admin, chrome: Chrome) -> Page {
    Page::ok(views::new_page(&user, &chrome, &AccountForm::default(), &FieldErrors::default()))
}

#[handler]
pub async fn create(
    Admin(user): Admin,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<AccountForm>,
) -> Result<Response> {
    let errors = match form.parse() {
        Ok(wanted) => match accounts::create(&app, &user.0, &wanted).await {
            Ok(id) => {
                flash(session, true, t!("administration-made", email = wanted.email));
                return Ok(see_other(format!("/admin/users/{id}")));
            }
            Err(refusal) => refusal.into_field_errors()?,
        },
        Err(errors) => errors,
    };
    Ok(Page::invalid(views::new_page(&user, &chrome, &form, &errors)).into_response())
}

#[handler]
pub async fn edit(Admin(user): Admin, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let none = FieldErrors::default();
    edit_page(&app, &user, &chrome, id, &Attempted { form: None, is_outdated: false, errors: &none, deletion: "", deletion_errors: &none })
        .await
        .map(Page::ok)
}

/// What was sent, where it comes back.
struct Attempted<'a> {
    form: Option<&'a AccountForm>,
    is_outdated: bool,
    errors: &'a FieldErrors,
    deletion: &'a str,
    deletion_errors: &'a FieldErrors,
}

async fn edit_page(app: &App, user: &CurrentUser, chrome: &Chrome, id: i64, attempted: &Attempted<'_>) -> Result<maud::Markup> {
    let account = management::queries::get(&app.db, id).await?;
    let belongings = account::queries::belongings(&app.db, id).await?;
    let stored = AccountForm::from(&account);
    let page = EditPage {
        account: &account,
        form: attempted.form.unwrap_or(&stored),
        is_outdated: attempted.is_outdated,
        errors: attempted.errors,
        belongings: &belongings,
        deletion: attempted.deletion,
        deletion_errors: attempted.deletion_errors,
    };
    Ok(views::edit_page(user, chrome, &page))
}

#[handler]
pub async fn update(
    Admin(user): Admin,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<AccountForm>,
) -> Result<Response> {
    let (is_outdated, errors) = match form.parse() {
        Ok(wanted) => match accounts::update(&app, &user.0, id, &form.edition, &wanted).await {
            Ok(Updated::Saved) => {
                flash(session, true, t!("administration-saved"));
                let is_still_admin = user.id() != id || wanted.roles.contains(&Role::Admin);
                return Ok(see_other(if is_still_admin { format!("/admin/users/{id}") } else { "/".to_owned() }));
            }
            Ok(Updated::Outdated) => (true, FieldErrors::default()),
            Err(refusal) => (false, refusal.into_field_errors()?),
        },
        Err(errors) => (false, errors),
    };
    let none = FieldErrors::default();
    let attempted = Attempted { form: Some(&form), is_outdated, errors: &errors, deletion: "", deletion_errors: &none };
    let page = edit_page(&app, &user, &chrome, id, &attempted).await?;
    Ok(if is_outdated { Page::conflict(page) } else { Page::invalid(page) }.into_response())
}

#[handler]
pub async fn delete(
    Admin(user): Admin,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<DeletionForm>,
) -> Result<Response> {
    let account = management::queries::get(&app.db, id).await?;
    let errors = if account.id == user.id() {
        FieldErrors::of("email", t!("administration-delete-own"))
    } else {
        match form.parse(&account) {
            Ok(()) => match accounts::delete(&app, &user.0, &account).await? {
                Begun::Closed => {
                    flash(session, true, t!("administration-deleted", email = account.email));
                    return Ok(see_other("/admin/users"));
                }
                Begun::LastAdmin => FieldErrors::of("email", accounts::last_admin()),
            },
            Err(errors) => errors,
        }
    };
    let none = FieldErrors::default();
    let attempted = Attempted { form: None, is_outdated: false, errors: &none, deletion: &form.email, deletion_errors: &errors };
    Ok(Page::invalid(edit_page(&app, &user, &chrome, id, &attempted).await?).into_response())
}

#[handler]
pub async fn delete_two_factor(Admin(user): Admin, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    if id == user.id() {
        flash(session, false, views::own_two_factor());
    } else {
        accounts::switch_off_two_factor(&app, &user.0, id).await?;
        flash(session, true, t!("administration-two-factor-was-switched-off"));
    }
    Ok(see_other(format!("/admin/users/{id}")))
}

#[handler]
pub async fn delete_sessions(Admin(user): Admin, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    accounts::end_sessions(&app, &user.0, id).await?;
    flash(session, true, t!("administration-sessions-ended"));
    Ok(see_other(format!("/admin/users/{id}")))
}

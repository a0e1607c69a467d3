//! Registration, verification, signing in and out.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{
    Visitor,
    jobs::{self, SendAccountMail},
    model::{self, EmailForm, LoginForm, Registration, RegistrationForm},
    password, queries, views,
};
use crate::{
    app::{App, Enqueue},
    error::Result,
    web::{Chrome, FieldErrors, FormData, Page, flash, form, see_other, session::USER_ID},
};

#[handler]
pub async fn new(visitor: Visitor, chrome: Chrome) -> Response {
    if visitor.0.is_some() {
        return see_other("/");
    }
    Page::ok(views::registration_page(&visitor, &chrome, &RegistrationForm::default(), &FieldErrors::default())).into_response()
}

#[handler]
pub async fn create(visitor: Visitor, chrome: Chrome, app: Data<&App>, FormData(form): FormData<RegistrationForm>) -> Result<Page> {
    let registration = match form.parse() {
        Ok(registration) => registration,
        Err(errors) => return Ok(Page::invalid(views::registration_page(&visitor, &chrome, &form, &errors))),
    };
    let email = registration.email.clone();
    register(&app, registration).await?;
    Ok(Page::ok(views::mail_sent_page(&visitor, &chrome, &email)))
}

/// The same work and the same answer whether the address is known or not; only its mailbox learns which.
async fn register(app: &App, registration: Registration) -> Result<()> {
    let Registration { email, full_name, password } = registration;
    let hash = password::hash(password).await?;
    let mut transaction = app.db.begin().await?;
    let inserted = queries::insert(&mut *transaction, &email, &full_name, &hash).await?;
    let job = match inserted {
        Some(user_id) => verification(&mut transaction, user_id, &full_name, &hash).await?,
        None => match queries::id_by_email(&mut *transaction, &email).await? {
            Some((user_id, true)) => SendAccountMail::AlreadyRegistered { user_id },
            Some((user_id, false)) => verification(&mut transaction, user_id, &full_name, &hash).await?,
            // Deleted a moment ago; whoever it was registers again.
            None => return Ok(()),
        },
    };
    app.enqueue(&mut transaction, job, Enqueue::default()).await?;
    transaction.commit().await?;
    Ok(())
}

async fn verification(transaction: &mut sqlx::PgTransaction<'_>, user_id: i64, full_name: &str, hash: &str) -> Result<SendAccountMail> {
    let token_id = queries::insert_verification(&mut **transaction, user_id, full_name, hash).await?;
    Ok(SendAccountMail::Verification { token_id })
}

#[handler]
pub async fn verify(visitor: Visitor, chrome: Chrome, app: Data<&App>, session: &Session, Path(token): Path<String>) -> Result<Response> {
    let mut transaction = app.db.begin().await?;
    let Some(found) = queries::verification(&mut *transaction, &jobs::token_hash(&token)).await? else {
        return Ok(Page::invalid(views::bad_link_page(&visitor, &chrome)).into_response());
    };
    if found.is_used {
        return Ok(Page::ok(views::already_verified_page(&visitor, &chrome)).into_response());
    }
    if found.is_expired || !queries::verify(&mut *transaction, found.id).await? {
        return Ok(Page::invalid(views::bad_link_page(&visitor, &chrome)).into_response());
    }
    transaction.commit().await?;
    tracing::info!(user.id = found.user_id, "User {} has confirmed their address", found.user_id);
    flash(session, true, "Your address is confirmed. Sign in with the password you chose.");
    Ok(see_other("/login"))
}

#[handler]
pub async fn new_verification(visitor: Visitor, chrome: Chrome) -> Page {
    Page::ok(views::resend_page(&visitor, &chrome, &EmailForm::default(), &FieldErrors::default()))
}

#[handler]
pub async fn create_verification(visitor: Visitor, chrome: Chrome, app: Data<&App>, FormData(form): FormData<EmailForm>) -> Result<Page> {
    let email = match form::email(&form.email) {
        Ok(email) => email,
        Err(error) => return Ok(Page::invalid(views::resend_page(&visitor, &chrome, &form, &FieldErrors::of("email", error)))),
    };
    let mut transaction = app.db.begin().await?;
    match queries::id_by_email(&mut *transaction, &email).await? {
        Some((user_id, false)) => {
            let token_id = queries::repeat_verification(&mut *transaction, user_id).await?;
            app.enqueue(&mut transaction, SendAccountMail::Verification { token_id }, Enqueue::default()).await?;
        }
        Some((user_id, true)) => app.enqueue(&mut transaction, SendAccountMail::AlreadyRegistered { user_id }, Enqueue::default()).await?,
        None => {}
    }
    transaction.commit().await?;
    Ok(Page::ok(views::mail_sent_page(&visitor, &chrome, &email)))
}

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

#[handler]
pub async fn new_login(visitor: Visitor, chrome: Chrome, Query(Next { next }): Query<Next>) -> Response {
    if visitor.0.is_some() {
        return see_other(model::local_path(&next));
    }
    let form = LoginForm { next, ..LoginForm::default() };
    Page::ok(views::login_page(&visitor, &chrome, &form, None)).into_response()
}

#[handler]
pub async fn create_login(
    visitor: Visitor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(login): FormData<LoginForm>,
) -> Result<Response> {
    // What is no address belongs to nobody; the work and the answer stay the same.
    let credentials = match form::email(&login.email) {
        Ok(email) => queries::credentials(&app.db, &email).await?,
        Err(_) => None,
    };
    let kept = credentials.as_ref().map(|credentials| credentials.password_hash.clone());
    let is_right = login.password.chars().count() <= model::PASSWORD_MAX && password::verify(login.password.clone(), kept).await?;
    let refusal = match credentials {
        Some(credentials) if is_right => {
            // Said only to whoever knows the password.
            if credentials.is_blocked {
                views::Refusal::Blocked
            } else if !credentials.is_verified {
                views::Refusal::Unverified
            } else {
                session.clear();
                session.set(USER_ID, credentials.id);
                // A new id: one that was planted before signing in is worth nothing after it.
                session.renew();
                return Ok(see_other(model::local_path(&login.next)));
            }
        }
        _ => views::Refusal::Wrong,
    };
    Ok(Page::invalid(views::login_page(&visitor, &chrome, &login, Some(refusal))).into_response())
}

#[handler]
pub async fn logout(session: &Session) -> Response {
    session.purge();
    see_other("/")
}

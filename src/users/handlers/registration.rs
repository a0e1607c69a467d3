//! Registration and the confirmation of the address.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path},
};

use crate::{
    app::{App, Enqueue},
    error::Result,
    i18n,
    limits::Door,
    t,
    users::{
        Visitor,
        jobs::{self, Occasion, SendAccountMail},
        model::{EmailForm, Password, PasswordForm, Registration, RegistrationForm},
        password, queries, setup, views,
    },
    web::{Chrome, ClientAddress, FieldErrors, FormData, Page, flash, form, see_other},
};

#[handler]
pub async fn new(visitor: Visitor, chrome: Chrome, app: Data<&App>) -> Result<Response> {
    if visitor.0.is_some() {
        return Ok(see_other("/"));
    }
    if setup::is_due(&app, &visitor).await? {
        return Ok(see_other(setup::PATH));
    }
    let (form, errors) = (RegistrationForm::default(), FieldErrors::default());
    Ok(Page::ok(views::registration_page(&visitor, &chrome, &form, &errors)).into_response())
}

#[handler]
pub async fn create(
    visitor: Visitor,
    chrome: Chrome,
    app: Data<&App>,
    client: ClientAddress,
    FormData(form): FormData<RegistrationForm>,
) -> Result<Response> {
    // Anybody's account would end the first start, and whoever runs the site would be shut out of it.
    if setup::is_due(&app, &visitor).await? {
        return Ok(see_other(setup::PATH));
    }
    let registration = match form.parse() {
        Ok(registration) => registration,
        Err(errors) => return Ok(Page::invalid(views::registration_page(&visitor, &chrome, &form, &errors)).into_response()),
    };
    if let Err(wait) = app.throttle.count(Door::Registration, client, &registration.email) {
        let page = views::registration_page(&visitor, &chrome, &form, &FieldErrors::of_wait(wait));
        return Ok(Page::too_many(wait, page).into_response());
    }
    let email = registration.email.clone();
    register(&app, registration).await?;
    Ok(Page::ok(views::mail_sent_page(&visitor, &chrome, &email)).into_response())
}

/// The same statements and the same answer whether the address is new, unconfirmed or known; the job finds out which, and
/// only the mailbox learns.
async fn register(app: &App, registration: Registration) -> Result<()> {
    let Registration { email, full_name, password } = registration;
    let hash = password::hash(password).await?;
    let mut transaction = app.db.begin().await?;
    queries::insert(&mut *transaction, &email, &full_name, &hash).await?;
    let token_id = queries::insert_verification(&mut *transaction, &email, &full_name, &hash, i18n::current()).await?;
    app.enqueue(&mut transaction, SendAccountMail::on(Occasion::Verification { token_id }), Enqueue::default()).await?;
    transaction.commit().await?;
    Ok(())
}

/// The link in the mail.
#[handler]
pub async fn verify(visitor: Visitor, chrome: Chrome, app: Data<&App>, session: &Session, Path(token): Path<String>) -> Result<Response> {
    let mut transaction = app.db.begin().await?;
    let found = match usable(&mut transaction, &visitor, &chrome, &token).await? {
        Ok(found) => found,
        Err(page) => return Ok(page.into_response()),
    };
    if !found.has_password {
        return Ok(Page::ok(views::choose_password_page(&visitor, &chrome, &token, &FieldErrors::default())).into_response());
    }
    if !queries::verify(&mut *transaction, found.id, None).await? {
        return Ok(Page::invalid(views::bad_link_page(&visitor, &chrome)).into_response());
    }
    transaction.commit().await?;
    Ok(verified(session, found.user_id))
}

/// The password that is chosen behind a link that was sent again.
#[handler]
pub async fn choose_password(
    visitor: Visitor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(token): Path<String>,
    FormData(form): FormData<PasswordForm>,
) -> Result<Response> {
    let password = match Password::parse(&form.password) {
        Ok(password) => password,
        Err(error) => {
            let errors = FieldErrors::of("password", error);
            return Ok(Page::invalid(views::choose_password_page(&visitor, &chrome, &token, &errors)).into_response());
        }
    };
    // Before the hashing, which is work, and before the transaction, which should be short.
    if queries::verification(&mut *app.db.acquire().await?, &jobs::token_hash(&token)).await?.is_none() {
        return Ok(Page::invalid(views::bad_link_page(&visitor, &chrome)).into_response());
    }
    let hash = password::hash(password).await?;
    let mut transaction = app.db.begin().await?;
    let found = match usable(&mut transaction, &visitor, &chrome, &token).await? {
        Ok(found) => found,
        Err(page) => return Ok(page.into_response()),
    };
    if !queries::verify(&mut *transaction, found.id, Some(&hash)).await? {
        return Ok(Page::invalid(views::bad_link_page(&visitor, &chrome)).into_response());
    }
    transaction.commit().await?;
    Ok(verified(session, found.user_id))
}

/// The token if it can be used, else the page that says why not.
async fn usable(
    transaction: &mut sqlx::PgTransaction<'_>,
    visitor: &Visitor,
    chrome: &Chrome,
    token: &str,
) -> Result<std::result::Result<queries::Verification, Page>> {
    Ok(match queries::verification(transaction, &jobs::token_hash(token)).await? {
        Some(found) if found.is_used => Err(Page::ok(views::already_verified_page(visitor, chrome))),
        Some(found) if !found.is_expired => Ok(found),
        _ => Err(Page::invalid(views::bad_link_page(visitor, chrome))),
    })
}

fn verified(session: &Session, user_id: i64) -> Response {
    tracing::info!(user.id = user_id, "User {user_id} has confirmed their address");
    flash(session, true, t!("users-confirmed"));
    see_other("/login")
}

#[handler]
pub async fn new_verification(visitor: Visitor, chrome: Chrome) -> Page {
    Page::ok(views::resend_page(&visitor, &chrome, &EmailForm::default(), &FieldErrors::default()))
}

#[handler]
pub async fn create_verification(
    visitor: Visitor,
    chrome: Chrome,
    app: Data<&App>,
    client: ClientAddress,
    FormData(form): FormData<EmailForm>,
) -> Result<Page> {
    let email = match form::email(&form.email) {
        Ok(email) => email,
        Err(error) => return Ok(Page::invalid(views::resend_page(&visitor, &chrome, &form, &FieldErrors::of("email", error)))),
    };
    if let Err(wait) = app.throttle.count(Door::Confirmation, client, &email) {
        return Ok(Page::too_many(wait, views::resend_page(&visitor, &chrome, &form, &FieldErrors::of_wait(wait))));
    }
    // The same statements for every address, so that the time an answer takes tells nothing; the job finds out whose it is.
    let mut transaction = app.db.begin().await?;
    let token_id = queries::repeat_verification(&mut *transaction, &email).await?;
    app.enqueue(&mut transaction, SendAccountMail::on(Occasion::Verification { token_id }), Enqueue::default()).await?;
    transaction.commit().await?;
    Ok(Page::ok(views::mail_sent_page(&visitor, &chrome, &email)))
}

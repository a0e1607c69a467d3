//! The forgotten password: the link in a mail, and what stands behind it.

use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path},
};

use crate::{
    app::{App, Enqueue},
    error::Result,
    limits::Door,
    t, tokens,
    users::{
        Visitor,
        jobs::{self, Notice, Occasion, SendAccountMail},
        model::{EmailForm, Password, PasswordForm},
        password, queries, views,
    },
    web::{self, Chrome, ClientAddress, FieldErrors, FormData, Page, flash, form, see_other},
};

#[handler]
pub async fn forgot(visitor: Visitor, chrome: Chrome) -> Page {
    Page::ok(views::forgot_page(&visitor, &chrome, &EmailForm::default(), &FieldErrors::default()))
}

/// The same statements and the same answer whether the address is known or not; the job finds out whose it is.
#[handler]
pub async fn create(
    visitor: Visitor,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    FormData(form): FormData<EmailForm>,
) -> Result<Page> {
    let email = match form::email(&form.email) {
        Ok(email) => email,
        Err(error) => return Ok(Page::invalid(views::forgot_page(&visitor, &chrome, &form, &FieldErrors::of("email", error)))),
    };
    if let Err(wait) = app.throttle.count(Door::PasswordReset, client, &email) {
        return Ok(Page::too_many(wait, views::forgot_page(&visitor, &chrome, &form, &FieldErrors::of_wait(wait))));
    }
    let mut transaction = app.db.begin().await?;
    let token_id = queries::insert_reset(&mut *transaction, &email).await?;
    app.enqueue(&mut transaction, SendAccountMail::on(Occasion::PasswordReset { token_id }), Enqueue::default()).await?;
    transaction.commit().await?;
    Ok(Page::ok(views::reset_sent_page(&visitor, &chrome, &email)))
}

/// The link in the mail. Looking at it uses nothing up: mail programs look at links by themselves.
#[handler]
pub async fn edit(visitor: Visitor, chrome: Chrome, app: Data<&App>, Path(token): Path<String>) -> Result<Page> {
    if !queries::reset_exists(&app.db, &jobs::token_hash(&token)).await? {
        return Ok(Page::invalid(views::bad_reset_link_page(&visitor, &chrome)));
    }
    Ok(Page::ok(views::reset_page(&visitor, &chrome, &token, &FieldErrors::default())))
}

#[handler]
pub async fn update(
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
            return Ok(Page::invalid(views::reset_page(&visitor, &chrome, &token, &errors)).into_response());
        }
    };
    let token_hash = jobs::token_hash(&token);
    // Before the hashing, which is work, and before the transaction, which should be short.
    if !queries::reset_exists(&app.db, &token_hash).await? {
        return Ok(Page::invalid(views::bad_reset_link_page(&visitor, &chrome)).into_response());
    }
    let hash = password::hash(password).await?;
    let mut transaction = app.db.begin().await?;
    let Some(user_id) = queries::reset_password(&mut transaction, &token_hash, &hash).await? else {
        return Ok(Page::invalid(views::bad_reset_link_page(&visitor, &chrome)).into_response());
    };
    queries::kill_tokens(&mut *transaction, user_id).await?;
    web::session::end_all(&mut *transaction, user_id, None).await?;
    tokens::queries::revoke_all(&mut *transaction, user_id).await?;
    let mail = SendAccountMail::on(Occasion::Notice { user_id, notice: Notice::PasswordChanged });
    app.enqueue(&mut transaction, mail, Enqueue::default()).await?;
    transaction.commit().await?;
    tracing::info!(user.id = user_id, "User {user_id} has reset their password");
    // This browser's own session may be among those that have just ended, and would keep no message.
    session.clear();
    session.renew();
    flash(session, true, t!("users-reset-done"));
    Ok(see_other("/login"))
}

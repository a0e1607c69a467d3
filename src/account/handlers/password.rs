//! Another password.

use poem::{IntoResponse, Response, handler, session::Session, web::Data};

use crate::{
    account::{model::PasswordChangeForm, queries, views},
    app::{App, Enqueue},
    error::Result,
    t, tokens,
    users::{
        CurrentUser,
        jobs::{Notice, Occasion, SendAccountMail},
        password as passwords,
        proof::own_password,
        queries as users,
    },
    web::{
        Chrome, ClientAddress, FieldErrors, FormData, Page, flash, see_other,
        session::{EPOCH, SessionHash, end_all},
    },
};

#[handler]
pub fn edit(user: CurrentUser, chrome: Chrome) -> Page {
    Page::ok(views::password_page(&user, &chrome, &FieldErrors::default()))
}

#[handler]
pub async fn update(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    SessionHash(own): SessionHash,
    FormData(form): FormData<PasswordChangeForm>,
) -> Result<Response> {
    let refused = |errors: &FieldErrors| Page::refused(errors, views::password_page(&user, &chrome, errors)).into_response();
    let password = match form.parse() {
        Ok(password) => password,
        Err(errors) => return Ok(refused(&errors)),
    };
    let kept = match own_password(&app, &user, client, "current_password", &form.current_password).await? {
        Ok(kept) => kept,
        Err(errors) => return Ok(refused(&errors)),
    };
    let hash = passwords::hash(password).await?;
    let mut transaction = app.db.begin().await?;
    if !queries::change_password(&mut *transaction, user.id(), &kept, &hash).await? {
        return Ok(refused(&FieldErrors::of("current_password", t!("account-wrong-password"))));
    }
    // Whoever knew the old one may have asked for a link, be signed in, or have made a token.
    users::kill_tokens(&mut *transaction, user.id()).await?;
    let ended = end_all(&mut *transaction, user.id(), own.as_deref()).await?;
    tokens::queries::revoke_all(&mut *transaction, user.id()).await?;
    let mail = SendAccountMail::on(Occasion::Notice { user_id: user.id(), notice: Notice::PasswordChanged });
    app.enqueue(&mut transaction, mail, Enqueue::default()).await?;
    transaction.commit().await?;
    // This one goes on, under another cookie.
    session.set(EPOCH, ended.epoch);
    session.renew();
    flash(session, true, t!("account-password-changed"));
    Ok(see_other("/account/password"))
}

//! Glue, a file a page of the account.

pub mod deletion;
pub mod email;
pub mod language;
pub mod password;
pub mod profile;
pub mod sessions;
pub mod theme;
pub mod two_factor;

use sqlx::PgTransaction;

use super::model::ProofForm;
use crate::{
    app::App,
    error::Result,
    limits::Door,
    mailings::schedule::Zone,
    t,
    users::{
        CurrentUser,
        model::PASSWORD_MAX,
        password as passwords, queries,
        two_factor::{self as second_factor, code::Code},
    },
    web::{ClientAddress, FieldErrors},
};

/// The kept hash, if the password is the user's own; else what is wrong, at `field`. What is longer than any password is not
/// looked at, and wrong ones may be typed only so often: whoever has found an open browser does not get to guess.
async fn own_password(
    app: &App,
    user: &CurrentUser,
    client: ClientAddress,
    field: &'static str,
    typed: &str,
) -> Result<Result<String, FieldErrors>> {
    let pass = match app.throttle.enter(Door::ConfirmPassword, client, &account(user)) {
        Ok(pass) => pass,
        Err(wait) => return Ok(Err(FieldErrors::of_wait(wait))),
    };
    let kept = queries::credentials_by_id(&app.db, user.id()).await?.map(|credentials| credentials.password_hash);
    let is_right = typed.chars().count() <= PASSWORD_MAX && passwords::verify(typed.to_owned(), kept.clone()).await?;
    let Some(kept) = kept.filter(|_| is_right) else {
        pass.counts();
        return Ok(Err(FieldErrors::of(field, t!("account-wrong-password"))));
    };
    Ok(Ok(kept))
}

/// What a signed-in account is called at the doors.
fn account(user: &CurrentUser) -> String {
    user.id().to_string()
}

/// A transaction in which the code was used up, if password and code are right; else what is wrong.
async fn proven(
    app: &App,
    user: &CurrentUser,
    client: ClientAddress,
    form: &ProofForm,
    code: Option<&Code>,
) -> Result<Result<PgTransaction<'static>, FieldErrors>> {
    // Before the transaction, which should be short.
    if let Err(errors) = own_password(app, user, client, "password", &form.password).await? {
        return Ok(Err(errors));
    }
    let mut transaction = app.db.begin().await?;
    Ok(use_up(app, &mut transaction, user, client, code).await?.map(|()| transaction))
}

/// Uses the code up, if it is right; else what is wrong. Nothing, where none is asked for.
async fn use_up(
    app: &App,
    transaction: &mut PgTransaction<'_>,
    user: &CurrentUser,
    client: ClientAddress,
    code: Option<&Code>,
) -> Result<Result<(), FieldErrors>> {
    let Some(code) = code else { return Ok(Ok(())) };
    let pass = match app.throttle.enter(Door::SecondFactor, client, &account(user)) {
        Ok(pass) => pass,
        Err(wait) => return Ok(Err(FieldErrors::of_wait(wait))),
    };
    if second_factor::check(app, transaction, user.id(), code).await?.is_none() {
        pass.counts();
        return Ok(Err(FieldErrors::of("code", code.refusal())));
    }
    Ok(Ok(()))
}

/// The zone that moments are shown in.
fn zone(user: &CurrentUser) -> Zone {
    user.0.time_zone.as_deref().and_then(|name| Zone::parse(name).ok()).unwrap_or_else(Zone::utc)
}

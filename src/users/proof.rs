//! What proves once more that whoever sits there is whose account it is, before something that a found browser must not do.

use serde::Deserialize;
use sqlx::PgTransaction;

use super::{
    CurrentUser,
    model::PASSWORD_MAX,
    password as passwords, queries,
    two_factor::{self as second_factor, code::Code},
};
use crate::{
    app::App,
    error::Result,
    limits::Door,
    t,
    web::{ClientAddress, FieldErrors},
};

/// The password, and a code where two-factor sign-in is on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ProofForm {
    pub password: String,
    pub code: String,
}

impl ProofForm {
    /// The code, where one is `needed`.
    ///
    /// # Errors
    /// What is typed can be no code.
    pub fn parse(&self, needed: bool) -> Result<Option<Code>, FieldErrors> {
        if !needed {
            return Ok(None);
        }
        Code::parse(&self.code).map(Some).map_err(|error| FieldErrors::of("code", error))
    }
}

/// The kept hash, if the password is the user's own; else what is wrong, at `field`. What is longer than any password is not
/// looked at, and wrong ones may be typed only so often: whoever has found an open browser does not get to guess.
///
/// # Errors
/// The database's, or those of [`passwords::verify`].
pub async fn own_password(
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
pub fn account(user: &CurrentUser) -> String {
    user.id().to_string()
}

/// What [`proven`] has found right.
pub struct Proven {
    /// The code was used up in it.
    pub transaction: PgTransaction<'static>,
    /// That of the password that was given.
    pub password_hash: String,
}

/// Uses the code up, if password and code are right; else what is wrong.
///
/// # Errors
/// Those of [`own_password`].
pub async fn proven(
    app: &App,
    user: &CurrentUser,
    client: ClientAddress,
    form: &ProofForm,
    code: Option<&Code>,
) -> Result<Result<Proven, FieldErrors>> {
    // Before the transaction, which should be short.
    let password_hash = match own_password(app, user, client, "password", &form.password).await? {
        Ok(password_hash) => password_hash,
        Err(errors) => return Ok(Err(errors)),
    };
    let mut transaction = app.db.begin().await?;
    Ok(use_up(app, &mut transaction, user, client, code).await?.map(|()| Proven { transaction, password_hash }))
}

/// Uses the code up, if it is right; else what is wrong. Nothing, where none is asked for.
///
/// # Errors
/// The database's.
pub async fn use_up(
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

//! Glue, a file a page of the account.

pub mod deletion;
pub mod email;
pub mod password;
pub mod profile;
pub mod sessions;
pub mod two_factor;

use sqlx::PgTransaction;

use super::model::ProofForm;
use crate::{
    app::App,
    error::Result,
    mailings::schedule::Zone,
    users::{
        CurrentUser,
        model::PASSWORD_MAX,
        password as passwords, queries,
        two_factor::{self as second_factor, code::Code},
    },
    web::FieldErrors,
};

const WRONG_PASSWORD: &str = "This is not your password.";

/// The kept hash, if the password is the user's own. What is longer than any password is not looked at.
async fn own_password(app: &App, user: &CurrentUser, typed: &str) -> Result<Option<String>> {
    if typed.chars().count() > PASSWORD_MAX {
        return Ok(None);
    }
    let kept = queries::credentials_by_id(&app.db, user.id()).await?.map(|credentials| credentials.password_hash);
    Ok(if passwords::verify(typed.to_owned(), kept.clone()).await? { kept } else { None })
}

/// A transaction in which the code was used up, if password and code are right; else what is wrong.
async fn proven(
    app: &App,
    user: &CurrentUser,
    form: &ProofForm,
    code: Option<&Code>,
) -> Result<std::result::Result<PgTransaction<'static>, FieldErrors>> {
    // Before the transaction, which should be short.
    if own_password(app, user, &form.password).await?.is_none() {
        return Ok(Err(FieldErrors::of("password", WRONG_PASSWORD)));
    }
    let mut transaction = app.db.begin().await?;
    if let Some(code) = code
        && second_factor::check(app, &mut transaction, user.id(), code).await?.is_none()
    {
        return Ok(Err(FieldErrors::of("code", "This code is wrong, or was used before. Wait for the next one and type that.")));
    }
    Ok(Ok(transaction))
}

/// The zone that moments are shown in.
fn zone(user: &CurrentUser) -> Zone {
    user.0.time_zone.as_deref().and_then(|name| Zone::parse(name).ok()).unwrap_or_else(Zone::utc)
}

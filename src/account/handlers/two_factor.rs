//! Two-factor sign-in: set up, confirmed, given new recovery codes, switched off.

use poem::{IntoResponse, Response, handler, session::Session, web::Data};
use sqlx::PgTransaction;
use time::OffsetDateTime;

use crate::{
    account::views::two_factor::{self as views, State, Wrong},
    app::{App, Enqueue},
    error::Result,
    t,
    users::{
        CurrentUser,
        jobs::{Notice, Occasion, SendAccountMail},
        model::{CodeForm, PasswordForm},
        proof::{ProofForm, own_password, proven},
        queries,
        two_factor::{
            self as second_factor,
            code::{self, Code},
            seal,
        },
    },
    web::{Chrome, ClientAddress, FieldErrors, FormData, Page, flash, see_other},
};

/// The session's entry of somebody who has given the password and may see the secret: the moment, in Unix seconds.
const SETTING_UP: &str = "two_factor_set_up_at";

#[handler]
pub async fn show(user: CurrentUser, chrome: Chrome, app: Data<&App>, session: &Session) -> Result<Page> {
    let state = state(&app, &user, session).await?;
    Ok(Page::ok(views::two_factor_page(&user, &chrome, &state, &Wrong::Nothing)?))
}

async fn state(app: &App, user: &CurrentUser, session: &Session) -> Result<State> {
    if user.0.has_two_factor {
        return Ok(State::On { codes_left: queries::codes_left(&app.db, user.id()).await? });
    }
    Ok(match secret_in_hand(app, user, session).await? {
        Some((_, secret)) => State::SettingUp { secret },
        None => State::Off,
    })
}

/// The secret that is being set up in this session, sealed and open: whoever has only the cookie does not get to see it.
async fn secret_in_hand(app: &App, user: &CurrentUser, session: &Session) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let age = session.get::<i64>(SETTING_UP).map(|since| OffsetDateTime::now_utc().unix_timestamp() - since);
    if !age.is_some_and(|age| (0..second_factor::PATIENCE.whole_seconds()).contains(&age)) {
        return Ok(None);
    }
    let Some(sealed) = queries::totp_secret(&app.db, user.id(), false).await? else { return Ok(None) };
    Ok(seal::open(&app.config, user.id(), &sealed).map(|secret| (sealed, secret)))
}

/// Makes a secret to scan; nothing is on yet.
#[handler]
pub async fn create(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<PasswordForm>,
) -> Result<Response> {
    if let Err(errors) = own_password(&app, &user, client, "password", &form.password).await? {
        let state = state(&app, &user, session).await?;
        let page = views::two_factor_page(&user, &chrome, &state, &Wrong::Start(errors.clone()))?;
        return Ok(Page::refused(&errors, page).into_response());
    }
    let sealed = seal::seal(&app.config.secret_key, user.id(), &second_factor::new_secret())?;
    if queries::set_up_totp(&app.db, user.id(), &sealed).await? {
        session.set(SETTING_UP, OffsetDateTime::now_utc().unix_timestamp());
    }
    Ok(see_other("/account/two-factor"))
}

/// Switches it on, once the authenticator has shown that it has the secret. The recovery codes are on this answer alone.
#[handler]
pub async fn update(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<CodeForm>,
) -> Result<Response> {
    let Some((sealed, secret)) = secret_in_hand(&app, &user, session).await? else {
        let words = if user.0.has_two_factor { t!("account-factor-on-before") } else { t!("account-factor-overdue") };
        flash(session, false, words);
        return Ok(see_other("/account/two-factor"));
    };
    let step = match Code::parse(&form.code) {
        Ok(Code::Totp(digits)) => second_factor::step_of(&app.config, user.id(), &sealed, &digits),
        Ok(Code::Recovery(_)) | Err(_) => None,
    };
    let Some(step) = step else {
        let wrong = Wrong::Confirm(FieldErrors::of("code", t!("account-factor-wrong")));
        return Ok(Page::invalid(views::two_factor_page(&user, &chrome, &State::SettingUp { secret }, &wrong)?).into_response());
    };
    let (codes, hashes) = code::new_recovery_codes();
    let mut transaction = app.db.begin().await?;
    if !queries::enable_totp(&mut *transaction, user.id(), &sealed, step).await? {
        return Ok(see_other("/account/two-factor"));
    }
    queries::replace_recovery_codes(&mut *transaction, user.id(), &hashes).await?;
    let mail = SendAccountMail::on(Occasion::Notice { user_id: user.id(), notice: Notice::TwoFactorOn });
    app.enqueue(&mut transaction, mail, Enqueue::default()).await?;
    transaction.commit().await?;
    session.remove(SETTING_UP);
    tracing::info!(user.id = user.id(), "User {} has switched two-factor sign-in on", user.id());
    Ok(Page::ok(views::recovery_codes_page(&user, &chrome, &codes, true)).into_response())
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
    let mut transaction = match checked(&app, &user, client, &form).await? {
        Ok(transaction) => transaction,
        Err(errors) => {
            let state = state(&app, &user, session).await?;
            let page = views::two_factor_page(&user, &chrome, &state, &Wrong::Off(errors.clone()))?;
            return Ok(Page::refused(&errors, page).into_response());
        }
    };
    queries::disable_totp(&mut *transaction, user.id()).await?;
    let mail = SendAccountMail::on(Occasion::Notice { user_id: user.id(), notice: Notice::TwoFactorOff });
    app.enqueue(&mut transaction, mail, Enqueue::default()).await?;
    transaction.commit().await?;
    tracing::info!(user.id = user.id(), "User {} has switched two-factor sign-in off", user.id());
    flash(session, true, t!("account-factor-ended"));
    Ok(see_other("/account/two-factor"))
}

/// New recovery codes; the earlier ones are worth nothing from now on.
#[handler]
pub async fn create_codes(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<ProofForm>,
) -> Result<Response> {
    let mut transaction = match checked(&app, &user, client, &form).await? {
        Ok(transaction) => transaction,
        Err(errors) => {
            let state = state(&app, &user, session).await?;
            let page = views::two_factor_page(&user, &chrome, &state, &Wrong::Codes(errors.clone()))?;
            return Ok(Page::refused(&errors, page).into_response());
        }
    };
    let (codes, hashes) = code::new_recovery_codes();
    queries::replace_recovery_codes(&mut *transaction, user.id(), &hashes).await?;
    transaction.commit().await?;
    Ok(Page::ok(views::recovery_codes_page(&user, &chrome, &codes, false)).into_response())
}

/// As [`proven`], with a code in any case: where two-factor sign-in was switched off meanwhile, no code is right.
async fn checked(
    app: &App,
    user: &CurrentUser,
    client: ClientAddress,
    form: &ProofForm,
) -> Result<Result<PgTransaction<'static>, FieldErrors>> {
    match form.parse(true) {
        Ok(code) => Ok(proven(app, user, client, form, code.as_ref()).await?.map(|proven| proven.transaction)),
        Err(errors) => Ok(Err(errors)),
    }
}

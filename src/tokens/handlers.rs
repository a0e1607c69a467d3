//! One's own tokens: listed, made, revoked.

use poem::{
    Response, handler,
    session::Session,
    web::{Data, Path},
};

use super::{
    making::{self, NotMade},
    model::{AT_MOST, TokenForm},
    queries, views,
};
use crate::{
    app::App,
    audit::Actor,
    error::Result,
    t,
    users::{CurrentUser, proof},
    web::{Chrome, ClientAddress, FieldErrors, FormData, Page, flash, form::WHOLE, see_other},
};

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>) -> Result<Page> {
    let tokens = queries::list(&app.db, user.id()).await?;
    Ok(Page::ok(views::index_page(&user, &chrome, &tokens)))
}

#[handler]
pub fn new(user: CurrentUser, chrome: Chrome) -> Page {
    Page::ok(views::new_page(&user, &chrome, &TokenForm::blank(), &FieldErrors::default()))
}

/// Makes a token. It stands on this answer and nowhere else: not in an address, not in the session, not in a log.
#[handler]
pub async fn create(
    user: CurrentUser,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    FormData(form): FormData<TokenForm>,
) -> Result<Page> {
    let refused = |errors: &FieldErrors| Page::refused(errors, views::new_page(&user, &chrome, &form, errors));
    let wanted = match form.parse() {
        Ok(wanted) => wanted,
        Err(errors) => return Ok(refused(&errors)),
    };
    let proof = form.proof();
    let code = match proof.parse(user.0.has_two_factor) {
        Ok(code) => code,
        Err(errors) => return Ok(refused(&errors)),
    };
    let mut proven = match proof::proven(&app, &user, client, &proof, code.as_ref()).await? {
        Ok(proven) => proven,
        Err(errors) => return Ok(refused(&errors)),
    };
    let actor = Actor::User(&user.0);
    match making::make(&app, &mut proven.transaction, actor, user.id(), Some(&proven.password_hash), &wanted).await? {
        Ok(made) => {
            proven.transaction.commit().await?;
            tracing::info!(user.id = user.id(), "User {} has made a token", user.id());
            Ok(Page::ok(views::made_page(&user, &chrome, &app.config.link("/api/v1/me"), &wanted, &made)))
        }
        Err(NotMade::MadeBefore) => Ok(Page::conflict(views::made_before_page(&user, &chrome))),
        Err(NotMade::TooMany) => Ok(refused(&FieldErrors::of(WHOLE, t!("tokens-too-many", max = AT_MOST)))),
        Err(NotMade::NobodyToMakeItFor) => Ok(refused(&FieldErrors::of("password", t!("account-wrong-password")))),
    }
}

#[handler]
pub async fn delete(user: CurrentUser, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    let words = match making::revoke(&app, &user, id).await? {
        Some(token) => t!("tokens-was-revoked", name = token.name),
        None => t!("tokens-ended-before"),
    };
    flash(session, true, words);
    Ok(see_other("/account/tokens"))
}

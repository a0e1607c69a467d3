//! The code after the password, for whoever has switched two-factor sign-in on.

use poem::{
    IntoResponse, Request, Response, handler,
    session::Session,
    web::{Data, Query},
};

use super::sign_in::Next;
use crate::{
    app::{App, Enqueue},
    error::Result,
    limits::Door,
    t,
    users::{
        Visitor,
        jobs::{Notice, Occasion, SendAccountMail},
        model::{self, CodeForm},
        queries,
        session::{self, Pending},
        two_factor::{self, Used, code::Code},
        views,
    },
    web::{
        Chrome, ClientAddress, FieldErrors, FormData, Page, flash, see_other,
        session::{SessionHash, count_try, end_surplus},
    },
};

/// The page that asks for the code and goes on to `next`.
pub fn address(next: &str) -> String {
    with_next("/login/code", next)
}

fn with_next(path: &str, next: &str) -> String {
    format!("{path}?{}", url::form_urlencoded::Serializer::new(String::new()).append_pair("next", model::local_path(next)).finish())
}

#[handler]
pub async fn new(visitor: Visitor, chrome: Chrome, session: &Session, Query(Next { next, .. }): Query<Next>) -> Response {
    if visitor.0.is_some() {
        return see_other(model::local_path(&next));
    }
    if Pending::of(session).is_none() {
        return see_other(with_next("/login", &next));
    }
    Page::ok(views::code_page(&visitor, &chrome, &next, &FieldErrors::default())).into_response()
}

#[handler]
pub async fn create(
    request: &Request,
    visitor: Visitor,
    client: ClientAddress,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    hash: SessionHash,
    FormData(form): FormData<CodeForm>,
) -> Result<Response> {
    if visitor.0.is_some() {
        // By now, in another tab.
        return Ok(see_other(model::local_path(&form.next)));
    }
    // Said in the address: any stranger can send this, and a flash would be a row of theirs in the table each time.
    let Some(pending) = Pending::of(session) else { return Ok(see_other(format!("{}&overdue=true", with_next("/login", &form.next)))) };
    let code = match Code::parse(&form.code) {
        Ok(code) => code,
        Err(error) => {
            let errors = FieldErrors::of("code", error);
            return Ok(Page::invalid(views::code_page(&visitor, &chrome, &form.next, &errors)).into_response());
        }
    };
    // The pending sign-in ends after a few wrong codes, and who has the password can begin another one; this counts them all.
    let pass = match app.throttle.enter(Door::SecondFactor, client, &pending.user_id.to_string()) {
        Ok(pass) => pass,
        Err(wait) => {
            return Ok(Page::too_many(wait, views::code_page(&visitor, &chrome, &form.next, &FieldErrors::of_wait(wait))).into_response());
        }
    };
    // Counted in the table and before the code is looked at: sent all at once, codes are as many.
    let tries = match hash {
        SessionHash(Some(hash)) => count_try(&app.db, &hash).await?,
        SessionHash(None) => None,
    };
    let Some(tries) = tries.filter(|tries| *tries <= two_factor::TRIES) else {
        pass.counts();
        return Ok(too_often(session, &form.next));
    };
    // The account as it is by now: blocked, deleted, or with another password, it is not signed in to.
    let credentials = queries::credentials_by_id(&app.db, pending.user_id).await?;
    let still = |kept: &queries::Credentials| kept.blocked.is_none() && kept.has_two_factor && pending.knows(&kept.password_hash);
    let Some(credentials) = credentials.filter(still) else {
        pass.counts();
        return Ok(again(session, &form.next, t!("users-code-changed")));
    };
    let mut transaction = app.db.begin().await?;
    let Some(used) = two_factor::check(&app, &mut transaction, credentials.id, &code).await? else {
        pass.counts();
        if tries == two_factor::TRIES {
            return Ok(too_often(session, &form.next));
        }
        let errors = FieldErrors::of("code", code.refusal());
        return Ok(Page::invalid(views::code_page(&visitor, &chrome, &form.next, &errors)).into_response());
    };
    if let Used::Recovery { left } = used {
        let mail = SendAccountMail::on(Occasion::Notice { user_id: credentials.id, notice: Notice::RecoveryCodeUsed { left } });
        app.enqueue(&mut transaction, mail, Enqueue::default()).await?;
    }
    queries::signed_in(&mut *transaction, credentials.id).await?;
    transaction.commit().await?;
    session::begin(session, request, &credentials);
    end_surplus(&app.db, credentials.id).await?;
    if let Used::Recovery { left } = used {
        flash(session, true, t!("users-code-recovery-used", left = left));
    }
    Ok(see_other(model::local_path(&form.next)))
}

fn too_often(session: &Session, next: &str) -> Response {
    again(session, next, t!("users-code-too-many"))
}

fn again(session: &Session, next: &str, why: String) -> Response {
    Pending::end(session);
    flash(session, false, why);
    see_other(with_next("/login", next))
}

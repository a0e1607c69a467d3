//! Blocking and unblocking, each in one transaction with its record. The engine reads `blocked_at` at every claim and every
//! renewal of a lease, so nothing has to be told to stop.

use sqlx::PgTransaction;

use super::{
    model::{self, Account, NotBlocked},
    queries,
};
use crate::{
    app::App,
    audit::{self, Action, Actor, Reason, Subject},
    error::Result,
    mailings,
    users::{self, Manager, model::User},
    web,
};

/// Blocks a user: their sessions end at once, what runs for them rests before its next batch. Of somebody who is blocked it
/// changes the reason; the same once more changes nothing.
///
/// # Errors
/// Not found where there is no such user; forbidden where the actor may no longer.
pub async fn block(app: &App, actor: &User, id: i64, reason: &Reason) -> Result<Result<(), NotBlocked>> {
    let mut transaction = app.db.begin().await?;
    // An administrator who acts is one who stays, so this never blocks the last.
    let actor = &users::queries::still_may(&mut transaction, actor, Manager::RIGHTS).await?;
    let account = queries::lock(&mut transaction, id).await?;
    if let Err(refusal) = model::may_block(actor, id, &account.roles) {
        return Ok(Err(refusal));
    }
    if account.blocked_at.is_some() && account.blocked_reason.as_deref() == Some(reason.as_str()) {
        return Ok(Ok(()));
    }
    queries::block(&mut *transaction, id, reason.as_str()).await?;
    web::session::end_all(&mut *transaction, id, None).await?;
    let subject = Subject::User { id, email: &account.email };
    audit::record(&mut *transaction, Actor::User(actor), Action::BlockUser, subject, reason.as_str(), &[]).await?;
    transaction.commit().await?;
    tracing::info!(user.id = id, "User {id} was blocked");
    Ok(Ok(()))
}

/// Unblocks a user. Their mailings go on as after a pause; somebody who is not blocked stays as they are.
///
/// # Errors
/// Not found where there is no such user; forbidden where the actor may no longer.
pub async fn unblock(app: &App, actor: &User, id: i64) -> Result<Result<(), NotBlocked>> {
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Manager::RIGHTS).await?;
    let account = queries::lock(&mut transaction, id).await?;
    if let Err(refusal) = model::may_block(actor, id, &account.roles) {
        return Ok(Err(refusal));
    }
    lift(app, &mut transaction, Actor::User(actor), &account).await?;
    transaction.commit().await?;
    Ok(Ok(()))
}

/// Takes a block away inside a transaction that has the user's row. Whether there was one.
///
/// # Errors
/// The database's.
pub async fn lift(app: &App, transaction: &mut PgTransaction<'_>, actor: Actor<'_>, account: &Account) -> Result<bool> {
    if account.blocked_at.is_none() {
        return Ok(false);
    }
    queries::unblock(&mut **transaction, account.id).await?;
    mailings::runs::resume_all(app, transaction, account.id).await?;
    let subject = Subject::User { id: account.id, email: &account.email };
    audit::record(&mut **transaction, actor, Action::UnblockUser, subject, "", &[]).await?;
    tracing::info!(user.id = account.id, "User {} was unblocked", account.id);
    Ok(true)
}

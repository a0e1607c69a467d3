//! Disabling and enabling a mailing: one transaction with its record and the mail to the owner.

use sqlx::PgTransaction;

use super::jobs::TellOwner;
use crate::{
    app::{App, Enqueue},
    audit::{self, Action, Actor, Reason, Subject},
    error::{Error, Result},
    mailings::{model::Mailing, queries, runs},
    users::{self, Manager, model::User},
};

/// Disables a mailing: no run starts, a running attempt rests before its next batch, and the owner cannot start it. Of one
/// that is disabled it changes the reason; the same once more changes nothing.
///
/// # Errors
/// Not found where there is no such mailing; forbidden where the actor may no longer.
pub async fn disable(app: &App, actor: &User, id: i64, reason: &Reason) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Manager::RIGHTS).await?;
    let mailing = queries::lock(&mut transaction, id).await?.ok_or(Error::NotFound)?;
    if mailing.disabled_at.is_some() && mailing.disabled_reason.as_deref() == Some(reason.as_str()) {
        return Ok(());
    }
    runs::disable(app, &mut transaction, id, reason.as_str()).await?;
    tell(app, &mut transaction, actor, Action::DisableMailing, &mailing, reason.as_str()).await?;
    transaction.commit().await?;
    tracing::info!(mailing.id = id, "Mailing {id} was disabled");
    Ok(())
}

/// Enables a mailing; it goes on as after a pause. One that is not disabled stays as it is.
///
/// # Errors
/// Not found where there is no such mailing; forbidden where the actor may no longer.
pub async fn enable(app: &App, actor: &User, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Manager::RIGHTS).await?;
    let mailing = queries::lock(&mut transaction, id).await?.ok_or(Error::NotFound)?;
    if mailing.disabled_at.is_none() {
        return Ok(());
    }
    tell(app, &mut transaction, actor, Action::EnableMailing, &mailing, "").await?;
    runs::enable(app, &mut transaction, mailing).await?;
    transaction.commit().await?;
    tracing::info!(mailing.id = id, "Mailing {id} was enabled");
    Ok(())
}

/// Puts it on record, and lets the owner know.
async fn tell(app: &App, transaction: &mut PgTransaction<'_>, actor: &User, action: Action, mailing: &Mailing, reason: &str) -> Result<()> {
    let subject = Subject::Mailing { id: mailing.id, name: &mailing.name };
    let entry_id = audit::record(&mut **transaction, Actor::User(actor), action, subject, reason, &[]).await?;
    app.enqueue(transaction, TellOwner { entry_id }, Enqueue::default()).await
}

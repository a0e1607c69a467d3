//! What is done with a webhook, from its pages and from programs alike: each in one short transaction with its job.

use sqlx::PgTransaction;
use uuid::Uuid;

use super::{
    jobs::{CallWebhook, job_key},
    model::{NewWebhook, TEST, Webhook, host},
    payload, queries, secret,
};
use crate::{
    app::{App, Enqueue},
    audit::{self, Action, Actor, Change, Subject},
    error::Result,
    limits::{WEBHOOK_MAILS, WEBHOOKS_MAX},
    users::{
        jobs::{Occasion, SendAccountMail},
        model::User,
    },
};

/// A webhook that was just made.
#[derive(Debug)]
pub struct Made {
    pub id: i64,
    /// Shown this once. None: no key that is known opens it any more.
    pub secret: Option<String>,
}

/// Adds a webhook, which is on record and which its owner is told of: it tells others what happens. The same submission again gives the
/// webhook that it has made. None: the user has as many as there may be.
///
/// # Errors
/// The database's.
pub async fn create(app: &App, user: &User, new: &NewWebhook, submission_id: Uuid) -> Result<Option<Made>> {
    let mut transaction = app.db.begin().await?;
    let made = create_in(app, &mut transaction, user, new, submission_id).await?;
    transaction.commit().await?;
    Ok(made)
}

/// As [`create`], in a transaction of the caller's.
///
/// # Errors
/// The database's.
pub async fn create_in(
    app: &App,
    transaction: &mut PgTransaction<'_>,
    user: &User,
    new: &NewWebhook,
    submission_id: Uuid,
) -> Result<Option<Made>> {
    let user_id = user.id;
    let count = queries::count_locked(transaction, user_id).await?;
    if let Some((id, sealed)) = queries::by_submission(&mut **transaction, user_id, submission_id).await? {
        return Ok(Some(Made { id, secret: secret::shown(&app.config, user_id, &sealed) }));
    }
    if count >= WEBHOOKS_MAX {
        return Ok(None);
    }
    let (shown, sealed) = secret::make(&app.config, user_id)?;
    let id = queries::insert(&mut **transaction, user_id, new, &sealed, submission_id).await?;
    record(transaction, user, Action::CreateWebhook, &new.url).await?;
    tell(app, transaction, user, &new.url).await?;
    tracing::info!(webhook.id = id, user.id = user_id, "User {user_id} has made webhook {id}");
    Ok(Some(Made { id, secret: Some(shown) }))
}

/// Another address is on record, and its owner is told. None: the row has another version by now.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn update(app: &App, user: &User, id: i64, version: i32, new: &NewWebhook) -> Result<Option<Webhook>> {
    let mut transaction = app.db.begin().await?;
    let before = queries::lock_own(&mut *transaction, user.id, id).await?;
    let Some(webhook) = queries::update(&mut *transaction, user.id, id, version, new).await? else { return Ok(None) };
    if webhook.url != before.url {
        record(&mut transaction, user, Action::ReaddressWebhook, &webhook.url).await?;
        tell(app, &mut transaction, user, &webhook.url).await?;
    }
    call(app, &mut transaction, id).await?;
    transaction.commit().await?;
    Ok(Some(webhook))
}

/// Sends to it again; what waits goes out.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn resume(app: &App, user_id: i64, id: i64) -> Result<Webhook> {
    let mut transaction = app.db.begin().await?;
    let webhook = queries::resume(&mut *transaction, user_id, id).await?;
    call(app, &mut transaction, id).await?;
    transaction.commit().await?;
    Ok(webhook)
}

/// With everything that was sent to it.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn delete(app: &App, user: &User, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let webhook = queries::lock_own(&mut *transaction, user.id, id).await?;
    queries::delete(&mut *transaction, user.id, id).await?;
    record(&mut transaction, user, Action::DeleteWebhook, &webhook.url).await?;
    app.dequeue(&mut transaction, &job_key(id)).await?;
    transaction.commit().await?;
    Ok(())
}

/// Another secret, shown this once.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn replace_secret(app: &App, user_id: i64, id: i64) -> Result<(Webhook, String)> {
    let (shown, sealed) = secret::make(&app.config, user_id)?;
    let mut transaction = app.db.begin().await?;
    let webhook = queries::set_secret(&mut *transaction, user_id, id, &sealed).await?;
    // Who is sending with the one before has lost the turn.
    call(app, &mut transaction, id).await?;
    transaction.commit().await?;
    Ok((webhook, shown))
}

/// Sends an event that tries the webhook out; its delivery. None: the webhook is switched off.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn test(app: &App, user_id: i64, id: i64) -> Result<Option<i64>> {
    let mut transaction = app.db.begin().await?;
    let delivery_id = test_in(app, &mut transaction, user_id, id).await?;
    transaction.commit().await?;
    Ok(delivery_id)
}

/// As [`test`], in a transaction of the caller's.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn test_in(app: &App, transaction: &mut PgTransaction<'_>, user_id: i64, id: i64) -> Result<Option<i64>> {
    let webhook = queries::lock_own(&mut **transaction, user_id, id).await?;
    if webhook.disabled_at.is_some() {
        return Ok(None);
    }
    let payload = payload::test(id).map_err(anyhow::Error::from)?;
    let delivery_id = queries::insert_test(&mut **transaction, id, TEST, &payload).await?;
    wake(app, transaction, id).await?;
    Ok(Some(delivery_id))
}

/// Sends something once more, with the same id and the same bytes. False: the webhook is switched off.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn redeliver(app: &App, user_id: i64, id: i64, delivery_id: i64) -> Result<bool> {
    let mut transaction = app.db.begin().await?;
    let is_on = redeliver_in(app, &mut transaction, user_id, id, delivery_id).await?;
    transaction.commit().await?;
    Ok(is_on)
}

/// As [`redeliver`], in a transaction of the caller's.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn redeliver_in(app: &App, transaction: &mut PgTransaction<'_>, user_id: i64, id: i64, delivery_id: i64) -> Result<bool> {
    let webhook = queries::lock_own(&mut **transaction, user_id, id).await?;
    queries::delivery(&mut **transaction, user_id, id, delivery_id).await?;
    if webhook.disabled_at.is_some() {
        return Ok(false);
    }
    queries::redeliver(&mut **transaction, id, delivery_id).await?;
    wake(app, transaction, id).await?;
    Ok(true)
}

/// Lets something be sent at once, at its owner's wish, whatever the receiver did before.
async fn wake(app: &App, transaction: &mut PgTransaction<'_>, id: i64) -> Result<()> {
    queries::wake(&mut **transaction, id).await?;
    call(app, transaction, id).await
}

async fn call(app: &App, transaction: &mut PgTransaction<'_>, webhook_id: i64) -> Result<()> {
    app.enqueue(transaction, CallWebhook { webhook_id }, Enqueue { key: Some(job_key(webhook_id)), run_at: None }).await
}

async fn record(transaction: &mut PgTransaction<'_>, user: &User, action: Action, url: &str) -> Result<()> {
    let subject = Subject::User { id: user.id, email: &user.email };
    let change = Change::Webhook { host: host(url) };
    audit::record(&mut **transaction, Actor::User(user), action, subject, "", &[change]).await?;
    Ok(())
}

/// Tells the owner where a webhook leads, also where it leads there no more by the time the mail goes out. After it is on [record].
async fn tell(app: &App, transaction: &mut PgTransaction<'_>, user: &User, url: &str) -> Result<()> {
    let such = [Action::CreateWebhook, Action::ReaddressWebhook];
    if audit::queries::count_lately(&mut **transaction, user.id, &such).await? > WEBHOOK_MAILS {
        return Ok(());
    }
    let occasion = Occasion::WebhookAddressed { user_id: user.id, host: host(url) };
    app.enqueue(transaction, SendAccountMail::on(occasion), Enqueue::default()).await
}

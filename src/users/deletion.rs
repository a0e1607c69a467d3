//! The end of an account. It is closed in the transaction that asks for it: signed out everywhere, its mailings halted, its
//! address free for another. Its rows go in a job, because a million deliveries take longer than anybody waits for a page.

use sqlx::PgTransaction;

use super::{
    jobs::{DeleteUser, Occasion, SendAccountMail},
    queries,
};
use crate::{
    app::{App, Enqueue},
    db,
    error::Result,
    mailings, web,
};

/// Recipients that are deleted at once: a second's work or so.
const CHUNK: i64 = 50_000;

/// What came of asking for an account's end.
#[derive(Debug, PartialEq, Eq)]
pub enum Begun {
    Closed,
    /// Nobody would be left to give roles.
    LastAdmin,
}

/// Closes the account, and tells its owner. What runs for it ends as for a blocked one: what is on the wire is finished, nothing more is sent.
///
/// # Errors
/// Not found where there is no such account.
pub async fn begin(app: &App, transaction: &mut PgTransaction<'_>, user_id: i64) -> Result<Begun> {
    if queries::is_last_admin(transaction, user_id).await? {
        return Ok(Begun::LastAdmin);
    }
    let told = queries::keep_address(&mut **transaction, user_id).await?;
    queries::close(&mut **transaction, user_id).await?;
    web::session::end_all(&mut **transaction, user_id, None).await?;
    let key = Some(job_key(user_id));
    app.enqueue(transaction, DeleteUser { user_id }, Enqueue { key, run_at: None }).await?;
    if let Some(former_address_id) = told {
        app.enqueue(transaction, SendAccountMail::on(Occasion::AccountDeleted { former_address_id }), Enqueue::default()).await?;
    }
    Ok(Begun::Closed)
}

/// Closed accounts whose job is gone or has given up get it again. A safety net; it should never catch anything.
///
/// # Errors
/// The database's.
pub async fn rescue_forgotten(app: &App) -> Result<()> {
    for user_id in queries::closed_without_job(&app.db).await? {
        tracing::warn!(user.id = user_id, "User {user_id} is closed and had no job to be deleted by; it gets one");
        let mut transaction = app.db.begin().await?;
        app.enqueue(&mut transaction, DeleteUser { user_id }, Enqueue { key: Some(job_key(user_id)), run_at: None }).await?;
        transaction.commit().await?;
    }
    Ok(())
}

fn job_key(user_id: i64) -> String {
    format!("delete_user:{user_id}")
}

/// The body of the job: deletes everything of a closed account, the largest things in steps. Repeating it goes on.
///
/// # Errors
/// The database's; the job runs again.
pub async fn finish(app: &App, user_id: i64) -> Result<()> {
    if !queries::is_closed(&app.db, user_id).await? {
        return Ok(());
    }
    for id in mailings::queries::ids_of(&app.db, user_id).await? {
        mailings::runs::delete(app, user_id, id).await?;
    }
    while queries::delete_recipients(&app.db, user_id, CHUNK).await? > 0 {}
    let mut transaction = app.db.begin().await?;
    db::defer_constraints(&mut *transaction).await?;
    queries::delete(&mut *transaction, user_id).await?;
    transaction.commit().await?;
    tracing::info!(user.id = user_id, "User {user_id} and everything of theirs was deleted");
    Ok(())
}

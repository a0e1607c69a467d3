//! Recipients that are added to a mailing from outside of its form.

use sqlx::PgExecutor;

use super::{
    model::{PICKED_MAX, Status, Use},
    queries,
};
use crate::{app::App, attempts, error::Result};

/// What became of adding recipients to a mailing.
#[derive(Debug, PartialEq, Eq)]
pub enum Added {
    /// So many of them; the others were in it already.
    Some { added: u64, mailing: String },
    /// It has ended or was stopped, or goes to all recipients: there is nothing to add to.
    Closed,
    /// A run of it goes out at present, to whom it began with.
    Running,
    /// There would be more than [`PICKED_MAX`].
    TooMany,
}

/// The owner's newest mailings that pick recipients and are not over.
pub async fn open(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<Vec<Use>> {
    sqlx::query_as!(
        Use,
        "select id, name from mailings where user_id = $1 and not all_recipients and status <> 'completed' and stopped_at is null
         order by id desc limit $2",
        user_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Adds the owner's recipients among `ids`; they count from the next run. Whoever has the mailing's form open meanwhile is told.
///
/// # Errors
/// Not found where it is not the owner's.
pub async fn add(app: &App, user_id: i64, mailing_id: i64, ids: &[i64]) -> Result<Added> {
    let mut transaction = app.db.begin().await?;
    let mailing = queries::lock_own(&mut transaction, user_id, mailing_id).await?;
    if mailing.all_recipients || mailing.status == Status::Completed || mailing.stopped_at.is_some() {
        return Ok(Added::Closed);
    }
    if attempts::queries::running_id(&mut *transaction, mailing_id).await?.is_some() {
        return Ok(Added::Running);
    }
    let added = insert(&mut *transaction, user_id, mailing_id, ids).await?;
    if count(&mut *transaction, mailing_id).await? > PICKED_MAX as i64 {
        return Ok(Added::TooMany);
    }
    if added > 0 {
        bump(&mut *transaction, mailing_id).await?;
    }
    transaction.commit().await?;
    Ok(Added::Some { added, mailing: mailing.name })
}

async fn insert(db: impl PgExecutor<'_>, user_id: i64, mailing_id: i64, ids: &[i64]) -> sqlx::Result<u64> {
    let inserted = sqlx::query!(
        "insert into mailing_recipients (mailing_id, recipient_id, user_id)
         select $1, r.id, r.user_id from (
           -- A recipient who is being deleted is waited for, and then is not in it.
           select id, user_id from recipients where user_id = $2 and id = any($3) order by id for key share
         ) r
         on conflict do nothing",
        mailing_id,
        user_id,
        ids
    )
    .execute(db)
    .await?;
    Ok(inserted.rows_affected())
}

async fn count(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from mailing_recipients where mailing_id = $1"#, mailing_id).fetch_one(db).await
}

async fn bump(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<()> {
    sqlx::query!("update mailings set version = version + 1, updated_at = now() where id = $1", mailing_id).execute(db).await?;
    Ok(())
}

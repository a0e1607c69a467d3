//! SQL over recipients. Every query takes the owner.

mod counts;
mod history;
pub mod imports;
mod lists;
pub mod staging;
mod ticked;

pub use counts::{count, count_undeliverable_up_to, gather_counts};
pub use history::{Sent, history};
pub use imports::upsert;
pub use lists::page;
use sqlx::{PgConnection, PgExecutor};
pub use ticked::{Picked, count_of, delete_unused, picked};
use uuid::Uuid;

use super::model::{NewRecipient, Recipient};
use crate::{
    db::{self, ResultExt},
    delivery::{model::Settlement, queries::Held},
    t,
    web::{FieldErrors, Refusal},
    webhooks::payload,
};

/// The owner's newest recipients below `before`, to choose from. `search` is a `like` pattern.
pub async fn list(
    db: impl PgExecutor<'_>,
    user_id: i64,
    search: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Recipient>> {
    sqlx::query_as!(
        Recipient,
        r#"select id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version
           from recipients
           where user_id = $1 and ($2::text is null or search like $2) and ($3::bigint is null or id < $3)
           order by id desc limit $4"#,
        user_id,
        search,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

pub async fn get(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Recipient> {
    sqlx::query_as!(
        Recipient,
        r#"select id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version
           from recipients where user_id = $1 and id = $2"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// The owner's recipients among `ids`, for the ticked ones of a form.
pub async fn get_many(db: impl PgExecutor<'_>, user_id: i64, ids: &[i64]) -> sqlx::Result<Vec<Recipient>> {
    sqlx::query_as!(
        Recipient,
        r#"select id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version
           from recipients where user_id = $1 and id = any($2) order by id desc"#,
        user_id,
        ids
    )
    .fetch_all(db)
    .await
}

/// How many the owner has, counted up to `limit`: the picker and the guide need no exact million.
pub async fn count_up_to(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from (select from recipients where user_id = $1 limit $2) counted"#, user_id, limit)
        .fetch_one(db)
        .await
}

/// Saves a new recipient; the same submission again gives the row it has made, as it is by now.
pub async fn insert(db: impl PgExecutor<'_> + Copy, user_id: i64, new: &NewRecipient, submission_id: Uuid) -> Result<Recipient, Refusal> {
    // Whichever of the two unique constraints it is: of two clicks at once the second may run into either.
    let inserted = sqlx::query_as!(
        Recipient,
        r#"insert into recipients (user_id, email, full_name, comment, submission_id) values ($1, $2::text::citext, $3, $4, $5)
           on conflict do nothing
           returning id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version"#,
        user_id,
        new.email,
        new.full_name,
        new.comment,
        submission_id
    )
    .fetch_optional(db)
    .await?;
    match inserted {
        Some(recipient) => Ok(recipient),
        None => by_submission(db, user_id, submission_id).await?.ok_or_else(email_taken),
    }
}

/// As [`insert`], for who makes sure by other means that it is done once.
pub async fn insert_new(db: &mut PgConnection, user_id: i64, new: &NewRecipient) -> Result<Recipient, Refusal> {
    sqlx::query_as!(
        Recipient,
        r#"insert into recipients (user_id, email, full_name, comment) values ($1, $2::text::citext, $3, $4)
           on conflict (user_id, lower(email::text) collate "C") do nothing
           returning id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version"#,
        user_id,
        new.email,
        new.full_name,
        new.comment
    )
    .fetch_optional(db)
    .await?
    .ok_or_else(email_taken)
}

/// The recipient an earlier sending of the same form has made.
async fn by_submission(db: impl PgExecutor<'_>, user_id: i64, submission_id: Uuid) -> sqlx::Result<Option<Recipient>> {
    sqlx::query_as!(
        Recipient,
        r#"select id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version
           from recipients where user_id = $1 and submission_id = $2"#,
        user_id,
        submission_id
    )
    .fetch_optional(db)
    .await
}

/// Saves a change of the given version; None: there is no such version (any more). A new address is not undeliverable yet.
pub async fn update(
    db: impl PgExecutor<'_>,
    user_id: i64,
    id: i64,
    version: i32,
    new: &NewRecipient,
) -> Result<Option<Recipient>, Refusal> {
    sqlx::query_as!(
        Recipient,
        r#"update recipients set email = $4::text::citext, full_name = $5, comment = $6, version = version + 1, updated_at = now(),
               undeliverable_at = case when email = $4::text::citext then undeliverable_at end,
               undeliverable_reason = case when email = $4::text::citext then undeliverable_reason end
           where user_id = $1 and id = $2 and version = $3
           returning id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version"#,
        user_id,
        id,
        version,
        new.email,
        new.full_name,
        new.comment
    )
    .fetch_optional(db)
    .await
    .on_constraint("recipients_user_id_email_key", email_taken)
}

fn email_taken() -> Refusal {
    Refusal::Invalid(FieldErrors::of("email", t!("recipients-email-taken")))
}

/// Deletes unless a mailing picks this recipient: then false. `RowNotFound` where it is not the owner's.
pub async fn delete(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<bool> {
    let deleted =
        sqlx::query_scalar!("delete from recipients where user_id = $1 and id = $2 returning id", user_id, id).fetch_one(db).await;
    db::unless_used(deleted, "mailing_recipients_recipient_id_fkey")
}

/// A mail server has said that the addresses of these deliveries do not exist. A recipient whose address was corrected
/// since is left alone. Those who were marked by this and whose owner has a webhook for that.
pub async fn mark_undeliverable(db: impl PgExecutor<'_>, bad: &[(Held, &Settlement)]) -> sqlx::Result<Vec<payload::Recipient>> {
    sqlx::query_as!(
        payload::Recipient,
        r#"with bad as (
             select r.id, b.reason
             from unnest($1::bigint[], $2::int[], $3::text[]) b (attempt_id, number, reason)
             join deliveries d on d.attempt_id = b.attempt_id and d.number = b.number
             join recipients r on r.id = d.recipient_id and r.email = d.email::citext and r.undeliverable_at is null
             -- One that somebody else has in hand, as an import has those that it is changing, is left to the next attempt: what is settled
             -- here is every attempt's, and waits for nobody.
             order by r.id for no key update of r skip locked
         ), marked as (
             update recipients r set undeliverable_at = now(), undeliverable_reason = bad.reason from bad where r.id = bad.id
             returning r.id, r.user_id, r.email, r.full_name, r.comment, r.undeliverable_at, r.undeliverable_reason, r.unsubscribed_at
         )
         select id as "id!", user_id as "user_id!", email::text as "email!", full_name as "name!", comment as "comment!",
                undeliverable_at as "undeliverable_at!", undeliverable_reason as "undeliverable_reason!",
                unsubscribed_at as "unsubscribed_at?"
         from marked m
         where exists (
           select from webhooks w where w.user_id = m.user_id and 'recipient.undeliverable' = any(w.events) and w.disabled_at is null
             and not w.overflows
         )
         order by id"#,
        &bad.iter().map(|(held, _)| held.attempt_id).collect::<Vec<_>>(),
        &bad.iter().map(|(_, settlement)| settlement.number).collect::<Vec<_>>(),
        &bad.iter().map(|(_, settlement)| settlement.text.as_deref().unwrap_or_default()).collect::<Vec<_>>() as &[&str],
    )
    .fetch_all(db)
    .await
}

/// A mail server has taken these mails: whoever of the recipients was thought to be undeliverable is not.
pub async fn mark_reached(db: impl PgExecutor<'_>, reached: &[(Held, &Settlement)]) -> sqlx::Result<()> {
    sqlx::query!(
        "with reached as (
             select r.id
             from unnest($1::bigint[], $2::int[]) b (attempt_id, number)
             join deliveries d on d.attempt_id = b.attempt_id and d.number = b.number
             join recipients r on r.id = d.recipient_id and r.email = d.email::citext and r.undeliverable_at is not null
             order by r.id for no key update of r skip locked
         )
         update recipients r set undeliverable_at = null, undeliverable_reason = null from reached where r.id = reached.id",
        &reached.iter().map(|(held, _)| held.attempt_id).collect::<Vec<_>>(),
        &reached.iter().map(|(_, settlement)| settlement.number).collect::<Vec<_>>(),
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The owner knows better: the address is tried again with the next attempt.
pub async fn clear_undeliverable(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Recipient> {
    sqlx::query_as!(
        Recipient,
        r#"update recipients set undeliverable_at = null, undeliverable_reason = null, version = version + 1, updated_at = now()
           where user_id = $1 and id = $2
           returning id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

/// The recipient wants no more mail.
pub async fn unsubscribe(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update recipients set unsubscribed_at = now(), version = version + 1, updated_at = now() where id = $1 and unsubscribed_at is null",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The owner says that the recipient wants mail again.
pub async fn clear_unsubscribed(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Recipient> {
    sqlx::query_as!(
        Recipient,
        r#"update recipients set unsubscribed_at = null, version = version + 1, updated_at = now()
           where user_id = $1 and id = $2
           returning id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await
}

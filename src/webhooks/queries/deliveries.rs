//! SQL over what is sent to webhooks.

use sqlx::PgExecutor;

use crate::webhooks::{
    model::{Delivery, Failure, State},
    payload,
};

/// Something to tell all webhooks of a user that ask for it.
pub struct NewDelivery {
    pub user_id: i64,
    pub payload: String,
}

/// Those of the attempts of whose event somebody wants to hear.
pub async fn watched_attempts(db: impl PgExecutor<'_>, event: &str, attempt_ids: &[i64]) -> sqlx::Result<Vec<payload::Attempt>> {
    sqlx::query_as!(
        payload::Attempt,
        r#"select a.id, a.user_id, a.mailing_id, a.scheduled_at, a.started_at, a.finished_at, a.status, a.total, a.sent, a.failed,
                  a.waiting as "waiting!", a.unknown, a.skipped, a.last_reply
           from attempts a
           where a.id = any($2)
             and exists (select from webhooks w where w.user_id = a.user_id and $1 = any(w.events) and w.disabled_at is null)
           order by a.id"#,
        event,
        attempt_ids
    )
    .fetch_all(db)
    .await
}

/// One for each of the owners' webhooks that ask for the event; which webhooks those are. The lock keeps them from being
/// deleted in the middle, which the foreign key would make a failure of.
pub async fn insert_events(db: impl PgExecutor<'_>, event: &str, new: &[NewDelivery]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "with watching as (
             select id, user_id from webhooks
             where user_id = any($2) and $1 = any(events) and disabled_at is null and not (overflows and $1 = 'recipient.undeliverable')
             order by id for key share
         )
         insert into webhook_deliveries (webhook_id, event, payload)
         select w.id, $1, n.payload
         from unnest($2::bigint[], $3::text[]) with ordinality n (user_id, payload, place) join watching w on w.user_id = n.user_id
         order by n.place, w.id
         returning webhook_id",
        event,
        &new.iter().map(|new| new.user_id).collect::<Vec<_>>(),
        &new.iter().map(|new| new.payload.as_str()).collect::<Vec<_>>() as &[&str]
    )
    .fetch_all(db)
    .await
}

/// Something to try one webhook out with.
pub async fn insert_test(db: impl PgExecutor<'_>, webhook_id: i64, event: &str, payload: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into webhook_deliveries (webhook_id, event, payload) values ($1, $2, $3) returning id",
        webhook_id,
        event,
        payload
    )
    .fetch_one(db)
    .await
}

/// What was sent to a webhook, newest first, from below `before` on. The caller has seen that it is the owner's.
pub async fn list_deliveries(db: impl PgExecutor<'_>, webhook_id: i64, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Delivery>> {
    sqlx::query_as!(
        Delivery,
        r#"select id, message_id, event, payload, state as "state: State", tries, again_at, created_at, tried_at, status, answer,
                  failure as "failure: Failure"
           from webhook_deliveries where webhook_id = $1 and ($2::bigint is null or id < $2) order by id desc limit $3"#,
        webhook_id,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

/// One of them.
pub async fn delivery(db: impl PgExecutor<'_>, user_id: i64, webhook_id: i64, id: i64) -> sqlx::Result<Delivery> {
    sqlx::query_as!(
        Delivery,
        r#"select d.id, d.message_id, d.event, d.payload, d.state as "state: State", d.tries, d.again_at, d.created_at, d.tried_at, d.status,
                  d.answer, d.failure as "failure: Failure"
           from webhook_deliveries d join webhooks w on w.id = d.webhook_id where w.user_id = $1 and w.id = $2 and d.id = $3"#,
        user_id,
        webhook_id,
        id
    )
    .fetch_one(db)
    .await
}

/// Sends it once more, now, with as many tries as at first.
pub async fn redeliver(db: impl PgExecutor<'_>, webhook_id: i64, id: i64) -> sqlx::Result<()> {
    sqlx::query_scalar!(
        "update webhook_deliveries set state = 'waiting', again_at = now(), tries = 0 where webhook_id = $1 and id = $2 returning id",
        webhook_id,
        id
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Notes for which webhooks more than `limit` waits, and for which no longer.
pub async fn mark_overflowing(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<u64> {
    let marked = sqlx::query!(
        "update webhooks w set overflows = not overflows
         where overflows is distinct from exists (
           select from webhook_deliveries d where d.webhook_id = w.id and d.again_at is not null offset $1
         )",
        limit
    )
    .execute(db)
    .await?;
    Ok(marked.rows_affected())
}

/// Deletes what is older than `days`, some thousands at a time. Ids rise with time, so a webhook's oldest are found without an index over it.
pub async fn delete_old(db: impl PgExecutor<'_>, days: i32) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from webhook_deliveries where (webhook_id, id) in (
             select oldest.webhook_id, oldest.id from webhooks w
             cross join lateral (
               select webhook_id, id, created_at from webhook_deliveries l where l.webhook_id = w.id order by l.id limit 5000
             ) oldest
             where oldest.created_at < now() - make_interval(days => $1)
         )",
        days
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes what is done with of each webhook, but for its newest `kept`.
pub async fn trim(db: impl PgExecutor<'_>, kept: i64) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from webhook_deliveries where (webhook_id, id) in (
             select d.webhook_id, d.id from webhooks w
             cross join lateral (
               select id from webhook_deliveries l where l.webhook_id = w.id order by l.id desc offset $1 limit 1
             ) last
             join webhook_deliveries d on d.webhook_id = w.id and d.id <= last.id and d.again_at is null
             limit 20000
         )",
        kept
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

//! SQL over whose turn it is to send to a webhook, and what came of it.

use std::time::Duration;

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::webhooks::model::{State, Why};

/// A webhook that somebody wants to send to.
#[derive(Debug)]
pub struct Place {
    pub user_id: i64,
    pub url: String,
    /// Sealed.
    pub secret: Vec<u8>,
    pub failures: i32,
    pub failing_since: Option<OffsetDateTime>,
    /// Whether anything is sent there at all: it is on, its owner neither blocked nor gone.
    pub is_on: bool,
    /// Until when somebody else sends, or it is left alone; None: it may be sent to.
    pub busy_until: Option<OffsetDateTime>,
}

/// Locks a webhook for as long as it takes to see whose turn it is. None: there is none.
pub async fn lock(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Place>> {
    sqlx::query_as!(
        Place,
        r#"select w.user_id, w.url, w.secret, w.failures, w.failing_since,
                  (w.disabled_at is null and u.blocked_at is null and u.deleting_at is null) as "is_on!",
                  nullif(greatest(w.claimed_until, w.rests_until, now()), now()) as busy_until
           from webhooks w join users u on u.id = w.user_id where w.id = $1 for no key update of w"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Takes the turn for so long at the most; until when.
pub async fn claim(db: impl PgExecutor<'_>, id: i64, claim: Uuid, lease: Duration) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(
        r#"update webhooks set claim = $2, claimed_until = now() + make_interval(secs => $3) where id = $1 returning claimed_until as "until!""#,
        id,
        claim,
        lease.as_secs_f64()
    )
    .fetch_one(db)
    .await
}

/// Gives the turn back and keeps the lock until the transaction ends: until when nothing is to be sent, if so. None at all: it was not
/// ours any more.
pub async fn release(db: impl PgExecutor<'_>, id: i64, claim: Uuid) -> sqlx::Result<Option<Option<OffsetDateTime>>> {
    sqlx::query_scalar!(
        "update webhooks set claim = null, claimed_until = null where id = $1 and claim = $2 returning nullif(greatest(rests_until, now()), now()) as until",
        id,
        claim
    )
    .fetch_optional(db)
    .await
}

/// When the next of what waits falls due. None: nothing waits.
pub async fn next_due(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!(
        r#"select again_at as "again_at!" from webhook_deliveries where webhook_id = $1 and again_at is not null order by again_at limit 1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Something to be sent now.
#[derive(Debug)]
pub struct Due {
    pub id: i64,
    pub message_id: Uuid,
    pub payload: String,
    pub tries: i16,
}

/// What is due next, in the order in which it fell due, for whoever has the turn. Nothing where the webhook was switched off meanwhile,
/// its owner blocked, or another has the turn.
pub async fn due(db: impl PgExecutor<'_>, webhook_id: i64, claim: Uuid) -> sqlx::Result<Option<Due>> {
    sqlx::query_as!(
        Due,
        "select d.id, d.message_id, d.payload, d.tries
         from webhook_deliveries d join webhooks w on w.id = d.webhook_id join users u on u.id = w.user_id
         where d.webhook_id = $1 and d.again_at <= now() and w.claim = $2 and w.claimed_until > now() and w.disabled_at is null
           and (w.rests_until is null or w.rests_until <= now()) and u.blocked_at is null and u.deleting_at is null
         order by d.again_at, d.id limit 1",
        webhook_id,
        claim
    )
    .fetch_optional(db)
    .await
}

/// What is kept of a try.
pub struct Kept<'a> {
    pub state: State,
    /// After how long it is tried again.
    pub again_after: Option<Duration>,
    pub status: Option<u16>,
    pub answer: &'a str,
    pub failure: Option<&'static str>,
}

/// Writes down what came of a try. What was to be sent anew meanwhile still is.
pub async fn keep_answer(db: impl PgExecutor<'_>, webhook_id: i64, due: &Due, kept: &Kept<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhook_deliveries
         set state = $3, tries = $2 + 1, again_at = case when $3 = 'waiting' then now() + make_interval(secs => $4) end, tried_at = now(),
             status = $5, answer = $6, failure = $7
         where webhook_id = $8 and id = $1 and tries = $2 and again_at is not null",
        due.id,
        due.tries,
        kept.state.as_str(),
        kept.again_after.unwrap_or_default().as_secs_f64(),
        kept.status.and_then(|status| i16::try_from(status).ok()),
        kept.answer,
        kept.failure,
        webhook_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Something has got through, to whoever has the turn.
pub async fn succeed(db: impl PgExecutor<'_>, id: i64, claim: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update webhooks set failures = 0, failing_since = null, rests_until = null where id = $1 and claim = $2", id, claim)
        .execute(db)
        .await?;
    Ok(())
}

/// Something has not. How many in a row that makes, and since when. None: the turn was taken away meanwhile, as by another address, of which
/// the failure says nothing.
pub async fn fail(db: impl PgExecutor<'_>, id: i64, claim: Uuid) -> sqlx::Result<Option<(i32, OffsetDateTime)>> {
    let row = sqlx::query!(
        r#"update webhooks set failures = failures + 1, failing_since = coalesce(failing_since, now()) where id = $1 and claim = $2
           returning failures, failing_since as "since!""#,
        id,
        claim
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.failures, row.since)))
}

/// Leaves the receiver alone for a while.
pub async fn rest(db: impl PgExecutor<'_>, id: i64, rest: Duration) -> sqlx::Result<()> {
    sqlx::query!("update webhooks set rests_until = now() + make_interval(secs => $2) where id = $1", id, rest.as_secs_f64())
        .execute(db)
        .await?;
    Ok(())
}

/// Sends nothing more there. False: that was so already.
pub async fn switch_off(db: impl PgExecutor<'_>, id: i64, why: Why) -> sqlx::Result<bool> {
    let switched = sqlx::query!(
        "update webhooks set disabled_at = now(), disabled_why = $2, version = version + 1, updated_at = now()
         where id = $1 and disabled_at is null",
        id,
        why.as_str()
    )
    .execute(db)
    .await?;
    Ok(switched.rows_affected() > 0)
}

/// Webhooks for which something has been due for a minute and nobody comes to send it: their owner was blocked and is not any more, or
/// whoever sent has died.
pub async fn forgotten(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select w.id from webhooks w join users u on u.id = w.user_id
         where w.disabled_at is null and u.blocked_at is null and u.deleting_at is null
           and (w.claimed_until is null or w.claimed_until < now()) and (w.rests_until is null or w.rests_until < now() - interval '1 minute')
           and exists (select from webhook_deliveries d where d.webhook_id = w.id and d.again_at < now() - interval '1 minute')
           and not exists (select from graphile_worker.jobs j where j.key = 'webhook:' || w.id and j.attempts < j.max_attempts)
         order by w.id"
    )
    .fetch_all(db)
    .await
}

/// Whom to tell that a webhook was switched off, and why.
pub struct Told {
    pub email: String,
    pub full_name: String,
    /// A language's tag; None: not chosen.
    pub locale: Option<String>,
    pub url: String,
    pub why: Why,
}

/// None: it is on again, or there is nobody to tell any more.
pub async fn told(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Told>> {
    sqlx::query_as!(
        Told,
        r#"select u.email::text as "email!", u.full_name, u.locale, w.url, w.disabled_why as "why!: Why"
           from webhooks w join users u on u.id = w.user_id
           where w.id = $1 and w.disabled_why in ('failing', 'gone')
             and u.verified_at is not null and u.blocked_at is null and u.deleting_at is null"#,
        id
    )
    .fetch_optional(db)
    .await
}

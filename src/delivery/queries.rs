//! SQL over deliveries.

use std::time::Duration;

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

use super::model::{Claimed, Settlement, State};

/// Whom a mailing sends to.
pub struct Audience {
    pub user_id: i64,
    pub mailing_id: i64,
    /// True: everybody the owner has now. False: the recipients picked for the mailing.
    pub all_recipients: bool,
}

/// How many deliveries an attempt starts with, and how many of them are skipped from the start.
pub struct Snapshot {
    pub total: i32,
    pub skipped: i32,
}

/// One delivery a recipient, as they are now. Recipients known to be undeliverable are on record as skipped.
pub async fn snapshot(db: impl PgExecutor<'_>, attempt_id: i64, audience: &Audience) -> sqlx::Result<Snapshot> {
    sqlx::query_as!(
        Snapshot,
        r#"with inserted as (
             insert into deliveries (attempt_id, recipient_id, email, full_name, state, claimable_at, smtp_text, settled_at)
             select $1, r.id, r.email::text, r.full_name,
                    case when r.undeliverable_at is null then 'waiting' else 'skipped' end,
                    case when r.undeliverable_at is null then now() end,
                    case when r.undeliverable_at is not null then 'Skipped: this address was refused before: ' || coalesce(r.undeliverable_reason, '') end,
                    case when r.undeliverable_at is not null then now() end
             from (
               select * from recipients
               where user_id = $2
                 and ($4 or exists (select from mailing_recipients mr where mr.mailing_id = $3 and mr.recipient_id = recipients.id))
               -- A recipient who is being deleted is waited for, and then is not in it.
               order by id for key share
             ) r
             returning state
           )
           select count(*)::int as "total!", (count(*) filter (where state = 'skipped'))::int as "skipped!" from inserted"#,
        attempt_id,
        audience.user_id,
        audience.mailing_id,
        audience.all_recipients
    )
    .fetch_one(db)
    .await
}

/// Takes the lease of up to `limit` deliveries that nobody holds. Committed before anything is sent.
/// What `live` claims hold is left alone even past its lease: their outcomes are on the way.
pub async fn claim(
    db: impl PgExecutor<'_>,
    attempt_id: i64,
    claim: Uuid,
    live: &[Uuid],
    lease: Duration,
    limit: i64,
) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"update deliveries d set claim = $2, claimable_at = now() + make_interval(secs => $3)
           from (
             select id, claim from deliveries
             where attempt_id = $1 and claimable_at <= now() and (claim is null or claim <> all($5))
             order by claimable_at, id limit $4
             for update skip locked
           ) free
           where d.id = free.id
           returning d.id, d.recipient_id, d.email, d.full_name, d.state as "state: State", d.tries,
                     free.claim is not null as "is_taken_over!""#,
        attempt_id,
        claim,
        lease.as_secs_f64(),
        limit,
        live
    )
    .fetch_all(db)
    .await
}

/// Prolongs the lease of what is still held; how many those are.
pub async fn renew(db: impl PgExecutor<'_>, attempt_id: i64, claim: Uuid, lease: Duration) -> sqlx::Result<u64> {
    let renewed = sqlx::query!(
        "update deliveries set claimable_at = now() + make_interval(secs => $3)
         where attempt_id = $1 and claim = $2 and claimable_at > now()",
        attempt_id,
        claim,
        lease.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(renewed.rows_affected())
}

/// By how much an attempt's figures change.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
}

/// Writes what became of deliveries whose lease `claim` still holds; the others' outcomes come to nothing, because
/// somebody else has them now. Repeating it changes nothing.
pub async fn settle(db: &mut PgConnection, attempt_id: i64, claim: Uuid, settlements: &[Settlement]) -> sqlx::Result<Changes> {
    let column = |of: &dyn Fn(&Settlement) -> Option<String>| settlements.iter().map(of).collect::<Vec<_>>();
    sqlx::query_as!(
        Changes,
        r#"with settled as (
             select * from unnest($3::bigint[], $4::text[], $5::smallint[], $6::smallint[], $7::text[], $8::float8[])
                  as s (id, state, try, code, reply, again_after)
           ), before as (
             select d.id, d.state from deliveries d join settled s on s.id = d.id
             where d.attempt_id = $1 and d.claim = $2
             order by d.id for update of d
           ), changed as (
             update deliveries d
             set state = s.state, tries = d.tries + s.try, claim = null,
                 smtp_code = case when s.reply is null then d.smtp_code else s.code end,
                 smtp_text = coalesce(s.reply, d.smtp_text),
                 claimable_at = now() + make_interval(secs => s.again_after),
                 settled_at = case when s.again_after is null then now() end
             from settled s join before b on b.id = s.id
             where d.id = s.id
             returning b.state as old, d.state as new
           )
           select (count(*) filter (where new = 'sent') - count(*) filter (where old = 'sent'))::int as "sent!",
                  (count(*) filter (where new = 'failed') - count(*) filter (where old = 'failed'))::int as "failed!",
                  (count(*) filter (where new = 'unknown') - count(*) filter (where old = 'unknown'))::int as "unknown!",
                  (count(*) filter (where new = 'skipped') - count(*) filter (where old = 'skipped'))::int as "skipped!"
           from changed"#,
        attempt_id,
        claim,
        &settlements.iter().map(|settlement| settlement.id).collect::<Vec<_>>(),
        &settlements.iter().map(|settlement| settlement.state.as_str().to_owned()).collect::<Vec<_>>(),
        &settlements.iter().map(|settlement| i16::from(settlement.is_try)).collect::<Vec<_>>(),
        &settlements.iter().map(|settlement| settlement.code.and_then(|code| i16::try_from(code).ok())).collect::<Vec<_>>()
            as &[Option<i16>],
        &column(&|settlement| settlement.text.clone()) as &[Option<String>],
        &settlements.iter().map(|settlement| settlement.again_after.map(|wait| wait.as_secs_f64())).collect::<Vec<_>>() as &[Option<f64>],
    )
    .fetch_one(db)
    .await
}

/// What is left of a claim, for a journal that is replayed: (delivery, recipient's try, state).
pub async fn held_by(db: impl PgExecutor<'_>, attempt_id: i64, claim: Uuid) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"select id, recipient_id, email, full_name, state as "state: State", tries, true as "is_taken_over!"
           from deliveries where attempt_id = $1 and claim = $2"#,
        attempt_id,
        claim
    )
    .fetch_all(db)
    .await
}

/// When the next delivery of the attempt may be claimed; None: every one is final.
pub async fn next_claimable_at(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!("select min(claimable_at) from deliveries where attempt_id = $1 and claimable_at is not null", attempt_id)
        .fetch_one(db)
        .await
}

/// A delivery on the attempt's page.
pub struct Row {
    pub id: i64,
    pub email: String,
    pub full_name: String,
    pub state: State,
    pub tries: i16,
    pub smtp_code: Option<i16>,
    pub smtp_text: Option<String>,
    pub settled_at: Option<OffsetDateTime>,
    /// When a waiting delivery is tried (again), or its present claim ends.
    pub claimable_at: Option<OffsetDateTime>,
}

/// A page of an attempt's deliveries from `after` on, in the order they go out. The attempt is the owner's already.
pub async fn list(
    db: impl PgExecutor<'_>,
    attempt_id: i64,
    state: Option<State>,
    search: Option<&str>,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select id, email, full_name, state as "state: State", tries, smtp_code, smtp_text, settled_at, claimable_at
           from deliveries
           where attempt_id = $1 and id > $4
             and ($2::text is null or state = $2)
             and ($3::text is null or lower(email || ' ' || full_name || ' ' || coalesce(smtp_text, '')) like $3)
           order by id limit $5"#,
        attempt_id,
        state.map(State::as_str),
        search,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Running attempts with deliveries that were free for a minute: no job works on them. None should exist.
pub async fn stranded_attempts(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select a.id from attempts a
         join mailings m on m.id = a.mailing_id
         join users u on u.id = a.user_id
         where a.status = 'running' and m.paused_at is null and m.disabled_at is null and u.blocked_at is null
           and coalesce(a.held_until, now() - interval '1 hour') < now() - interval '1 minute'
           and a.started_at < now() - interval '1 minute'
           and coalesce((select min(claimable_at) from deliveries d where d.attempt_id = a.id and claimable_at is not null), now() - interval '1 hour')
               < now() - interval '1 minute'
           and not exists (
             select from graphile_worker.jobs j where starts_with(j.key, 'deliver:' || a.id || ':') and j.attempts < j.max_attempts
           )"
    )
    .fetch_all(db)
    .await
}

/// The deliveries of an attempt that were settled last, newest first. Ids stand for time here: deliveries go out in
/// their order, and no index on the moment has to be kept while they do.
pub async fn newest(db: impl PgExecutor<'_>, attempt_id: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select id, email, full_name, state as "state: State", tries, smtp_code, smtp_text, settled_at, claimable_at
           from deliveries where attempt_id = $1 and state = 'sent' order by id desc limit $2"#,
        attempt_id,
        limit
    )
    .fetch_all(db)
    .await
}

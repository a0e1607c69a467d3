//! SQL over what is claimed: slices, their leases, what is to be sent of them.

use std::time::Duration;

use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::delivery::model::{Claimed, State};

/// A slice and the claim it is held by: what an outcome has to show to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Held {
    pub attempt_id: i64,
    pub number: i32,
    pub claim: Uuid,
}

/// A slice that was just claimed.
#[derive(Debug, Clone)]
pub struct ClaimedSlice {
    pub attempt_id: i64,
    pub number: i32,
    pub claim: Uuid,
    pub first_delivery: i32,
    pub last_delivery: i32,
    pub claimed_at: Option<OffsetDateTime>,
    /// When the one before claimed it, who never gave it back.
    pub taken_over_from: Option<OffsetDateTime>,
}

/// Running attempts that are not held, behind `after` in the order of their ids; of `only` these, where it is given.
pub async fn candidates(db: impl PgExecutor<'_>, only: Option<&[i64]>, after: i64, limit: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select id from attempts
         where status = 'running' and id > $2 and ($1::bigint[] is null or id = any($1)) and (held_until is null or held_until <= now())
         order by id limit $3",
        only,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Takes the lease of one slice an attempt, of up to `limit` of the candidates that may send now: the mailing neither
/// paused nor disabled, the owner not blocked. Those of a stopped mailing are claimed in any case, to be skipped. Committed
/// before anything is sent.
///
/// What somebody held is taken over when the lease has run out and Postgres has been up for a lease: after a restart its
/// holder gets that long to come back and settle what it has sent. What the claims in `live` hold is left alone past its
/// lease too: their outcomes are on the way in this process.
pub async fn claim(
    db: impl PgExecutor<'_>,
    candidates: &[i64],
    live: &[Uuid],
    lease: Duration,
    limit: i64,
) -> sqlx::Result<Vec<ClaimedSlice>> {
    sqlx::query_as!(
        ClaimedSlice,
        r#"with free as materialized (
             select s.attempt_id, s.number, s.claim, s.claimed_at
             from attempts a
             join mailings m on m.id = a.mailing_id
             join users u on u.id = a.user_id
             cross join lateral (
               select attempt_id, number, claim, claimed_at from slices
               where attempt_id = a.id and claimable_at <= now()
                 and (claim is null or (claim <> all($2) and pg_postmaster_start_time() < now() - make_interval(secs => $3)))
               order by claimable_at, number limit 1
               for update skip locked
             ) s
             where a.id = any($1) and a.status = 'running'
               and (m.stopped_at is not null or m.paused_at is null and m.disabled_at is null and u.blocked_at is null)
             order by a.id limit $4
           )
           update slices s set claim = gen_random_uuid(), claimed_at = now(), claimable_at = now() + make_interval(secs => $3)
           from free where s.attempt_id = free.attempt_id and s.number = free.number
           returning s.attempt_id, s.number, s.claim as "claim!", s.first_delivery, s.last_delivery, s.claimed_at,
                     case when free.claim is not null then free.claimed_at end as taken_over_from"#,
        candidates,
        live,
        lease.as_secs_f64(),
        limit
    )
    .fetch_all(db)
    .await
}

/// What is to be sent of slices that are held, in order: what was due when they were claimed, or (without that moment) what
/// is due now.
pub async fn to_send(db: impl PgExecutor<'_>, slices: &[ClaimedSlice]) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"select s.attempt_id as "attempt_id!", s.slice as "slice!", d.number, d.recipient_id, d.email, d.full_name, d.state as "state: State", d.tries,
                  r.id is null as "is_gone!", r.unsubscribed_at is not null as "is_unsubscribed!",
                  (s.taken_over_from is not null and (d.again_at is null or d.again_at <= s.taken_over_from)) as "is_taken_over!"
           from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::timestamptz[], $6::timestamptz[])
                s (attempt_id, slice, first, last, taken_over_from, claimed_at)
           cross join lateral (
             select * from deliveries d
             where d.attempt_id = s.attempt_id and d.number between s.first and s.last
               and (d.state = 'waiting' and d.again_at is null or d.state in ('waiting', 'unknown') and d.again_at <= coalesce(s.claimed_at, now()))
             order by d.number
           ) d
           -- One by one: a join might read all recipients there are.
           left join lateral (select id, unsubscribed_at from recipients where id = d.recipient_id limit 1) r on true"#,
        &slices.iter().map(|slice| slice.attempt_id).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.number).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.first_delivery).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.last_delivery).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.taken_over_from).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &slices.iter().map(|slice| slice.claimed_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
    )
    .fetch_all(db)
    .await
}

/// What is left to do in a slice that `held` may still hold, for a journal that is replayed. None: somebody else has it by now.
pub async fn left_of(db: impl PgExecutor<'_>, held: &Held) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"select d.attempt_id, s.number as slice, d.number, d.recipient_id, d.email, d.full_name, d.state as "state: State", d.tries,
                  false as "is_gone!", false as "is_unsubscribed!", true as "is_taken_over!"
           from slices s
           join deliveries d on d.attempt_id = s.attempt_id and d.number between s.first_delivery and s.last_delivery
           where s.attempt_id = $1 and s.number = $2 and s.claim = $3 and d.state in ('waiting', 'unknown')
           order by d.number"#,
        held.attempt_id,
        held.number,
        held.claim
    )
    .fetch_all(db)
    .await
}

/// Prolongs leases that have not run out; the claims that are still held thereby and may go on sending.
pub async fn renew(db: impl PgExecutor<'_>, held: &[Held], lease: Duration) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with held as (
             select s.attempt_id, s.number
             from unnest($1::bigint[], $2::int[], $3::uuid[]) h (attempt_id, number, claim)
             join slices s on s.attempt_id = h.attempt_id and s.number = h.number and s.claim = h.claim
             where s.claimable_at > now()
             -- In the order in which settling locks them.
             order by s.attempt_id, s.number for update of s
           ), renewed as (
             update slices s set claimable_at = now() + make_interval(secs => $4)
             from held where s.attempt_id = held.attempt_id and s.number = held.number
             returning s.attempt_id, s.claim
           )
           select r.claim as "claim!" from renewed r
           join attempts a on a.id = r.attempt_id
           join mailings m on m.id = a.mailing_id
           join users u on u.id = a.user_id
           where a.status = 'running' and m.stopped_at is null and m.paused_at is null and m.disabled_at is null and u.blocked_at is null"#,
        &held.iter().map(|held| held.attempt_id).collect::<Vec<_>>(),
        &held.iter().map(|held| held.number).collect::<Vec<_>>(),
        &held.iter().map(|held| held.claim).collect::<Vec<_>>(),
        lease.as_secs_f64()
    )
    .fetch_all(db)
    .await
}

/// When the attempt goes on: a retry's moment, the end of a hold, the end of a lease. None: every delivery is final.
pub async fn goes_on_at(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<Option<OffsetDateTime>> {
    sqlx::query_scalar!(
        "select greatest(min(s.claimable_at), max(a.held_until)) from slices s join attempts a on a.id = s.attempt_id
         where s.attempt_id = $1 and s.claimable_at is not null having count(*) > 0",
        attempt_id
    )
    .fetch_optional(db)
    .await
    .map(Option::flatten)
}

/// Tells the workers that there is something to send; heard once the transaction commits.
pub async fn call_workers(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify($1, '')", crate::db::notifications::WORK).execute(db).await?;
    Ok(())
}

/// Books the next `length` of time for one worker's messages; when it begins, in seconds from now. Up to `grace` seconds
/// ago, so that a worker loses nothing by asking late.
pub async fn book(db: impl PgExecutor<'_>, length: Duration, grace: Duration) -> sqlx::Result<f64> {
    sqlx::query_scalar!(
        r#"update pace set free_at = greatest(free_at, clock_timestamp() - make_interval(secs => $2)) + make_interval(secs => $1)
           returning extract(epoch from free_at - make_interval(secs => $1) - clock_timestamp())::float8 as "begins_in!""#,
        length.as_secs_f64(),
        grace.as_secs_f64()
    )
    .fetch_one(db)
    .await
}

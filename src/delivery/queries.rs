//! SQL over deliveries and slices.

use std::time::Duration;

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

use super::model::{Claimed, SLICE, Settlement, State};

/// How many deliveries an attempt starts with, and how many of them are skipped from the start.
pub struct Snapshot {
    pub attempt_id: i64,
    pub total: i32,
    pub skipped: i32,
}

/// One delivery a recipient for each of the attempts, in slices. Whom an attempt is for its mailing says: everybody its
/// owner has now, or those that were picked. Recipients known to be undeliverable are on record as skipped.
pub async fn snapshot(db: &mut PgConnection, attempt_ids: &[i64]) -> sqlx::Result<Vec<Snapshot>> {
    let snapshots = sqlx::query_as!(
        Snapshot,
        r#"with audience as (
             select a.id as attempt_id, r.id, r.email, r.full_name, r.undeliverable_at, r.undeliverable_reason
             from attempts a
             join mailings m on m.id = a.mailing_id and m.all_recipients
             join recipients r on r.user_id = a.user_id
             where a.id = any($1)
             union all
             select a.id, r.id, r.email, r.full_name, r.undeliverable_at, r.undeliverable_reason
             from attempts a
             join mailings m on m.id = a.mailing_id and not m.all_recipients
             join mailing_recipients p on p.mailing_id = m.id
             join recipients r on r.id = p.recipient_id
             where a.id = any($1)
           ), inserted as (
             insert into deliveries (attempt_id, number, recipient_id, email, full_name, state, smtp_text, settled_at)
             select attempt_id, row_number() over (partition by attempt_id order by id), id, email::text, full_name,
                    case when undeliverable_at is null then 'waiting' else 'skipped' end,
                    case when undeliverable_at is not null then 'Skipped: this address was refused before: ' || coalesce(undeliverable_reason, '') end,
                    case when undeliverable_at is not null then now() end
             from audience order by attempt_id, id
             returning attempt_id, state
           )
           select a.id as "attempt_id!", count(i.state)::int as "total!", (count(*) filter (where i.state = 'skipped'))::int as "skipped!"
           from unnest($1::bigint[]) a (id) left join inserted i on i.attempt_id = a.id group by a.id"#,
        attempt_ids
    )
    .fetch_all(&mut *db)
    .await?;
    slice(db, &snapshots).await?;
    Ok(snapshots)
}

/// Deliveries for an attempt that repeats another: to those who failed in the attempt `failed_in`, as they are recorded
/// now, or (None) to those of the mailing's present recipients who have not got it. Whoever has got this message in the
/// attempt that is repeated or in any repetition of it, or may have, does not get it again. Neither does an address: a
/// recipient who was deleted and entered again is the same person.
///
/// Who failed is tried again whatever the mail server said; of the others, those known to be undeliverable are on record
/// as skipped, as in any run.
pub async fn snapshot_repetition(db: &mut PgConnection, attempt_id: i64, failed_in: Option<i64>) -> sqlx::Result<Snapshot> {
    let snapshot = sqlx::query_as!(
        Snapshot,
        r#"with me as materialized (select id, user_id, mailing_id, retry_of from attempts where id = $1),
           reached as materialized (
             select d.recipient_id, d.email::citext as email
             from me
             join attempts f on f.id = me.retry_of or f.retry_of = me.retry_of
             join deliveries d on d.attempt_id = f.id
             where d.state in ('sent', 'unknown', 'waiting')
           ), audience as (
             select r.* from deliveries d join recipients r on r.id = d.recipient_id
             where $2::bigint is not null and d.attempt_id = $2 and d.state = 'failed'
             union all
             select r.* from me join mailings m on m.id = me.mailing_id and m.all_recipients join recipients r on r.user_id = me.user_id
             where $2::bigint is null
             union all
             select r.*
             from me
             join mailings m on m.id = me.mailing_id and not m.all_recipients
             join mailing_recipients p on p.mailing_id = m.id
             join recipients r on r.id = p.recipient_id
             where $2::bigint is null
           ), inserted as (
             insert into deliveries (attempt_id, number, recipient_id, email, full_name, state, smtp_text, settled_at)
             select $1, row_number() over (order by r.id), r.id, r.email::text, r.full_name,
                    case when s.is_skipped then 'skipped' else 'waiting' end,
                    case when s.is_skipped then 'Skipped: this address was refused before: ' || coalesce(r.undeliverable_reason, '') end,
                    case when s.is_skipped then now() end
             from audience r cross join lateral (select r.undeliverable_at is not null and $2::bigint is null as is_skipped) s
             where not exists (select from reached where reached.recipient_id = r.id)
               and not exists (select from reached where reached.email = r.email)
             order by r.id
             returning state
           )
           select $1 as "attempt_id!", count(*)::int as "total!", (count(*) filter (where state = 'skipped'))::int as "skipped!" from inserted"#,
        attempt_id,
        failed_in
    )
    .fetch_one(&mut *db)
    .await?;
    slice(db, std::slice::from_ref(&snapshot)).await?;
    Ok(snapshot)
}

/// How many of those who failed in an attempt have not got its message by a repetition, and still exist; up to `limit`.
pub async fn count_left_failed(db: impl PgExecutor<'_>, attempt_id: i64, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select from attempts a
             join slices s on s.attempt_id = a.id and s.failed > 0
             cross join lateral (
               select recipient_id from deliveries
               where attempt_id = a.id and number between s.first_delivery and s.last_delivery and state = 'failed'
             ) d
             where a.id = $1
               and exists (select from recipients r where r.id = d.recipient_id)
               and not exists (
                 select from deliveries e
                 join attempts f on f.id = e.attempt_id
                 where e.recipient_id = d.recipient_id and e.state in ('sent', 'unknown', 'waiting')
                   and (f.id = coalesce(a.retry_of, a.id) or f.retry_of = coalesce(a.retry_of, a.id))
               )
             limit $2
           ) failed"#,
        attempt_id,
        limit
    )
    .fetch_one(db)
    .await
}

/// Puts the new deliveries of attempts into slices. An attempt without any gets an empty slice: whoever claims that closes it.
async fn slice(db: &mut PgConnection, snapshots: &[Snapshot]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into slices (attempt_id, number, first_delivery, last_delivery, claimable_at, skipped)
         select a.id, n, n * $3 + 1, least((n + 1) * $3, a.total), now(),
                case when a.skipped > 0 then (
                  select count(*) from deliveries d
                  where d.attempt_id = a.id and d.number between n * $3 + 1 and (n + 1) * $3 and d.state = 'skipped'
                ) else 0 end
         from unnest($1::bigint[], $2::int[], $4::int[]) a (id, total, skipped)
         cross join generate_series(0, (greatest(a.total, 1) - 1) / $3) n",
        &snapshots.iter().map(|snapshot| snapshot.attempt_id).collect::<Vec<_>>(),
        &snapshots.iter().map(|snapshot| snapshot.total).collect::<Vec<_>>(),
        SLICE,
        &snapshots.iter().map(|snapshot| snapshot.skipped).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A slice and the claim it is held by: what an outcome has to show to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Held {
    pub attempt_id: i64,
    pub number: i32,
    pub claim: Uuid,
}

/// A slice that was just claimed.
#[derive(Debug)]
pub struct ClaimedSlice {
    pub attempt_id: i64,
    pub number: i32,
    pub claim: Uuid,
    pub first_delivery: i32,
    pub last_delivery: i32,
    pub claimed_at: OffsetDateTime,
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
/// paused nor disabled, the owner not blocked. Committed before anything is sent.
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
             where a.id = any($1) and a.status = 'running' and m.paused_at is null and m.disabled_at is null and u.blocked_at is null
             order by a.id limit $4
           )
           update slices s set claim = gen_random_uuid(), claimed_at = now(), claimable_at = now() + make_interval(secs => $3)
           from free where s.attempt_id = free.attempt_id and s.number = free.number
           returning s.attempt_id, s.number, s.claim as "claim!", s.first_delivery, s.last_delivery, s.claimed_at as "claimed_at!",
                     case when free.claim is not null then free.claimed_at end as taken_over_from"#,
        candidates,
        live,
        lease.as_secs_f64(),
        limit
    )
    .fetch_all(db)
    .await
}

/// What is to be sent of slices that were just claimed, in order.
pub async fn to_send(db: impl PgExecutor<'_>, slices: &[ClaimedSlice]) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"select s.attempt_id as "attempt_id!", s.slice as "slice!", d.number, d.email, d.full_name, d.state as "state: State", d.tries,
                  -- One by one: a join might read all recipients there are.
                  (select r.id from recipients r where r.id = d.recipient_id) is null as "is_gone!",
                  (s.taken_over_from is not null and (d.again_at is null or d.again_at <= s.taken_over_from)) as "is_taken_over!"
           from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::timestamptz[], $6::timestamptz[])
                s (attempt_id, slice, first, last, taken_over_from, claimed_at)
           cross join lateral (
             select * from deliveries d
             where d.attempt_id = s.attempt_id and d.number between s.first and s.last
               and (d.state = 'waiting' and d.again_at is null or d.state in ('waiting', 'unknown') and d.again_at <= s.claimed_at)
             order by d.number
           ) d"#,
        &slices.iter().map(|slice| slice.attempt_id).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.number).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.first_delivery).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.last_delivery).collect::<Vec<_>>(),
        &slices.iter().map(|slice| slice.taken_over_from).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &slices.iter().map(|slice| slice.claimed_at).collect::<Vec<_>>() as &[OffsetDateTime],
    )
    .fetch_all(db)
    .await
}

/// What is left to do in a slice that `held` may still hold, for a journal that is replayed. None: somebody else has it by now.
pub async fn left_of(db: impl PgExecutor<'_>, held: &Held) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        r#"select d.attempt_id, s.number as slice, d.number, d.email, d.full_name, d.state as "state: State", d.tries,
                  false as "is_gone!", true as "is_taken_over!"
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
           where a.status = 'running' and m.paused_at is null and m.disabled_at is null and u.blocked_at is null"#,
        &held.iter().map(|held| held.attempt_id).collect::<Vec<_>>(),
        &held.iter().map(|held| held.number).collect::<Vec<_>>(),
        &held.iter().map(|held| held.claim).collect::<Vec<_>>(),
        lease.as_secs_f64()
    )
    .fetch_all(db)
    .await
}

/// Locks those of the slices that are still held, until the transaction ends. Outcomes of the others come to nothing,
/// because somebody else has them now.
pub async fn lock_held(db: impl PgExecutor<'_>, held: &[Held]) -> sqlx::Result<Vec<Held>> {
    sqlx::query_as!(
        Held,
        r#"select s.attempt_id, s.number, s.claim as "claim!"
           from unnest($1::bigint[], $2::int[], $3::uuid[]) h (attempt_id, number, claim)
           join slices s on s.attempt_id = h.attempt_id and s.number = h.number and s.claim = h.claim
           order by s.attempt_id, s.number for update of s"#,
        &held.iter().map(|held| held.attempt_id).collect::<Vec<_>>(),
        &held.iter().map(|held| held.number).collect::<Vec<_>>(),
        &held.iter().map(|held| held.claim).collect::<Vec<_>>(),
    )
    .fetch_all(db)
    .await
}

/// By how much the figures of a slice change, and with them its attempt's.
#[derive(Debug, PartialEq, Eq)]
pub struct Changes {
    pub attempt_id: i64,
    pub slice: i32,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
}

/// Writes what became of deliveries of slices whose lock and claim the caller has. Repeating it changes nothing: a
/// delivery that is no longer as it was before has been settled.
pub async fn settle(db: impl PgExecutor<'_>, settlements: &[(Held, &Settlement)]) -> sqlx::Result<Vec<Changes>> {
    sqlx::query_as!(
        Changes,
        r#"with settled as (
             select * from unnest($1::bigint[], $2::int[], $3::int[], $4::text[], $5::smallint[], $6::text[], $7::smallint[],
                                  $8::smallint[], $9::text[], $10::float8[])
                  as s (attempt_id, slice, number, old_state, old_tries, state, tries, code, reply, again_after)
           ), changed as (
             update deliveries d
             set state = s.state, tries = s.tries,
                 smtp_code = case when s.reply is null then d.smtp_code else s.code end,
                 smtp_text = coalesce(s.reply, d.smtp_text),
                 again_at = now() + make_interval(secs => s.again_after),
                 settled_at = case when s.again_after is null then now() end
             from settled s
             where d.attempt_id = s.attempt_id and d.number = s.number and d.state = s.old_state and d.tries = s.old_tries
             returning s.attempt_id, s.slice, s.old_state as old, d.state as new
           )
           select attempt_id as "attempt_id!", slice as "slice!",
                  (count(*) filter (where new = 'sent') - count(*) filter (where old = 'sent'))::int as "sent!",
                  (count(*) filter (where new = 'failed') - count(*) filter (where old = 'failed'))::int as "failed!",
                  (count(*) filter (where new = 'unknown') - count(*) filter (where old = 'unknown'))::int as "unknown!",
                  (count(*) filter (where new = 'skipped') - count(*) filter (where old = 'skipped'))::int as "skipped!"
           from changed group by attempt_id, slice"#,
        &settlements.iter().map(|(held, _)| held.attempt_id).collect::<Vec<_>>(),
        &settlements.iter().map(|(held, _)| held.number).collect::<Vec<_>>(),
        &settlements.iter().map(|(_, settlement)| settlement.number).collect::<Vec<_>>(),
        &settlements.iter().map(|(_, settlement)| settlement.before.0.as_str()).collect::<Vec<_>>() as &[&str],
        &settlements.iter().map(|(_, settlement)| settlement.before.1).collect::<Vec<_>>(),
        &settlements.iter().map(|(_, settlement)| settlement.state.as_str()).collect::<Vec<_>>() as &[&str],
        &settlements.iter().map(|(_, settlement)| settlement.tries).collect::<Vec<_>>(),
        &settlements.iter().map(|(_, settlement)| settlement.code.and_then(|code| i16::try_from(code).ok())).collect::<Vec<_>>()
            as &[Option<i16>],
        &settlements.iter().map(|(_, settlement)| settlement.text.as_deref()).collect::<Vec<_>>() as &[Option<&str>],
        &settlements.iter().map(|(_, settlement)| settlement.again_after.map(|wait| wait.as_secs_f64())).collect::<Vec<_>>()
            as &[Option<f64>],
    )
    .fetch_all(db)
    .await
}

/// Notes in which slices something else than success is to be found.
pub async fn add_to_slices(db: impl PgExecutor<'_>, changes: &[&Changes]) -> sqlx::Result<()> {
    sqlx::query!(
        "update slices s set failed = s.failed + c.failed, unknown = s.unknown + c.unknown, skipped = s.skipped + c.skipped
         from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[]) c (attempt_id, slice, failed, unknown, skipped)
         where s.attempt_id = c.attempt_id and s.number = c.slice",
        &changes.iter().map(|change| change.attempt_id).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.slice).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.failed).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.unknown).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.skipped).collect::<Vec<_>>()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives slices back that the caller has locked, until the next of their deliveries falls due. The attempts of those
/// that are done: every delivery of theirs is final.
pub async fn give_back(db: impl PgExecutor<'_>, held: &[Held]) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        r#"with given as (
             update slices s
             set claim = null,
                 claimable_at = (
                   select min(coalesce(d.again_at, now())) from deliveries d
                   where d.attempt_id = s.attempt_id and d.number between s.first_delivery and s.last_delivery
                     and (d.state = 'waiting' or d.state = 'unknown' and d.again_at is not null)
                 )
             from unnest($1::bigint[], $2::int[]) h (attempt_id, number)
             where s.attempt_id = h.attempt_id and s.number = h.number
             returning s.attempt_id, s.claimable_at
           )
           select distinct attempt_id as "attempt_id!" from given where claimable_at is null"#,
        &held.iter().map(|held| held.attempt_id).collect::<Vec<_>>(),
        &held.iter().map(|held| held.number).collect::<Vec<_>>()
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

/// A delivery on the attempt's page.
pub struct Row {
    pub number: i32,
    pub email: String,
    pub full_name: String,
    pub state: State,
    pub tries: i16,
    pub smtp_code: Option<i16>,
    pub smtp_text: Option<String>,
    pub settled_at: Option<OffsetDateTime>,
    /// When it is tried again.
    pub again_at: Option<OffsetDateTime>,
}

/// A page of an attempt's deliveries from `after` on, in the order they go out. The attempt is the owner's already.
///
/// Deliveries in one of the rarer states are looked for in the slices that have some.
pub async fn list(
    db: impl PgExecutor<'_>,
    attempt_id: i64,
    state: Option<State>,
    search: Option<&str>,
    after: i32,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select d.number, d.email, d.full_name, d.state as "state: State", d.tries, d.smtp_code, d.smtp_text, d.settled_at, d.again_at
           from slices s
           cross join lateral (
             select * from deliveries
             where attempt_id = $1 and number between greatest(s.first_delivery, $4 + 1) and s.last_delivery
               and ($2::text is null or state = $2)
               and ($3::text is null or lower(email || ' ' || full_name || ' ' || coalesce(smtp_text, '')) like $3)
             order by number
           ) d
           where s.attempt_id = $1 and s.last_delivery > $4
             and case $2 when 'failed' then s.failed > 0 when 'unknown' then s.unknown > 0 when 'skipped' then s.skipped > 0
                         when 'waiting' then s.claimable_at is not null else true end
           order by s.number, d.number limit $5"#,
        attempt_id,
        state.map(State::as_str),
        search,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// What became of an attempt's deliveries last, newest first: of the slices that were claimed last.
pub async fn newest(db: impl PgExecutor<'_>, attempt_id: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select d.number, d.email, d.full_name, d.state as "state: State", d.tries, d.smtp_code, d.smtp_text, d.settled_at, d.again_at
           from (
             select first_delivery, last_delivery from slices
             where attempt_id = $1 and claimed_at is not null order by claimed_at desc limit 4
           ) s
           cross join lateral (
             select * from deliveries where attempt_id = $1 and number between s.first_delivery and s.last_delivery and settled_at is not null
           ) d
           order by d.settled_at desc, d.number desc limit $2"#,
        attempt_id,
        limit
    )
    .fetch_all(db)
    .await
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

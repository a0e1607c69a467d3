//! SQL that writes down what became of deliveries.

use sqlx::PgExecutor;

use super::Held;
use crate::delivery::model::Settlement;

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

//! SQL for attempts whose mailing was ended for good.

use sqlx::PgExecutor;

/// Lets workers claim at once what waits for a retry in attempts of stopped mailings, so that it is skipped now and not in
/// an hour: of one mailing, or (None) of all. What may have gone out stays unknown, for good. Slices in somebody's hands are
/// left alone; they come back within seconds.
pub async fn hasten(db: impl PgExecutor<'_>, mailing_id: Option<i64>) -> sqlx::Result<()> {
    sqlx::query!(
        "with waiting as (
           select s.attempt_id, s.number, s.first_delivery, s.last_delivery
           from mailings m
           join attempts a on a.mailing_id = m.id and a.status = 'running'
           join slices s on s.attempt_id = a.id
           where m.stopped_at is not null and ($1::bigint is null or m.id = $1)
             -- One that nobody has had yet waits for no retry.
             and s.claim is null and s.claimable_at is not null and s.claimed_at is not null
             and exists (
               select from deliveries d
               where d.attempt_id = s.attempt_id and d.number between s.first_delivery and s.last_delivery and d.again_at is not null
             )
           order by s.attempt_id, s.number for update of s
         ), called as (
           update slices s set claimable_at = now() from waiting w where s.attempt_id = w.attempt_id and s.number = w.number
         )
         update deliveries d set again_at = null, settled_at = case when d.state = 'unknown' then now() else d.settled_at end
         from waiting w
         where d.attempt_id = w.attempt_id and d.number between w.first_delivery and w.last_delivery and d.again_at is not null",
        mailing_id
    )
    .execute(db)
    .await?;
    Ok(())
}

//! SQL that starts attempts: their deliveries and slices.

use sqlx::PgConnection;

use crate::delivery::model::SLICE;

/// How many deliveries an attempt starts with, and how many of them are skipped from the start.
pub struct Snapshot {
    pub attempt_id: i64,
    pub total: i32,
    pub skipped: i32,
}

/// One delivery a recipient for each of the attempts, in slices. Whom an attempt is for its mailing says: everybody its
/// owner has now, or those that were picked. Recipients known to be undeliverable, and
/// those who have unsubscribed, are on record as skipped.
pub async fn snapshot(db: &mut PgConnection, attempt_ids: &[i64]) -> sqlx::Result<Vec<Snapshot>> {
    let snapshots = sqlx::query_as!(
        Snapshot,
        r#"with audience as (
             select a.id as attempt_id, r.id, r.email, r.full_name, r.undeliverable_at, r.undeliverable_reason, r.unsubscribed_at
             from attempts a
             join mailings m on m.id = a.mailing_id and m.all_recipients
             join recipients r on r.user_id = a.user_id
             where a.id = any($1)
             union all
             select a.id, r.id, r.email, r.full_name, r.undeliverable_at, r.undeliverable_reason, r.unsubscribed_at
             from attempts a
             join mailings m on m.id = a.mailing_id and not m.all_recipients
             join mailing_recipients p on p.mailing_id = m.id
             join recipients r on r.id = p.recipient_id
             where a.id = any($1)
           ), inserted as (
             insert into deliveries (attempt_id, number, recipient_id, email, full_name, state, smtp_text, settled_at)
             select attempt_id, row_number() over (partition by attempt_id order by id), id, email::text, full_name,
                    case when undeliverable_at is null and unsubscribed_at is null then 'waiting' else 'skipped' end,
                    case when unsubscribed_at is not null then 'Skipped: unsubscribed.'
                         when undeliverable_at is not null then 'Skipped: this address was refused before: ' || coalesce(undeliverable_reason, '') end,
                    case when undeliverable_at is not null or unsubscribed_at is not null then now() end
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
/// as skipped, as in any run. So is, in any case, whoever has unsubscribed.
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
                    case when r.unsubscribed_at is not null then 'Skipped: unsubscribed.'
                         when s.is_skipped then 'Skipped: this address was refused before: ' || coalesce(r.undeliverable_reason, '') end,
                    case when s.is_skipped then now() end
             from audience r cross join lateral (
               select r.unsubscribed_at is not null or r.undeliverable_at is not null and $2::bigint is null as is_skipped
             ) s
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

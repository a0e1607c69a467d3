//! SQL for the owner's list of mailings, and for what stands beside the form.

use sqlx::PgExecutor;

use crate::{
    attempts::model::Status as AttemptStatus,
    mailings::model::{Filter, LastRun, Listed, Mailing, Status},
};

/// Up to which number the recipients picked for a mailing are counted in the list.
pub const PICKED_COUNTED: i64 = 1_000;

/// What narrows the list.
#[derive(Debug, Default)]
pub struct Narrowed<'a> {
    /// A `like` pattern for the name.
    pub search: Option<&'a str>,
    pub filter: Option<Filter>,
    /// Only these.
    pub ids: Option<&'a [i64]>,
}

/// A page of the owner's mailings with how their last runs stand, newest first, from below `before` on.
pub async fn listed(
    db: impl PgExecutor<'_>,
    user_id: i64,
    narrowed: &Narrowed<'_>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select m.id, m.user_id, m.name, m.message_id, g.subject, m.all_recipients, m.starts_at, m.ends_at, m.period, m.time_zone,
                  m.status as "status: Status", m.paused_at, m.disabled_at, m.disabled_reason, m.stopped_at,
                  m.next_run_at, m.resend_unknown, m.version,
                  a.id as "attempt_id?", a.status as "attempt_status?: AttemptStatus", a.sent as "sent?", a.failed as "failed?",
                  a.unknown as "unknown?", a.skipped as "skipped?", a.waiting as "waiting?",
                  (a.held_reason is not null) as "is_held!", coalesce(p.picked, 0) as "picked!"
           from (
             select * from mailings
             where user_id = $1 and ($2::text is null or lower(name) like $2) and ($3::bigint is null or id < $3)
               and ($4::bigint[] is null or id = any($4))
               and case $5::text
                     when 'running' then id in (select mailing_id from attempts where status = 'running' and user_id = $1)
                     when 'waiting' then next_run_at is not null and paused_at is null and disabled_at is null
                                         and id not in (select mailing_id from attempts where status = 'running' and user_id = $1)
                     when 'paused' then paused_at is not null or disabled_at is not null
                     when 'completed' then status = 'completed'
                     else true end
             order by id desc limit $6
           ) m
           join messages g on g.id = m.message_id
           left join lateral (select * from attempts where mailing_id = m.id order by id desc limit 1) a on true
           left join lateral (
             select count(*) as picked from (select from mailing_recipients where mailing_id = m.id limit $7) counted
           ) p on not m.all_recipients
           order by m.id desc"#,
        user_id,
        narrowed.search,
        before,
        narrowed.ids,
        narrowed.filter.map(Filter::as_str),
        limit,
        PICKED_COUNTED
    )
    .fetch_all(db)
    .await?;
    let listed = rows.into_iter().map(|row| Listed {
        last_run: row.attempt_id.zip(row.attempt_status).map(|(attempt_id, status)| LastRun {
            attempt_id,
            status,
            is_held: row.is_held,
            sent: row.sent.unwrap_or_default(),
            failed: row.failed.unwrap_or_default(),
            unknown: row.unknown.unwrap_or_default(),
            skipped: row.skipped.unwrap_or_default(),
            waiting: row.waiting.unwrap_or_default(),
        }),
        picked: row.picked,
        mailing: Mailing {
            id: row.id,
            user_id: row.user_id,
            name: row.name,
            message_id: row.message_id,
            subject: row.subject,
            all_recipients: row.all_recipients,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            period: row.period,
            time_zone: row.time_zone,
            status: row.status,
            paused_at: row.paused_at,
            disabled_at: row.disabled_at,
            disabled_reason: row.disabled_reason,
            stopped_at: row.stopped_at,
            next_run_at: row.next_run_at,
            resend_unknown: row.resend_unknown,
            version: row.version,
        },
    });
    Ok(listed.collect())
}

/// How many of the owner's recipients among `ids` there are, and how many of those a run skips.
pub async fn count_ticked(db: impl PgExecutor<'_>, user_id: i64, ids: &[i64]) -> sqlx::Result<(i64, i64)> {
    let counted = sqlx::query!(
        r#"select count(*) as "ticked!", count(*) filter (where undeliverable_at is not null or unsubscribed_at is not null) as "skipped!"
           from recipients where user_id = $1 and id = any($2)"#,
        user_id,
        ids
    )
    .fetch_one(db)
    .await?;
    Ok((counted.ticked, counted.skipped))
}

/// How many of all the owner's recipients a run skips, counted up to `limit` for each of the two reasons.
pub async fn count_skipped(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<i64> {
    // Two indexes that hold few; whoever is in both is counted once.
    sqlx::query_scalar!(
        r#"select (select count(*) from (
                     select from recipients where user_id = $1 and undeliverable_at is not null limit $2
                   ) refused)
                + (select count(*) from (
                     select from recipients where user_id = $1 and unsubscribed_at is not null and undeliverable_at is null limit $2
                   ) unsubscribed) as "skipped!""#,
        user_id,
        limit
    )
    .fetch_one(db)
    .await
}

/// As [`count_ticked`], for those that are picked for a mailing.
pub async fn count_picked(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<(i64, i64)> {
    let counted = sqlx::query!(
        r#"select count(*) as "picked!",
                  count(*) filter (where r.undeliverable_at is not null or r.unsubscribed_at is not null) as "skipped!"
           from mailing_recipients p join recipients r on r.id = p.recipient_id where p.mailing_id = $1"#,
        mailing_id
    )
    .fetch_one(db)
    .await?;
    Ok((counted.picked, counted.skipped))
}

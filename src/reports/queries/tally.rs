//! SQL that adds finished attempts up.

use sqlx::PgExecutor;

/// Takes up to `limit` attempts that are over and not added up yet, and marks them; the transaction that does so adds them
/// up, or nothing of it has been.
pub async fn take_untallied(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "update attempts set tallied_at = now() where id in (
           select id from attempts where tallied_at is null and status <> 'running' order by id limit $1 for no key update skip locked
         ) returning id",
        limit
    )
    .fetch_all(db)
    .await
}

/// Adds the attempts to the figures of their owners.
pub async fn add_figures(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "with added as (
           insert into figures (user_id, at, attempts, sent, failed, unknown, skipped, seconds)
           select user_id, date_bin('15 minutes', started_at, 'epoch'), count(*), sum(sent), sum(failed), sum(unknown), sum(skipped),
                  sum(extract(epoch from finished_at - started_at))
           from attempts where id = any($1)
           -- In one order: others may be adding to the same rows.
           group by 1, 2 order by 1, 2
           on conflict (user_id, at) do update set
             attempts = figures.attempts + excluded.attempts, sent = figures.sent + excluded.sent,
             failed = figures.failed + excluded.failed, unknown = figures.unknown + excluded.unknown,
             skipped = figures.skipped + excluded.skipped, seconds = figures.seconds + excluded.seconds
         )
         insert into figure_totals (user_id, attempts, sent)
         select user_id, count(*), sum(sent) from attempts where id = any($1) group by 1 order by 1
         on conflict (user_id) do update set
           attempts = figure_totals.attempts + excluded.attempts, sent = figure_totals.sent + excluded.sent",
        attempt_ids
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds up why deliveries of the attempts were not sent. Words that differ in an address or a long number alone are the same;
/// of an hour's quarter the twenty most frequent are kept, the others are without words.
pub async fn add_answers(db: impl PgExecutor<'_>, attempt_ids: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        r"with unsent as (
           select a.user_id, date_bin('15 minutes', a.started_at, 'epoch') as at, d.state, d.smtp_code as code, d.smtp_text as text
           from attempts a
           join slices s on s.attempt_id = a.id and (s.failed > 0 or s.unknown > 0 or s.skipped > 0)
           cross join lateral (
             select state, smtp_code, smtp_text from deliveries
             where attempt_id = a.id and number between s.first_delivery and s.last_delivery and state in ('failed', 'unknown', 'skipped')
           ) d
           where a.id = any($1) and a.failed + a.unknown + a.skipped > 0
         ), causes as (
           select user_id, at,
                  case when state <> 'failed' then state
                       when code between 500 and 599 and text ~ '^5\.1\.(1|2|3|6|10)\M' then 'bad_address'
                       when code between 500 and 599 then 'refused'
                       when code is not null then 'put_off'
                       else 'no_answer' end as cause,
                  case when state = 'failed' then coalesce(code, 0) else 0 end as code,
                  case when state = 'failed' and code is not null then
                    left(regexp_replace(regexp_replace(regexp_replace(text,
                      ' \(given up after \d+ tries\)$', ''), '\S*@\S*', '…', 'g'), '\S*\d{4}\S*', '…', 'g'), 200)
                  else '' end as text
           from unsent
         ), ranked as (
           select user_id, at, cause, code, text, count(*) as deliveries,
                  row_number() over (partition by user_id, at order by count(*) desc, text) as rank
           from causes group by 1, 2, 3, 4, 5
         )
         insert into answers (user_id, at, cause, code, text, deliveries)
         select user_id, at, cause, code, case when rank <= 20 then text else '' end, sum(deliveries)
         from ranked group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
         on conflict (user_id, at, cause, code, text) do update set deliveries = answers.deliveries + excluded.deliveries",
        attempt_ids
    )
    .execute(db)
    .await?;
    Ok(())
}

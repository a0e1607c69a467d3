//! SQL over attempt_answers: what mail servers said to those who did not get an attempt's mail.

use sqlx::PgExecutor;

use crate::{attempts::model::Answer, delivery::model::State};

/// Counts the answers of an attempt that has closed, and keeps the `limit` most frequent ones. Repeating it changes nothing.
pub async fn keep_answers(db: impl PgExecutor<'_>, attempt_id: i64, limit: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into attempt_answers (attempt_id, place, state, smtp_code, answer, deliveries)
         select $1, row_number() over (order by count(*) desc, min(d.number)), d.state, d.smtp_code, d.answer, count(*)
         from slices s
         cross join lateral (
           select number, state, smtp_code, coalesce(answer_of(smtp_text), '') as answer from deliveries
           where attempt_id = $1 and number between s.first_delivery and s.last_delivery and state in ('failed', 'unknown', 'skipped')
         ) d
         where s.attempt_id = $1 and (s.failed > 0 or s.unknown > 0 or s.skipped > 0)
           and exists (select from attempts where id = $1 and status <> 'running')
         group by d.state, d.smtp_code, d.answer
         order by count(*) desc, min(d.number) limit $2
         on conflict do nothing",
        attempt_id,
        limit
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was kept, the most frequent first. Nothing: the attempt goes on, was closed by an older version, or everybody got it.
pub async fn kept_answers(db: impl PgExecutor<'_>, attempt_id: i64) -> sqlx::Result<Vec<Answer>> {
    sqlx::query_as!(
        Answer,
        r#"select state as "state: State", smtp_code as code, answer as text, deliveries::bigint as "deliveries!"
           from attempt_answers where attempt_id = $1 order by place"#,
        attempt_id
    )
    .fetch_all(db)
    .await
}

/// The `limit` most frequent answers so far, of the first `looked_at` deliveries that were not sent.
pub async fn answers_so_far(db: impl PgExecutor<'_>, attempt_id: i64, looked_at: i64, limit: i64) -> sqlx::Result<Vec<Answer>> {
    sqlx::query_as!(
        Answer,
        r#"select state as "state!: State", smtp_code as code, answer as "text!", count(*) as "deliveries!"
           from (
             select d.*
             from slices s
             cross join lateral (
               select number, state, smtp_code, coalesce(answer_of(smtp_text), '') as answer from deliveries
               where attempt_id = $1 and number between s.first_delivery and s.last_delivery and state in ('failed', 'unknown', 'skipped')
             ) d
             where s.attempt_id = $1 and (s.failed > 0 or s.unknown > 0 or s.skipped > 0)
             limit $2
           ) found
           group by state, smtp_code, answer order by count(*) desc, min(number) limit $3"#,
        attempt_id,
        looked_at,
        limit
    )
    .fetch_all(db)
    .await
}

//! SQL for the pages of attempts.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::delivery::model::State;

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

/// A delivery on the attempt's page.
pub struct Row {
    pub number: i32,
    /// As it was at the attempt's start; None in records of before there was one.
    pub recipient_id: Option<i64>,
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

/// What narrows the deliveries of an attempt.
#[derive(Debug, Default)]
pub struct Filter {
    pub state: Option<State>,
    /// A pattern for `like`, in small letters: in the address, the name or the reply.
    pub search: Option<String>,
    /// The code, and what is left of the reply's text without what differs between recipients (`answer_of`).
    pub answer: Option<(Option<i16>, String)>,
}

/// A page of an attempt's deliveries from `after` on, in the order they go out. The attempt is the owner's already.
///
/// Deliveries in one of the rarer states are looked for in the slices that have some.
pub async fn list(db: impl PgExecutor<'_>, attempt_id: i64, filter: &Filter, after: i32, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select d.number, d.recipient_id, d.email, d.full_name, d.state as "state: State", d.tries, d.smtp_code, d.smtp_text, d.settled_at, d.again_at
           from slices s
           cross join lateral (
             select * from deliveries
             where attempt_id = $1 and number between greatest(s.first_delivery, $4 + 1) and s.last_delivery
               and ($2::text is null or state = $2)
               and ($3::text is null or lower(email || ' ' || full_name || ' ' || coalesce(smtp_text, '')) like $3)
               and ($6::text is null or smtp_code is not distinct from $7::smallint and answer_of(smtp_text) = $6)
             order by number
           ) d
           where s.attempt_id = $1 and s.last_delivery > $4
             and case $2 when 'failed' then s.failed > 0 when 'unknown' then s.unknown > 0 when 'skipped' then s.skipped > 0
                         when 'waiting' then s.claimable_at is not null else true end
           order by s.number, d.number limit $5"#,
        attempt_id,
        filter.state.map(State::as_str),
        filter.search.as_deref(),
        after,
        limit,
        filter.answer.as_ref().map(|(_, text)| text.as_str()),
        filter.answer.as_ref().and_then(|(code, _)| *code)
    )
    .fetch_all(db)
    .await
}

/// What became of an attempt's deliveries last, newest first: of the slices that were claimed last.
pub async fn newest(db: impl PgExecutor<'_>, attempt_id: i64, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select d.number, d.recipient_id, d.email, d.full_name, d.state as "state: State", d.tries, d.smtp_code, d.smtp_text, d.settled_at, d.again_at
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

/// What was said to some deliveries, in the server's own words.
pub struct Reply {
    pub state: State,
    pub code: Option<i16>,
    pub text: Option<String>,
    pub deliveries: i64,
}

/// The replies to deliveries of an attempt that have not been sent, of up to `limit` of them. They may name addresses.
pub async fn replies(db: impl PgExecutor<'_>, attempt_id: i64, limit: i64) -> sqlx::Result<Vec<Reply>> {
    sqlx::query_as!(
        Reply,
        r#"select state as "state!: State", smtp_code as code, smtp_text as text, count(*) as "deliveries!"
           from (
             select d.state, d.smtp_code, d.smtp_text
             from slices s
             cross join lateral (
               select state, smtp_code, smtp_text from deliveries
               where attempt_id = $1 and number between s.first_delivery and s.last_delivery and state <> 'sent' and smtp_text is not null
             ) d
             where s.attempt_id = $1 and (s.failed > 0 or s.unknown > 0 or s.skipped > 0 or s.claimable_at is not null)
             limit $2
           ) replies
           group by state, smtp_code, smtp_text"#,
        attempt_id,
        limit
    )
    .fetch_all(db)
    .await
}

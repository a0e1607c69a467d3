//! SQL over what attempts came to. `queries/tally.rs` adds up, the rest reads: what is added up already from `figures`, what
//! is not yet from the attempts themselves, in one statement each, so that no attempt is missed or counted twice.

mod tally;

use sqlx::PgExecutor;
use time::OffsetDateTime;

pub use tally::{add_answers, add_figures, take_untallied};

use super::model::Cause;

/// What the attempts of a stretch of time came to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    pub attempts: i64,
    pub sent: i64,
    pub failed: i64,
    pub unknown: i64,
    pub skipped: i64,
    /// How long those that are over took, together.
    pub seconds: f64,
}

impl Figures {
    /// All of them together.
    pub fn total(figures: &[Self]) -> Self {
        figures.iter().fold(Self::default(), |sum, one| Self {
            attempts: sum.attempts + one.attempts,
            sent: sum.sent + one.sent,
            failed: sum.failed + one.failed,
            unknown: sum.unknown + one.unknown,
            skipped: sum.skipped + one.skipped,
            seconds: sum.seconds + one.seconds,
        })
    }
}

/// The figures of each stretch between two of `bounds`, which rise; empty ones are there too.
pub async fn between(db: impl PgExecutor<'_>, user_id: i64, bounds: &[OffsetDateTime]) -> sqlx::Result<Vec<Figures>> {
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return Ok(Vec::new()) };
    let mut figures = vec![Figures::default(); bounds.len() - 1];
    let rows = sqlx::query!(
        r#"select width_bucket(at, $4::timestamptz[]) as "number!", sum(attempts)::bigint as "attempts!", sum(sent)::bigint as "sent!",
                  sum(failed)::bigint as "failed!", sum(unknown)::bigint as "unknown!", sum(skipped)::bigint as "skipped!",
                  sum(seconds) as "seconds!"
           from (
             select at, attempts, sent, failed, unknown, skipped, seconds from figures where user_id = $1 and at >= $2 and at < $3
             union all
             select started_at, 1, sent, failed, unknown, skipped, coalesce(extract(epoch from finished_at - started_at), 0)::float8
             from attempts where user_id = $1 and tallied_at is null and started_at >= $2 and started_at < $3
           ) all_of_them
           group by 1"#,
        user_id,
        first,
        last,
        bounds as &[OffsetDateTime]
    )
    .fetch_all(db)
    .await?;
    for row in rows {
        // The first stretch has the number 1.
        if let Some(place) = usize::try_from(row.number - 1).ok().and_then(|number| figures.get_mut(number)) {
            *place = Figures {
                attempts: row.attempts,
                sent: row.sent,
                failed: row.failed,
                unknown: row.unknown,
                skipped: row.skipped,
                seconds: row.seconds,
            };
        }
    }
    Ok(figures)
}

/// How many mails of the user's have been sent since ever, those of deleted mailings too.
pub async fn sent_in_all(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select (coalesce((select sent from figure_totals where user_id = $1), 0)
                   + coalesce((select sum(sent) from attempts where user_id = $1 and tallied_at is null), 0))::bigint as "sent!""#,
        user_id
    )
    .fetch_one(db)
    .await
}

/// Why some deliveries were not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub cause: Cause,
    /// None: there was no reply.
    pub code: Option<i16>,
    /// The server's words; empty where it said nothing, or where there were too many different ones.
    pub text: String,
    pub deliveries: i64,
}

/// For which reason how many did not get it, in attempts from `from` until `until` that are over.
pub async fn causes(db: impl PgExecutor<'_>, user_id: i64, from: OffsetDateTime, until: OffsetDateTime) -> sqlx::Result<Vec<(Cause, i64)>> {
    let sums = sqlx::query!(
        r#"select cause as "cause: Cause", sum(deliveries)::bigint as "deliveries!"
           from answers where user_id = $1 and at >= $2 and at < $3 group by cause"#,
        user_id,
        from,
        until
    )
    .fetch_all(db)
    .await?;
    Ok(sums.into_iter().map(|sum| (sum.cause, sum.deliveries)).collect())
}

/// What was answered to those who did not get it, in attempts from `from` until `until` that are over: the most frequent `limit`,
/// those first. `only_replies` leaves out where no server has said anything.
pub async fn answers(
    db: impl PgExecutor<'_>,
    user_id: i64,
    from: OffsetDateTime,
    until: OffsetDateTime,
    only_replies: bool,
    limit: i64,
) -> sqlx::Result<Vec<Answer>> {
    sqlx::query_as!(
        Answer,
        r#"select cause as "cause: Cause", nullif(code, 0) as code, text, sum(deliveries)::bigint as "deliveries!"
           from answers where user_id = $1 and at >= $2 and at < $3 and (not $4 or code <> 0)
           group by cause, answers.code, text order by 4 desc, cause, text limit $5"#,
        user_id,
        from,
        until,
        only_replies,
        limit
    )
    .fetch_all(db)
    .await
}

/// One line of a report: a mailing or a message.
#[derive(Debug, Clone)]
pub struct Line {
    pub id: i64,
    pub name: String,
    pub attempts: i64,
    pub total: i64,
    pub sent: i64,
    pub failed: i64,
    pub unknown: i64,
    pub skipped: i64,
    pub waiting: i64,
    /// How long an attempt took, on average, of those that are over.
    pub seconds: Option<f64>,
    pub last_started_at: OffsetDateTime,
    /// The latest attempt's.
    pub last_reply: Option<String>,
}

/// Whose lines and which of them.
#[derive(Debug, Clone, Copy)]
pub struct Lines {
    pub user_id: i64,
    pub from: OffsetDateTime,
    pub until: OffsetDateTime,
    /// Only below this id.
    pub before: Option<i64>,
    pub limit: i64,
}

/// Mailings that ran, newest first, each with the sums of its attempts.
pub async fn by_mailing(db: impl PgExecutor<'_>, lines: Lines) -> sqlx::Result<Vec<Line>> {
    sqlx::query_as!(
        Line,
        r#"select m.id, m.name, a.attempts as "attempts!", a.total as "total!", a.sent as "sent!", a.failed as "failed!",
                  a.unknown as "unknown!", a.skipped as "skipped!", a.waiting as "waiting!", a.seconds,
                  a.last_started_at as "last_started_at!", l.last_reply
           from (
             select id, name from mailings
             where user_id = $1 and ($4::bigint is null or id < $4)
               and exists (select from attempts where mailing_id = mailings.id and started_at >= $2 and started_at < $3)
             order by id desc limit $5
           ) m
           cross join lateral (
             select count(*) as attempts, sum(total)::bigint as total, sum(sent)::bigint as sent, sum(failed)::bigint as failed,
                    sum(unknown)::bigint as unknown, sum(skipped)::bigint as skipped, sum(waiting)::bigint as waiting,
                    extract(epoch from avg(finished_at - started_at))::float8 as seconds, max(started_at) as last_started_at
             from attempts where mailing_id = m.id and started_at >= $2 and started_at < $3
           ) a
           cross join lateral (
             select last_reply from attempts where mailing_id = m.id and started_at = a.last_started_at limit 1
           ) l
           order by m.id desc"#,
        lines.user_id,
        lines.from,
        lines.until,
        lines.before,
        lines.limit
    )
    .fetch_all(db)
    .await
}

/// Messages that were sent, newest first, each with the sums of its attempts.
pub async fn by_message(db: impl PgExecutor<'_>, lines: Lines) -> sqlx::Result<Vec<Line>> {
    sqlx::query_as!(
        Line,
        r#"select m.id, m.subject as name, a.attempts as "attempts!", a.total as "total!", a.sent as "sent!", a.failed as "failed!",
                  a.unknown as "unknown!", a.skipped as "skipped!", a.waiting as "waiting!", a.seconds,
                  a.last_started_at as "last_started_at!", l.last_reply
           from (
             select id, subject from messages
             where user_id = $1 and ($4::bigint is null or id < $4)
               and exists (select from attempts where message_id = messages.id and started_at >= $2 and started_at < $3)
             order by id desc limit $5
           ) m
           cross join lateral (
             select count(*) as attempts, sum(total)::bigint as total, sum(sent)::bigint as sent, sum(failed)::bigint as failed,
                    sum(unknown)::bigint as unknown, sum(skipped)::bigint as skipped, sum(waiting)::bigint as waiting,
                    extract(epoch from avg(finished_at - started_at))::float8 as seconds, max(started_at) as last_started_at
             from attempts where message_id = m.id and started_at >= $2 and started_at < $3
           ) a
           cross join lateral (
             select last_reply from attempts where message_id = m.id and started_at = a.last_started_at limit 1
           ) l
           order by m.id desc"#,
        lines.user_id,
        lines.from,
        lines.until,
        lines.before,
        lines.limit
    )
    .fetch_all(db)
    .await
}

//! SQL over everybody's mailings.

use sqlx::PgExecutor;

use super::model::{Overseen, State};
use crate::mailings::model::{Mailing, Status};

/// A page of everybody's mailings, newest first, from below `before` on. `search` is a `like` pattern for the mailing's name
/// and its owner's address and name. Those of accounts that are being deleted are gone.
pub async fn list(
    db: impl PgExecutor<'_>,
    search: Option<&str>,
    state: Option<State>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Overseen>> {
    let rows = sqlx::query!(
        r#"select m.id, m.user_id, m.name, m.message_id, g.subject, m.all_recipients, m.starts_at, m.ends_at, m.period, m.time_zone,
                  m.status as "status: Status", m.paused_at, m.disabled_at, m.disabled_reason, m.stopped_at,
                  m.next_run_at, m.resend_unknown, m.version,
                  u.email::text as "owner_email!", u.full_name as owner_name, u.blocked_at is not null as "is_owner_blocked!"
           from mailings m join messages g on g.id = m.message_id join users u on u.id = m.user_id
           where u.deleting_at is null and ($1::text is null or lower(m.name) like $1 or u.search like $1)
             and case $2::text when 'disabled' then m.disabled_at is not null
                               when 'paused' then m.paused_at is not null
                               when 'created' then m.status = 'created' and m.paused_at is null and m.disabled_at is null
                               when 'running' then m.status = 'running' and m.paused_at is null and m.disabled_at is null
                               when 'completed' then m.status = 'completed' else true end
             and ($3::bigint is null or m.id < $3)
           order by m.id desc limit $4"#,
        search,
        state.map(State::as_str),
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    let overseen = rows.into_iter().map(|row| Overseen {
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
        owner_email: row.owner_email,
        owner_name: row.owner_name,
        is_owner_blocked: row.is_owner_blocked,
    });
    Ok(overseen.collect())
}

/// Who is told about a mailing, and how it stands. None: it is gone, or its owner is blocked or leaving.
pub struct Told {
    pub email: String,
    pub full_name: String,
    pub is_disabled: bool,
    pub is_paused: bool,
    pub has_next_run: bool,
    /// The profile's language; None: none was chosen.
    pub locale: Option<String>,
}

pub async fn told(db: impl PgExecutor<'_>, mailing_id: i64) -> sqlx::Result<Option<Told>> {
    sqlx::query_as!(
        Told,
        r#"select u.email::text as "email!", u.full_name, m.disabled_at is not null as "is_disabled!", m.paused_at is not null as "is_paused!",
                  m.next_run_at is not null as "has_next_run!", u.locale
           from mailings m join users u on u.id = m.user_id
           where m.id = $1 and u.blocked_at is null"#,
        mailing_id
    )
    .fetch_optional(db)
    .await
}

//! SQL over what was sent to one recipient.

use sqlx::PgExecutor;
use time::OffsetDateTime;

use crate::delivery::model::State;

/// A delivery to the recipient.
pub struct Sent {
    pub attempt_id: i64,
    pub mailing_id: i64,
    pub mailing_name: String,
    /// The mailing's, in which its times are shown.
    pub time_zone: String,
    pub subject: String,
    pub scheduled_at: OffsetDateTime,
    pub email: String,
    pub state: State,
    pub smtp_code: Option<i16>,
    pub smtp_text: Option<String>,
    pub settled_at: Option<OffsetDateTime>,
    pub again_at: Option<OffsetDateTime>,
}

/// A page of the deliveries to one of the owner's recipients, newest first, from below the attempt `before` on. The constraint
/// that allows one delivery an attempt keeps them in this order: an index that every delivery pays for in any case.
pub async fn history(db: impl PgExecutor<'_>, user_id: i64, recipient_id: i64, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Sent>> {
    sqlx::query_as!(
        Sent,
        r#"select a.id as attempt_id, m.id as mailing_id, m.name as mailing_name, m.time_zone, a.subject, a.scheduled_at, d.email,
                  d.state as "state: State", d.smtp_code, d.smtp_text, d.settled_at, d.again_at
           from deliveries d
           join attempts a on a.id = d.attempt_id
           join mailings m on m.id = a.mailing_id
           where d.recipient_id = $2 and a.user_id = $1 and ($3::bigint is null or d.attempt_id < $3)
           order by d.attempt_id desc limit $4"#,
        user_id,
        recipient_id,
        before,
        limit
    )
    .fetch_all(db)
    .await
}

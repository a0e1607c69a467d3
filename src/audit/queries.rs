//! SQL over audit_entries.

use sqlx::{PgExecutor, types::Json};

use super::{
    change::Change,
    model::{Action, Actor, Entry, Subject},
};

/// Puts a deed on record; call it in the deed's own transaction. The entry's id, for a mail about it.
///
/// `reason` is what the one concerned is told; it and `changes` may be empty.
pub async fn record(
    db: impl PgExecutor<'_>,
    actor: Actor<'_>,
    action: Action,
    subject: Subject<'_>,
    reason: &str,
    changes: &[Change],
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into audit_entries (actor_id, actor, action, subject_kind, subject_id, subject, reason, changes)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        actor.id(),
        actor.name(),
        action.name(),
        subject.kind(),
        subject.id(),
        subject.name(),
        reason,
        Json(changes) as _
    )
    .fetch_one(db)
    .await
}

/// How many of such entries about a user there are for the last hour, among the newest forty about them.
pub async fn count_lately(db: impl PgExecutor<'_>, user_id: i64, actions: &[Action]) -> sqlx::Result<i64> {
    let names: Vec<String> = actions.iter().map(|action| action.name().to_owned()).collect();
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select action, done_at from audit_entries where subject_kind = 'user' and subject_id = $1 order by id desc limit 40
           ) newest
           where action = any($2) and done_at > now() - interval '1 hour'"#,
        user_id,
        &names
    )
    .fetch_one(db)
    .await
}

pub async fn get(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Entry>> {
    sqlx::query_as!(
        Entry,
        "select id, done_at, actor_id, actor, action, subject_kind, subject_id, subject, reason, details, changes from audit_entries where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// What the list is narrowed to; `actor` and `subject` are `like` patterns.
pub struct Filter<'a> {
    pub actor: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub action: Option<Action>,
    /// One user or mailing: its kind and id.
    pub key: Option<(&'a str, i64)>,
}

/// A page of the record, newest first, from below `before` on.
pub async fn list(db: impl PgExecutor<'_>, filter: &Filter<'_>, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Entry>> {
    sqlx::query_as!(
        Entry,
        "select id, done_at, actor_id, actor, action, subject_kind, subject_id, subject, reason, details, changes from audit_entries
         where ($1::text is null or lower(actor) like $1) and ($2::text is null or lower(subject) like $2)
           and ($3::text is null or action = $3) and ($4::text is null or subject_kind = $4 and subject_id = $5)
           and ($6::bigint is null or id < $6)
         order by id desc limit $7",
        filter.actor,
        filter.subject,
        filter.action.map(Action::name),
        filter.key.map(|(kind, _)| kind),
        filter.key.map(|(_, id)| id),
        before,
        limit
    )
    .fetch_all(db)
    .await
}

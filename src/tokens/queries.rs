//! SQL over api_tokens.

use sqlx::{PgExecutor, PgPool};
use time::OffsetDateTime;

use super::model::{AT_MOST, Kept, NewToken, Scopes, State};
use crate::{
    i18n::Language,
    users::{model::User, queries::Addressee, rights::Role},
};

/// Whose request it is, by the token that it came with.
#[derive(Debug, Clone)]
pub struct Authenticated {
    pub user: User,
    pub token_id: i64,
    pub scopes: Scopes,
}

/// Whose token has this hash, if both may be used: None for one that is unknown, expired or revoked, and for one of somebody
/// who is blocked, not verified or on their way out. Its use is noted once a minute at the most: a request is no reason to write.
pub async fn authenticate(db: &PgPool, token_hash: &[u8]) -> sqlx::Result<Option<Authenticated>> {
    let row = sqlx::query!(
        r#"select t.id, t.scopes, coalesce(t.last_used_at < now() - interval '1 minute', true) as "is_noteworthy!",
                  u.id as user_id, u.email::text as "email!", u.full_name, u.time_zone, u.locale,
                  u.totp_enabled_at is not null as "has_two_factor!",
                  array(select role from user_roles where user_id = u.id) as "roles!"
           from api_tokens t join users u on u.id = t.user_id
           where t.token_hash = $1 and t.expires_at > now()
             and u.verified_at is not null and u.blocked_at is null and u.deleting_at is null"#,
        token_hash
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if row.is_noteworthy {
        note_use(db, row.id).await?;
    }
    let user = User {
        id: row.user_id,
        email: row.email,
        full_name: row.full_name,
        roles: row.roles.iter().filter_map(|name| Role::parse(name)).collect(),
        time_zone: row.time_zone,
        language: row.locale.as_deref().and_then(Language::from_tag),
        has_two_factor: row.has_two_factor,
    };
    Ok(Some(Authenticated { user, token_id: row.id, scopes: Scopes::stored(&row.scopes) }))
}

/// Whether a token still is good for something, at this moment: a transaction that asks may have begun before it was ended.
pub async fn works(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from api_tokens t join users u on u.id = t.user_id
             where t.id = $1 and t.expires_at > clock_timestamp() and u.verified_at is not null and u.blocked_at is null and u.deleting_at is null
           ) as "works!""#,
        id
    )
    .fetch_one(db)
    .await
}

/// Of many requests at once one notes it, and none waits for that.
async fn note_use(db: &PgPool, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update api_tokens set last_used_at = now()
         where id = (select id from api_tokens
                     where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')
                     for no key update skip locked)",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whose token is made: taken until the transaction ends, so that a user's tokens are made and ended in turns.
pub struct Owner {
    pub id: i64,
    pub email: String,
}

/// Takes the row of who makes a token. None where they may not have one, or their password has become another than the one
/// that was asked for (`password_hash`; None: none was).
pub async fn lock_owner(db: impl PgExecutor<'_>, user_id: i64, password_hash: Option<&str>) -> sqlx::Result<Option<Owner>> {
    sqlx::query_as!(
        Owner,
        r#"select id, email::text as "email!" from users
           where id = $1 and ($2::text is null or password_hash = $2)
             and verified_at is not null and blocked_at is null and deleting_at is null
           for no key update"#,
        user_id,
        password_hash
    )
    .fetch_optional(db)
    .await
}

/// Inserts a token of a user whose row is taken; its id and end. None where this submission has made one before.
pub async fn insert(
    db: impl PgExecutor<'_>,
    user_id: i64,
    new: &NewToken,
    token_hash: &[u8],
) -> sqlx::Result<Option<(i64, OffsetDateTime)>> {
    let row = sqlx::query!(
        "insert into api_tokens (user_id, name, token_hash, scopes, submission_id, expires_at)
         values ($1, $2, $3, $4, $5, now() + make_interval(days => $6))
         on conflict on constraint api_tokens_submission_id_key do nothing returning id, expires_at",
        user_id,
        new.name,
        token_hash,
        &new.scopes.names(),
        new.submission_id,
        new.days
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.expires_at)))
}

/// How many tokens of a user work.
pub async fn count_live(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from api_tokens where user_id = $1 and expires_at > now()"#, user_id)
        .fetch_one(db)
        .await
}

struct KeptRow {
    id: i64,
    name: String,
    scopes: Vec<String>,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    revoked_at: Option<OffsetDateTime>,
    last_used_at: Option<OffsetDateTime>,
    is_live: bool,
}

impl From<KeptRow> for Kept {
    fn from(row: KeptRow) -> Self {
        let state = match (row.is_live, row.revoked_at) {
            (true, _) => State::Live,
            (false, Some(moment)) => State::Revoked(moment),
            (false, None) => State::Expired,
        };
        Self {
            id: row.id,
            name: row.name,
            scopes: Scopes::stored(&row.scopes),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            state,
        }
    }
}

/// A user's tokens: those that work, the newest first, and behind them those that have ended, the last one first. As many as
/// can work at once, and as many again.
pub async fn list(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Vec<Kept>> {
    let rows = sqlx::query_as!(
        KeptRow,
        r#"select id, name, scopes, created_at, expires_at, revoked_at, last_used_at, expires_at > now() as "is_live!"
           from api_tokens where user_id = $1
           order by expires_at > now() desc, case when expires_at > now() then created_at else expires_at end desc, id desc limit $2"#,
        user_id,
        2 * AT_MOST
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Kept::from).collect())
}

pub async fn get(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<Kept> {
    let row = sqlx::query_as!(
        KeptRow,
        r#"select id, name, scopes, created_at, expires_at, revoked_at, last_used_at, expires_at > now() as "is_live!"
           from api_tokens where user_id = $1 and id = $2"#,
        user_id,
        id
    )
    .fetch_one(db)
    .await?;
    Ok(row.into())
}

/// Ends one of a user's tokens; false where it has ended before.
pub async fn revoke(db: impl PgExecutor<'_>, user_id: i64, id: i64) -> sqlx::Result<bool> {
    let revoked = sqlx::query!(
        "update api_tokens set revoked_at = now(), expires_at = now() where user_id = $1 and id = $2 and expires_at > now()",
        user_id,
        id
    )
    .execute(db)
    .await?;
    Ok(revoked.rows_affected() == 1)
}

/// Ends all tokens of a user, whose row is taken: whoever knew the old password may have made one. How many they were.
pub async fn revoke_all(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<u64> {
    let revoked =
        sqlx::query!("update api_tokens set revoked_at = now(), expires_at = now() where user_id = $1 and expires_at > now()", user_id)
            .execute(db)
            .await?;
    Ok(revoked.rows_affected())
}

/// Whom to tell that a token was made, and what it is called. None where it works no more, or there is nobody to tell.
pub async fn announced(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<(Addressee, String)>> {
    let row = sqlx::query!(
        r#"select t.name, u.email::text as "email!", u.full_name, u.locale
           from api_tokens t join users u on u.id = t.user_id
           where t.id = $1 and t.expires_at > now() and u.deleting_at is null"#,
        id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (Addressee { email: row.email, full_name: row.full_name, locale: row.locale }, row.name)))
}

/// What has ended is shown for a month, so that its owner can see when it was used last.
pub async fn delete_old(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from api_tokens where expires_at < now() - interval '30 days'").execute(db).await?.rows_affected())
}

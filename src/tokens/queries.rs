//! SQL over api_tokens.

use sqlx::PgPool;

use super::model::Scopes;
use crate::{
    i18n::Language,
    users::{model::User, rights::Role},
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

//! SQL over users as managers see them. Accounts that are being deleted are gone for them.

use sqlx::PgExecutor;

use super::model::{Account, Status};
use crate::users::rights::Role;

/// A page of the users, newest first, from below `before` on. `search` is a `like` pattern for address and name.
pub async fn list(
    db: impl PgExecutor<'_>,
    search: Option<&str>,
    status: Option<Status>,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<Vec<Account>> {
    let rows = sqlx::query_as!(
        AccountRow,
        r#"select id, email::text as "email!", full_name, verified_at is not null as "is_verified!", blocked_at, blocked_reason,
                  totp_enabled_at is not null as "has_two_factor!", created_at, last_signed_in_at,
                  array(select role from user_roles where user_id = users.id) as "roles!",
                  (select count(*) from mailings where user_id = users.id) as "mailings!"
           from users
           where deleting_at is null and ($1::text is null or search like $1)
             and case $2::text when 'blocked' then blocked_at is not null
                               when 'unconfirmed' then blocked_at is null and verified_at is null
                               when 'active' then blocked_at is null and verified_at is not null else true end
             and ($3::bigint is null or id < $3)
           order by id desc limit $4"#,
        search,
        status.map(Status::as_str),
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Account::from).collect())
}

pub async fn get(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Account> {
    let row = sqlx::query_as!(
        AccountRow,
        r#"select id, email::text as "email!", full_name, verified_at is not null as "is_verified!", blocked_at, blocked_reason,
                  totp_enabled_at is not null as "has_two_factor!", created_at, last_signed_in_at,
                  array(select role from user_roles where user_id = users.id) as "roles!",
                  (select count(*) from mailings where user_id = users.id) as "mailings!"
           from users where id = $1 and deleting_at is null"#,
        id
    )
    .fetch_one(db)
    .await?;
    Ok(row.into())
}

/// Takes the user's row until the transaction ends: blocking, editing and deleting take turns. Whoever asks whether this is
/// the last administrator asks first.
pub async fn lock(db: &mut sqlx::PgConnection, id: i64) -> sqlx::Result<Account> {
    sqlx::query!("select id from users where id = $1 for no key update", id).fetch_optional(&mut *db).await?;
    // A statement of its own, which sees what those have saved that the lock was waited for.
    get(db, id).await
}

/// Blocks the user, or gives another reason.
pub async fn block(db: impl PgExecutor<'_>, id: i64, reason: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set blocked_at = coalesce(blocked_at, now()), blocked_reason = $2, updated_at = now() where id = $1",
        id,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn unblock(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("update users set blocked_at = null, blocked_reason = null, updated_at = now() where id = $1", id).execute(db).await?;
    Ok(())
}

struct AccountRow {
    id: i64,
    email: String,
    full_name: String,
    is_verified: bool,
    blocked_at: Option<time::OffsetDateTime>,
    blocked_reason: Option<String>,
    has_two_factor: bool,
    created_at: time::OffsetDateTime,
    last_signed_in_at: Option<time::OffsetDateTime>,
    roles: Vec<String>,
    mailings: i64,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        let mut roles: Vec<Role> = row.roles.iter().filter_map(|name| Role::parse(name)).collect();
        roles.sort_unstable();
        Self {
            id: row.id,
            email: row.email,
            full_name: row.full_name,
            roles,
            is_verified: row.is_verified,
            blocked_at: row.blocked_at,
            blocked_reason: row.blocked_reason,
            has_two_factor: row.has_two_factor,
            created_at: row.created_at,
            last_signed_in_at: row.last_signed_in_at,
            mailings: row.mailings,
        }
    }
}

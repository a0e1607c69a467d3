//! SQL over users, user_roles and user_tokens.

use sqlx::{PgConnection, PgExecutor};

use super::{model::User, rights::Role};

/// Who signs in, with what decides whether they may.
pub struct Credentials {
    pub id: i64,
    pub password_hash: String,
    pub is_verified: bool,
    /// Why signing in is refused: a manager's words, or none. None: the account is not blocked.
    pub blocked: Option<String>,
    pub has_two_factor: bool,
}

pub async fn credentials(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"select id, password_hash, verified_at is not null as "is_verified!",
                  case when blocked_at is not null then coalesce(blocked_reason, '') end as blocked,
                  totp_enabled_at is not null as "has_two_factor!"
           from users where email = $1::text::citext and deleting_at is null"#,
        email
    )
    .fetch_optional(db)
    .await
}

/// The signed-in user, if the account still may be used.
pub async fn active(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<User>> {
    let row = sqlx::query!(
        r#"select id, email::text as "email!", full_name, time_zone, totp_enabled_at is not null as "has_two_factor!",
                  array(select role from user_roles where user_id = users.id) as "roles!"
           from users where id = $1 and verified_at is not null and blocked_at is null"#,
        id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| User {
        id: row.id,
        email: row.email,
        full_name: row.full_name,
        roles: row.roles.iter().filter_map(|name| Role::parse(name)).collect(),
        time_zone: row.time_zone,
        has_two_factor: row.has_two_factor,
    }))
}

/// Notes that somebody has signed in.
pub async fn signed_in(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("update users set last_signed_in_at = now() where id = $1", id).execute(db).await?;
    Ok(())
}

pub async fn id_by_email(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<Option<(i64, bool)>> {
    let row = sqlx::query!(r#"select id, verified_at is not null as "is_verified!" from users where email = $1::text::citext"#, email)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.id, row.is_verified)))
}

/// Inserts an unverified user; None where the address is taken.
pub async fn insert(db: impl PgExecutor<'_>, email: &str, full_name: &str, password_hash: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into users (email, full_name, password_hash) values ($1::text::citext, $2, $3)
         on conflict on constraint users_email_key do nothing returning id",
        email,
        full_name,
        password_hash
    )
    .fetch_optional(db)
    .await
}

/// A verified account made from the shell; an existing one of that address gets the password.
pub async fn upsert_verified(db: impl PgExecutor<'_>, email: &str, full_name: &str, password_hash: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into users (email, full_name, password_hash, verified_at) values ($1::text::citext, $2, $3, now())
         on conflict on constraint users_email_key
         do update set password_hash = excluded.password_hash, verified_at = coalesce(users.verified_at, now()), updated_at = now()
         returning id",
        email,
        full_name,
        password_hash
    )
    .fetch_one(db)
    .await
}

pub async fn grant_role(db: impl PgExecutor<'_>, user_id: i64, role: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into user_roles (user_id, role) values ($1, $2) on conflict on constraint user_roles_pkey do nothing",
        user_id,
        role
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether without this user nobody would be left who can sign in and give roles. Until the transaction ends, nobody else
/// is asked: of two administrators who remove each other the second is told.
pub async fn is_last_admin(db: &mut PgConnection, user_id: i64) -> sqlx::Result<bool> {
    lock_roles(&mut *db).await?;
    let admins = sqlx::query_scalar!(
        "select r.user_id from user_roles r join users u on u.id = r.user_id
         where r.role = 'admin' and u.verified_at is not null and u.blocked_at is null"
    )
    .fetch_all(db)
    .await?;
    Ok(admins == [user_id])
}

pub async fn is_blocked(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select blocked_at is not null as "is_blocked!" from users where id = $1"#, id).fetch_one(db).await
}

/// Whose a mailing or an attempt is, for those who look at other people's.
pub struct Owner {
    pub id: i64,
    pub email: String,
    pub full_name: String,
    pub is_blocked: bool,
}

pub async fn owner(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Owner> {
    sqlx::query_as!(
        Owner,
        r#"select id, email::text as "email!", full_name, blocked_at is not null as "is_blocked!" from users where id = $1"#,
        id
    )
    .fetch_one(db)
    .await
}

/// Lets whoever gives or takes roles, and whoever asks who has them before they act, take turns until the transaction ends.
/// Taken before any user's row.
pub async fn lock_roles(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!("select name from roles where name = 'admin' for update").fetch_one(db).await?;
    Ok(())
}

/// Closes an account whose rows are about to be deleted: blocked for everything, and its address free for another.
pub async fn close(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "update users set deleting_at = now(), blocked_at = coalesce(blocked_at, now()), email = 'deleted-' || id || '@deleted.invalid'
         where id = $1 and deleting_at is null returning id",
        id
    )
    .fetch_one(db)
    .await
}

pub async fn is_closed(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<bool> {
    let closed = sqlx::query_scalar!("select id from users where id = $1 and deleting_at is not null", id).fetch_optional(db).await?;
    Ok(closed.is_some())
}

/// Deletes up to `limit` recipients of a closed account; how many they were.
pub async fn delete_recipients(db: impl PgExecutor<'_>, user_id: i64, limit: i64) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from recipients where id in (select id from recipients where user_id = $1 order by id desc limit $2)",
        user_id,
        limit
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes a closed account and what is left of it. The constraints must be deferred: messages may go before mailings.
pub async fn delete(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from users where id = $1 and deleting_at is not null", id).execute(db).await?;
    Ok(())
}

/// A verification to come: it carries the password it was asked with, so that a link activates only what the owner
/// of the mailbox typed, not what a stranger registered with the same address.
pub async fn insert_verification(db: impl PgExecutor<'_>, user_id: i64, full_name: &str, password_hash: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into user_tokens (user_id, purpose, full_name, password_hash, expires_at)
         values ($1, 'verification', $2, $3, now() + interval '24 hours') returning id",
        user_id,
        full_name,
        password_hash
    )
    .fetch_one(db)
    .await
}

/// Another link for an unverified user. It carries no password: whoever asks for it need not be who registered last,
/// so the password is chosen behind the link.
pub async fn repeat_verification(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into user_tokens (user_id, purpose, expires_at) values ($1, 'verification', now() + interval '24 hours') returning id",
        user_id
    )
    .fetch_one(db)
    .await
}

/// Where a verification mail goes.
pub struct VerificationMail {
    pub email: String,
    pub full_name: String,
}

/// Gives the token its hash, made only when the mail is: the queue never holds a token. None when it is no longer wanted.
pub async fn arm_verification(db: impl PgExecutor<'_>, token_id: i64, token_hash: &[u8]) -> sqlx::Result<Option<VerificationMail>> {
    sqlx::query_as!(
        VerificationMail,
        r#"update user_tokens t set token_hash = $2
           from users u
           where t.id = $1 and t.used_at is null and t.expires_at > now() and u.id = t.user_id and u.verified_at is null
           returning u.email::text as "email!", coalesce(t.full_name, u.full_name) as "full_name!""#,
        token_id,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// A token as it stands.
pub struct Verification {
    pub id: i64,
    pub user_id: i64,
    pub is_used: bool,
    pub is_expired: bool,
    /// Whether it came with a password that counts; without, one is chosen behind the link. For an account with a role none
    /// counts: a stranger may have registered the address with theirs while its invitation was unanswered.
    pub has_password: bool,
}

/// The token, with its user's row taken: of two links opened at once the second sees what the first has done.
pub async fn verification(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<Option<Verification>> {
    sqlx::query!("select id from users where id = (select user_id from user_tokens where token_hash = $1) for update", token_hash)
        .fetch_optional(&mut *db)
        .await?;
    sqlx::query_as!(
        Verification,
        r#"select id, user_id as "user_id!", used_at is not null as "is_used!", expires_at <= now() as "is_expired!",
                  (password_hash is not null and not exists (select from user_roles r where r.user_id = t.user_id)) as "has_password!"
           from user_tokens t where token_hash = $1 and purpose = 'verification'"#,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Uses the token and verifies its user in one statement; the other tokens of the user die with it. The password is
/// `chosen`, or the token's own.
pub async fn verify(db: impl PgExecutor<'_>, token_id: i64, chosen: Option<&str>) -> sqlx::Result<bool> {
    let verified = sqlx::query!(
        "with used as (
             update user_tokens set used_at = now()
             where id = $1 and used_at is null and expires_at > now() and coalesce(password_hash, $2) is not null
             returning id, user_id, full_name, password_hash
         ), others as (
             update user_tokens t set expires_at = now() from used
             where t.user_id = used.user_id and t.purpose = 'verification' and t.id <> used.id and t.used_at is null
         )
         update users u set verified_at = now(), updated_at = now(), full_name = coalesce(used.full_name, u.full_name),
             password_hash = coalesce($2, used.password_hash)
         from used where u.id = used.user_id and u.verified_at is null",
        token_id,
        chosen
    )
    .execute(db)
    .await?;
    Ok(verified.rows_affected() == 1)
}

/// Used and expired tokens are kept for a month, so that an old link still gets its explanation.
pub async fn delete_old_tokens(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from user_tokens where expires_at < now() - interval '30 days'").execute(db).await?.rows_affected())
}

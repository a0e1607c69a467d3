//! SQL over users and user_roles; `queries/` has that over user_tokens and over the second factor.

mod second_factor;
mod tokens;

use sqlx::{PgConnection, PgExecutor};

use super::{
    model::User,
    rights::{self, Right, Role},
};
use crate::{
    error::{Error, Result},
    i18n::Language,
};

pub use second_factor::{
    codes_left, disable_totp, enable_totp, replace_recovery_codes, reseal, sealed_secrets, set_up_totp, take_step, totp_secret,
    use_recovery_code,
};
pub use tokens::{
    Addressee, EmailChange, Holder, Verification, already_verified, arm_email_change, arm_reset, arm_verification, asked_email_change,
    change_email, delete_old_tokens, email_change, holder_of_new_email, insert_email_change, insert_invitation, insert_reset,
    insert_verification, kill_tokens, repeat_verification, reset_exists, reset_password, verification, verify,
};

/// Who signs in, with what decides whether they may.
pub struct Credentials {
    pub id: i64,
    pub password_hash: String,
    pub is_verified: bool,
    /// Why signing in is refused: a manager's words, or none. None: the account is not blocked.
    pub blocked: Option<String>,
    pub has_two_factor: bool,
    /// How often all of the user's sessions were ended so far; the session that begins carries it.
    pub session_epoch: i32,
}

pub async fn credentials(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"select id, password_hash, verified_at is not null as "is_verified!",
                  case when blocked_at is not null then coalesce(blocked_reason, '') end as blocked,
                  totp_enabled_at is not null as "has_two_factor!",
                  coalesce((select epoch from session_epochs where user_id = users.id), 0) as "session_epoch!"
           from users where email = $1::text::citext and deleting_at is null"#,
        email
    )
    .fetch_optional(db)
    .await
}

/// As [`credentials`], of somebody who has begun to sign in.
pub async fn credentials_by_id(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Credentials>> {
    sqlx::query_as!(
        Credentials,
        r#"select id, password_hash, verified_at is not null as "is_verified!",
                  case when blocked_at is not null then coalesce(blocked_reason, '') end as blocked,
                  totp_enabled_at is not null as "has_two_factor!",
                  coalesce((select epoch from session_epochs where user_id = users.id), 0) as "session_epoch!"
           from users where id = $1 and deleting_at is null"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// The user of a session, if both may be used. Asked when a handler begins, because the session may have been ended while
/// its request's body was read.
pub async fn active(db: impl PgExecutor<'_>, id: i64, session_hash: &[u8]) -> sqlx::Result<Option<User>> {
    let row = sqlx::query!(
        r#"select u.id, u.email::text as "email!", u.full_name, u.time_zone, u.locale, u.totp_enabled_at is not null as "has_two_factor!",
                  array(select role from user_roles where user_id = u.id) as "roles!"
           from users u join sessions s on s.user_id = u.id
           where u.id = $1 and u.verified_at is not null and u.blocked_at is null and s.id_hash = $2 and s.expires_at > now()
             and coalesce((s.entries ->> 'epoch')::int, 0) = coalesce((select epoch from session_epochs where user_id = u.id), 0)"#,
        id,
        session_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| User {
        id: row.id,
        email: row.email,
        full_name: row.full_name,
        roles: row.roles.iter().filter_map(|name| Role::parse(name)).collect(),
        time_zone: row.time_zone,
        language: row.locale.as_deref().and_then(Language::from_tag),
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
    is_only_admin(db, user_id).await
}

/// As [`is_last_admin`] at the moment, for a page to say so: nobody waits, and it may be otherwise when something is done.
pub async fn is_only_admin(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<bool> {
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

/// The actor with the roles they have now that it is their turn: between the door and here they may have lost them, or been
/// blocked. Until the transaction ends nobody gives or takes any. Asked before any user's row or mailing is taken.
///
/// # Errors
/// Forbidden where one of the rights is gone.
pub async fn still_may(db: &mut PgConnection, actor: &User, needed: &[Right]) -> Result<User> {
    lock_roles(&mut *db).await?;
    let names = sqlx::query_scalar!(
        "select r.role from user_roles r join users u on u.id = r.user_id
         where u.id = $1 and u.verified_at is not null and u.blocked_at is null and u.deleting_at is null",
        actor.id
    )
    .fetch_all(db)
    .await?;
    let roles: Vec<Role> = names.iter().filter_map(|name| Role::parse(name)).collect();
    let may = needed.iter().all(|right| rights::allows(&roles, *right));
    if may { Ok(User { roles, ..actor.clone() }) } else { Err(Error::Forbidden) }
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

/// Closed accounts without a job that would still run. None should exist.
pub async fn closed_without_job(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select id from users
         where deleting_at < now() - interval '1 minute'
           and not exists (select from graphile_worker.jobs j where j.key = 'delete_user:' || users.id and j.attempts < j.max_attempts)
         order by id"
    )
    .fetch_all(db)
    .await
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

/// Where to tell somebody of what has happened to their account.
pub async fn addressee(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"select email::text as "email!", full_name, locale from users where id = $1 and verified_at is not null and deleting_at is null"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Keeps a verified user's present address for one last mail. None: there is nobody to tell.
pub async fn keep_address(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into former_addresses (email, full_name, locale)
         select email, full_name, locale from users where id = $1 and verified_at is not null and deleting_at is null returning id",
        user_id
    )
    .fetch_optional(db)
    .await
}

pub async fn former_address(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(Addressee, r#"select email::text as "email!", full_name, locale from former_addresses where id = $1"#, id)
        .fetch_optional(db)
        .await
}

pub async fn forget_address(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from former_addresses where id = $1", id).execute(db).await?;
    Ok(())
}

/// Forgets the addresses that no mail has reached in a month.
pub async fn delete_old_addresses(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from former_addresses where created_at < now() - interval '30 days'").execute(db).await?.rows_affected())
}

/// How many registrations one go of the housekeeping forgets at the most.
const FORGOTTEN_AT_ONCE: i64 = 1000;

/// Deletes registrations of a month ago that nobody has confirmed; whoever it was registers again. An invitation stays, and
/// so does what has a role, a block, anything of its own, or a link that still works. How many they were.
pub async fn delete_unconfirmed(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    let deleted = sqlx::query!(
        "delete from users where id = any(array(
             select u.id from users u
             where u.verified_at is null and u.created_at < now() - interval '30 days'
               and u.invited_at is null and u.blocked_at is null and u.deleting_at is null
               and not exists (select from user_roles r where r.user_id = u.id)
               and not exists (select from user_tokens t where t.user_id = u.id and t.used_at is null and t.expires_at > now())
               and not exists (select from recipients r where r.user_id = u.id)
               and not exists (select from messages m where m.user_id = u.id)
               and not exists (select from mailings m where m.user_id = u.id)
             order by u.created_at limit $1
             for update of u skip locked
         ))",
        FORGOTTEN_AT_ONCE
    )
    .execute(db)
    .await?;
    Ok(deleted.rows_affected())
}

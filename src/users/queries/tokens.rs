//! SQL over user_tokens: the links in account mails.

use sqlx::{PgConnection, PgExecutor};

use crate::i18n::Language;

/// A verification to come: it carries the password it was asked with, so that a link activates only what the owner
/// of the mailbox typed, not what a stranger registered with the same address. Where the account is confirmed already, the
/// row comes to nothing.
pub async fn insert_verification(
    db: impl PgExecutor<'_>,
    email: &str,
    full_name: &str,
    password_hash: &str,
    language: Language,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into user_tokens (user_id, purpose, full_name, password_hash, locale, expires_at)
         values ((select id from users where email = $1::text::citext and deleting_at is null), 'verification', $2, $3, $4,
                 now() + interval '24 hours')
         returning id",
        email,
        full_name,
        password_hash,
        language.tag()
    )
    .fetch_one(db)
    .await
}

/// Another link for whoever has the address. It carries no password: whoever asks for it need not be who registered last,
/// so the password is chosen behind the link. An address without an account leaves the same row, of nobody.
pub async fn repeat_verification(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into user_tokens (user_id, purpose, expires_at)
         values ((select id from users where email = $1::text::citext and deleting_at is null), 'verification', now() + interval '24 hours')
         returning id",
        email
    )
    .fetch_one(db)
    .await
}

/// An invitation by an administrator, and the mark that makes it one: from now on no registration's password or name counts
/// for the account of this address.
pub async fn insert_invitation(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "with invited as (
             update users set invited_at = now() where email = $1::text::citext and deleting_at is null returning id
         )
         insert into user_tokens (user_id, purpose, expires_at)
         select id, 'verification', now() + interval '24 hours' from invited returning id",
        email
    )
    .fetch_one(db)
    .await
}

/// Whom a mail goes to.
pub struct Addressee {
    pub email: String,
    /// Empty where the address is not confirmed: whoever reads the mail need not be who typed the name.
    pub full_name: String,
    /// The profile's language; None: not chosen.
    pub locale: Option<String>,
}

impl Addressee {
    pub fn language(&self) -> Option<Language> {
        self.locale.as_deref().and_then(Language::from_tag)
    }
}

/// Gives the token its hash, made only when the mail is: the queue never holds a token. None when it is no longer wanted.
pub async fn arm_verification(db: impl PgExecutor<'_>, token_id: i64, token_hash: &[u8]) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"update user_tokens t set token_hash = $2
           from users u
           where t.id = $1 and t.purpose = 'verification' and t.used_at is null and t.expires_at > now()
             and u.id = t.user_id and u.verified_at is null
           returning u.email::text as "email!", '' as "full_name!", u.locale"#,
        token_id,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Whose address was confirmed long before the link to confirm it was asked for.
pub async fn already_verified(db: impl PgExecutor<'_>, token_id: i64) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"select u.email::text as "email!", u.full_name, u.locale
           from user_tokens t join users u on u.id = t.user_id
           where t.id = $1 and t.token_hash is null and t.used_at is null and t.expires_at > now()
             and u.verified_at is not null and u.blocked_at is null"#,
        token_id
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
    /// Whether it came with a password that counts; without, one is chosen behind the link. For an account with a role or one
    /// that an administrator has made none counts: a stranger may have registered the address with theirs while its
    /// invitation was unanswered.
    pub has_password: bool,
}

/// The token, with its user's row taken: of two links opened at once the second sees what the first has done.
pub async fn verification(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<Option<Verification>> {
    sqlx::query!("select id from users where id = (select user_id from user_tokens where token_hash = $1) for update", token_hash)
        .fetch_optional(&mut *db)
        .await?;
    sqlx::query_as!(
        Verification,
        r#"select t.id, t.user_id as "user_id!", t.used_at is not null as "is_used!", t.expires_at <= now() as "is_expired!",
                  (t.password_hash is not null and u.invited_at is null
                    and not exists (select from user_roles r where r.user_id = u.id)) as "has_password!"
           from user_tokens t join users u on u.id = t.user_id where t.token_hash = $1 and t.purpose = 'verification'"#,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Uses the token and verifies its user in one statement; the other tokens of the user die with it. Password, name and
/// language are the token's own, but for `chosen`: a password that was chosen behind the link. Where the token's password does
/// not count ([`Verification::has_password`]), neither do name and language.
pub async fn verify(db: impl PgExecutor<'_>, token_id: i64, chosen: Option<&str>) -> sqlx::Result<bool> {
    let verified = sqlx::query!(
        "with used as (
             update user_tokens set used_at = now()
             where id = $1 and used_at is null and expires_at > now() and coalesce(password_hash, $2) is not null
             returning id, user_id, full_name, password_hash, locale
         ), others as (
             update user_tokens t set expires_at = now() from used
             where t.user_id = used.user_id and t.purpose = 'verification' and t.id <> used.id and t.used_at is null
         )
         update users u set verified_at = now(), updated_at = now(),
             full_name = case when u.invited_at is null and not exists (select from user_roles r where r.user_id = u.id)
                              then coalesce(used.full_name, u.full_name) else u.full_name end,
             locale = case when u.invited_at is null and not exists (select from user_roles r where r.user_id = u.id)
                           then coalesce(used.locale, u.locale) else u.locale end,
             password_hash = coalesce($2, used.password_hash)
         from used where u.id = used.user_id and u.verified_at is null",
        token_id,
        chosen
    )
    .execute(db)
    .await?;
    Ok(verified.rows_affected() == 1)
}

/// A reset to come, for an hour. An address without an account leaves the same row, of nobody.
pub async fn insert_reset(db: impl PgExecutor<'_>, email: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into user_tokens (user_id, purpose, expires_at)
         values ((select id from users where email = $1::text::citext and deleting_at is null), 'password_reset', now() + interval '1 hour')
         returning id",
        email
    )
    .fetch_one(db)
    .await
}

/// As [`arm_verification`]; the earlier links of the user die with it.
pub async fn arm_reset(db: impl PgExecutor<'_>, token_id: i64, token_hash: &[u8]) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"with armed as (
               update user_tokens t set token_hash = $2
               from users u
               where t.id = $1 and t.purpose = 'password_reset' and t.used_at is null and t.expires_at > now()
                 and u.id = t.user_id and u.deleting_at is null
               returning t.id, t.user_id, u.email::text, case when u.verified_at is null then '' else u.full_name end as full_name, u.locale
           ), earlier as (
               update user_tokens t set expires_at = now() from armed
               where t.user_id = armed.user_id and t.purpose = 'password_reset' and t.id < armed.id
                 and t.used_at is null and t.expires_at > now()
           )
           select email as "email!", full_name as "full_name!", locale from armed"#,
        token_id,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Whether the token could be used now.
pub async fn reset_exists(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!(
        "select t.id from user_tokens t join users u on u.id = t.user_id
         where t.token_hash = $1 and t.purpose = 'password_reset' and t.used_at is null and t.expires_at > now() and u.deleting_at is null",
        token_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(found.is_some())
}

/// Uses the token: its user has the new password, and a confirmed address, since the mailbox is theirs. None: the token
/// cannot be used (any more). The user's row is taken first, as by a change of the password, which ends the links.
pub async fn reset_password(db: &mut PgConnection, token_hash: &[u8], password_hash: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query!("select id from users where id = (select user_id from user_tokens where token_hash = $1) for no key update", token_hash)
        .fetch_optional(&mut *db)
        .await?;
    sqlx::query_scalar!(
        "with used as (
             update user_tokens set used_at = now()
             where token_hash = $1 and purpose = 'password_reset' and used_at is null and expires_at > now()
             returning user_id
         )
         update users u set password_hash = $2, verified_at = coalesce(u.verified_at, now()), updated_at = now()
         from used where u.id = used.user_id and u.deleting_at is null
         returning u.id",
        token_hash,
        password_hash
    )
    .fetch_optional(db)
    .await
}

/// Ends every link of a user that has not been followed.
pub async fn kill_tokens(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<()> {
    sqlx::query!("update user_tokens set expires_at = now() where user_id = $1 and used_at is null and expires_at > now()", user_id)
        .execute(db)
        .await?;
    Ok(())
}

/// A change of address to come; one that was asked for before dies with it. The user's row is taken first, as by whoever
/// follows a link.
pub async fn insert_email_change(db: &mut PgConnection, user_id: i64, new_email: &str) -> sqlx::Result<i64> {
    sqlx::query!("select id from users where id = $1 for no key update", user_id).fetch_optional(&mut *db).await?;
    sqlx::query_scalar!(
        "with earlier as (
             update user_tokens set expires_at = now()
             where user_id = $1 and purpose = 'email_change' and used_at is null and expires_at > now()
         )
         insert into user_tokens (user_id, purpose, new_email, expires_at)
         values ($1, 'email_change', $2::text::citext, now() + interval '24 hours') returning id",
        user_id,
        new_email
    )
    .fetch_one(db)
    .await
}

/// As [`arm_verification`], for the new address. None also where somebody else has it.
pub async fn arm_email_change(db: impl PgExecutor<'_>, token_id: i64, token_hash: &[u8]) -> sqlx::Result<Option<Addressee>> {
    sqlx::query_as!(
        Addressee,
        r#"update user_tokens t set token_hash = $2
           from users u
           where t.id = $1 and t.purpose = 'email_change' and t.used_at is null and t.expires_at > now()
             and u.id = t.user_id and u.deleting_at is null
             and not exists (select from users other where other.email = t.new_email and other.id <> t.user_id)
           returning t.new_email::text as "email!", '' as "full_name!", u.locale"#,
        token_id,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Who has an address that somebody else would like to have.
pub struct Holder {
    pub email: String,
    pub full_name: String,
    pub locale: Option<String>,
    pub is_verified: bool,
}

pub async fn holder_of_new_email(db: impl PgExecutor<'_>, token_id: i64) -> sqlx::Result<Option<Holder>> {
    sqlx::query_as!(
        Holder,
        r#"select u.email::text as "email!", u.full_name, u.locale, u.verified_at is not null as "is_verified!"
           from user_tokens t join users u on u.email = t.new_email and u.id <> t.user_id
           where t.id = $1 and t.purpose = 'email_change' and t.used_at is null and t.expires_at > now() and u.blocked_at is null"#,
        token_id
    )
    .fetch_optional(db)
    .await
}

/// The present address of whoever asked for a change, and the new one. None once the change has happened or was given up.
pub async fn asked_email_change(db: impl PgExecutor<'_>, token_id: i64) -> sqlx::Result<Option<(Addressee, String)>> {
    let row = sqlx::query!(
        r#"select u.email::text as "email!", u.full_name, u.locale, t.new_email::text as "new_email!"
           from user_tokens t join users u on u.id = t.user_id
           where t.id = $1 and t.purpose = 'email_change' and t.used_at is null and u.deleting_at is null"#,
        token_id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (Addressee { email: row.email, full_name: row.full_name, locale: row.locale }, row.new_email)))
}

/// A change that its link can make.
pub struct EmailChange {
    pub id: i64,
    pub user_id: i64,
    pub old_email: String,
    pub new_email: String,
    pub full_name: String,
}

/// The token, with its user's row taken: of two links opened at once the second sees what the first has done. None for one
/// that cannot be used.
pub async fn email_change(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<Option<EmailChange>> {
    sqlx::query!("select id from users where id = (select user_id from user_tokens where token_hash = $1) for update", token_hash)
        .fetch_optional(&mut *db)
        .await?;
    sqlx::query_as!(
        EmailChange,
        r#"select t.id, u.id as user_id, u.email::text as "old_email!", t.new_email::text as "new_email!", u.full_name
           from user_tokens t join users u on u.id = t.user_id
           where t.token_hash = $1 and t.purpose = 'email_change' and t.used_at is null and t.expires_at > now()
             and u.blocked_at is null"#,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Uses the token. Violates `users_email_key` where somebody else has taken the address meanwhile.
pub async fn change_email(db: impl PgExecutor<'_>, change: &EmailChange) -> sqlx::Result<()> {
    sqlx::query!(
        "with used as (update user_tokens set used_at = now() where id = $1)
         update users set email = $3::text::citext, updated_at = now() where id = $2",
        change.id,
        change.user_id,
        change.new_email
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Used and expired tokens are kept for a month, so that an old link still gets its explanation.
pub async fn delete_old_tokens(db: impl PgExecutor<'_>) -> sqlx::Result<u64> {
    Ok(sqlx::query!("delete from user_tokens where expires_at < now() - interval '30 days'").execute(db).await?.rows_affected())
}

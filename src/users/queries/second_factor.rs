//! SQL over the second factor: a user's sealed TOTP secret and recovery codes.

use sqlx::PgExecutor;

/// Keeps a secret that is being set up; one that is in use stays. False: it is in use.
pub async fn set_up_totp(db: impl PgExecutor<'_>, user_id: i64, sealed: &[u8]) -> sqlx::Result<bool> {
    let kept = sqlx::query!(
        "update users set totp_secret = $2, totp_last_step = null, updated_at = now() where id = $1 and totp_enabled_at is null",
        user_id,
        sealed
    )
    .execute(db)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// The sealed secret: the one in use, or the one that is being set up.
pub async fn totp_secret(db: impl PgExecutor<'_>, user_id: i64, in_use: bool) -> sqlx::Result<Option<Vec<u8>>> {
    let found = sqlx::query_scalar!(
        "select totp_secret from users where id = $1 and (totp_enabled_at is not null) = $2 and deleting_at is null",
        user_id,
        in_use
    )
    .fetch_optional(db)
    .await?;
    Ok(found.flatten())
}

/// Switches two-factor sign-in on, if `sealed` still is what is being set up. The code it was confirmed with is used up.
pub async fn enable_totp(db: impl PgExecutor<'_>, user_id: i64, sealed: &[u8], step: i64) -> sqlx::Result<bool> {
    let enabled = sqlx::query!(
        "update users set totp_enabled_at = now(), totp_last_step = $3, updated_at = now()
         where id = $1 and totp_secret = $2 and totp_enabled_at is null",
        user_id,
        sealed,
        step
    )
    .execute(db)
    .await?;
    Ok(enabled.rows_affected() == 1)
}

/// Takes a time step: false where a code of it, or of a later one, was taken before (RFC 6238, section 5.2).
pub async fn take_step(db: impl PgExecutor<'_>, user_id: i64, step: i64) -> sqlx::Result<bool> {
    let taken = sqlx::query!(
        "update users set totp_last_step = $2
         where id = $1 and totp_enabled_at is not null and (totp_last_step is null or totp_last_step < $2)",
        user_id,
        step
    )
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Switches two-factor sign-in off and forgets the recovery codes.
pub async fn disable_totp(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "with codes as (delete from recovery_codes where user_id = $1)
         update users set totp_secret = null, totp_enabled_at = null, totp_last_step = null, updated_at = now() where id = $1",
        user_id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Replaces all of a user's recovery codes, used ones too.
pub async fn replace_recovery_codes(db: impl PgExecutor<'_>, user_id: i64, hashes: &[Vec<u8>]) -> sqlx::Result<()> {
    sqlx::query!(
        "with earlier as (delete from recovery_codes where user_id = $1)
         insert into recovery_codes (user_id, code_hash) select $1, code_hash from unnest($2::bytea[]) code_hash",
        user_id,
        hashes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses a recovery code up; false where it is none of the user's, or was used before.
pub async fn use_recovery_code(db: impl PgExecutor<'_>, user_id: i64, code_hash: &[u8]) -> sqlx::Result<bool> {
    let used = sqlx::query!(
        "update recovery_codes set used_at = now() where user_id = $1 and code_hash = $2 and used_at is null
           and exists (select from users where id = $1 and totp_enabled_at is not null)",
        user_id,
        code_hash
    )
    .execute(db)
    .await?;
    Ok(used.rows_affected() == 1)
}

pub async fn codes_left(db: impl PgExecutor<'_>, user_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from recovery_codes where user_id = $1 and used_at is null"#, user_id)
        .fetch_one(db)
        .await
}

/// Every sealed secret, with its user's id.
pub async fn sealed_secrets(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(i64, Vec<u8>)>> {
    let rows = sqlx::query!(r#"select id, totp_secret as "totp_secret!" from users where totp_secret is not null order by id"#)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.totp_secret)).collect())
}

/// Puts a secret sealed anew in the place of what it was opened from, unless that has changed meanwhile.
pub async fn reseal(db: impl PgExecutor<'_>, user_id: i64, from: &[u8], to: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("update users set totp_secret = $3 where id = $1 and totp_secret = $2", user_id, from, to).execute(db).await?;
    Ok(())
}

//! SQL that makes and changes accounts.

use sqlx::PgExecutor;

use crate::{
    db::ResultExt,
    users::rights::Role,
    web::{FieldErrors, Refusal},
};

/// Saves address and name.
pub async fn update(db: impl PgExecutor<'_>, id: i64, email: &str, full_name: &str) -> Result<(), Refusal> {
    sqlx::query!("update users set email = $2::text::citext, full_name = $3, updated_at = now() where id = $1", id, email, full_name)
        .execute(db)
        .await
        .on_constraint("users_email_key", || Refusal::Invalid(FieldErrors::of("email", "There is another account of this address.")))?;
    Ok(())
}

/// Puts these roles in place of those there are.
pub async fn replace_roles(db: impl PgExecutor<'_>, id: i64, roles: &[Role]) -> sqlx::Result<()> {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    sqlx::query!(
        "with taken as (delete from user_roles where user_id = $1 and role <> all($2))
         insert into user_roles (user_id, role) select $1, role from unnest($2::text[]) role
         on conflict on constraint user_roles_pkey do nothing",
        id,
        &names as &[&str]
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets every link that is in the mail come to nothing.
pub async fn expire_tokens(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("update user_tokens set expires_at = now() where user_id = $1 and used_at is null and expires_at > now()", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Switches the second factor off and forgets its recovery codes.
pub async fn delete_two_factor(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "with codes as (delete from recovery_codes where user_id = $1)
         update users set totp_secret = null, totp_enabled_at = null, totp_last_step = null, updated_at = now() where id = $1",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What goes with an account.
pub struct Belongings {
    pub recipients: i64,
    pub messages: i64,
    pub mailings: i64,
    pub attempts: i64,
}

pub async fn belongings(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Belongings> {
    sqlx::query_as!(
        Belongings,
        r#"select (select count(*) from recipients where user_id = $1) as "recipients!",
                  (select count(*) from messages where user_id = $1) as "messages!",
                  (select count(*) from mailings where user_id = $1) as "mailings!",
                  (select count(*) from attempts where user_id = $1) as "attempts!""#,
        id
    )
    .fetch_one(db)
    .await
}

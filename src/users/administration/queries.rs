//! SQL that makes and changes accounts.

use sqlx::PgExecutor;

use crate::{
    db::ResultExt,
    t,
    users::rights::Role,
    web::{FieldErrors, Refusal},
};

/// Saves address and name.
pub async fn update(db: impl PgExecutor<'_>, id: i64, email: &str, full_name: &str) -> Result<(), Refusal> {
    sqlx::query!("update users set email = $2::text::citext, full_name = $3, updated_at = now() where id = $1", id, email, full_name)
        .execute(db)
        .await
        .on_constraint("users_email_key", || Refusal::Invalid(FieldErrors::of("email", t!("administration-address-of-another"))))?;
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

//! SQL of the first start.

use sqlx::PgExecutor;

use crate::i18n::Language;

pub async fn nobody_is_here(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select not exists (select from users) as "nobody!""#).fetch_one(db).await
}

/// Inserts the first user, verified; None where there is one already. Whoever calls it has
/// [`lock_roles`](crate::users::queries::lock_roles): of two who come at once the second finds the first.
pub async fn insert_first(
    db: impl PgExecutor<'_>,
    email: &str,
    full_name: &str,
    password_hash: &str,
    language: Language,
) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!(
        "insert into users (email, full_name, password_hash, locale, verified_at)
         select $1::text::citext, $2, $3, $4, now() where not exists (select from users) returning id",
        email,
        full_name,
        password_hash,
        language.tag()
    )
    .fetch_optional(db)
    .await
}

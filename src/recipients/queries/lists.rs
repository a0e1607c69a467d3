//! SQL of the lists: one query for each order. What narrows them is left out of the plan where it is not asked for, because
//! statements over so different parameters are planned anew each time (Postgres compares what that costs and saves).

use sqlx::PgExecutor;

use crate::recipients::{
    list::{Asked, Key, State},
    model::Recipient,
};

/// A page of the owner's recipients behind a key, in its order.
pub async fn page(db: impl PgExecutor<'_>, user_id: i64, asked: &Asked, limit: i64) -> sqlx::Result<Vec<Recipient>> {
    match &asked.key {
        Key::Newest { before } => newest(db, user_id, asked, *before, limit).await,
        Key::Email { after } => by_email(db, user_id, asked, after.as_deref(), limit).await,
        Key::Name { after } => by_name(db, user_id, asked, after.as_ref(), limit).await,
    }
}

async fn newest(db: impl PgExecutor<'_>, user_id: i64, asked: &Asked, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Recipient>> {
    sqlx::query_as!(
        Recipient,
        r#"select id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version
           from recipients
           where user_id = $1
             and ($2::text is null or search like $2)
             and ($3::text is null or search like $3 or search like '% ' || $3 or search like '%@' || $3 or search like '%.' || $3
                  or search like '%-' || $3)
             and case $4 when 'undeliverable' then undeliverable_at is not null when 'unsubscribed' then unsubscribed_at is not null
                         when 'deliverable' then undeliverable_at is null and unsubscribed_at is null else true end
             and ($5::bigint is null or id < $5)
           order by id desc limit $6"#,
        user_id,
        asked.search.anywhere(),
        asked.search.at_words(),
        asked.state.map(State::as_str),
        before,
        limit
    )
    .fetch_all(db)
    .await
}

async fn by_email(db: impl PgExecutor<'_>, user_id: i64, asked: &Asked, after: Option<&str>, limit: i64) -> sqlx::Result<Vec<Recipient>> {
    sqlx::query_as!(
        Recipient,
        r#"select id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version
           from recipients
           where user_id = $1
             and ($2::text is null or search like $2)
             and ($3::text is null or search like $3 or search like '% ' || $3 or search like '%@' || $3 or search like '%.' || $3
                  or search like '%-' || $3)
             and case $4 when 'undeliverable' then undeliverable_at is not null when 'unsubscribed' then unsubscribed_at is not null
                         when 'deliverable' then undeliverable_at is null and unsubscribed_at is null else true end
             and ($5::text is null or lower(email::text) collate "C" > lower($5))
           order by lower(email::text) collate "C" limit $6"#,
        user_id,
        asked.search.anywhere(),
        asked.search.at_words(),
        asked.state.map(State::as_str),
        after,
        limit
    )
    .fetch_all(db)
    .await
}

async fn by_name(
    db: impl PgExecutor<'_>,
    user_id: i64,
    asked: &Asked,
    after: Option<&(String, i64)>,
    limit: i64,
) -> sqlx::Result<Vec<Recipient>> {
    sqlx::query_as!(
        Recipient,
        r#"select id, email::text as "email!", full_name, comment, undeliverable_at, undeliverable_reason, unsubscribed_at, version
           from recipients
           where user_id = $1
             and ($2::text is null or search like $2)
             and ($3::text is null or search like $3 or search like '% ' || $3 or search like '%@' || $3 or search like '%.' || $3
                  or search like '%-' || $3)
             and case $4 when 'undeliverable' then undeliverable_at is not null when 'unsubscribed' then unsubscribed_at is not null
                         when 'deliverable' then undeliverable_at is null and unsubscribed_at is null else true end
             and ($5::text is null or (lower(full_name), id) > (lower($5), $6))
           order by lower(full_name), id limit $7"#,
        user_id,
        asked.search.anywhere(),
        asked.search.at_words(),
        asked.state.map(State::as_str),
        after.map(|(name, _)| name),
        after.map(|(_, id)| *id),
        limit
    )
    .fetch_all(db)
    .await
}

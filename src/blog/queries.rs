//! SQL of what the public reads.

use std::collections::HashMap;

use sqlx::{PgExecutor, PgPool};
use time::OffsetDateTime;

use super::{
    model::{Card, Cursor, Post, reading_minutes},
    pictures::{self, model::Picture},
};
use crate::i18n::Language;

/// The posts of a language, newest first, behind a cursor. [`cards`] shows them.
pub async fn page(db: impl PgExecutor<'_>, language: Language, behind: Option<Cursor>, limit: i64) -> sqlx::Result<Vec<i64>> {
    // Where nothing is given the bounds are beyond everything: an `or` would lose the index.
    sqlx::query_scalar!(
        "select id from posts
         where is_published and language = $1
           and (published_at, id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 9223372036854775807))
         order by published_at desc, id desc limit $4",
        language.tag(),
        behind.map(|cursor| cursor.published_at),
        behind.map(|cursor| cursor.id),
        limit
    )
    .fetch_all(db)
    .await
}

/// What is read next: the posts of the same language that share most with this one's title and summary, by the stems of their words;
/// where nothing is shared, the newest. Every post of the language is ranked (2 µs each), so the answer is worth keeping.
pub async fn related(db: impl PgExecutor<'_>, post_id: i64, limit: i64) -> sqlx::Result<Vec<i64>> {
    // Of a tsvector's words the query is made that asks for any of them. Words hold no backslash, so each is quoted by its quotes.
    sqlx::query_scalar!(
        "with this as (
           select language, (select string_agg(quote_literal(lexeme), ' | ')::tsquery from unnest(words)) as words
           from posts where id = $1
         )
         select p.id
         from posts p join this on this.language = p.language
         where p.is_published and p.id <> $1
         order by coalesce(ts_rank(p.words, this.words), 0) desc, p.published_at desc, p.id desc limit $2",
        post_id,
        limit
    )
    .fetch_all(db)
    .await
}

/// Any posts of a language.
pub async fn random(db: impl PgExecutor<'_>, language: Language, limit: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!("select id from posts where is_published and language = $1 order by random() limit $2", language.tag(), limit)
        .fetch_all(db)
        .await
}

/// Published posts in the order of `ids`; who is not published any more is left out.
pub async fn cards(db: &PgPool, ids: &[i64]) -> sqlx::Result<Vec<Card>> {
    let rows = sqlx::query!(
        r#"select id, slug, language, title, summary, published_at as "published_at!", updated_at, views,
                  char_length(content) as "characters!"
           from posts where id = any($1) and is_published order by array_position($1, id)"#,
        ids
    )
    .fetch_all(db)
    .await?;
    let covers = pictures::queries::covers(db, ids).await?;
    let mut covers: HashMap<i64, Picture> = covers.into_iter().map(|cover| (cover.post_id, cover)).collect();
    let card = rows.into_iter().map(|row| Card {
        cover: covers.remove(&row.id),
        id: row.id,
        slug: row.slug,
        language: language(&row.language),
        title: row.title,
        summary: row.summary,
        published_at: row.published_at,
        updated_at: row.updated_at,
        views: row.views,
        minutes: reading_minutes(row.characters),
    });
    Ok(card.collect())
}

/// A constraint knows no other.
fn language(tag: &str) -> Language {
    Language::from_tag(tag).unwrap_or_default()
}

/// The published post of an address.
pub async fn card(db: &PgPool, slug: &str) -> sqlx::Result<Option<Card>> {
    let id = sqlx::query_scalar!("select id from posts where slug = $1 and is_published", slug).fetch_optional(db).await?;
    Ok(cards(db, id.as_slice()).await?.pop())
}

/// A published post's text.
///
/// # Errors
/// `RowNotFound` where it is not published any more.
pub async fn content(db: impl PgExecutor<'_>, post_id: i64) -> sqlx::Result<String> {
    sqlx::query_scalar!("select content from posts where id = $1 and is_published", post_id).fetch_one(db).await
}

/// The newest published posts of a language, with their texts.
pub async fn newest(db: &PgPool, language: Language, limit: i64) -> sqlx::Result<Vec<Post>> {
    let ids = page(db, language, None, limit).await?;
    let mut posts = Vec::with_capacity(ids.len());
    for card in cards(db, &ids).await? {
        let content = content(db, card.id).await?;
        posts.push(Post { content, pictures: pictures::queries::of_post(db, card.id).await?, card });
    }
    Ok(posts)
}

/// Where a post is, and when it was last another.
pub struct Place {
    pub slug: String,
    pub language: Language,
    pub changed_at: OffsetDateTime,
}

/// Every published post, newest first, up to `limit`.
pub async fn places(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<Place>> {
    let rows = sqlx::query!(
        r#"select slug, language, greatest(published_at, updated_at) as "changed_at!"
           from posts where is_published order by published_at desc, id desc limit $1"#,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| Place { slug: row.slug, language: language(&row.language), changed_at: row.changed_at }).collect())
}

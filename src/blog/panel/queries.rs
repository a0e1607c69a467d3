//! SQL over posts, as editors see them: all of them, published or not.

use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    super::model::State,
    model::{Filter, NewPost, Post, Summary},
};
use crate::i18n::Language;

/// What the list is narrowed to; `search` is a `like` pattern for title and address.
#[derive(Debug, Default)]
pub struct Narrowed<'a> {
    pub search: Option<&'a str>,
    pub filter: Option<Filter>,
    pub language: Option<Language>,
}

/// A page of the list, newest first, from below `before` on.
pub async fn list(db: impl PgExecutor<'_>, narrowed: &Narrowed<'_>, before: Option<i64>, limit: i64) -> sqlx::Result<Vec<Summary>> {
    let rows = sqlx::query!(
        "select id, slug, language, title, is_published, published_at, views from posts
         where ($1::text is null or lower(title || ' ' || slug) like $1)
           and ($2::text is null or case $2 when 'published' then is_published
                                            when 'scheduled' then not is_published and published_at is not null
                                            else published_at is null end)
           and ($3::text is null or language = $3) and ($4::bigint is null or id < $4)
         order by id desc limit $5",
        narrowed.search,
        narrowed.filter.map(Filter::as_str),
        narrowed.language.map(Language::tag),
        before,
        limit
    )
    .fetch_all(db)
    .await?;
    let summary = rows.into_iter().map(|row| Summary {
        id: row.id,
        slug: row.slug,
        language: language(&row.language),
        title: row.title,
        state: State::of(row.is_published, row.published_at),
        views: row.views,
    });
    Ok(summary.collect())
}

/// A row as the queries below give it.
struct Row {
    id: i64,
    slug: String,
    language: String,
    title: String,
    summary: String,
    content: String,
    is_published: bool,
    published_at: Option<OffsetDateTime>,
    views: i64,
    updated_at: OffsetDateTime,
}

impl From<Row> for Post {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            slug: row.slug,
            language: language(&row.language),
            title: row.title,
            summary: row.summary,
            content: row.content,
            state: State::of(row.is_published, row.published_at),
            views: row.views,
            updated_at: row.updated_at,
        }
    }
}

/// A constraint knows no other.
fn language(tag: &str) -> Language {
    Language::from_tag(tag).unwrap_or_default()
}

pub async fn get(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<Post> {
    sqlx::query_as!(
        Row,
        "select id, slug, language, title, summary, content, is_published, published_at, views, updated_at from posts where id = $1",
        id
    )
    .fetch_one(db)
    .await
    .map(Post::from)
}

/// As [`get`]; until the transaction ends nobody else changes it.
pub async fn lock(db: &mut PgConnection, id: i64) -> sqlx::Result<Post> {
    sqlx::query_as!(
        Row,
        "select id, slug, language, title, summary, content, is_published, published_at, views, updated_at from posts where id = $1 for update",
        id
    )
    .fetch_one(db)
    .await
    .map(Post::from)
}

/// Saves a new post; its id. None: the same was sent before, or the address is another post's ([`by_submission`] tells).
pub async fn insert(
    db: impl PgExecutor<'_>,
    author_id: i64,
    new: &NewPost,
    state: State,
    submission_id: Uuid,
) -> sqlx::Result<Option<i64>> {
    let (is_published, published_at) = state.columns();
    sqlx::query_scalar!(
        "insert into posts (slug, language, title, summary, content, is_published, published_at, author_id, submission_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict do nothing
         returning id",
        new.slug.as_str(),
        new.language.tag(),
        new.title,
        new.summary,
        new.content,
        is_published,
        published_at,
        author_id,
        submission_id
    )
    .fetch_optional(db)
    .await
}

/// The post that an earlier sending of the same form has made.
pub async fn by_submission(db: impl PgExecutor<'_>, submission_id: Uuid) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar!("select id from posts where submission_id = $1", submission_id).fetch_optional(db).await
}

/// Saves a change of a post that the caller has locked.
pub async fn update(db: impl PgExecutor<'_>, id: i64, new: &NewPost, state: State) -> sqlx::Result<()> {
    let (is_published, published_at) = state.columns();
    // The clock and not the transaction's beginning, which may lie before a change that it has waited for.
    sqlx::query!(
        "update posts set slug = $2, language = $3, title = $4, summary = $5, content = $6, is_published = $7, published_at = $8,
                          updated_at = clock_timestamp()
         where id = $1",
        id,
        new.slug.as_str(),
        new.language.tag(),
        new.title,
        new.summary,
        new.content,
        is_published,
        published_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Publishes a post or takes it back, by somebody's hand: a form that was made before is out of date.
pub async fn set_state(db: impl PgExecutor<'_>, id: i64, state: State) -> sqlx::Result<()> {
    let (is_published, published_at) = state.columns();
    sqlx::query!(
        "update posts set is_published = $2, published_at = $3, updated_at = clock_timestamp() where id = $1",
        id,
        is_published,
        published_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Publishes a post whose moment has come, and gives false where that is not so. Nobody has changed it, so forms stay good.
pub async fn publish_due(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<bool> {
    let published = sqlx::query!("update posts set is_published = true where id = $1 and not is_published and published_at <= now()", id)
        .execute(db)
        .await?;
    Ok(published.rows_affected() > 0)
}

/// The posts whose moment has passed for a while.
pub async fn forgotten(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select id from posts
         where not is_published and published_at is not null and published_at < now() - interval '1 minute' order by published_at limit 100"
    )
    .fetch_all(db)
    .await
}

pub async fn delete(db: impl PgExecutor<'_>, id: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from posts where id = $1", id).execute(db).await?;
    Ok(())
}

//! The demo's posts: the texts of `seeds/posts`, each with a cover of `seeds/covers`, which goes the way of every upload.

use std::collections::HashMap;

use anyhow::{Context, anyhow};
use rust_embed::RustEmbed;
use serde::Deserialize;
use sqlx::PgTransaction;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{App, Enqueue},
    blog::{
        jobs::{PublishPost, job_key},
        pictures::{
            gallery, queries as pictures,
            remaking::{Remade, remake},
        },
    },
    cache::versions,
    i18n::Language,
    users,
};

#[derive(RustEmbed)]
#[folder = "seeds/posts"]
struct Texts;

#[derive(RustEmbed)]
#[folder = "seeds/covers"]
#[include = "*.webp"]
struct Covers;

/// What stands between the two lines of `+++` above a text. Without a date it is a draft.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title: String,
    summary: String,
    /// A file of `seeds/covers`, without its ending.
    cover: String,
    cover_id: Uuid,
    cover_alt: String,
    #[serde(default, with = "time::serde::rfc3339::option")]
    published_at: Option<OffsetDateTime>,
    #[serde(default)]
    scheduled_in_days: Option<i32>,
    #[serde(default)]
    views: i64,
}

struct Post {
    /// The file's name.
    slug: String,
    language: Language,
    head: Head,
    content: String,
}

/// Adds the posts that are not there; one that is, whatever has become of it, is left alone.
///
/// # Errors
/// The database's, or a file that is not as it should be.
pub async fn load(app: &App, transaction: &mut PgTransaction<'_>, author: &str) -> anyhow::Result<()> {
    let author_id = users::queries::id_by_email(&mut **transaction, author).await?.map(|(id, _)| id);
    let mut covers: HashMap<String, [Remade; 2]> = HashMap::new();
    for post in posts()? {
        let Some((id, moment)) = insert(transaction, &post, author_id).await? else { continue };
        let Head { cover, cover_id, cover_alt, .. } = &post.head;
        if !covers.contains_key(cover) {
            covers.insert(cover.clone(), read_cover(cover).await?);
        }
        gallery::insert(&mut *transaction, *cover_id, id, (&format!("{cover}.webp"), cover_alt), &covers[cover]).await?;
        pictures::set_cover(&mut **transaction, id, *cover_id).await?;
        if post.head.scheduled_in_days.is_some() {
            let when = Enqueue { key: Some(job_key(id)), run_at: moment };
            app.enqueue(transaction, PublishPost { post_id: id }, when).await.map_err(|error| anyhow!(error))?;
        }
    }
    versions::raise(transaction).await?;
    Ok(())
}

/// Every text there is.
fn posts() -> anyhow::Result<Vec<Post>> {
    Texts::iter().map(|path| read(&path).with_context(|| format!("seeds/posts/{path}"))).collect()
}

fn read(path: &str) -> anyhow::Result<Post> {
    let file = Texts::get(path).context("not there")?;
    let text = std::str::from_utf8(&file.data)?;
    let (folder, name) = path.split_once('/').context("not in a language's folder")?;
    let slug = name.strip_suffix(".md").context("not Markdown")?.to_owned();
    let (head, content) = text.strip_prefix("+++\n").and_then(|text| text.split_once("\n+++\n")).context("no head between lines of +++")?;
    let language = Language::from_tag(folder).context("no language's folder")?;
    Ok(Post { slug, language, head: toml::from_str(head)?, content: content.trim().to_owned() })
}

/// The new post's id and its moment; none where its address is taken.
async fn insert(
    transaction: &mut PgTransaction<'_>,
    post: &Post,
    author_id: Option<i64>,
) -> sqlx::Result<Option<(i64, Option<OffsetDateTime>)>> {
    let Post { slug, language, head, content } = post;
    let row = sqlx::query!(
        "insert into posts (slug, language, title, summary, content, is_published, published_at, views, author_id, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6::timestamptz is not null, coalesce($6, date_trunc('hour', now()) + make_interval(days => $7)), $8, $9,
                coalesce($6, now()), coalesce($6, now())
         on conflict on constraint posts_slug_key do nothing returning id, published_at",
        slug,
        language.tag(),
        head.title,
        head.summary,
        content,
        head.published_at,
        head.scheduled_in_days,
        head.views,
        author_id
    )
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(row.map(|row| (row.id, row.published_at)))
}

async fn read_cover(name: &str) -> anyhow::Result<[Remade; 2]> {
    let file = Covers::get(&format!("{name}.webp")).with_context(|| format!("there is no seeds/covers/{name}.webp"))?;
    remake(file.data.into_owned()).await?.map_err(|fault| anyhow!("seeds/covers/{name}.webp: {fault:?}"))
}

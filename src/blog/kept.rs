//! What of the blog is kept in the cache, and for how long: rows of ARCHITECTURE.md's table. Views are the one thing that changes
//! without a change of the public version; what shows them lives half a minute.

use std::{sync::Arc, time::Duration};

use super::{
    feed, markdown,
    model::{Card, Cursor},
    pictures, queries, sitemap,
};
use crate::{
    app::App,
    cache::{Kind, LONGEST},
    error::{Error, Result},
    i18n::Language,
    web::off_thread,
};

/// A post's whole page.
pub const POST_PAGE: Kind = Kind::public("post page", Duration::from_secs(30));
/// The whole first page of the list; later ones are asked for too seldom, and there would be no end of them.
pub const LIST_PAGE: Kind = Kind::public("list page", LONGEST);

const TEXT: Kind = Kind::public("post text", LONGEST);
const RELATED: Kind = Kind::public("related posts", LONGEST);
const LIST: Kind = Kind::public("list of posts", LONGEST);
const RANDOM: Kind = Kind::public("random posts", Duration::from_secs(60));
const FEED: Kind = Kind::public("feed", LONGEST);
const SITEMAP: Kind = Kind::public("sitemap", LONGEST);

/// Posts on a page of the list.
pub const PER_PAGE: usize = 12;
/// Posts that are named below another one, and on the start page.
const FEW: i64 = 3;

/// A post's text, rendered.
pub async fn text(app: &App, post_id: i64) -> Result<Arc<String>> {
    app.cache
        .value(&TEXT, post_id.to_string(), || async {
            let source = queries::content(&app.db, post_id).await?;
            let pictures = pictures::queries::of_post(&app.db, post_id).await?;
            off_thread::read(move || markdown::render(&source, &pictures).into_string()).await
        })
        .await
}

/// What is read after a post.
pub async fn related(app: &App, post_id: i64) -> Result<Arc<Vec<Card>>> {
    app.cache
        .value(&RELATED, post_id.to_string(), || async {
            let ids = queries::related(&app.db, post_id, FEW).await?;
            Ok(queries::cards(&app.db, &ids).await?)
        })
        .await
}

/// The newest posts of a language, one more than stand on a page.
pub async fn newest(app: &App, language: Language) -> Result<Arc<Vec<Card>>> {
    app.cache.value(&LIST, language.tag(), || behind(app, language, None)).await
}

/// As [`newest`], behind a cursor; not kept.
pub async fn behind(app: &App, language: Language, cursor: Option<Cursor>) -> Result<Vec<Card>> {
    let ids = queries::page(&app.db, language, cursor, PER_PAGE as i64 + 1).await?;
    Ok(queries::cards(&app.db, &ids).await?)
}

/// Any posts of a language, others each minute.
pub async fn random(app: &App, language: Language) -> Result<Arc<Vec<Card>>> {
    app.cache
        .value(&RANDOM, language.tag(), || async {
            let ids = queries::random(&app.db, language, FEW).await?;
            Ok(queries::cards(&app.db, &ids).await?)
        })
        .await
}

/// A language's feed.
pub async fn feed(app: &App, language: Language) -> Result<Arc<String>> {
    app.cache
        .value(&FEED, language.tag(), || async {
            let posts = queries::newest(&app.db, language, feed::POSTS).await?;
            let config = Arc::clone(&app.config);
            Ok::<_, Error>(off_thread::read(move || feed::document(&config, language, &posts)).await??)
        })
        .await
}

pub async fn sitemap(app: &App) -> Result<Arc<String>> {
    app.cache
        .value(&SITEMAP, "", || async {
            let places = queries::places(&app.db, sitemap::POSTS).await?;
            Ok::<_, Error>(sitemap::document(&app.config, &places))
        })
        .await
}

//! A language's feed (RFC 4287).

use anyhow::Context;
use atom_syndication::{Content, Entry, Feed, FixedDateTime, Link, Person, Text};
use time::OffsetDateTime;

use super::{
    markdown,
    model::{Post, feed_path, list_path},
    views::moment,
};
use crate::{
    config::Config,
    i18n::{self, Language},
    t,
};

/// Posts that a feed holds.
pub const POSTS: i64 = 20;

/// The feed as XML, of the language's newest posts.
///
/// # Errors
/// Never, in practice: a moment that is none.
pub fn document(config: &Config, language: Language, posts: &[Post]) -> anyhow::Result<String> {
    let own = config.link(feed_path(language));
    // A feed without posts is as old as a feed can be.
    let updated = posts.iter().map(|post| post.card.changed_at()).max().unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (title, subtitle) = i18n::with(language, || (t!("blog-feed-title"), t!("blog-description")));
    let feed = Feed {
        title: Text::plain(title),
        subtitle: Some(Text::plain(subtitle)),
        id: own.clone(),
        updated: date(updated)?,
        authors: vec![Person { name: "Periodical".to_owned(), uri: Some(config.link("/")), ..Person::default() }],
        links: vec![link("self", own, "application/atom+xml"), link("alternate", config.link(&list_path(language)), "text/html")],
        entries: posts.iter().map(|post| entry(config, post)).collect::<anyhow::Result<_>>()?,
        lang: Some(language.tag().to_owned()),
        ..Feed::default()
    };
    Ok(feed.to_string())
}

fn entry(config: &Config, post: &Post) -> anyhow::Result<Entry> {
    let address = config.link(&post.card.path());
    let base = address.parse()?;
    Ok(Entry {
        title: Text::plain(writable(&post.card.title)),
        id: address.clone(),
        updated: date(post.card.changed_at())?,
        published: Some(date(post.card.published_at)?),
        summary: Some(Text::plain(writable(&post.card.summary))),
        content: Some(Content {
            content_type: Some("html".to_owned()),
            value: Some(writable(&markdown::render_for_elsewhere(&post.content, &post.pictures, &base))),
            ..Content::default()
        }),
        links: vec![link("alternate", address, "text/html")],
        ..Entry::default()
    })
}

fn link(rel: &str, href: String, media_type: &str) -> Link {
    Link { rel: rel.to_owned(), href, mime_type: Some(media_type.to_owned()), ..Link::default() }
}

fn date(at: OffsetDateTime) -> anyhow::Result<FixedDateTime> {
    moment(at).parse().context("a moment that cannot be written")
}

/// Without the control characters that no XML document may hold, not even escaped (XML 1.0, section 2.2).
fn writable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control() || matches!(character, '\t' | '\n' | '\r')).collect()
}

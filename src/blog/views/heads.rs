//! What the blog's pages say of themselves to search engines, feed readers and link previews.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::list::List;
use crate::{
    blog::{
        model::{Card, feed_path, list_path},
        pictures::model::Size,
    },
    config::Config,
    i18n::{self, Language},
    t,
    ui::head::{Head, Image, Kind},
};

/// The list's. Its words are in the language of its posts, whatever the reader's is: they are what is found.
pub fn list(config: &Config, list: &List) -> Head {
    let canonical = config.link(&list.path);
    let (title, description) = i18n::with(list.language, || (t!("blog-title"), t!("blog-description")));
    let data = json!({
        "@context": "https://schema.org",
        "@type": "Blog",
        "name": format!("Periodical. {title}"),
        "description": description,
        "url": canonical,
        "inLanguage": list.language.tag(),
        "publisher": publisher(config),
    });
    let is_first = list.first.is_none();
    Head {
        title,
        description,
        canonical,
        language: list.language,
        translations: if is_first {
            Language::ALL.map(|language| (language, config.link(&list_path(language)))).into()
        } else {
            Vec::new()
        },
        feeds: feeds(config),
        kind: Kind::Website,
        image: None,
        data: Some(data),
    }
}

/// A post's.
pub fn post(config: &Config, post: &Card) -> Head {
    let canonical = config.link(&post.path());
    let image = post.cover.as_ref().map(|cover| Image {
        url: config.link(&cover.address(Size::Large)),
        width: cover.large.0,
        height: cover.large.1,
        alt: cover.alt.clone(),
    });
    let (published, modified) = (moment(post.published_at), moment(post.changed_at()));
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": post.title,
        "description": post.summary,
        "inLanguage": post.language.tag(),
        "datePublished": published,
        "dateModified": modified,
        "timeRequired": format!("PT{}M", post.minutes),
        "mainEntityOfPage": canonical,
        "url": canonical,
        "author": publisher(config),
        "publisher": publisher(config),
    });
    if let Some(image) = &image {
        data["image"] = json!([image.url]);
    }
    Head {
        title: post.title.clone(),
        description: post.summary.clone(),
        canonical,
        language: post.language,
        translations: Vec::new(),
        feeds: feeds(config),
        kind: Kind::Article { published, modified },
        image,
        data: Some(data),
    }
}

fn publisher(config: &Config) -> Value {
    json!({ "@type": "Organization", "name": "Periodical", "url": config.link("/") })
}

/// Every language's feed, with its title in that language.
pub fn feeds(config: &Config) -> Vec<(Language, String, String)> {
    let feed = |language| (language, i18n::with(language, || t!("blog-feed-title")), config.link(feed_path(language)));
    Language::ALL.map(feed).into()
}

/// As RFC 3339 has it, to the second.
pub fn moment(moment: OffsetDateTime) -> String {
    let moment = moment.replace_nanosecond(0).unwrap_or(moment);
    // Years beyond 9999 and offsets with seconds are what it cannot write; ours have neither.
    moment.format(&Rfc3339).unwrap_or_default()
}

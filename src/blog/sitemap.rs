//! What search engines are told: which pages there are (the Sitemaps protocol, sitemaps.org), and that they may read them.

use maud::{PreEscaped, html};

use super::{
    model::{PATH, list_path},
    queries::Place,
    views::moment,
};
use crate::{config::Config, i18n::Language};

/// A sitemap holds 50,000 addresses at the most: the start page, the lists, and then the newest posts.
pub const POSTS: i64 = 49_000;

/// The sitemap as XML.
pub fn document(config: &Config, posts: &[Place]) -> String {
    let newest = |language| posts.iter().filter(|post| post.language == language).map(|post| post.changed_at).max();
    let markup = html! {
        (PreEscaped(r#"<?xml version="1.0" encoding="UTF-8"?>"#))
        urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {
            url { loc { (config.link("/")) } }
            @for language in Language::ALL {
                url {
                    loc { (config.link(&list_path(language))) }
                    @if let Some(changed_at) = newest(language) { lastmod { (moment(changed_at)) } }
                }
            }
            @for post in posts {
                url { loc { (config.link(&format!("{PATH}/{}", post.slug))) } lastmod { (moment(post.changed_at)) } }
            }
        }
    };
    markup.into_string()
}

/// `robots.txt` (RFC 9309): everything that anybody may see, but nothing that is an answer to a form or a secret link.
pub fn robots(config: &Config) -> String {
    format!("User-agent: *\nDisallow: /admin/\nDisallow: /dev/\n\nSitemap: {}\n", config.link("/sitemap.xml"))
}

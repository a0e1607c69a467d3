//! A post, to be read.

use maud::{Markup, PreEscaped, html};

use super::{
    card::{self, cards},
    heads,
};
use crate::{
    blog::{
        model::{Card, list_path},
        pictures::views::img,
    },
    config::Config,
    i18n, t,
    ui::{Section, Shell, button, page},
    users::{Visitor, rights::Right},
    web::Chrome,
};

/// How wide a post's cover is.
const COVER_SIZES: &str = "(min-width: 992px) 60rem, 100vw";

/// What a post's page shows.
pub struct Reading<'a> {
    pub post: Card,
    /// The text, rendered.
    pub content: PreEscaped<&'a str>,
    /// What is read next.
    pub related: &'a [Card],
}

pub fn post_page(visitor: &Visitor, chrome: &Chrome, config: &Config, reading: &Reading) -> Markup {
    let Reading { post, content, related } = reading;
    let (zone, own) = (visitor.zone(), i18n::current().tag());
    let content = html! {
        article .post lang=(post.language.tag()) {
            header .post-head {
                p .post-back lang=(own) { a href=(list_path(post.language)) { (t!("blog-back")) } }
                h1 { (post.title) }
                p .post-summary { (post.summary) }
                div .post-meta lang=(own) {
                    (card::date(post, &zone))
                    (card::minutes(post))
                    span { (t!("blog-readers", count = post.views)) }
                    @if visitor.may(Right::EditBlog) { (button::secondary_link(&format!("/admin/posts/{}/edit", post.id), &t!("blog-edit"))) }
                }
            }
            @if let Some(cover) = &post.cover { div .post-cover { (img(cover, COVER_SIZES, true)) } }
            div .prose { (content) }
        }
        @if !related.is_empty() {
            section .post-related aria-labelledby="related" {
                h2 #related { (t!("blog-related")) }
                (cards(related, &zone, 3))
            }
        }
    };
    let head = heads::post(config, post);
    page(&Shell { head: Some(head), ..visitor.shell(chrome, &post.title, Section::Blog) }, content)
}

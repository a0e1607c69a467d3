//! The list of posts in one language.

use maud::{Markup, html};

use super::{card::cards, heads};
use crate::{
    blog::model::{Card, feed_path, list_path},
    config::Config,
    i18n::Language,
    t,
    ui::{Icon, Pagination, Section, Shell, button, empty, page, page_header, pagination},
    users::{Visitor, rights::Right},
    web::Chrome,
};

/// A page of the list.
pub struct List {
    pub language: Language,
    pub posts: Vec<Card>,
    /// The address of this page.
    pub path: String,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, on every other.
    pub first: Option<String>,
}

pub fn list_page(visitor: &Visitor, chrome: &Chrome, config: &Config, list: &List) -> Markup {
    let may_write = visitor.may(Right::EditBlog);
    let acts = html! {
        (languages(list.language))
        a .btn .btn-ghost-secondary href=(feed_path(list.language)) type="application/atom+xml" { (t!("blog-feed")) }
        @if may_write { (button::primary_link("/admin/posts/new", Some(Icon::Plus), &t!("blog-write"))) }
    };
    let content = html! {
        (page_header(&t!("blog-title"), Some(&t!("blog-subtitle")), Some(acts)))
        div #posts {
            @if list.posts.is_empty() { (nothing(list)) } @else { (cards(&list.posts, &visitor.zone(), 2)) }
            (pagination(&Pagination {
                target: "#posts",
                next: list.next.as_deref(),
                first: list.first.as_deref(),
                next_label: &t!("blog-older"),
            }))
        }
    };
    let head = heads::list(config, list);
    page(&Shell { head: Some(head), ..visitor.shell(chrome, &t!("blog-title"), Section::Blog) }, content)
}

/// Which language the posts are in, and the way to the other one.
fn languages(current: Language) -> Markup {
    let addresses = Language::ALL.map(list_path);
    let links = Language::ALL.into_iter().zip(&addresses);
    html! {
        nav .post-languages aria-label=(t!("blog-languages")) {
            @for (language, href) in links {
                a .btn .btn-ghost-secondary .active[language == current] href=(href) lang=(language.tag()) hreflang=(language.tag())
                    aria-current=[(language == current).then_some("true")] { (language.own_name()) }
            }
        }
    }
}

fn nothing(list: &List) -> Markup {
    html! {
        div .card {
            @match &list.first {
                Some(first) => (empty(Icon::Mail, &t!("blog-end"), &t!("blog-end-text"), Some(button::secondary_link(first, &t!("blog-newest"))))),
                None => (empty(Icon::Mail, &t!("blog-empty"), &t!("blog-empty-text"), None)),
            }
        }
    }
}

//! A post in a list: cover, title, what it is about, when it came out and how long it takes.

use maud::{Markup, html};

use crate::{
    blog::{model::Card, pictures::views::img},
    i18n::{self, format},
    mailings::schedule::{self, Zone},
    t,
    ui::{Icon, icon},
};

/// How wide a card's cover is.
const CARD_SIZES: &str = "(min-width: 1200px) 26rem, (min-width: 768px) 50vw, 100vw";

/// Posts beside and below each other; `heading` is the level of their titles.
pub fn cards(posts: &[Card], zone: &Zone, heading: u8) -> Markup {
    html! {
        div .post-cards {
            @for post in posts { (card(post, zone, heading)) }
        }
    }
}

fn card(post: &Card, zone: &Zone, heading: u8) -> Markup {
    let link = html! { a .stretched-link href=(post.path()) { (post.title) } };
    html! {
        article .card .post-card lang=(post.language.tag()) {
            div .post-card-cover {
                @match &post.cover {
                    Some(cover) => (img(cover, CARD_SIZES, false)),
                    None => (icon(Icon::Mail)),
                }
            }
            div .card-body {
                @if heading == 2 { h2 .post-card-title { (link) } } @else { h3 .post-card-title { (link) } }
                p .text-secondary { (post.summary) }
                p .post-meta lang=(i18n::current().tag()) { (date(post, zone)) (minutes(post)) }
            }
        }
    }
}

/// The day it came out, in the reader's zone and way.
pub fn date(post: &Card, zone: &Zone) -> Markup {
    let day = schedule::civil(post.published_at, zone).date();
    html! { time datetime=(day) { (format::long_date(day)) } }
}

/// How long it takes.
pub fn minutes(post: &Card) -> Markup {
    html! { span { (t!("blog-minutes", count = post.minutes)) } }
}

//! The start page for visitors: what this is, how it goes, what it has in hand, and what there is to read.

use maud::{Markup, html};
use serde_json::json;

use super::super::model::Statistics;
use crate::{
    blog::{self, model::Card},
    config::Config,
    i18n::{self, format},
    t,
    ui::{Head, Icon, Section, Shell, Step, button, head, hero, icon, page, steps},
    users::Visitor,
    web::Chrome,
};

pub fn welcome_page(visitor: &Visitor, chrome: &Chrome, config: &Config, statistics: &Statistics, posts: &[Card]) -> Markup {
    let (title, promise) = (t!("home-title"), t!("home-promise"));
    let explained = [
        (t!("home-step-recipients"), t!("home-step-recipients-text")),
        (t!("home-step-message"), t!("home-step-message-text")),
        (t!("home-step-mailing"), t!("home-step-mailing-text")),
    ];
    let content = html! {
        (hero(&title, &promise, html! {
            (button::primary_link("/register", None, &t!("home-register")))
            (button::secondary_link("/login", &t!("home-sign-in")))
        }))
        (figures(statistics))
        (section("how", &t!("home-how"), steps(&explained.each_ref().map(|(title, text)| Step { title, text, done: false, action: None }))))
        (section("what", &t!("home-what"), qualities()))
        @if !posts.is_empty() {
            (section("read", &t!("home-read"), html! {
                (blog::views::cards(posts, &visitor.zone(), 3))
                p { a href=(blog::model::PATH) { (t!("home-all-posts")) } }
            }))
        }
        (call())
    };
    page(&Shell { head: Some(about(config)), ..visitor.shell(chrome, &title, Section::Home) }, content)
}

/// What the whole service has in hand.
fn figures(statistics: &Statistics) -> Markup {
    let figures = [
        (statistics.mailings, t!("home-mailings"), t!("home-mailings-text")),
        (statistics.active, t!("home-active"), t!("home-active-text")),
        (statistics.recipients, t!("home-recipients"), t!("home-recipients-text")),
    ];
    html! {
        section .home-section aria-labelledby="figures" {
            h2 #figures .visually-hidden { (t!("home-figures")) }
            dl .home-figures {
                @for (number, label, text) in figures {
                    div .home-figure {
                        dt { (label) }
                        dd { span .home-number { (format::number(number)) } span .text-secondary { (text) } }
                    }
                }
            }
        }
    }
}

fn section(id: &str, title: &str, content: Markup) -> Markup {
    html! {
        section .home-section aria-labelledby=(id) {
            h2 #(id) { (title) }
            (content)
        }
    }
}

/// What sets it apart.
fn qualities() -> Markup {
    let qualities = [
        (Icon::Calendar, t!("home-on-time"), t!("home-on-time-text")),
        (Icon::Check, t!("home-on-record"), t!("home-on-record-text")),
        (Icon::Alert, t!("home-in-trouble"), t!("home-in-trouble-text")),
        (Icon::Users, t!("home-yours"), t!("home-yours-text")),
    ];
    html! {
        ul .home-qualities {
            @for (symbol, title, text) in qualities {
                li {
                    span .home-quality-icon { (icon(symbol)) }
                    div { h3 { (title) } p { (text) } }
                }
            }
        }
    }
}

fn call() -> Markup {
    html! {
        section .home-call aria-labelledby="call" {
            h2 #call { (t!("home-call")) }
            p { (t!("home-call-text")) }
            a .btn .btn-lg href="/register" { (t!("home-register")) }
        }
    }
}

fn about(config: &Config) -> Head {
    let canonical = config.link("/");
    let (title, description) = (t!("home-title"), t!("layout-description"));
    let data = json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Periodical",
        "description": description,
        "url": canonical,
        "inLanguage": i18n::current().tag(),
    });
    Head {
        title,
        description,
        canonical,
        language: i18n::current(),
        translations: Vec::new(),
        feeds: blog::views::feeds(config),
        kind: head::Kind::Website,
        image: None,
        data: Some(data),
    }
}

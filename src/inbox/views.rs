//! The catcher's inbox as pages.

use mail_parser::MessageParser;
use maud::{Markup, html};
use time::OffsetDateTime;

use super::queries::{Mail, Row};
use crate::{
    mailings::schedule::{self, Zone},
    t,
    ui::{
        Column, Icon, Pagination, SearchBox, Section, Tone, alert,
        button::{self, Delete},
        cell, empty, page, page_header, pagination, search_box, table,
    },
    users::Visitor,
    web::{Chrome, list::Keyset},
};

pub fn index_page(visitor: &Visitor, chrome: &Chrome, search: &str, list: &Keyset<Row>) -> Markup {
    let (to, subject, received_at) = (t!("inbox-to"), t!("inbox-subject"), t!("inbox-received"));
    let content = html! {
        (page_header(&t!("inbox-title"), Some(&t!("inbox-subtitle")), Some(html! {
            (button::delete_button(&Delete {
                id: "clear-inbox",
                label: &t!("inbox-empty"),
                action: "/dev/inbox",
                csrf: &chrome.csrf,
                question: &t!("inbox-empty-question"),
                consequence: &t!("inbox-empty-consequence"),
                target: None,
            }))
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/dev/inbox", query: search, label: &t!("inbox-search"), target: "#inbox" })) }
            div #inbox {
                (table(&t!("inbox-caught"), &[Column::new(&to), Column::new(&subject), Column::new(&received_at)], html! {
                    @for mail in &list.rows {
                        tr id={ "mail-" (mail.id) } {
                            (cell(&to, &mail.recipient))
                            (cell(&subject, html! { a href={ "/dev/inbox/" (mail.id) } { (shown_subject(&mail.subject)) } }))
                            (cell(&received_at, received(mail.received_at)))
                        }
                    }
                }))
                @if list.rows.is_empty() { (empty(Icon::Mail, &t!("inbox-nothing"), &t!("inbox-nothing-advice"), None)) }
                (pagination(&Pagination { target: "#inbox", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("inbox-older") }))
            }
        }
    };
    page(&visitor.shell(chrome, &t!("inbox-title"), Section::None), content)
}

fn shown_subject(subject: &str) -> String {
    if subject.is_empty() { t!("inbox-no-subject") } else { subject.to_owned() }
}

fn received(moment: OffsetDateTime) -> String {
    schedule::display(moment, &Zone::utc())
}

pub fn show_page(visitor: &Visitor, chrome: &Chrome, mail: &Mail) -> Markup {
    let message = MessageParser::default().parse(&mail.source);
    let text = message.as_ref().and_then(|message| message.body_text(0)).unwrap_or_default();
    let has_html = message.as_ref().is_some_and(|message| message.html_body_count() > 0);
    let subject = shown_subject(&mail.subject);
    let envelope = t!("inbox-envelope", to = mail.recipient, from = mail.sender, moment = received(mail.received_at));
    let content = html! {
        (page_header(&subject, Some(&envelope), Some(html! {
            (button::secondary_link(&format!("/dev/inbox/{}/source", mail.id), &t!("inbox-source")))
            (button::secondary_link("/dev/inbox", &t!("inbox-back")))
        })))
        @if message.is_none() { (alert(Tone::Warning, t!("inbox-malformed"))) }
        @let links = links(&text);
        @if !links.is_empty() {
            // The frame below is sandboxed and opens nothing, so the links stand here as well.
            div .card .mb-3 { div .card-body {
                p .text-secondary .mb-2 { (t!("inbox-links")) }
                ul .mb-0 { @for link in &links { li { a href=(link) rel="noreferrer" { (link) } } } }
            } }
        }
        @if has_html {
            div .card .mb-3 {
                div .card-header { h2 .card-title { (t!("inbox-html")) } }
                iframe .preview src={ "/dev/inbox/" (mail.id) "/html" } sandbox="" title=(t!("inbox-html-frame")) {}
            }
        }
        div .card {
            div .card-header { h2 .card-title { (t!("inbox-text")) } }
            pre .mail-text { (text) }
        }
    };
    page(&visitor.shell(chrome, &subject, Section::None), content)
}

/// The web addresses in the text part, each once.
fn links(text: &str) -> Vec<String> {
    let mut links: Vec<String> = Vec::new();
    for word in text.split(|character: char| character.is_whitespace() || matches!(character, '<' | '>' | '(' | ')' | '[' | ']')) {
        if (word.starts_with("http://") || word.starts_with("https://")) && !links.iter().any(|link| link == word) {
            links.push(word.to_owned());
        }
    }
    links.truncate(50);
    links
}

//! The catcher's inbox as pages.

use mail_parser::MessageParser;
use maud::{Markup, html};
use time::OffsetDateTime;

use super::queries::{Mail, Row};
use crate::{
    mailings::schedule::{self, Zone},
    ui::{
        Column, Icon, Pagination, SearchBox, Section, Tone, alert,
        button::{self, Delete},
        cell, empty, page, page_header, pagination, search_box, table,
    },
    users::Visitor,
    web::{Chrome, list::Keyset},
};

pub fn index_page(visitor: &Visitor, chrome: &Chrome, search: &str, list: &Keyset<Row>) -> Markup {
    let content = html! {
        (page_header("Inbox", Some("No mail server is set up, so every mail ends here instead of at its recipient. Set SMTP_URL to send for real."), Some(html! {
            (button::delete_button(&Delete {
                id: "clear-inbox",
                label: "Empty the inbox",
                action: "/dev/inbox",
                csrf: &chrome.csrf,
                question: "Delete every mail here?",
                consequence: "Attempts and their records stay.",
                target: None,
            }))
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/dev/inbox", query: search, label: "Search recipient and subject", target: "#inbox" })) }
            div #inbox {
                (table("Caught mails", &[Column::new("To"), Column::new("Subject"), Column::new("Received")], html! {
                    @for mail in &list.rows {
                        tr id={ "mail-" (mail.id) } {
                            (cell("To", &mail.recipient))
                            (cell("Subject", html! { a href={ "/dev/inbox/" (mail.id) } { @if mail.subject.is_empty() { "(no subject)" } @else { (mail.subject) } } }))
                            (cell("Received", received(mail.received_at)))
                        }
                    }
                }))
                @if list.rows.is_empty() { (empty(Icon::Mail, "No mail here", "Register, or start a mailing: what it sends appears here.", None)) }
                (pagination(&Pagination { target: "#inbox", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    };
    page(&visitor.shell(chrome, "Inbox", Section::None), content)
}

fn received(moment: OffsetDateTime) -> String {
    schedule::display(moment, &Zone::utc())
}

pub fn show_page(visitor: &Visitor, chrome: &Chrome, mail: &Mail) -> Markup {
    let message = MessageParser::default().parse(&mail.source);
    let text = message.as_ref().and_then(|message| message.body_text(0)).unwrap_or_default();
    let has_html = message.as_ref().is_some_and(|message| message.html_body_count() > 0);
    let content = html! {
        (page_header(if mail.subject.is_empty() { "(no subject)" } else { &mail.subject }, Some(&format!("To {}, from {}, {}", mail.recipient, mail.sender, received(mail.received_at))), Some(html! {
            (button::secondary_link(&format!("/dev/inbox/{}/source", mail.id), "Source"))
            (button::secondary_link("/dev/inbox", "Back to the inbox"))
        })))
        @if message.is_none() { (alert(Tone::Warning, "This is no well-formed mail; look at its source.")) }
        @let links = links(&text);
        @if !links.is_empty() {
            // The frame below is sandboxed and opens nothing, so the links stand here as well.
            div .card .mb-3 { div .card-body {
                p .text-secondary .mb-2 { "Links in this mail:" }
                ul .mb-0 { @for link in &links { li { a href=(link) rel="noreferrer" { (link) } } } }
            } }
        }
        @if has_html {
            div .card .mb-3 {
                div .card-header { h2 .card-title { "HTML" } }
                iframe .preview src={ "/dev/inbox/" (mail.id) "/html" } sandbox="" title="The mail's HTML" {}
            }
        }
        div .card {
            div .card-header { h2 .card-title { "Text" } }
            pre .mail-text { (text) }
        }
    };
    page(&visitor.shell(chrome, &mail.subject, Section::None), content)
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

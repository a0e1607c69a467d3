//! The start page for the signed-in.

use maud::{Markup, html};

use crate::{
    attempts::{self, model::Attempt},
    mailings::{self, model::Mailing},
    ui::{Column, Icon, Section, Step, button, cell, page, page_header, steps, table},
    users::Visitor,
    web::Chrome,
};

/// What the signed-in reader has, and with it the next step.
pub struct Guide {
    pub has_recipients: bool,
    pub has_messages: bool,
    pub mailings: Vec<Mailing>,
    pub attempts: Vec<Attempt>,
}

impl Guide {
    fn is_finished(&self) -> bool {
        !self.attempts.is_empty()
    }
}

pub fn guide_page(visitor: &Visitor, chrome: &Chrome, guide: &Guide) -> Markup {
    let name = visitor.0.as_ref().map_or("", |user| user.full_name.as_str());
    let content = html! {
        (page_header(&format!("Hello, {name}"), None, Some(button::primary_link("/mailings/new", Some(Icon::Plus), "New mailing"))))
        @if !guide.is_finished() {
            p .text-secondary { "Three steps to the first mailing; it starts by itself, or with its “Start now” button." }
            (steps(&next_steps(guide)))
        }
        @if !guide.mailings.is_empty() { (mailings_card(&guide.mailings)) }
        @if guide.is_finished() {
            div .card {
                div .card-header { h2 .card-title { "Latest attempts" } div .ms-auto { a href="/attempts" { "All attempts" } } }
                (attempts::views::attempts_table(&guide.attempts, true))
            }
        }
    };
    page(&visitor.shell(chrome, "Home", Section::Home), content)
}

/// One thing to press: the first step that is not taken yet.
fn next_steps(guide: &Guide) -> [Step<'static>; 3] {
    let link = |is_next: bool, href: &str, label: &str| is_next.then(|| button::primary_link(href, None, label));
    let has_mailings = !guide.mailings.is_empty();
    [
        Step {
            title: "Add recipients",
            text: "The people you write to. One is enough to begin with: yourself.",
            done: guide.has_recipients,
            action: link(!guide.has_recipients, "/recipients/new", "Add a recipient"),
        },
        Step {
            title: "Write a message",
            text: "A subject and a body; plain text is fine.",
            done: guide.has_messages,
            action: link(guide.has_recipients && !guide.has_messages, "/messages/new", "Write a message"),
        },
        Step {
            title: "Set a mailing",
            text: "Choose message, recipients and time. With a start of now it goes out at once.",
            done: has_mailings,
            action: link(guide.has_recipients && guide.has_messages && !has_mailings, "/mailings/new", "Set a mailing"),
        },
    ]
}

fn mailings_card(mailings: &[Mailing]) -> Markup {
    html! {
        div .card .mb-3 {
            div .card-header { h2 .card-title { "Newest mailings" } div .ms-auto { a href="/mailings" { "All mailings" } } }
            (table("Newest mailings", &[Column::new("Name"), Column::new("Status"), Column::new("Next run")], html! {
                @for mailing in mailings {
                    tr {
                        (cell("Name", html! { a href={ "/mailings/" (mailing.id) } { (mailing.name) } }))
                        (cell("Status", mailings::views::status_badges(mailing)))
                        (cell("Next run", mailings::views::next_run(mailing)))
                    }
                }
            }))
        }
    }
}

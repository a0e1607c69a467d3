//! The start page for visitors.

use maud::{Markup, html};

use crate::{
    ui::{Section, Step, button, hero, page, steps},
    users::Visitor,
    web::Chrome,
};

pub fn welcome_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let content = html! {
        (hero(
            "Recurring e-mail you host yourself",
            "Keep your recipients, write a message, set when it goes out: once, daily, weekly or monthly. Periodical sends it on time and keeps a record of who got it and who did not.",
            html! {
                (button::primary_link("/register", None, "Create an account"))
                (button::secondary_link("/login", "Sign in"))
            },
        ))
        (steps(&[
            Step { title: "Add recipients", text: "The people you write to: address, name, a comment for yourself.", done: false, action: None },
            Step { title: "Write a message", text: "A subject and a body. Every mail carries a plain-text part as well.", done: false, action: None },
            Step { title: "Set a mailing", text: "Message, recipients, first send, end and period, in your time zone. It starts by itself.", done: false, action: None },
        ]))
    };
    page(&visitor.shell(chrome, "Recurring e-mail you host yourself", Section::Home), content)
}

//! The start page for visitors.

use maud::{Markup, html};

use crate::{
    t,
    ui::{Section, Step, button, hero, page, steps},
    users::Visitor,
    web::Chrome,
};

pub fn welcome_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
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
        (steps(&explained.each_ref().map(|(title, text)| Step { title, text, done: false, action: None })))
    };
    page(&visitor.shell(chrome, &title, Section::Home), content)
}

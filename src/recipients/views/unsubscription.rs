//! What a recipient sees who wants no more mail. It says nothing of the account, nor whose address it is: mails are passed on.

use maud::{Markup, html};

use crate::{
    t,
    ui::{Section, Shell, button, csrf_field, narrow_page},
    web::Chrome,
};

/// The link of a mail. It changes nothing yet: mail programs look at links by themselves.
pub fn ask_page(chrome: &Chrome, token: &str) -> Markup {
    let content = html! {
        h1 .h2 { (t!("recipients-unsubscribe")) }
        p .mb-4 { (t!("recipients-unsubscribe-text")) }
        form method="post" action={ (crate::recipients::unsubscribe::PATH) (token) } {
            (csrf_field(&chrome.csrf))
            (button::primary(&t!("recipients-unsubscribe-button")))
        }
    };
    narrow_page(&shell(chrome, &t!("recipients-unsubscribe")), content, None)
}

pub fn done_page(chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { (t!("recipients-unsubscribe-done")) }
        p .mb-0 { (t!("recipients-unsubscribe-done-text")) }
    };
    narrow_page(&shell(chrome, &t!("recipients-unsubscribe-done")), content, None)
}

pub fn bad_link_page(chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { (t!("recipients-unsubscribe-bad-link")) }
        p .mb-0 { (t!("recipients-unsubscribe-bad-link-text")) }
    };
    narrow_page(&shell(chrome, &t!("recipients-unsubscribe-bad-link")), content, None)
}

/// A frame in which nobody is signed in, whoever looks: it is no page of an account.
fn shell<'a>(chrome: &'a Chrome, title: &'a str) -> Shell<'a> {
    Shell { title, user: None, active: Section::None, csrf: &chrome.csrf, flash: None, dev_inbox: false, urge: None, head: None }
}

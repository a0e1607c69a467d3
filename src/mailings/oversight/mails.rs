//! The words of the mails to owners.

use maud::{Markup, html};

use crate::{mail::compose::Body, t, users::mails::AccountMail};

/// A manager has disabled the mailing.
pub fn disabled(full_name: &str, mailing: &str, reason: &str, link: &str) -> AccountMail {
    let (before, after) = (t!("oversight-mail-disabled-before", mailing = mailing), t!("oversight-mail-disabled-after"));
    let html = html! {
        p { (before) }
        blockquote { @for line in reason.lines() { (line) br; } }
        p { (after) }
    };
    letter(t!("oversight-mail-disabled"), full_name, &html, &format!("{before}\n\n{reason}\n\n{after}"), link)
}

/// A manager has enabled the mailing; `goes_on` says what that means for it.
pub fn enabled(full_name: &str, mailing: &str, goes_on: &str, link: &str) -> AccountMail {
    let news = format!("{} {goes_on}", t!("oversight-mail-enabled-before", mailing = mailing));
    letter(t!("oversight-mail-enabled"), full_name, &html! { p { (news) } }, &news, link)
}

/// The greeting, the news, and the link to the mailing.
fn letter(subject: String, full_name: &str, html: &Markup, text: &str, link: &str) -> AccountMail {
    let greeting = t!("oversight-mail-greeting", name = full_name);
    let html = html! { p { (greeting) } (html) p { a href=(link) { (link) } } };
    let text = format!("{greeting}\n\n{text}\n\n{link}\n");
    AccountMail { subject, body: Body::trusted(&html.into_string(), &text) }
}

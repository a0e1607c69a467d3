//! The words of the mails to owners.

use crate::{mail::compose::Body, users::mails::AccountMail};

/// A manager has disabled the mailing.
pub fn disabled(full_name: &str, mailing: &str, reason: &str, link: &str) -> AccountMail {
    let html = maud::html! {
        p { "Hello " (full_name) "," }
        p { "a manager has disabled your mailing “" (mailing) "”. The reason given:" }
        blockquote { @for line in reason.lines() { (line) br; } }
        p { "Nothing of it goes out until a manager enables it again. This is the mailing:" }
        p { a href=(link) { (link) } }
    };
    let text = format!(
        "Hello {full_name},\n\na manager has disabled your mailing “{mailing}”. The reason given:\n\n{reason}\n\n\
         Nothing of it goes out until a manager enables it again. This is the mailing:\n\n{link}\n"
    );
    AccountMail { subject: "Your mailing was disabled".into(), body: Body::trusted(&html.into_string(), &text) }
}

/// A manager has enabled the mailing; `goes_on` says what that means for it.
pub fn enabled(full_name: &str, mailing: &str, goes_on: &str, link: &str) -> AccountMail {
    let html = maud::html! {
        p { "Hello " (full_name) "," }
        p { "a manager has enabled your mailing “" (mailing) "” again. " (goes_on) }
        p { a href=(link) { (link) } }
    };
    let text = format!("Hello {full_name},\n\na manager has enabled your mailing “{mailing}” again. {goes_on}\n\n{link}\n");
    AccountMail { subject: "Your mailing was enabled".into(), body: Body::trusted(&html.into_string(), &text) }
}

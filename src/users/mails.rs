//! The words of account mails.

use crate::mail::compose::Body;

pub struct AccountMail {
    pub subject: String,
    pub body: Body,
}

/// The link that activates an account.
pub fn verification(full_name: &str, link: &str) -> AccountMail {
    let html = maud::html! {
        p { "Hello " (full_name) "," }
        p { "somebody, probably you, has registered this address at Periodical. To confirm that it is yours, open this link within 24 hours:" }
        p { a href=(link) { (link) } }
        p { "If it was not you, do nothing: without the link the account stays inactive." }
    };
    let text = format!(
        "Hello {full_name},\n\nsomebody, probably you, has registered this address at Periodical. To confirm that it is yours, open this link within 24 hours:\n\n{link}\n\n\
         If it was not you, do nothing: without the link the account stays inactive.\n"
    );
    AccountMail { subject: "Confirm your address".into(), body: Body::trusted(&html.into_string(), &text) }
}

/// To somebody who registers a second time: the page has said the same as to everybody.
pub fn already_registered(full_name: &str, link: &str) -> AccountMail {
    let html = maud::html! {
        p { "Hello " (full_name) "," }
        p { "somebody, probably you, has tried to register this address at Periodical. It has an account already: " a href=(link) { "sign in" } " with the password you chose then." }
    };
    let text = format!(
        "Hello {full_name},\n\nsomebody, probably you, has tried to register this address at Periodical. It has an account already; sign in with the password you chose then:\n\n{link}\n"
    );
    AccountMail { subject: "You have an account already".into(), body: Body::trusted(&html.into_string(), &text) }
}

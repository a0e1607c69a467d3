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

/// An administrator has made an account for somebody.
pub fn invitation(full_name: &str, link: &str) -> AccountMail {
    let html = maud::html! {
        p { "Hello " (full_name) "," }
        p { "an administrator has made an account for you at Periodical. To confirm your address and choose a password, open this link within 24 hours:" }
        p { a href=(link) { (link) } }
        p { "If you want no account, do nothing: without the link it stays inactive." }
    };
    let text = format!(
        "Hello {full_name},\n\nan administrator has made an account for you at Periodical. To confirm your address and choose a password, open this link within 24 hours:\n\n{link}\n\n\
         If you want no account, do nothing: without the link it stays inactive.\n"
    );
    AccountMail { subject: "Your account at Periodical".into(), body: Body::trusted(&html.into_string(), &text) }
}

/// To the address that signed in until now.
pub fn address_taken_out(full_name: &str, new: &str) -> AccountMail {
    let html = maud::html! {
        p { "Hello " (full_name) "," }
        p { "an administrator has changed the address of your account at Periodical to " (new) ". This one no longer signs in." }
        p { "If you did not ask for that, write to whoever runs this service." }
    };
    let text = format!(
        "Hello {full_name},\n\nan administrator has changed the address of your account at Periodical to {new}. This one no longer signs in.\n\n\
         If you did not ask for that, write to whoever runs this service.\n"
    );
    AccountMail { subject: "The address of your account was changed".into(), body: Body::trusted(&html.into_string(), &text) }
}

/// To the address that signs in from now on.
pub fn address_put_in(full_name: &str, old: &str, link: &str) -> AccountMail {
    let html = maud::html! {
        p { "Hello " (full_name) "," }
        p { "an administrator has changed the address of your account at Periodical from " (old) " to this one. " a href=(link) { "Sign in" } " with it and the password you have." }
    };
    let text = format!(
        "Hello {full_name},\n\nan administrator has changed the address of your account at Periodical from {old} to this one. Sign in with it and the password you have:\n\n{link}\n"
    );
    AccountMail { subject: "The address of your account was changed".into(), body: Body::trusted(&html.into_string(), &text) }
}

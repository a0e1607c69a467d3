//! The words of account mails.

use crate::mail::compose::Body;

pub struct AccountMail {
    pub subject: String,
    pub body: Body,
}

/// By name, where there is one: see [`Addressee`](super::queries::Addressee).
fn greeting(full_name: &str) -> String {
    if full_name.is_empty() { "Hello,".into() } else { format!("Hello {full_name},") }
}

/// What most of them are: a greeting, what has happened, perhaps a link, and what to do if it was somebody else.
fn letter(subject: &str, full_name: &str, before: &str, link: Option<&str>, after: &str) -> AccountMail {
    let greeting = greeting(full_name);
    let html = maud::html! {
        p { (greeting) }
        p { (before) }
        @if let Some(link) = link { p { a href=(link) { (link) } } }
        p { (after) }
    };
    let link = link.map(|link| format!("{link}\n\n")).unwrap_or_default();
    let text = format!("{greeting}\n\n{before}\n\n{link}{after}\n");
    AccountMail { subject: subject.into(), body: Body::trusted(&html.into_string(), &text) }
}

/// The link that activates an account.
pub fn verification(full_name: &str, link: &str) -> AccountMail {
    letter(
        "Confirm your address",
        full_name,
        "somebody, probably you, has registered this address at Periodical. To confirm that it is yours, open this link within 24 hours:",
        Some(link),
        "If it was not you, do nothing: without the link the account stays inactive.",
    )
}

/// To somebody who registers a second time: the page has said the same as to everybody.
pub fn already_registered(full_name: &str, link: &str) -> AccountMail {
    let greeting = greeting(full_name);
    let html = maud::html! {
        p { (greeting) }
        p { "somebody, probably you, has tried to register this address at Periodical. It has an account already: " a href=(link) { "sign in" } " with the password you chose then." }
    };
    let text = format!(
        "{greeting}\n\nsomebody, probably you, has tried to register this address at Periodical. It has an account already; sign in with the password you chose then:\n\n{link}\n"
    );
    AccountMail { subject: "You have an account already".into(), body: Body::trusted(&html.into_string(), &text) }
}

/// The link to a new password.
pub fn password_reset(full_name: &str, link: &str) -> AccountMail {
    letter(
        "Choose a new password",
        full_name,
        "somebody, probably you, has forgotten the password of your account at Periodical. To choose a new one, open this link within an hour:",
        Some(link),
        "If it was not you, do nothing: your password stays as it is.",
    )
}

/// `forgot`: the page to go to if it was somebody else.
pub fn password_changed(full_name: &str, forgot: &str) -> AccountMail {
    letter(
        "Your password was changed",
        full_name,
        "the password of your account at Periodical was changed, and other browsers were signed out. If it was not you, choose another one here:",
        Some(forgot),
        "If it was you, there is nothing to do.",
    )
}

pub fn recovery_code_used(full_name: &str, left: i64, account: &str) -> AccountMail {
    letter(
        "A recovery code was used",
        full_name,
        &format!(
            "somebody, probably you, has signed in to your account at Periodical with a recovery code. {left} of them are left; new ones are made here:"
        ),
        Some(account),
        "If it was not you, somebody has your password and your codes: change both.",
    )
}

pub fn two_factor_on(full_name: &str, account: &str) -> AccountMail {
    letter(
        "Two-factor sign-in is on",
        full_name,
        "from now on, signing in to your account at Periodical takes a code of your authenticator as well.",
        Some(account),
        "If it was not you, somebody has your password. Ask whoever runs this service for help.",
    )
}

pub fn two_factor_off(full_name: &str, account: &str) -> AccountMail {
    letter(
        "Two-factor sign-in is off",
        full_name,
        "from now on, the password alone is enough to sign in to your account at Periodical.",
        Some(account),
        "If it was not you, change your password and switch it on again.",
    )
}

/// To the new address.
pub fn email_change(full_name: &str, link: &str) -> AccountMail {
    letter(
        "Confirm your new address",
        full_name,
        "this is to become the address of an account at Periodical. To confirm that it is yours, open this link within 24 hours:",
        Some(link),
        "If you have asked for no such thing, do nothing: nothing changes without the link.",
    )
}

/// To the present address, as soon as a change was asked for.
pub fn email_change_asked(full_name: &str, new_email: &str, password: &str) -> AccountMail {
    letter(
        "A change of your address was asked for",
        full_name,
        &format!(
            "somebody, probably you, wants your account at Periodical to have the address {new_email} instead of this one. It changes when the link in the mail to that address is opened. If it was not you, change your password now, and that link is dead:"
        ),
        Some(password),
        "If it was you, there is nothing to do.",
    )
}

/// To the address that was left.
pub fn email_changed(full_name: &str) -> AccountMail {
    letter(
        "Your address was changed",
        full_name,
        "your account at Periodical has another address now, which was confirmed. Nothing is sent to this one any more.",
        None,
        "If it was not you, ask whoever runs this service for help.",
    )
}

pub fn account_deleted(full_name: &str) -> AccountMail {
    letter(
        "Your account was deleted",
        full_name,
        "your account at Periodical is closed, and everything in it is being deleted: recipients, messages, mailings and the record of what was sent. What was running was stopped.",
        None,
        "This is the last mail to this address.",
    )
}

/// An administrator has made an account for somebody.
pub fn invitation(full_name: &str, link: &str) -> AccountMail {
    letter(
        "Your account at Periodical",
        full_name,
        "an administrator has made an account for you at Periodical. To confirm your address and choose a password, open this link within 24 hours:",
        Some(link),
        "If you want no account, do nothing: without the link it stays inactive.",
    )
}

/// To the address that signed in until an administrator put another one in its place.
pub fn address_taken_out(full_name: &str) -> AccountMail {
    letter(
        "Your address was changed",
        full_name,
        "an administrator has given your account at Periodical another address. This one no longer signs in, and nothing is sent to it any more.",
        None,
        "If you did not ask for that, write to whoever runs this service.",
    )
}

/// To the address that signs in from now on.
pub fn address_put_in(full_name: &str, link: &str) -> AccountMail {
    letter(
        "Your address was changed",
        full_name,
        "an administrator has made this the address of your account at Periodical. Sign in with it, and with the password you have:",
        Some(link),
        "If you have no account there, write to whoever runs this service.",
    )
}

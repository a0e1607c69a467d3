//! The words of account mails, in the language that is current where they are written.

use crate::{mail::compose::Body, t};

pub struct AccountMail {
    pub subject: String,
    pub body: Body,
}

/// By name, where there is one: see [`Addressee`](super::queries::Addressee).
fn greeting(full_name: &str) -> String {
    if full_name.is_empty() { t!("users-mail-greeting") } else { t!("users-mail-greeting-name", name = full_name) }
}

/// What they are: a greeting, what has happened, perhaps a link, and what to do if it was somebody else.
fn letter(subject: String, full_name: &str, before: &str, link: Option<&str>, after: &str) -> AccountMail {
    let greeting = greeting(full_name);
    let html = maud::html! {
        p { (greeting) }
        p { (before) }
        @if let Some(link) = link { p { a href=(link) { (link) } } }
        p { (after) }
    };
    let link = link.map(|link| format!("{link}\n\n")).unwrap_or_default();
    let text = format!("{greeting}\n\n{before}\n\n{link}{after}\n");
    AccountMail { subject, body: Body::trusted(&html.into_string(), &text) }
}

/// The link that activates an account.
pub fn verification(full_name: &str, link: &str) -> AccountMail {
    letter(
        t!("users-mail-verification"),
        full_name,
        &t!("users-mail-verification-before"),
        Some(link),
        &t!("users-mail-verification-after"),
    )
}

/// To somebody who registers a second time: the page has said the same as to everybody.
pub fn already_registered(full_name: &str, link: &str) -> AccountMail {
    letter(t!("users-mail-registered"), full_name, &t!("users-mail-registered-before"), Some(link), &t!("users-mail-registered-after"))
}

/// The link to a new password.
pub fn password_reset(full_name: &str, link: &str) -> AccountMail {
    letter(t!("users-mail-reset"), full_name, &t!("users-mail-reset-before"), Some(link), &t!("users-mail-reset-after"))
}

/// `forgot`: the page to go to if it was somebody else.
pub fn password_changed(full_name: &str, forgot: &str) -> AccountMail {
    letter(t!("users-mail-password"), full_name, &t!("users-mail-password-before"), Some(forgot), &t!("users-mail-password-after"))
}

pub fn recovery_code_used(full_name: &str, left: i64, account: &str) -> AccountMail {
    letter(
        t!("users-mail-recovery"),
        full_name,
        &t!("users-mail-recovery-before", left = left),
        Some(account),
        &t!("users-mail-recovery-after"),
    )
}

pub fn two_factor_on(full_name: &str, account: &str) -> AccountMail {
    letter(t!("users-mail-factor-on"), full_name, &t!("users-mail-factor-on-before"), Some(account), &t!("users-mail-factor-on-after"))
}

pub fn two_factor_off(full_name: &str, account: &str) -> AccountMail {
    letter(t!("users-mail-factor-off"), full_name, &t!("users-mail-factor-off-before"), Some(account), &t!("users-mail-factor-off-after"))
}

/// `token`: what its owner calls it.
pub fn token_made(full_name: &str, token: &str, tokens: &str) -> AccountMail {
    letter(t!("users-mail-token"), full_name, &t!("users-mail-token-before", token = token), Some(tokens), &t!("users-mail-token-after"))
}

/// `host`: where a webhook leads.
pub fn webhook_addressed(full_name: &str, host: &str, webhooks: &str) -> AccountMail {
    letter(
        t!("users-mail-webhook"),
        full_name,
        &t!("users-mail-webhook-before", host = host),
        Some(webhooks),
        &t!("users-mail-webhook-after"),
    )
}

/// To the new address.
pub fn email_change(full_name: &str, link: &str) -> AccountMail {
    letter(t!("users-mail-change"), full_name, &t!("users-mail-change-before"), Some(link), &t!("users-mail-change-after"))
}

/// To the present address, as soon as a change was asked for.
pub fn email_change_asked(full_name: &str, new_email: &str, password: &str) -> AccountMail {
    letter(
        t!("users-mail-asked"),
        full_name,
        &t!("users-mail-asked-before", email = new_email),
        Some(password),
        &t!("users-mail-asked-after"),
    )
}

/// To the address that was left.
pub fn email_changed(full_name: &str) -> AccountMail {
    letter(t!("users-mail-changed"), full_name, &t!("users-mail-changed-before"), None, &t!("users-mail-changed-after"))
}

pub fn account_deleted(full_name: &str) -> AccountMail {
    letter(t!("users-mail-deleted"), full_name, &t!("users-mail-deleted-before"), None, &t!("users-mail-deleted-after"))
}

/// An administrator has made an account for somebody.
pub fn invitation(full_name: &str, link: &str) -> AccountMail {
    letter(t!("users-mail-invitation"), full_name, &t!("users-mail-invitation-before"), Some(link), &t!("users-mail-invitation-after"))
}

/// To the address that signed in until an administrator put another one in its place.
pub fn address_taken_out(full_name: &str) -> AccountMail {
    letter(t!("users-mail-changed"), full_name, &t!("users-mail-taken-out-before"), None, &t!("users-mail-taken-out-after"))
}

/// To the address that signs in from now on.
pub fn address_put_in(full_name: &str, link: &str) -> AccountMail {
    letter(t!("users-mail-changed"), full_name, &t!("users-mail-put-in-before"), Some(link), &t!("users-mail-put-in-after"))
}

//! The pages of registration and signing in.

use maud::{Markup, html};

use super::{
    Visitor,
    model::{EmailForm, LoginForm, PASSWORD_MIN, RegistrationForm},
};
use crate::{
    error::Wait,
    ui::{Field, Section, Tone, alert, button, csrf_field, form, narrow_page},
    web::{Chrome, FieldErrors, form::WHOLE},
};

pub fn registration_page(visitor: &Visitor, chrome: &Chrome, form: &RegistrationForm, errors: &FieldErrors) -> Markup {
    let hint = format!("At least {PASSWORD_MIN} characters.");
    let content = html! {
        h1 .h2 .mb-4 { "Create your account" }
        (form::whole(errors.get(WHOLE)))
        form method="post" action="/register" novalidate {
            (csrf_field(&chrome.csrf))
            (form::text(&Field::new("Your name", "full_name").value(&form.full_name).error(errors.get("full_name")).autocomplete("name").required().max_length(200).autofocus()))
            (form::email(&Field::new("E-mail", "email").value(&form.email).error(errors.get("email")).hint("We send you a link to confirm it.").autocomplete("username").required().max_length(254)))
            (form::password(&Field::new("Password", "password").error(errors.get("password")).hint(&hint).autocomplete("new-password").required()))
            (button::primary("Create account"))
        }
    };
    narrow_page(
        &visitor.shell(chrome, "Register", Section::None),
        content,
        Some(html! { "You have an account? " a href="/login" { "Sign in" } }),
    )
}

/// Says the same whoever the address belongs to.
pub fn mail_sent_page(visitor: &Visitor, chrome: &Chrome, email: &str) -> Markup {
    let content = html! {
        h1 .h2 { "Look into your mailbox" }
        p { "We have written to " strong { (email) } ". Open the link in that mail within 24 hours, then sign in." }
        (caught(chrome))
        p .text-secondary .mb-0 { "Nothing there after a few minutes? Look among the spam, or " a href="/verification" { "have it sent again" } "." }
    };
    narrow_page(&visitor.shell(chrome, "Confirm your address", Section::None), content, None)
}

/// Where mail goes as long as no server is set.
pub fn caught(chrome: &Chrome) -> Markup {
    html! {
        @if chrome.dev_inbox {
            (alert(Tone::Info, html! { "No mail server is set up yet, so the mail was caught: find it in the " a href="/dev/inbox" { "inbox" } "." }))
        }
    }
}

pub fn bad_link_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { "This link does not work" }
        p { "It may have expired (they last 24 hours), been replaced by a later one, or been cut short on its way." }
        (button::primary_link("/verification", None, "Send me a new link"))
    };
    narrow_page(&visitor.shell(chrome, "This link does not work", Section::None), content, None)
}

/// Behind a link that was sent again.
pub fn choose_password_page(visitor: &Visitor, chrome: &Chrome, token: &str, errors: &FieldErrors) -> Markup {
    let hint = format!("At least {PASSWORD_MIN} characters. If you chose one before, this replaces it.");
    let content = html! {
        h1 .h2 { "Choose your password" }
        p .text-secondary { "With it your address is confirmed and your account active." }
        form method="post" action={ "/verify/" (token) } novalidate {
            (csrf_field(&chrome.csrf))
            (form::password(&Field::new("Password", "password").error(errors.get("password")).hint(&hint).autocomplete("new-password").required().autofocus()))
            (button::primary("Confirm"))
        }
    };
    narrow_page(&visitor.shell(chrome, "Choose your password", Section::None), content, None)
}

pub fn already_verified_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { "Confirmed already" }
        p { "This link has done its work before. Your account is active." }
        (button::primary_link("/login", None, "Sign in"))
    };
    narrow_page(&visitor.shell(chrome, "Confirmed already", Section::None), content, None)
}

pub fn resend_page(visitor: &Visitor, chrome: &Chrome, form: &EmailForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { "Send the link again" }
        p .text-secondary { "The address you registered with:" }
        (form::whole(errors.get(WHOLE)))
        form method="post" action="/verification" novalidate {
            (csrf_field(&chrome.csrf))
            (form::email(&Field::new("E-mail", "email").value(&form.email).error(errors.get("email")).autocomplete("username").required().max_length(254).autofocus()))
            (button::primary("Send"))
        }
    };
    narrow_page(&visitor.shell(chrome, "Send the link again", Section::None), content, Some(html! { a href="/login" { "Sign in" } }))
}

/// Asks for the address of whoever has forgotten their password.
pub fn forgot_page(visitor: &Visitor, chrome: &Chrome, form: &EmailForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { "Forgotten your password?" }
        p .text-secondary { "We send you a link to choose a new one." }
        form method="post" action="/password/forgot" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            (form::email(&Field::new("E-mail", "email").value(&form.email).error(errors.get("email")).autocomplete("username").required().max_length(254).autofocus()))
            (button::primary("Send me a link"))
        }
    };
    narrow_page(&visitor.shell(chrome, "Forgotten password", Section::None), content, Some(html! { a href="/login" { "Sign in" } }))
}

/// Says the same whoever the address belongs to.
pub fn reset_sent_page(visitor: &Visitor, chrome: &Chrome, email: &str) -> Markup {
    let content = html! {
        h1 .h2 { "Look into your mailbox" }
        p { "If " strong { (email) } " has an account, we have written to it. Open the link in that mail within an hour." }
        (caught(chrome))
        p .text-secondary .mb-0 { "Nothing there after a few minutes? Look among the spam, or whether you have " a href="/password/forgot" { "typed the right address" } "." }
    };
    narrow_page(&visitor.shell(chrome, "Forgotten password", Section::None), content, Some(html! { a href="/login" { "Sign in" } }))
}

pub fn bad_reset_link_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { "This link does not work" }
        p { "It may have been used, have expired (they last an hour), been replaced by a later one, or been cut short on its way." }
        (button::primary_link("/password/forgot", None, "Send me a new link"))
    };
    narrow_page(&visitor.shell(chrome, "This link does not work", Section::None), content, None)
}

/// Behind the link in the mail.
pub fn reset_page(visitor: &Visitor, chrome: &Chrome, token: &str, errors: &FieldErrors) -> Markup {
    let hint = format!("At least {PASSWORD_MIN} characters.");
    let content = html! {
        h1 .h2 { "Choose a new password" }
        p .text-secondary { "You are signed out everywhere with it." }
        form method="post" action={ "/password/reset/" (token) } novalidate {
            (csrf_field(&chrome.csrf))
            (form::password(&Field::new("New password", "password").error(errors.get("password")).hint(&hint).autocomplete("new-password").required().autofocus()))
            (button::primary("Change password"))
        }
    };
    narrow_page(&visitor.shell(chrome, "Choose a new password", Section::None), content, None)
}

/// The second step of a sign-in.
pub fn code_page(visitor: &Visitor, chrome: &Chrome, next: &str, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { "Enter your code" }
        p .text-secondary { "The six digits that your authenticator shows for Periodical." }
        form method="post" action="/login/code" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            input type="hidden" name="next" value=(next);
            (form::text(&Field::new("Code", "code").error(errors.get("code")).hint("Without your authenticator: one of your recovery codes.").autocomplete("one-time-code").required().max_length(40).autofocus()))
            (button::primary("Sign in"))
        }
    };
    narrow_page(&visitor.shell(chrome, "Enter your code", Section::None), content, Some(html! { a href="/login" { "Start again" } }))
}

/// Why nobody was signed in.
pub enum Refusal {
    /// The address is unknown or the password wrong; which of them is nobody's business.
    Wrong,
    TooOften(Wait),
    Unverified,
    /// Nobody has tried yet: a form came from before the sign-out.
    Unsaved,
    /// Nobody has tried yet: a code came after its time.
    Overdue,
    Blocked {
        /// A manager's words; empty where there are none.
        reason: String,
    },
}

pub fn login_page(visitor: &Visitor, chrome: &Chrome, form: &LoginForm, refusal: Option<Refusal>) -> Markup {
    let content = html! {
        h1 .h2 .mb-4 { "Sign in" }
        @match &refusal {
            None => {}
            Some(Refusal::Wrong) => (alert(Tone::Danger, "This address and password do not belong together.")),
            Some(Refusal::TooOften(wait)) => (alert(Tone::Warning, wait.to_string())),
            Some(Refusal::Unsaved) => (alert(Tone::Warning, "You were signed out, so nothing was saved. Sign in, then go back to your form: most browsers still have what you typed.")),
            Some(Refusal::Overdue) => (alert(Tone::Warning, "That took too long. Sign in once more.")),
            Some(Refusal::Unverified) => (alert(Tone::Warning, html! {
                "Your address is not confirmed yet: open the link in the mail we sent you, or " a href="/verification" { "have it sent again" } "."
            })),
            Some(Refusal::Blocked { reason }) => (alert(Tone::Danger, html! {
                "This account is blocked. "
                @if reason.is_empty() { "Whoever runs this service can say why." } @else { "The reason given: " (reason) }
            })),
        }
        form method="post" action="/login" novalidate {
            (csrf_field(&chrome.csrf))
            input type="hidden" name="next" value=(form.next);
            (form::email(&Field::new("E-mail", "email").value(&form.email).autocomplete("username").required().max_length(254).autofocus()))
            (form::password(&Field::new("Password", "password").autocomplete("current-password").required()))
            p .mb-3 { a href="/password/forgot" { "Forgotten your password?" } }
            (button::primary("Sign in"))
        }
    };
    narrow_page(
        &visitor.shell(chrome, "Sign in", Section::None),
        content,
        Some(html! {
            p .mb-1 { "No account yet? " a href="/register" { "Register" } }
            p .mb-0 { "No mail to confirm your address? " a href="/verification" { "Have it sent again" } }
        }),
    )
}

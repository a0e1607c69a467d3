//! The pages of registration and signing in.

use maud::{Markup, Render, html};

use super::{
    Visitor,
    model::{EmailForm, LoginForm, PASSWORD_MIN, RegistrationForm},
};
use crate::{
    error::Wait,
    rich, t,
    ui::{Field, Section, Tone, alert, button, csrf_field, form, narrow_page},
    web::{Chrome, FieldErrors, form::WHOLE},
};

fn link(href: &str, label: &str) -> Markup {
    html! { a href=(href) { (label) } }
}

/// An address in a sentence.
fn strong(email: &str) -> Markup {
    html! { strong { (email) } }
}

/// Where most of these pages lead.
fn to_sign_in() -> Markup {
    link("/login", &t!("users-sign-in"))
}

fn email_field(value: &str, errors: &FieldErrors, hint: Option<&str>, autofocus: bool) -> Markup {
    let label = t!("users-email");
    let mut field = Field::new(&label, "email").value(value).error(errors.get("email")).autocomplete("username").required().max_length(254);
    if let Some(hint) = hint {
        field = field.hint(hint);
    }
    if autofocus {
        field = field.autofocus();
    }
    form::email(&field)
}

pub fn registration_page(visitor: &Visitor, chrome: &Chrome, form: &RegistrationForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 .mb-4 { (t!("users-register-title")) }
        (form::whole(errors.get(WHOLE)))
        form method="post" action="/register" novalidate {
            (csrf_field(&chrome.csrf))
            (form::text(&Field::new(&t!("users-name"), "full_name").value(&form.full_name).error(errors.get("full_name")).autocomplete("name").required().max_length(200).autofocus()))
            (email_field(&form.email, errors, Some(&t!("users-register-email-hint")), false))
            (form::password(&Field::new(&t!("users-password"), "password").error(errors.get("password")).hint(&t!("users-password-hint", min = PASSWORD_MIN)).autocomplete("new-password").required()))
            (button::primary(&t!("users-register-submit")))
        }
    };
    narrow_page(
        &visitor.shell(chrome, &t!("users-register"), Section::None),
        content,
        Some(rich!("users-have-account", link = to_sign_in())),
    )
}

/// Says the same whoever the address belongs to.
pub fn mail_sent_page(visitor: &Visitor, chrome: &Chrome, email: &str) -> Markup {
    let content = html! {
        h1 .h2 { (t!("users-mailbox-title")) }
        p { (rich!("users-mailbox-confirm", email = strong(email))) }
        (caught(chrome))
        p .text-secondary .mb-0 { (rich!("users-mailbox-nothing", link = link("/verification", &t!("users-mailbox-again")))) }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-confirm-title"), Section::None), content, None)
}

/// Where mail goes as long as no server is set.
pub fn caught(chrome: &Chrome) -> Markup {
    html! {
        @if chrome.dev_inbox {
            (alert(Tone::Info, rich!("users-caught", link = link("/dev/inbox", &t!("users-caught-link")))))
        }
    }
}

/// One thing to say, and the way on.
pub fn notice_page(visitor: &Visitor, chrome: &Chrome, title: &str, text: impl Render, way_on: Markup) -> Markup {
    let content = html! {
        h1 .h2 { (title) }
        p { (text) }
        (way_on)
    };
    narrow_page(&visitor.shell(chrome, title, Section::None), content, None)
}

pub fn bad_link_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let way_on = button::primary_link("/verification", None, &t!("users-bad-link-again"));
    notice_page(visitor, chrome, &t!("users-bad-link-title"), t!("users-bad-link"), way_on)
}

/// Behind a link that was sent again.
pub fn choose_password_page(visitor: &Visitor, chrome: &Chrome, token: &str, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { (t!("users-choose-title")) }
        p .text-secondary { (t!("users-choose")) }
        form method="post" action={ "/verify/" (token) } novalidate {
            (csrf_field(&chrome.csrf))
            (form::password(&Field::new(&t!("users-password"), "password").error(errors.get("password")).hint(&t!("users-choose-hint", min = PASSWORD_MIN)).autocomplete("new-password").required().autofocus()))
            (button::primary(&t!("users-choose-submit")))
        }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-choose-title"), Section::None), content, None)
}

pub fn already_verified_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let way_on = button::primary_link("/login", None, &t!("users-sign-in"));
    notice_page(visitor, chrome, &t!("users-confirmed-before-title"), t!("users-confirmed-before"), way_on)
}

pub fn resend_page(visitor: &Visitor, chrome: &Chrome, form: &EmailForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { (t!("users-resend-title")) }
        p .text-secondary { (t!("users-resend")) }
        (form::whole(errors.get(WHOLE)))
        form method="post" action="/verification" novalidate {
            (csrf_field(&chrome.csrf))
            (email_field(&form.email, errors, None, true))
            (button::primary(&t!("users-resend-submit")))
        }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-resend-title"), Section::None), content, Some(to_sign_in()))
}

/// Asks for the address of whoever has forgotten their password.
pub fn forgot_page(visitor: &Visitor, chrome: &Chrome, form: &EmailForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { (t!("users-forgot-title")) }
        p .text-secondary { (t!("users-forgot")) }
        (form::whole(errors.get(WHOLE)))
        form method="post" action="/password/forgot" novalidate {
            (csrf_field(&chrome.csrf))
            (email_field(&form.email, errors, None, true))
            (button::primary(&t!("users-forgot-submit")))
        }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-forgot-page"), Section::None), content, Some(to_sign_in()))
}

/// Says the same whoever the address belongs to.
pub fn reset_sent_page(visitor: &Visitor, chrome: &Chrome, email: &str) -> Markup {
    let content = html! {
        h1 .h2 { (t!("users-mailbox-title")) }
        p { (rich!("users-reset-sent", email = strong(email))) }
        (caught(chrome))
        p .text-secondary .mb-0 { (rich!("users-reset-nothing", link = link("/password/forgot", &t!("users-reset-typed")))) }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-forgot-page"), Section::None), content, Some(to_sign_in()))
}

pub fn bad_reset_link_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let way_on = button::primary_link("/password/forgot", None, &t!("users-bad-link-again"));
    notice_page(visitor, chrome, &t!("users-bad-link-title"), t!("users-bad-reset-link"), way_on)
}

/// Behind the link in the mail.
pub fn reset_page(visitor: &Visitor, chrome: &Chrome, token: &str, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { (t!("users-reset-title")) }
        p .text-secondary { (t!("users-reset-hint")) }
        form method="post" action={ "/password/reset/" (token) } novalidate {
            (csrf_field(&chrome.csrf))
            (form::password(&Field::new(&t!("users-new-password"), "password").error(errors.get("password")).hint(&t!("users-password-hint", min = PASSWORD_MIN)).autocomplete("new-password").required().autofocus()))
            (button::primary(&t!("users-reset-submit")))
        }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-reset-title"), Section::None), content, None)
}

/// The second step of a sign-in.
pub fn code_page(visitor: &Visitor, chrome: &Chrome, next: &str, errors: &FieldErrors) -> Markup {
    let content = html! {
        h1 .h2 { (t!("users-code-title")) }
        p .text-secondary { (t!("users-code-hint")) }
        (form::whole(errors.get(WHOLE)))
        form method="post" action="/login/code" novalidate {
            (csrf_field(&chrome.csrf))
            input type="hidden" name="next" value=(next);
            (form::text(&Field::new(&t!("users-code"), "code").error(errors.get("code")).hint(&t!("users-code-lost")).autocomplete("one-time-code").required().max_length(40).autofocus()))
            (button::primary(&t!("users-sign-in")))
        }
    };
    narrow_page(&visitor.shell(chrome, &t!("users-code-title"), Section::None), content, Some(link("/login", &t!("users-code-again"))))
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

impl Refusal {
    fn alert(&self) -> Markup {
        match self {
            Self::Wrong => alert(Tone::Danger, t!("users-wrong")),
            Self::TooOften(wait) => alert(Tone::Warning, wait.to_string()),
            Self::Unsaved => alert(Tone::Warning, t!("users-unsaved")),
            Self::Overdue => alert(Tone::Warning, t!("users-overdue")),
            Self::Unverified => alert(Tone::Warning, rich!("users-unverified", link = link("/verification", &t!("users-mailbox-again")))),
            Self::Blocked { reason } if reason.is_empty() => alert(Tone::Danger, t!("users-blocked")),
            Self::Blocked { reason } => alert(Tone::Danger, t!("users-blocked-reason", reason = reason)),
        }
    }
}

pub fn login_page(visitor: &Visitor, chrome: &Chrome, form: &LoginForm, refusal: Option<Refusal>) -> Markup {
    let content = html! {
        h1 .h2 .mb-4 { (t!("users-sign-in-title")) }
        @if let Some(refusal) = &refusal { (refusal.alert()) }
        form method="post" action="/login" novalidate {
            (csrf_field(&chrome.csrf))
            input type="hidden" name="next" value=(form.next);
            (email_field(&form.email, &FieldErrors::default(), None, true))
            (form::password(&Field::new(&t!("users-password"), "password").autocomplete("current-password").required()))
            p .mb-3 { (link("/password/forgot", &t!("users-forgot-title"))) }
            (button::primary(&t!("users-sign-in")))
        }
    };
    narrow_page(
        &visitor.shell(chrome, &t!("users-sign-in-title"), Section::None),
        content,
        Some(html! {
            p .mb-1 { (rich!("users-no-account", link = link("/register", &t!("users-register")))) }
            p .mb-0 { (rich!("users-no-mail", link = link("/verification", &t!("users-no-mail-link")))) }
        }),
    )
}

//! The account's pages; those of two-factor sign-in stand in `views/two_factor.rs`.

pub mod two_factor;

use maud::{Markup, html};

use super::{
    agent,
    model::{EmailChangeForm, ProfileForm},
    queries::{Belongings, OpenSession},
};
use crate::{
    i18n::Language,
    mailings::schedule::{self, Zone},
    ui::{
        Column, Field, Kind, Section, Tone, alert, badge,
        button::{self, Act},
        cell,
        choice::{self, Choice},
        csrf_field, form,
        form::method_field,
        narrow_page, page, page_header,
        progress::grouped,
        table,
        table::actions_cell,
    },
    users::{CurrentUser, Visitor, model::PASSWORD_MIN, views::caught},
    web::{Chrome, FieldErrors, form::WHOLE},
};

/// The pages of an account, in the order of their tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Profile,
    Email,
    Password,
    TwoFactor,
    Sessions,
    Delete,
}

impl Tab {
    const ALL: [Self; 6] = [Self::Profile, Self::Email, Self::Password, Self::TwoFactor, Self::Sessions, Self::Delete];

    fn link(self) -> (&'static str, &'static str) {
        match self {
            Self::Profile => ("/account", "Profile"),
            Self::Email => ("/account/email", "E-mail"),
            Self::Password => ("/account/password", "Password"),
            Self::TwoFactor => ("/account/two-factor", "Two-factor sign-in"),
            Self::Sessions => ("/account/sessions", "Sessions"),
            Self::Delete => ("/account/delete", "Delete account"),
        }
    }
}

/// A page of the account under its tabs.
fn account_page(user: &CurrentUser, chrome: &Chrome, tab: Tab, content: Markup) -> Markup {
    let (_, title) = tab.link();
    let mut shell = user.shell(chrome, title, Section::Account);
    if tab == Tab::TwoFactor {
        // It leads here.
        shell.urge = None;
    }
    page(
        &shell,
        html! {
            (page_header("Your account", Some(&user.0.email), None))
            nav .account-tabs aria-label="Your account" {
                @for other in Tab::ALL {
                    @let (href, label) = other.link();
                    a .nav-link .account-tab .active[other == tab] href=(href) aria-current=[(other == tab).then_some("page")] { (label) }
                }
            }
            (content)
        },
    )
}

fn form_card(content: Markup) -> Markup {
    html! { div .card .form-card { div .card-body { (content) } } }
}

pub fn profile_page(user: &CurrentUser, chrome: &Chrome, form: &ProfileForm, errors: &FieldErrors) -> Markup {
    let locales = Language::ALL.map(|language| Choice::new(language.tag(), language.own_name()));
    // The list, and what is chosen where it is none of the list (an old name of a zone).
    let unlisted = (!form.time_zone.is_empty() && !Zone::all_names().contains(&form.time_zone)).then_some(form.time_zone.as_str());
    let zones = unlisted.into_iter().chain(Zone::all_names().iter().map(String::as_str)).map(|zone| Choice::new(zone, zone));
    let content = html! {
        form method="post" action="/account" novalidate {
            (csrf_field(&chrome.csrf))
            (method_field("put"))
            (form::text(&Field::new("Your name", "full_name").value(&form.full_name).error(errors.get("full_name")).hint("Recipients see it when they answer a mail.").autocomplete("name").required().max_length(200)))
            (choice::select(
                &Field::new("Language", "locale").value(&form.locale).error(errors.get("locale")).hint("Of these pages, and of the mails you get from here."),
                std::iter::once(Choice::new("", "As the browser asks")).chain(locales),
            ))
            (choice::select(
                &Field::new("Time zone", "time_zone").value(&form.time_zone).error(errors.get("time_zone")).hint("New mailings begin with it, and the moments of your account and of other users are shown in it."),
                std::iter::once(Choice::new("", "Not chosen")).chain(zones),
            ))
            (button::primary("Save"))
        }
    };
    account_page(user, chrome, Tab::Profile, form_card(content))
}

pub fn password_page(user: &CurrentUser, chrome: &Chrome, errors: &FieldErrors) -> Markup {
    let hint = format!("At least {PASSWORD_MIN} characters. Every other browser is signed out.");
    let content = html! {
        form method="post" action="/account/password" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            (method_field("put"))
            (form::password(&Field::new("Present password", "current_password").error(errors.get("current_password")).autocomplete("current-password").required()))
            (form::password(&Field::new("New password", "password").error(errors.get("password")).hint(&hint).autocomplete("new-password").required()))
            (button::primary("Change password"))
        }
    };
    account_page(user, chrome, Tab::Password, form_card(content))
}

pub fn email_page(user: &CurrentUser, chrome: &Chrome, form: &EmailChangeForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        p { "Your address is " strong { (user.0.email) } ". It stays so until the link in a mail to the new one is opened." }
        form method="post" action="/account/email" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            (form::email(&Field::new("New e-mail", "email").value(&form.email).error(errors.get("email")).autocomplete("email").required().max_length(254)))
            (form::password(&Field::new("Password", "password").error(errors.get("password")).autocomplete("current-password").required()))
            (button::primary("Send the link"))
        }
    };
    account_page(user, chrome, Tab::Email, form_card(content))
}

/// Says the same whoever has the new address.
pub fn email_sent_page(user: &CurrentUser, chrome: &Chrome, email: &str) -> Markup {
    let content = html! {
        h2 { "Look into your mailbox" }
        p { "We have written to " strong { (email) } ". Open the link in that mail within 24 hours; until then your address stays " strong { (user.0.email) } ", which is told as well." }
        (caught(chrome))
        (button::secondary_link("/account", "Back to your account"))
    };
    account_page(user, chrome, Tab::Email, form_card(content))
}

/// Behind the link in the mail.
pub fn confirm_email_page(visitor: &Visitor, chrome: &Chrome, token: &str, email: &str) -> Markup {
    let content = html! {
        h1 .h2 { "Confirm your new address" }
        p { "From now on you sign in with " strong { (email) } "." }
        form method="post" action={ "/account/email/" (token) } {
            (csrf_field(&chrome.csrf))
            (button::primary("Confirm"))
        }
    };
    narrow_page(&visitor.shell(chrome, "Confirm your new address", Section::None), content, None)
}

pub fn email_changed_page(visitor: &Visitor, chrome: &Chrome, email: &str) -> Markup {
    let content = html! {
        h1 .h2 { "Your address is changed" }
        p { "Your account has the address " strong { (email) } " now." }
        @if visitor.0.is_some() { (button::primary_link("/account", None, "To your account")) }
        @else { (button::primary_link("/login", None, "Sign in")) }
    };
    narrow_page(&visitor.shell(chrome, "Your address is changed", Section::None), content, None)
}

pub fn email_taken_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { "This address has another account" }
        p { "It was taken after you had asked for it. Nothing was changed: sign in with the address you have." }
        (button::primary_link("/account/email", None, "Choose another address"))
    };
    narrow_page(&visitor.shell(chrome, "This address has another account", Section::None), content, None)
}

pub fn bad_email_link_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { "This link does not work" }
        p { "It may have been used, have expired (they last 24 hours), been replaced by a later one, or been cut short on its way. A change of password ends it as well." }
        (button::primary_link("/account/email", None, "Ask for a new link"))
    };
    narrow_page(&visitor.shell(chrome, "This link does not work", Section::None), content, None)
}

pub fn sessions_page(user: &CurrentUser, chrome: &Chrome, sessions: &[OpenSession], zone: &Zone) -> Markup {
    let columns = [Column::new("Browser"), Column::new("Signed in"), Column::new("Last seen"), Column::hidden("Actions")];
    let others = sessions.iter().filter(|session| !session.is_own).count();
    let content = html! {
        div .card {
            div .card-header .list-head {
                p .text-secondary .mb-0 { "The browsers you are signed in with. A session ends a week after its last use, and 30 days after signing in." }
                @if others > 0 {
                    (button::act(&Act { action: "/account/sessions", method: "delete", csrf: &chrome.csrf, label: "Sign out all others", class: "" }))
                }
            }
            (table("Sessions", &columns, html! {
                @for session in sessions { (session_row(session, zone, &chrome.csrf)) }
            }))
        }
    };
    account_page(user, chrome, Tab::Sessions, content)
}

fn session_row(session: &OpenSession, zone: &Zone, csrf: &str) -> Markup {
    let label = if session.is_own { "Sign out here" } else { "Sign out" };
    let action = format!("/account/sessions/{}", session.id);
    html! {
        tr id={ "session-" (session.id) } {
            (cell("Browser", html! {
                (agent::in_words(&session.agent))
                @if session.is_own { " " (badge(Kind::Success, "This one")) }
            }))
            (cell("Signed in", html! { span .moment { (schedule::display(session.signed_in_at, zone)) } }))
            (cell("Last seen", html! { span .moment { (schedule::display(session.seen_at, zone)) } }))
            (actions_cell(button::act(&Act { action: &action, method: "delete", csrf, label, class: "btn-sm btn-ghost-danger" })))
        }
    }
}

pub fn delete_page(user: &CurrentUser, chrome: &Chrome, belongings: &Belongings, is_last_admin: bool, errors: &FieldErrors) -> Markup {
    let content = html! {
        h2 { "What goes with your account" }
        ul {
            li { (counted(belongings.recipients, "recipient", "recipients")) }
            li { (counted(belongings.messages, "message", "messages")) }
            li { (counted(belongings.mailings, "mailing", "mailings")) }
            li { (counted(belongings.attempts, "attempt", "attempts")) ", with the record of every delivery" }
        }
        @if belongings.running > 0 {
            (alert(Tone::Warning, html! {
                (counted(belongings.running, "attempt is", "attempts are")) " running now. Mails on their way are finished, nothing more is sent."
            }))
        }
        @if is_last_admin {
            (alert(Tone::Danger, "You are the last administrator: without you nobody could give roles. Make somebody else one first."))
        } @else {
            p { "None of it can be had back." }
            form method="post" action="/account" novalidate {
                (form::whole(errors.get(WHOLE)))
                (csrf_field(&chrome.csrf))
                (method_field("delete"))
                (form::password(&Field::new("Password", "password").error(errors.get("password")).autocomplete("current-password").required()))
                @if user.0.has_two_factor {
                    (form::text(&Field::new("Code", "code").error(errors.get("code")).hint("Of your authenticator, or a recovery code.").autocomplete("one-time-code").required().max_length(40)))
                }
                button .btn .btn-danger type="submit" { "Delete my account" }
            }
        }
    };
    account_page(user, chrome, Tab::Delete, form_card(content))
}

fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count.unsigned_abs()), if count == 1 { one } else { many })
}

/// After the account; nobody is signed in any more.
pub fn farewell_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let content = html! {
        h1 .h2 { "Your account is deleted" }
        p { "You are signed out everywhere, and what was yours is being deleted. A mail tells you so, the last one." }
        (button::primary_link("/", None, "To the start page"))
    };
    narrow_page(&visitor.shell(chrome, "Your account is deleted", Section::None), content, None)
}

//! The account's pages; those of two-factor sign-in stand in `views/two_factor.rs`.

pub mod two_factor;

use maud::{Markup, html};

use super::{
    agent,
    model::{EmailChangeForm, Notify, ProfileForm},
    queries::{Belongings, OpenSession},
};
use crate::{
    i18n::Language,
    mailings::schedule::{self, Zone},
    rich, t,
    ui::{
        Column, Field, Kind, Section, Tone, alert, badge,
        button::{self, Act},
        cell,
        choice::{self, Choice},
        csrf_field, form,
        form::method_field,
        page, page_header, table,
        table::actions_cell,
    },
    users::{
        CurrentUser, Visitor,
        model::PASSWORD_MIN,
        views::{caught, notice_page},
    },
    web::{Chrome, FieldErrors, form::WHOLE},
};

/// The pages of an account, in the order of their tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Profile,
    Email,
    Password,
    TwoFactor,
    Sessions,
    Tokens,
    Webhooks,
    Delete,
}

impl Tab {
    const ALL: [Self; 8] =
        [Self::Profile, Self::Email, Self::Password, Self::TwoFactor, Self::Sessions, Self::Tokens, Self::Webhooks, Self::Delete];

    fn link(self) -> (&'static str, String) {
        match self {
            Self::Profile => ("/account", t!("account-tab-profile")),
            Self::Email => ("/account/email", t!("account-tab-email")),
            Self::Password => ("/account/password", t!("account-tab-password")),
            Self::TwoFactor => ("/account/two-factor", t!("account-tab-two-factor")),
            Self::Sessions => ("/account/sessions", t!("account-tab-sessions")),
            Self::Tokens => ("/account/tokens", t!("account-tab-tokens")),
            Self::Webhooks => ("/webhooks", t!("account-tab-webhooks")),
            Self::Delete => ("/account/delete", t!("account-tab-delete")),
        }
    }
}

/// A page of the account under its tabs.
pub fn account_page(user: &CurrentUser, chrome: &Chrome, tab: Tab, content: Markup) -> Markup {
    let (_, title) = tab.link();
    let mut shell = user.shell(chrome, &title, Section::Account);
    if tab == Tab::TwoFactor {
        // It leads here.
        shell.urge = None;
    }
    page(
        &shell,
        html! {
            (page_header(&t!("account-title"), Some(&user.0.email), None))
            nav .account-tabs aria-label=(t!("account-title")) {
                @for other in Tab::ALL {
                    @let (href, label) = other.link();
                    a .nav-link .account-tab .active[other == tab] href=(href) aria-current=[(other == tab).then_some("page")] { (label) }
                }
            }
            (content)
        },
    )
}

/// The card around a form of the account.
pub fn form_card(content: Markup) -> Markup {
    html! { div .card .form-card { div .card-body { (content) } } }
}

/// `there`: what time it is in the chosen zone.
pub fn profile_page(user: &CurrentUser, chrome: &Chrome, form: &ProfileForm, errors: &FieldErrors, there: Option<&str>) -> Markup {
    let locales = Language::ALL.map(|language| Choice::new(language.tag(), language.own_name()));
    // The list, and what is chosen where it is none of the list (an old name of a zone).
    let unlisted = (!form.time_zone.is_empty() && !Zone::all_names().contains(&form.time_zone)).then_some(form.time_zone.as_str());
    let zones = unlisted.into_iter().chain(Zone::all_names().iter().map(String::as_str)).map(|zone| Choice::new(zone, zone));
    let zone_hint = there.map_or_else(|| t!("account-zone-hint"), |time| t!("account-zone-now", time = time));
    let notify = Notify::ALL.map(|notify| (notify.as_str(), notify.words()));
    let (as_browser, none) = (t!("account-language-browser"), t!("account-zone-none"));
    let content = html! {
        form method="post" action="/account" novalidate {
            (csrf_field(&chrome.csrf))
            (method_field("put"))
            (form::text(&Field::new(&t!("users-name"), "full_name").value(&form.full_name).error(errors.get("full_name")).hint(&t!("account-name-hint")).autocomplete("name").required().max_length(200)))
            (choice::select(
                &Field::new(&t!("account-language"), "locale").value(&form.locale).error(errors.get("locale")).hint(&t!("account-language-hint")),
                std::iter::once(Choice::new("", &as_browser)).chain(locales),
            ))
            (choice::select(
                &Field::new(&t!("account-zone"), "time_zone").value(&form.time_zone).error(errors.get("time_zone")).hint(&zone_hint),
                std::iter::once(Choice::new("", &none)).chain(zones),
            ))
            (choice::select(
                &Field::new(&t!("account-notify"), "notify").value(&form.notify).error(errors.get("notify")).hint(&t!("account-notify-hint")),
                notify.iter().map(|(value, words)| Choice::new(value, words)),
            ))
            (button::primary(&t!("account-save")))
        }
    };
    account_page(user, chrome, Tab::Profile, form_card(content))
}

/// The user's own password, asked for once more.
pub fn password_field(errors: &FieldErrors) -> Markup {
    form::password(&Field::new(&t!("users-password"), "password").error(errors.get("password")).autocomplete("current-password").required())
}

/// A code of the second factor, beside the password.
pub fn code_field(errors: &FieldErrors) -> Markup {
    form::text(
        &Field::new(&t!("users-code"), "code")
            .error(errors.get("code"))
            .hint(&t!("account-factor-code-hint"))
            .autocomplete("one-time-code")
            .required()
            .max_length(40),
    )
}

pub fn password_page(user: &CurrentUser, chrome: &Chrome, errors: &FieldErrors) -> Markup {
    let content = html! {
        form method="post" action="/account/password" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            (method_field("put"))
            (form::password(&Field::new(&t!("account-present-password"), "current_password").error(errors.get("current_password")).autocomplete("current-password").required()))
            (form::password(&Field::new(&t!("users-new-password"), "password").error(errors.get("password")).hint(&t!("account-password-hint", min = PASSWORD_MIN)).autocomplete("new-password").required()))
            (button::primary(&t!("account-change-password")))
        }
    };
    account_page(user, chrome, Tab::Password, form_card(content))
}

fn strong(email: &str) -> Markup {
    html! { strong { (email) } }
}

pub fn email_page(user: &CurrentUser, chrome: &Chrome, form: &EmailChangeForm, errors: &FieldErrors) -> Markup {
    let content = html! {
        p { (rich!("account-email-present", email = strong(&user.0.email))) }
        form method="post" action="/account/email" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            (form::email(&Field::new(&t!("account-email-new"), "email").value(&form.email).error(errors.get("email")).autocomplete("email").required().max_length(254)))
            (password_field(errors))
            (button::primary(&t!("account-email-submit")))
        }
    };
    account_page(user, chrome, Tab::Email, form_card(content))
}

/// Says the same whoever has the new address.
pub fn email_sent_page(user: &CurrentUser, chrome: &Chrome, email: &str) -> Markup {
    let content = html! {
        h2 { (t!("users-mailbox-title")) }
        p { (rich!("account-email-sent", new = strong(email), present = strong(&user.0.email))) }
        (caught(chrome))
        (button::secondary_link("/account", &t!("account-back")))
    };
    account_page(user, chrome, Tab::Email, form_card(content))
}

/// Behind the link in the mail.
pub fn confirm_email_page(visitor: &Visitor, chrome: &Chrome, token: &str, email: &str) -> Markup {
    let form = html! {
        form method="post" action={ "/account/email/" (token) } {
            (csrf_field(&chrome.csrf))
            (button::primary(&t!("account-email-confirm-submit")))
        }
    };
    let text = rich!("account-email-confirm", email = strong(email));
    notice_page(visitor, chrome, &t!("account-email-confirm-title"), &text, form)
}

pub fn email_changed_page(visitor: &Visitor, chrome: &Chrome, email: &str) -> Markup {
    let way_on = if visitor.0.is_some() {
        button::primary_link("/account", None, &t!("account-to"))
    } else {
        button::primary_link("/login", None, &t!("users-sign-in"))
    };
    let text = rich!("account-email-changed", email = strong(email));
    notice_page(visitor, chrome, &t!("account-email-changed-title"), &text, way_on)
}

pub fn email_taken_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let way_on = button::primary_link("/account/email", None, &t!("account-email-other"));
    notice_page(visitor, chrome, &t!("account-email-taken-title"), t!("account-email-taken"), way_on)
}

pub fn bad_email_link_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let way_on = button::primary_link("/account/email", None, &t!("account-email-again"));
    notice_page(visitor, chrome, &t!("users-bad-link-title"), t!("account-email-bad-link"), way_on)
}

pub fn sessions_page(user: &CurrentUser, chrome: &Chrome, sessions: &[OpenSession], zone: &Zone) -> Markup {
    let others = sessions.iter().filter(|session| !session.is_own).count();
    let (browser, since, seen, acts) =
        (t!("account-session-browser"), t!("account-session-since"), t!("account-session-seen"), t!("account-session-acts"));
    let columns = [Column::new(&browser), Column::new(&since), Column::new(&seen), Column::hidden(&acts)];
    let content = html! {
        div .card {
            div .card-header .list-head {
                p .text-secondary .mb-0 { (t!("account-sessions-hint")) }
                @if others > 0 {
                    (button::act(&Act { action: "/account/sessions", method: "delete", csrf: &chrome.csrf, label: &t!("account-sessions-end-others"), class: "" }))
                }
            }
            (table(&t!("account-tab-sessions"), &columns, html! {
                @for session in sessions { (session_row(session, zone, &chrome.csrf)) }
            }))
        }
    };
    account_page(user, chrome, Tab::Sessions, content)
}

fn session_row(session: &OpenSession, zone: &Zone, csrf: &str) -> Markup {
    let label = if session.is_own { t!("account-session-end-own") } else { t!("account-session-end") };
    let action = format!("/account/sessions/{}", session.id);
    let act = Act { action: &action, method: "delete", csrf, label: &label, class: "btn-sm btn-ghost-danger" };
    html! {
        tr id={ "session-" (session.id) } {
            (cell(&t!("account-session-browser"), html! {
                (agent::in_words(&session.agent))
                @if session.is_own { " " (badge(Kind::Success, &t!("account-session-own"))) }
            }))
            (cell(&t!("account-session-since"), html! { span .moment { (schedule::display(session.signed_in_at, zone)) } }))
            (cell(&t!("account-session-seen"), html! { span .moment { (schedule::display(session.seen_at, zone)) } }))
            (actions_cell(button::act(&act)))
        }
    }
}

pub fn delete_page(user: &CurrentUser, chrome: &Chrome, belongings: &Belongings, is_last_admin: bool, errors: &FieldErrors) -> Markup {
    let content = html! {
        h2 { (t!("account-delete-title")) }
        ul {
            li { (t!("account-delete-recipients", count = belongings.recipients)) }
            li { (t!("account-delete-messages", count = belongings.messages)) }
            li { (t!("account-delete-mailings", count = belongings.mailings)) }
            li { (t!("account-delete-attempts", count = belongings.attempts)) }
        }
        @if belongings.running > 0 { (alert(Tone::Warning, t!("account-delete-running", count = belongings.running))) }
        @if is_last_admin {
            (alert(Tone::Danger, t!("account-delete-last-admin")))
        } @else {
            p { (t!("account-delete-final")) }
            form method="post" action="/account" novalidate {
                (form::whole(errors.get(WHOLE)))
                (csrf_field(&chrome.csrf))
                (method_field("delete"))
                (password_field(errors))
                @if user.0.has_two_factor { (code_field(errors)) }
                button .btn .btn-danger type="submit" { (t!("account-delete-submit")) }
            }
        }
    };
    account_page(user, chrome, Tab::Delete, form_card(content))
}

/// After the account; nobody is signed in any more.
pub fn farewell_page(visitor: &Visitor, chrome: &Chrome) -> Markup {
    let way_on = button::primary_link("/", None, &t!("layout-to-start"));
    notice_page(visitor, chrome, &t!("account-deleted-title"), t!("account-deleted"), way_on)
}

//! The mail server as administrators see it.

use maud::{Markup, html};

use super::model::{advice, step_label};
use crate::{
    audit::{Change, model::Entry},
    config::Config,
    i18n::format::number,
    mail::{
        connection::{SmtpSettings, Tls},
        trial::Trial,
    },
    mailings::schedule::{self, Zone},
    rich, t,
    ui::{Column, Field, Kind, Section, Tone, alert, badge, cell, csrf_field, form, page, page_header, table},
    users::CurrentUser,
    web::{Chrome, FieldErrors, form::WHOLE},
};

/// The page, and what its parts lead to.
const PATH: &str = "/admin/mail-server";

/// What the page shows.
pub struct Shown<'a> {
    pub config: &'a Config,
    /// Where mail goes: to a server, or to the catcher.
    pub settings: &'a SmtpSettings,
    /// The last tests, newest first.
    pub tests: &'a [Entry],
    /// The one whose outcome is shown in full.
    pub test: Option<&'a Entry>,
    /// The connection that was just tried.
    pub connection: Option<&'a Trial>,
    /// The address in the form, with what is wrong with it.
    pub email: &'a str,
    pub errors: &'a FieldErrors,
}

pub fn show_page(user: &CurrentUser, chrome: &Chrome, shown: &Shown) -> Markup {
    let zone = user.zone();
    let content = html! {
        (page_header(&t!("mail-server-title"), Some(&t!("mail-server-subtitle")), None))
        div #mail-server {
            (form::whole(shown.errors.get(WHOLE)))
            @if let Some(trial) = shown.connection { (connection_outcome(trial, shown)) }
            @for (to, trial) in shown.test.iter().flat_map(|entry| tests_of(entry)) { (mail_outcome(&to, &trial, shown.config)) }
            div .row .row-cards {
                div .col-lg-7 { (where_card(chrome, shown)) }
                div .col-lg-5 { (test_card(chrome, shown)) }
                @if !shown.tests.is_empty() { div .col-12 { (tests_card(shown, &zone)) } }
                div .col-12 { (set_up_card(shown)) }
            }
        }
    };
    page(&user.shell(chrome, &t!("mail-server-title"), Section::Place(PATH)), content)
}

/// The test that an entry tells of.
fn tests_of(entry: &Entry) -> Option<(String, Trial)> {
    entry.changes().into_iter().find_map(|change| match change {
        Change::TestMail { to, trial } => Some((to, trial)),
        _ => None,
    })
}

fn connection_outcome(trial: &Trial, shown: &Shown) -> Markup {
    let title = match trial.is_well() {
        true => t!("mail-server-connected"),
        false => t!("mail-server-not-connected", step = step_label(trial.step)),
    };
    let next = if trial.is_well() { t!("mail-server-connected-next") } else { advice_of(trial, shown.config) };
    outcome(trial, &title, &next)
}

/// What became of a mail that somebody has sent to see that.
pub fn mail_outcome(to: &str, trial: &Trial, config: &Config) -> Markup {
    let title = match trial.is_well() {
        true => t!("mail-server-taken", email = to),
        false => t!("mail-server-not-taken", email = to, step = step_label(trial.step)),
    };
    let next = match trial.is_well() {
        true if config.has_catcher() => t!("mail-server-advice-caught"),
        _ => advice_of(trial, config),
    };
    outcome(trial, &title, &next)
}

fn advice_of(trial: &Trial, config: &Config) -> String {
    advice(trial.step, trial.reply.as_ref(), &config.mail_from.to_string())
}

/// How it went, the server's words as they came, and the next step.
fn outcome(trial: &Trial, title: &str, next: &str) -> Markup {
    let tone = if trial.is_well() { Tone::Success } else { Tone::Danger };
    let milliseconds = time::Duration::try_from(trial.duration).unwrap_or(time::Duration::ZERO);
    alert(
        tone,
        html! {
            h2 .h3 .mb-2 { (title) }
            @if let Some(reply) = &trial.reply {
                p .mb-1 { (t!("mail-server-reply")) }
                pre .reply { (reply) }
            } @else if let Some(error) = &trial.error {
                p .mb-1 { (t!("mail-server-no-reply")) }
                pre .reply { (error) }
            }
            p .mb-1 { (next) }
            p .text-secondary .mb-0 {
                (t!("mail-server-took", duration = crate::i18n::format::duration(milliseconds)))
                @match trial.is_encrypted {
                    Some(true) => { " " (t!("mail-server-was-encrypted")) }
                    Some(false) => { " " (t!("mail-server-was-clear")) }
                    None => {}
                }
            }
        },
    )
}

/// What is set, without the password, and the button that tries the connection.
fn where_card(chrome: &Chrome, shown: &Shown) -> Markup {
    let (config, settings) = (shown.config, shown.settings);
    let fact = |name: &str, value: Markup| html! { dt .col-sm-4 { (name) } dd .col-sm-8 { (value) } };
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (t!("mail-server-where")) } }
            div .card-body {
                @if config.has_catcher() {
                    p { strong { (t!("mail-server-none")) } " "
                        (rich!("mail-server-none-caught", inbox = html! { a href="/dev/inbox" { (t!("mail-server-inbox")) } })) }
                    p .text-secondary { (t!("mail-server-none-why")) }
                }
                dl .row .mb-2 {
                    @if !config.has_catcher() {
                        (fact(&t!("mail-server-host"), html! { code { (settings.host) } }))
                        (fact(&t!("mail-server-port"), html! { code { (settings.port) } }))
                        (fact(&t!("mail-server-tls"), html! { (tls_label(settings.tls)) }))
                        (fact(&t!("mail-server-login"), html! {
                            @match &settings.credentials {
                                Some(login) => { code { (login.user) } div .text-secondary { (t!("mail-server-password-hidden")) } }
                                None => (t!("mail-server-no-login")),
                            }
                        }))
                        (fact(&t!("mail-server-connections"), html! { (number(config.smtp.connections as i64)) }))
                    }
                    (fact(&t!("mail-server-sender"), html! { code { (config.mail_from) } }))
                }
                (send_form(&format!("{PATH}/connections"), chrome, html! {
                    button .btn type="submit" { (busy()) (t!("mail-server-connect")) }
                }))
            }
        }
    }
}

fn tls_label(tls: Tls) -> String {
    match tls {
        Tls::None => t!("mail-server-tls-none"),
        Tls::Opportunistic => t!("mail-server-tls-opportunistic"),
        Tls::Required => t!("mail-server-tls-required"),
        Tls::Implicit => t!("mail-server-tls-implicit"),
    }
}

fn test_card(chrome: &Chrome, shown: &Shown) -> Markup {
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (t!("mail-server-test")) } }
            div .card-body {
                p .text-secondary { (t!("mail-server-test-hint")) }
                (send_form(&format!("{PATH}/mails"), chrome, html! {
                    (form::email(&Field::new(&t!("mail-server-to"), "email").value(shown.email).error(shown.errors.get("email")).required().max_length(254)))
                    button .btn .btn-primary type="submit" { (busy()) (t!("mail-server-send")) }
                    p .text-secondary .mt-3 .mb-0 { (t!("mail-server-patience")) }
                }))
            }
        }
    }
}

/// A form whose answer is this page again: htmx takes it in place, with a busy mark meanwhile.
fn send_form(action: &str, chrome: &Chrome, content: Markup) -> Markup {
    html! {
        form method="post" action=(action) novalidate hx-post=(action) hx-target="#mail-server" hx-select="#mail-server"
            hx-swap="outerHTML show:top" hx-disable="find button" {
            (csrf_field(&chrome.csrf))
            (content)
        }
    }
}

/// Turns while the form is on its way.
fn busy() -> Markup {
    html! { span .spinner-border .spinner-border-sm .me-2 .busy aria-hidden="true" {} }
}

fn tests_card(shown: &Shown, zone: &Zone) -> Markup {
    let labels = [t!("mail-server-when"), t!("mail-server-to"), t!("mail-server-outcome"), t!("mail-server-answer"), t!("mail-server-by")];
    let columns = labels.each_ref().map(|label| Column::new(label));
    html! {
        div .card #tests {
            div .card-header { h2 .card-title { (t!("mail-server-tests")) } }
            (table(&t!("mail-server-tests"), &columns, html! { @for entry in shown.tests { (row(entry, &labels, zone)) } }))
            div .card-footer { a href="/admin/audit?action=send_test_mail" { (t!("mail-server-all-tests")) } }
        }
    }
}

fn row(entry: &Entry, labels: &[String; 5], zone: &Zone) -> Markup {
    let [when, to, outcome, answer, by] = labels;
    html! {
        @if let Some((email, trial)) = tests_of(entry) {
            tr id={ "test-" (entry.id) } {
                (cell(when, html! { a .moment href={ (PATH) "?test=" (entry.id) } { (schedule::display(entry.done_at, zone)) } }))
                (cell(to, html! { span .whole { (email) } }))
                (cell(outcome, match trial.is_well() {
                    true => badge(Kind::Success, &step_label(trial.step)),
                    false => badge(Kind::Danger, &step_label(trial.step)),
                }))
                (cell(answer, html! { div .excerpt { (Change::answer(&trial)) } }))
                (cell(by, html! { span .whole { (entry.actor_label()) } }))
            }
        }
    }
}

/// For those who have never done this: why a server is needed, and how it is written down.
fn set_up_card(shown: &Shown) -> Markup {
    let example = |line: &str, what: &str| {
        html! { dt .fw-normal { code { (line) } } dd .text-secondary .mb-3 { (what) } }
    };
    html! {
        div .card #set-up {
            div .card-header { h2 .card-title { @if shown.config.has_catcher() { (t!("mail-server-set-up")) } @else { (t!("mail-server-change")) } } }
            div .card-body {
                p { (t!("mail-server-relay")) }
                p { (rich!("mail-server-write", smtp_url = html! { code { "SMTP_URL" } }, mail_from = html! { code { "MAIL_FROM" } }, file = html! { code { ".env" } })) }
                dl .mb-0 {
                    (example("SMTP_URL=smtps://anna%40example.org:password@smtp.example.org", &t!("mail-server-example-implicit")))
                    (example("SMTP_URL=smtp://user:password@smtp.example.org:587", &t!("mail-server-example-starttls")))
                    (example("SMTP_URL=smtp://localhost:25?tls=none", &t!("mail-server-example-local")))
                    (example("MAIL_FROM=Periodical <news@example.org>", &t!("mail-server-example-sender")))
                }
                p .mb-0 { (rich!("mail-server-escape",
                    characters = html! { code { "@ : / ? # %" } },
                    escaped = html! { code { "%40 %3A %2F %3F %23 %25" } },
                    check = html! { code { "periodical check" } })) }
            }
        }
    }
}

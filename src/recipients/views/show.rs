//! One recipient: who they are, whether mail reaches them, what was sent to them.

use maud::{Markup, html};

use super::{delete_button, history::history_card};
use crate::{
    mailings::model::Use,
    recipients::{model::Recipient, queries::Sent},
    t,
    ui::{
        Kind, Section, Tone, alert, badge,
        button::{self, Act},
        csrf_field, method_field, page, page_header,
    },
    users::CurrentUser,
    web::{Chrome, list::Keyset},
};

pub fn show_page(user: &CurrentUser, chrome: &Chrome, recipient: &Recipient, mailings: &[Use], history: &Keyset<Sent>) -> Markup {
    let edit = format!("/recipients/{}/edit", recipient.id);
    let content = html! {
        (page_header(&recipient.full_name, None, Some(html! {
            (button::secondary_link(&edit, &t!("recipients-edit")))
            (delete_button(recipient, &chrome.csrf, None))
        })))
        @if recipient.unsubscribed_at.is_some() { (unsubscribed(recipient, chrome)) }
        @if let Some(reason) = &recipient.undeliverable_reason { (undeliverable(recipient, reason, chrome)) }
        (facts(recipient))
        (mailings_card(mailings))
        (history_card(recipient, history))
    };
    page(&user.shell(chrome, &recipient.full_name, Section::Recipients), content)
}

fn facts(recipient: &Recipient) -> Markup {
    html! {
        div .card .mb-3 { div .card-body {
            dl .row .mb-0 {
                dt .col-sm-3 { (t!("recipients-email")) }
                dd .col-sm-9 { (recipient.email) }
                dt .col-sm-3 { (t!("recipients-name")) }
                dd .col-sm-9 { (recipient.full_name) }
                dt .col-sm-3 { (t!("recipients-state")) }
                dd .col-sm-9 { (state_badge(recipient)) }
                dt .col-sm-3 { (t!("recipients-comment")) }
                dd .col-sm-9 .as-written {
                    @if recipient.comment.is_empty() { span .text-secondary { (t!("recipients-no-comment")) } } @else { (recipient.comment) }
                }
            }
        } }
    }
}

fn state_badge(recipient: &Recipient) -> Markup {
    match (recipient.unsubscribed_at, recipient.undeliverable_at) {
        (Some(_), _) => badge(Kind::Warning, &t!("recipients-unsubscribed")),
        (None, Some(_)) => badge(Kind::Danger, &t!("recipients-undeliverable")),
        (None, None) => badge(Kind::Success, &t!("recipients-deliverable")),
    }
}

fn undeliverable(recipient: &Recipient, reason: &str, chrome: &Chrome) -> Markup {
    alert(
        Tone::Warning,
        html! {
            p { strong { (t!("recipients-undeliverable-why")) } " " (t!("recipients-undeliverable-text", reason = reason)) }
            (button::act(&Act {
                action: &format!("/recipients/{}/undeliverable", recipient.id),
                method: "delete",
                csrf: &chrome.csrf,
                label: &t!("recipients-try-again"),
                class: "btn-sm",
            }))
        },
    )
}

/// Taking it back is asked about first: the recipient has said no.
fn unsubscribed(recipient: &Recipient, chrome: &Chrome) -> Markup {
    let id = format!("resubscribe-recipient-{}", recipient.id);
    alert(
        Tone::Warning,
        html! {
            p { strong { (t!("recipients-unsubscribed-why")) } " " (t!("recipients-unsubscribed-text")) }
            button .btn .btn-sm type="button" popovertarget=(id) { (t!("recipients-resubscribe")) }
            div .ask #(id) popover role="dialog" aria-labelledby={ (id) "-question" } {
                h2 .ask-question id={ (id) "-question" } { (t!("recipients-resubscribe-question", email = recipient.email)) }
                p .text-secondary { (t!("recipients-resubscribe-consequence")) }
                form .btn-list .justify-content-end method="post" action={ "/recipients/" (recipient.id) "/unsubscription" } {
                    (csrf_field(&chrome.csrf))
                    (method_field("delete"))
                    button .btn type="button" popovertarget=(id) popovertargetaction="hide" { (t!("common-cancel")) }
                    button .btn .btn-danger type="submit" { (t!("recipients-resubscribe")) }
                }
            }
        },
    )
}

fn mailings_card(mailings: &[Use]) -> Markup {
    html! {
        div .card .mb-3 {
            div .card-header { h2 .card-title { (t!("recipients-mailings")) } }
            @if mailings.is_empty() {
                div .card-body .text-secondary { (t!("recipients-mailings-none")) }
            } @else {
                div .list-group .list-group-flush {
                    @for mailing in mailings {
                        a .list-group-item .list-group-item-action href={ "/mailings/" (mailing.id) } { (mailing.name) }
                    }
                }
            }
        }
    }
}

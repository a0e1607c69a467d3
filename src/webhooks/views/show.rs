//! One webhook: where it stands, what can be done with it, what was sent to it.

use maud::{Markup, html};
use time::{Duration, OffsetDateTime};

use super::{delivery, events, standing};
use crate::{
    account::views::{Tab, account_page},
    limits::{WEBHOOK_LOG_DAYS, WEBHOOK_WAITING},
    mailings::schedule::{self, Zone},
    t,
    ui::{
        Column, Icon, Pagination, Tone, alert,
        button::{self, Act, Ask, Delete},
        cell, empty, pagination, table,
        table::number_cell,
    },
    users::CurrentUser,
    web::{Chrome, list::Keyset},
    webhooks::model::{Delivery, Standing, State, Webhook, Why},
};

/// How long a page asks again by itself for what is on its way.
const WATCHED: Duration = Duration::minutes(1);

pub fn show_page(user: &CurrentUser, chrome: &Chrome, webhook: &Webhook, log: &Keyset<Delivery>) -> Markup {
    let zone = user.zone();
    let moves = webhook.disabled_at.is_none() && log.first.is_none() && log.rows.iter().any(is_moving);
    let again = moves.then(|| format!("/webhooks/{}", webhook.id));
    let content = html! {
        // Morphed and not replaced: nobody loses their place, or a button they are about to press.
        div #webhook hx-get=[again.as_ref()] hx-trigger=[again.as_ref().map(|_| "every 2s")]
            hx-target=[again.as_ref().map(|_| "this")] hx-select=[again.as_ref().map(|_| "#webhook")]
            hx-swap=[again.as_ref().map(|_| "outerMorph")] {
            (news(webhook, &zone, chrome))
            (facts(webhook, &zone, chrome))
            (log_card(webhook, log, &zone))
        }
    };
    account_page(user, chrome, Tab::Webhooks, content)
}

/// Whether its next try is about to come.
pub fn is_moving(delivery: &Delivery) -> bool {
    let now = OffsetDateTime::now_utc();
    delivery.state == State::Waiting
        && delivery.again_at.is_some_and(|again_at| (now - WATCHED..now + Duration::seconds(10)).contains(&again_at))
}

fn news(webhook: &Webhook, zone: &Zone, chrome: &Chrome) -> Markup {
    let on = Act {
        action: &format!("/webhooks/{}/pause", webhook.id),
        method: "delete",
        csrf: &chrome.csrf,
        label: &t!("webhooks-switch-on"),
        class: "mt-2",
    };
    let moment = |moment| schedule::display(moment, zone);
    html! {
        @match (webhook.standing(), webhook.disabled_at, webhook.failing_since) {
            (Standing::Off(why), Some(at), _) => {
                (alert(if why == Why::Owner { Tone::Info } else { Tone::Danger }, html! {
                    div { (off(why, &moment(at))) }
                    (button::act(&on))
                }))
            }
            (Standing::Failing, _, Some(since)) => {
                (alert(Tone::Warning, html! {
                    (t!("webhooks-failing-since", moment = moment(since)))
                    @if let Some(until) = webhook.rests_until { " " (t!("webhooks-rests", moment = moment(until))) }
                }))
            }
            _ => {}
        }
        @if webhook.overflows { (alert(Tone::Warning, t!("webhooks-overflows", max = WEBHOOK_WAITING))) }
    }
}

fn off(why: Why, moment: &str) -> String {
    match why {
        Why::Owner => t!("webhooks-off-owner-since", moment = moment),
        Why::Failing => t!("webhooks-off-failing-since", moment = moment),
        Why::Gone => t!("webhooks-off-gone-since", moment = moment),
    }
}

fn facts(webhook: &Webhook, zone: &Zone, chrome: &Chrome) -> Markup {
    html! {
        div .card .mb-3 {
            div .card-body {
                dl .row .mb-2 {
                    dt .col-sm-3 { (t!("webhooks-url")) }
                    dd .col-sm-9 { (webhook.url) }
                    dt .col-sm-3 { (t!("webhooks-events")) }
                    dd .col-sm-9 { (events(&webhook.events)) }
                    dt .col-sm-3 { (t!("webhooks-state")) }
                    dd .col-sm-9 { (standing(webhook)) }
                    dt .col-sm-3 { (t!("webhooks-created")) }
                    dd .col-sm-9 { (schedule::display(webhook.created_at, zone)) }
                }
                (acts(webhook, &chrome.csrf))
            }
        }
    }
}

fn acts(webhook: &Webhook, csrf: &str) -> Markup {
    let id = webhook.id;
    let path = format!("/webhooks/{id}");
    html! {
        div .btn-list {
            @if webhook.disabled_at.is_none() {
                (button::act(&Act { action: &format!("{path}/tests"), method: "post", csrf, label: &t!("webhooks-test"), class: "btn-primary" }))
            }
            (button::secondary_link(&format!("{path}/edit"), &t!("webhooks-edit")))
            @if webhook.disabled_at.is_none() {
                (button::act(&Act { action: &format!("{path}/pause"), method: "put", csrf, label: &t!("webhooks-switch-off"), class: "" }))
            }
            (button::ask(&Ask {
                id: &format!("secret-webhook-{id}"),
                act: Act { action: &format!("{path}/secret"), method: "post", csrf, label: &t!("webhooks-secret-new"), class: "" },
                question: &t!("webhooks-secret-question"),
                consequence: &t!("webhooks-secret-consequence"),
                confirm_class: "btn-primary",
                fields: html! {},
                target: None,
            }))
            (button::delete_button(&Delete {
                id: &format!("delete-webhook-{id}"),
                label: &t!("webhooks-delete"),
                action: &path,
                csrf,
                question: &t!("webhooks-delete-question"),
                consequence: &t!("webhooks-delete-consequence"),
                target: None,
            }))
        }
    }
}

fn log_card(webhook: &Webhook, log: &Keyset<Delivery>, zone: &Zone) -> Markup {
    let (moment, event, state, tries, answer) =
        (t!("webhooks-log-moment"), t!("webhooks-log-event"), t!("webhooks-state"), t!("webhooks-log-tries"), t!("webhooks-log-answer"));
    let columns = [Column::new(&moment), Column::new(&event), Column::new(&state), Column::number(&tries), Column::new(&answer)];
    html! {
        div .card #log {
            div .card-header {
                div {
                    h2 .card-title { (t!("webhooks-log")) }
                    p .text-secondary .mb-0 { (t!("webhooks-log-hint", days = WEBHOOK_LOG_DAYS)) }
                }
            }
            @if log.rows.is_empty() {
                (empty(Icon::Send, &t!("webhooks-log-none"), &t!("webhooks-log-none-hint"), None))
            } @else {
                (table(&t!("webhooks-log"), &columns, html! { @for delivery in &log.rows { (row(webhook, delivery, zone)) } }))
            }
            (pagination(&Pagination {
                target: "#log",
                next: log.next.as_deref(),
                first: log.first.as_deref(),
                next_label: &t!("webhooks-log-older"),
            }))
        }
    }
}

fn row(webhook: &Webhook, delivery: &Delivery, zone: &Zone) -> Markup {
    let path = format!("/webhooks/{}/deliveries/{}", webhook.id, delivery.id);
    html! {
        tr id={ "delivery-" (delivery.id) } {
            (cell(&t!("webhooks-log-moment"), html! { a .moment href=(path) { (schedule::display(delivery.created_at, zone)) } }))
            (cell(&t!("webhooks-log-event"), html! { code { (delivery.event) } }))
            (cell(&t!("webhooks-state"), delivery::state(delivery)))
            (number_cell(&t!("webhooks-log-tries"), delivery.tries))
            (cell(&t!("webhooks-log-answer"), delivery::outcome(delivery)))
        }
    }
}

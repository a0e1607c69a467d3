//! One thing that was sent to a webhook, or is to be.

use maud::{Markup, html};

use super::show::is_moving;
use crate::{
    account::views::{Tab, account_page},
    mailings::schedule,
    t,
    ui::{
        Kind, badge,
        button::{self, Act},
    },
    users::CurrentUser,
    web::Chrome,
    webhooks::model::{Delivery, State, Webhook},
};

pub fn delivery_page(user: &CurrentUser, chrome: &Chrome, webhook: &Webhook, delivery: &Delivery) -> Markup {
    let back = format!("/webhooks/{}", webhook.id);
    let path = format!("{back}/deliveries/{}", delivery.id);
    let again = (webhook.disabled_at.is_none() && is_moving(delivery)).then_some(&path);
    let content = html! {
        div .card #delivery hx-get=[again] hx-trigger=[again.map(|_| "every 1s")] hx-target=[again.map(|_| "this")]
            hx-select=[again.map(|_| "#delivery")] hx-swap=[again.map(|_| "outerMorph")] {
            div .card-body {
                h2 { code { (delivery.event) } }
                div aria-live="polite" { (facts(user, webhook, delivery)) }
                h3 { (t!("webhooks-payload")) }
                pre .webhook-text { code { (delivery.payload) } }
                div .btn-list {
                    @if delivery.state != State::Waiting || delivery.tries > 0 {
                        (button::act(&Act {
                            action: &format!("{path}/redelivery"),
                            method: "post",
                            csrf: &chrome.csrf,
                            label: &t!("webhooks-redeliver"),
                            class: "btn-primary",
                        }))
                    }
                    (button::secondary_link(&back, &t!("webhooks-back")))
                }
            }
        }
    };
    account_page(user, chrome, Tab::Webhooks, content)
}

fn facts(user: &CurrentUser, webhook: &Webhook, delivery: &Delivery) -> Markup {
    let zone = user.zone();
    let moment = |moment| schedule::display(moment, &zone);
    html! {
        dl .row .mb-2 {
            dt .col-sm-3 { (t!("webhooks-state")) }
            dd .col-sm-9 {
                (state(delivery))
                @if let Some(again_at) = delivery.again_at.filter(|_| delivery.tries > 0 && webhook.disabled_at.is_none()) {
                    div .text-secondary { (t!("webhooks-again-at", moment = moment(again_at.max(webhook.rests_until.unwrap_or(again_at))))) }
                }
            }
            dt .col-sm-3 { (t!("webhooks-url")) }
            dd .col-sm-9 { (webhook.url) }
            dt .col-sm-3 { code { "webhook-id" } }
            dd .col-sm-9 { code { (delivery.message()) } }
            dt .col-sm-3 { (t!("webhooks-log-moment")) }
            dd .col-sm-9 { (moment(delivery.created_at)) }
            dt .col-sm-3 { (t!("webhooks-log-tries")) }
            dd .col-sm-9 { (delivery.tries) }
            @if let Some(tried_at) = delivery.tried_at {
                dt .col-sm-3 { (t!("webhooks-tried-at")) }
                dd .col-sm-9 { (moment(tried_at)) }
                dt .col-sm-3 { (t!("webhooks-log-answer")) }
                dd .col-sm-9 {
                    (outcome(delivery))
                    @if let Some(answer) = delivery.answer.as_deref().filter(|answer| !answer.is_empty()) {
                        pre .webhook-text .mt-2 { code { (answer) } }
                    }
                }
            }
        }
    }
}

pub fn state(delivery: &Delivery) -> Markup {
    let kind = match delivery.state {
        State::Waiting if delivery.tries > 0 => Kind::Warning,
        State::Waiting => Kind::Info,
        State::Sent => Kind::Success,
        State::Failed => Kind::Danger,
    };
    badge(kind, &delivery.state.word())
}

/// What the last try brought, in a few words.
pub fn outcome(delivery: &Delivery) -> Markup {
    html! {
        @match (delivery.status, delivery.failure) {
            (Some(status), _) => code { "HTTP " (status) },
            (None, Some(failure)) => (failure.words()),
            (None, None) => span .text-secondary { "–" },
        }
    }
}

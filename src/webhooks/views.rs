//! Webhooks as pages, under the account's tabs.

pub mod delivery;
pub mod form;
pub mod show;

use maud::{Markup, html};

use super::model::{Standing, Webhook, Why};
use crate::{
    account::views::{Tab, account_page, form_card},
    rich, t,
    ui::{
        Column, Icon, Kind, Tone, alert, badge,
        button::{self, Act},
        cell, copyable, empty, table,
    },
    users::CurrentUser,
    web::Chrome,
};

/// How requests are signed.
const SPECIFICATION: &str = "https://www.standardwebhooks.com/";

pub fn index_page(user: &CurrentUser, chrome: &Chrome, webhooks: &[Webhook]) -> Markup {
    let new = button::primary_link("/webhooks/new", Some(Icon::Plus), &t!("webhooks-new"));
    let (address, events, state) = (t!("webhooks-url"), t!("webhooks-events"), t!("webhooks-state"));
    let columns = [Column::new(&address), Column::new(&events), Column::new(&state)];
    let content = html! {
        div .card {
            @if webhooks.is_empty() {
                (empty(Icon::Send, &t!("webhooks-none"), &t!("webhooks-none-hint"), Some(new)))
            } @else {
                div .card-header .list-head {
                    p .text-secondary .mb-0 { (t!("webhooks-hint")) }
                    (new)
                }
                (table(&t!("account-tab-webhooks"), &columns, html! { @for webhook in webhooks { (row(webhook)) } }))
            }
        }
    };
    account_page(user, chrome, Tab::Webhooks, content)
}

fn row(webhook: &Webhook) -> Markup {
    html! {
        tr id={ "webhook-" (webhook.id) } {
            (cell(&t!("webhooks-url"), html! { a .webhook-url href={ "/webhooks/" (webhook.id) } { (webhook.url) } }))
            (cell(&t!("webhooks-events"), events(&webhook.events)))
            (cell(&t!("webhooks-state"), standing(webhook)))
        }
    }
}

/// By their names, which programs know them by.
fn events(names: &[String]) -> Markup {
    html! { div .webhook-events { @for name in names { code { (name) } } } }
}

fn standing(webhook: &Webhook) -> Markup {
    match webhook.standing() {
        Standing::On => badge(Kind::Success, &t!("webhooks-on")),
        Standing::Failing => badge(Kind::Warning, &t!("webhooks-failing")),
        Standing::Off(Why::Owner) => badge(Kind::Neutral, &t!("webhooks-off")),
        Standing::Off(Why::Failing | Why::Gone) => badge(Kind::Danger, &t!("webhooks-off-failing")),
    }
}

/// The one page that ever shows a secret, and what to do with it.
pub fn secret_page(user: &CurrentUser, chrome: &Chrome, webhook: &Webhook, secret: &str, news: &str) -> Markup {
    let path = format!("/webhooks/{}", webhook.id);
    let specification = html! { a href=(SPECIFICATION) rel="noopener noreferrer" lang="en" { "Standard Webhooks" } };
    let code = |text: &str| html! { code { (text) } };
    let content = form_card(html! {
        (alert(Tone::Success, news))
        (copyable("secret", &t!("webhooks-secret"), secret, &t!("webhooks-secret-once")))
        h2 { (t!("webhooks-verify")) }
        p { (rich!("webhooks-verify-libraries", specification = specification)) }
        ol {
            li { (rich!("webhooks-verify-text", text = code("webhook-id.webhook-timestamp.body"))) }
            li { (rich!("webhooks-verify-mac", secret = code("whsec_"))) }
            li { (rich!("webhooks-verify-compare", header = code("webhook-signature"), version = code("v1,"))) }
            li { (rich!("webhooks-verify-time", header = code("webhook-timestamp"))) }
        }
        div .btn-list {
            (button::act(&Act { action: &format!("{path}/tests"), method: "post", csrf: &chrome.csrf, label: &t!("webhooks-test"), class: "btn-primary" }))
            (button::secondary_link(&path, &t!("webhooks-secret-kept")))
        }
    });
    account_page(user, chrome, Tab::Webhooks, content)
}

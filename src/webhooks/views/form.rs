//! The form of a webhook.

use maud::{Markup, html};

use crate::{
    account::views::{Tab, account_page, form_card},
    rich, t,
    ui::{
        Field, Tone, alert, button,
        choice::{self, Choice},
        csrf_field, form,
        form::method_field,
        submission_field,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, form::WHOLE},
    webhooks::model::{Event, Webhook, WebhookForm},
};

pub fn new_page(user: &CurrentUser, chrome: &Chrome, form: &WebhookForm, errors: &FieldErrors) -> Markup {
    let content = form_card(html! {
        h2 { (t!("webhooks-new")) }
        p .text-secondary { (t!("webhooks-new-hint")) }
        form method="post" action="/webhooks" novalidate {
            (form::whole(errors.get(WHOLE)))
            (csrf_field(&chrome.csrf))
            @if let Some(submission) = form.submission_id { (submission_field(submission)) }
            (fields(form, errors))
            div .btn-list {
                (button::primary(&t!("webhooks-make")))
                (button::secondary_link("/webhooks", &t!("common-cancel")))
            }
        }
    });
    account_page(user, chrome, Tab::Webhooks, content)
}

/// `stored`: what another tab has stored meanwhile.
pub fn edit_page(
    user: &CurrentUser,
    chrome: &Chrome,
    id: i64,
    form: &WebhookForm,
    errors: &FieldErrors,
    stored: Option<&Webhook>,
) -> Markup {
    let path = format!("/webhooks/{id}");
    let content = form_card(html! {
        h2 { (t!("webhooks-edit-title")) }
        @if let Some(stored) = stored { (alert(Tone::Warning, conflict(stored))) }
        form method="post" action=(path) novalidate {
            (csrf_field(&chrome.csrf))
            (method_field("put"))
            input type="hidden" name="version" value=(form.version);
            (fields(form, errors))
            div .btn-list {
                (button::primary(&t!("webhooks-save")))
                (button::secondary_link(&path, &t!("common-cancel")))
            }
        }
    });
    account_page(user, chrome, Tab::Webhooks, content)
}

fn conflict(stored: &Webhook) -> Markup {
    html! {
        strong { (t!("webhooks-conflict")) }
        " "
        (rich!("webhooks-conflict-text", url = &stored.url, events = html! { code { (stored.events.join(", ")) } }))
    }
}

fn fields(form: &WebhookForm, errors: &FieldErrors) -> Markup {
    let events = Event::ALL.map(|event| (event, event.meaning()));
    html! {
        (form::text(&Field::new(&t!("webhooks-url"), "url").value(&form.url).error(errors.get("url")).hint(&t!("webhooks-url-hint"))
            .autocomplete("off").required().max_length(1000).autofocus()))
        (choice::checkboxes(
            &Field::new(&t!("webhooks-events-label"), "events").error(errors.get("events")).required(),
            events.iter().map(|(event, meaning)| {
                (Choice::new(event.name(), meaning), form.events.iter().any(|name| name == event.name()))
            }),
        ))
    }
}

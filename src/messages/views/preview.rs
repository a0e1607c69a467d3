//! A message as somebody will get it: on a desk, on a phone, without HTML, and the fields above it.

use maud::{Markup, html};

use super::attachments::names;
use crate::{
    config::Config,
    mail_server,
    messages::{preview::Said, sample::Preview},
    recipients::model::Recipient,
    t,
    ui::{Field, Section, button, csrf_field, form, page, page_header},
    users::CurrentUser,
    web::{Chrome, form::WHOLE},
};

/// The addresses of a preview and what belongs to it.
fn base(preview: &Preview) -> String {
    match preview.message_id {
        Some(id) => format!("/messages/{id}"),
        None => "/messages/draft".to_owned(),
    }
}

fn frame_address(preview: &Preview) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(id) = preview.reader.id {
        query.append_pair("recipient", &id.to_string());
    }
    if preview.is_draft {
        query.append_pair("draft", "true");
    }
    format!("{}/preview/html?{}", base(preview), query.finish())
}

pub fn preview_page(user: &CurrentUser, chrome: &Chrome, config: &Config, preview: &Preview, offered: &[Recipient], said: &Said) -> Markup {
    let back = match preview.message_id {
        Some(id) if preview.is_draft => format!("/messages/{id}/edit?draft=true"),
        Some(id) => format!("/messages/{id}"),
        None => "/messages/new?draft=true".to_owned(),
    };
    let subtitle = if preview.is_draft { Some(t!("messages-preview-of-draft")) } else { None };
    let frame = frame_address(preview);
    let content = html! {
        (page_header(&t!("messages-preview"), subtitle.as_deref(), Some(button::secondary_link(&back, &t!("messages-preview-back")))))
        (form::whole(said.errors.get(WHOLE)))
        @if let Some((email, trial)) = said.trial { (mail_server::views::mail_outcome(email, trial, config)) }
        div .row .row-cards {
            div .col-lg-7 { (headers_card(preview, offered, said)) }
            div .col-lg-5 { (test_card(chrome, preview, said)) }
            div .col-xl-8 { (frame_card(&t!("messages-preview-desktop"), "preview preview-tall", &frame)) }
            div .col-xl-4 { (frame_card(&t!("messages-preview-phone"), "preview preview-tall preview-phone", &frame)) }
            div .col-12 {
                div .card {
                    div .card-header { h2 .card-title { (t!("messages-preview-text")) } }
                    pre .mail-text tabindex="0" aria-label=(t!("messages-preview-text")) { (preview.text) }
                }
            }
        }
    };
    page(&user.shell(chrome, &t!("messages-preview"), Section::Messages), content)
}

fn frame_card(title: &str, class: &str, address: &str) -> Markup {
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (title) } }
            iframe class=(class) src=(address) sandbox="" title=(title) {}
        }
    }
}

fn headers_card(preview: &Preview, offered: &[Recipient], said: &Said) -> Markup {
    let fact = |name: &str, value: &str| html! { dt .col-sm-3 { (name) } dd .col-sm-9 .text-break { (value) } };
    let is_among = offered.iter().any(|recipient| Some(recipient.id) == preview.reader.id);
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (t!("messages-preview-headers")) } }
            div .card-body {
                dl .row .mb-2 {
                    (fact(&t!("messages-from"), &preview.from))
                    (fact(&t!("messages-reply-to"), &preview.reply_to))
                    (fact(&t!("messages-to"), &preview.to))
                    (fact(&t!("messages-subject"), &preview.subject))
                    @if !preview.files.is_empty() { (fact(&t!("messages-attachments"), &names(&preview.files))) }
                    (fact(&t!("messages-size"), &t!("messages-size-kb", kb = preview.bytes.div_ceil(1024))))
                }
                @if preview.reader.id.is_none() {
                    p .text-secondary .mb-0 { (t!("messages-sample-why")) }
                } @else {
                    form .row .g-2 .align-items-end method="get" action={ (base(preview)) "/preview" } {
                        @if preview.is_draft { input type="hidden" name="draft" value="true"; }
                        div .col-sm-5 {
                            label .form-label for="q" { (t!("messages-preview-search")) }
                            input .form-control type="search" id="q" name="q" value=(said.query.q) autocomplete="off";
                        }
                        div .col-sm-5 {
                            label .form-label for="recipient" { (t!("messages-preview-for")) }
                            select .form-select #recipient name="recipient" {
                                @if !is_among { option value=[preview.reader.id] selected { (preview.reader.name) " · " (preview.reader.email) } }
                                @for recipient in offered {
                                    option value=(recipient.id) selected[Some(recipient.id) == preview.reader.id] {
                                        (recipient.full_name) " · " (recipient.email)
                                    }
                                }
                            }
                        }
                        div .col-sm-2 { button .btn .w-100 type="submit" { (t!("messages-preview-show")) } }
                    }
                }
            }
        }
    }
}

fn test_card(chrome: &Chrome, preview: &Preview, said: &Said) -> Markup {
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (t!("messages-test")) } }
            div .card-body {
                p .text-secondary { (t!("messages-test-hint", name = preview.reader.name)) }
                form method="post" action={ (base(preview)) "/tests" } novalidate {
                    (csrf_field(&chrome.csrf))
                    @if let Some(id) = preview.reader.id { input type="hidden" name="recipient" value=(id); }
                    input type="hidden" name="draft" value=(preview.is_draft);
                    (form::email(&Field::new(&t!("messages-test-to"), "email").value(said.email).error(said.errors.get("email")).required().max_length(254)))
                    (button::primary(&t!("messages-test-send")))
                }
            }
        }
    }
}

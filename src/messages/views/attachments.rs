//! The files of a message on its page.

use maud::{Markup, html};

use crate::{
    limits::{ATTACHMENTS_BYTES, ATTACHMENTS_MAX},
    messages::attachments::model::{Attachment, total},
    t,
    ui::{
        Field,
        button::{self, Act},
        csrf_field,
    },
    web::{Chrome, FieldErrors},
};

/// Bytes in words.
pub fn size(bytes: usize) -> String {
    t!("messages-size-kb", kb = bytes.div_ceil(1024))
}

pub fn card(message_id: i64, attachments: &[Attachment], errors: &FieldErrors, chrome: &Chrome) -> Markup {
    let path = format!("/messages/{message_id}/attachments");
    html! {
        div .card .mb-3 #attachments {
            div .card-header {
                h2 .card-title { (t!("messages-attachments")) }
                @if !attachments.is_empty() {
                    div .card-actions .text-secondary { (t!("messages-attachments-total", count = attachments.len(), size = size(total(attachments)))) }
                }
            }
            @if !attachments.is_empty() {
                ul .list-group .list-group-flush { @for attachment in attachments { (row(&path, attachment, &chrome.csrf)) } }
            }
            div .card-body { (upload_form(&path, errors, chrome)) }
        }
    }
}

fn row(path: &str, attachment: &Attachment, csrf: &str) -> Markup {
    let address = format!("{path}/{}", attachment.id);
    let size = size(usize::try_from(attachment.size).unwrap_or_default());
    html! {
        li .list-group-item .d-flex .flex-wrap .align-items-center .gap-2 id={ "attachment-" (attachment.id) } {
            a .text-break .me-auto href=(address) download { (attachment.name) }
            span .text-secondary { (size) }
            (button::act(&Act {
                action: &address, method: "delete", csrf, label: &t!("messages-attachments-remove", name = attachment.name),
                class: "btn-sm btn-ghost-danger",
            }))
        }
    }
}

fn upload_form(path: &str, errors: &FieldErrors, chrome: &Chrome) -> Markup {
    let (label, hint) = (t!("messages-attachments-files"), hint());
    let field = Field::new(&label, "files").hint(&hint).error(errors.get("files"));
    html! {
        form method="post" action=(path) enctype="multipart/form-data" novalidate {
            // The token is looked for in the first part alone.
            (csrf_field(&chrome.csrf))
            (field.files())
            button .btn type="submit" { (t!("messages-attachments-add")) }
        }
    }
}

fn hint() -> String {
    t!("messages-attachments-hint", max = ATTACHMENTS_MAX, most = ATTACHMENTS_BYTES / 1024 / 1024)
}

/// The files of a mail that is shown: their names and sizes.
pub fn names(files: &[(String, usize)]) -> String {
    let named = |(name, bytes): &(String, usize)| format!("{name} ({})", size(*bytes));
    files.iter().map(named).collect::<Vec<_>>().join(", ")
}

//! Recipients as pages, rows and forms.

mod editor;
mod history;
pub mod import;
mod index;
mod show;
pub mod unsubscription;

use maud::{Markup, html};

pub use editor::{edit_page, new_page};
pub use index::index_page;
pub use show::show_page;

use super::model::Recipient;
use crate::{
    t,
    ui::{
        Kind, badge,
        button::{self, Delete},
        cell,
        table::{actions_cell, tick},
    },
};

const COLUMNS: usize = 4;
/// The form that the boxes of the rows belong to.
const TICKED: &str = "ticked-recipients";

/// One recipient in the list.
pub fn row(recipient: &Recipient, csrf: &str) -> Markup {
    row_with(recipient, csrf, false)
}

/// What a change or a creation puts in place of its form: the focus goes on in it.
pub fn changed_row(recipient: &Recipient, csrf: &str) -> Markup {
    row_with(recipient, csrf, true)
}

fn row_with(recipient: &Recipient, csrf: &str, takes_focus: bool) -> Markup {
    let id = recipient.id;
    let (show, edit, editor) = (format!("/recipients/{id}"), format!("/recipients/{id}/edit"), format!("#recipient-{id}-editor"));
    html! {
        tr id={ "recipient-" (id) } {
            (cell(&t!("recipients-email"), html! {
                div .ticked-cell {
                    (tick(TICKED, "ids", id, &t!("recipients-tick", email = recipient.email)))
                    div { a href=(show) { (recipient.email) } (state(recipient)) }
                }
            }))
            (cell(&t!("recipients-name"), &recipient.full_name))
            (cell(&t!("recipients-comment"), html! { span .text-secondary .excerpt { (recipient.comment) } }))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML"
                    data-edit autofocus[takes_focus] aria-label=(t!("recipients-edit-one", email = recipient.email)) {
                    (t!("recipients-edit"))
                }
                (delete_button(recipient, csrf, Some("closest tr")))
            }))
        }
    }
}

/// Why nothing is sent to them, where that is so.
fn state(recipient: &Recipient) -> Markup {
    html! {
        @if recipient.unsubscribed_at.is_some() {
            div .under { (badge(Kind::Warning, &t!("recipients-unsubscribed"))) }
        } @else if let Some(reason) = &recipient.undeliverable_reason {
            div .under { (badge(Kind::Danger, &t!("recipients-undeliverable"))) span .text-secondary { (reason) } }
        }
    }
}

fn delete_button(recipient: &Recipient, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-recipient-{}", recipient.id),
        label: &t!("recipients-delete"),
        action: &format!("/recipients/{}", recipient.id),
        csrf,
        question: &t!("recipients-delete-question", email = recipient.email),
        consequence: &t!("recipients-delete-consequence"),
        target,
    })
}

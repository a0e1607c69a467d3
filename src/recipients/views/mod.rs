//! Recipients as pages, rows and forms.

mod editor;
mod show;
pub mod unsubscription;

use maud::{Markup, html};

pub use editor::{edit_page, new_page};
pub use show::show_page;

use super::model::Recipient;
use crate::{
    t,
    ui::{
        Column, Icon, Kind, Pagination, SearchBox, Section, badge,
        button::{self, Delete},
        cell, empty, page, page_header, pagination, search_box, table,
        table::actions_cell,
    },
    users::CurrentUser,
    web::{Chrome, list::Keyset},
};

const COLUMNS: usize = 4;

pub fn index_page(user: &CurrentUser, chrome: &Chrome, search: &str, list: &Keyset<Recipient>) -> Markup {
    let title = t!("recipients-title");
    let content = html! {
        (page_header(&title, Some(&t!("recipients-subtitle")), Some(html! {
            a .btn .btn-primary href="/recipients/new" hx-get="/recipients/new" hx-select="#recipient-new" hx-target="#recipients tbody"
                hx-swap="afterbegin" data-opens="#recipient-new" { (t!("recipients-new")) }
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/recipients", query: search, label: &t!("recipients-search"), target: "#recipients" })) }
            div #recipients {
                (recipients_table(list, chrome))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(search))
                (pagination(&Pagination {
                    target: "#recipients",
                    next: list.next.as_deref(),
                    first: list.first.as_deref(),
                    next_label: &t!("recipients-older"),
                }))
            }
        }
    };
    page(&user.shell(chrome, &title, Section::Recipients), content)
}

fn recipients_table(list: &Keyset<Recipient>, chrome: &Chrome) -> Markup {
    let (email, name, comment, actions) =
        (t!("recipients-email"), t!("recipients-name"), t!("recipients-comment"), t!("recipients-actions"));
    let columns: [Column; COLUMNS] = [Column::new(&email), Column::new(&name), Column::new(&comment), Column::hidden(&actions)];
    table(&t!("recipients-title"), &columns, html! { @for recipient in &list.rows { (row(recipient, &chrome.csrf)) } })
}

fn nothing(search: &str) -> Markup {
    if search.is_empty() {
        empty(
            Icon::Users,
            &t!("recipients-none"),
            &t!("recipients-none-text"),
            Some(button::primary_link("/recipients/new", Some(Icon::Plus), &t!("recipients-new"))),
        )
    } else {
        empty(Icon::Search, &t!("recipients-not-found"), &t!("recipients-not-found-text"), None)
    }
}

/// One recipient in the list; what a change or a creation puts in place of its form.
pub fn row(recipient: &Recipient, csrf: &str) -> Markup {
    let id = recipient.id;
    let (show, edit, editor) = (format!("/recipients/{id}"), format!("/recipients/{id}/edit"), format!("#recipient-{id}-editor"));
    html! {
        tr id={ "recipient-" (id) } {
            (cell(&t!("recipients-email"), html! {
                a href=(show) { (recipient.email) }
                (state(recipient))
            }))
            (cell(&t!("recipients-name"), &recipient.full_name))
            (cell(&t!("recipients-comment"), html! { span .text-secondary .excerpt { (recipient.comment) } }))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML" {
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

//! Mailings as pages and rows; the form stands in `views/form.rs`, a mailing's own page in `views/show.rs`.

mod form;
mod show;

use maud::{Markup, html};

pub use form::{Picker, edit_page, new_page};
pub use show::{ShowPage, show_page};

use super::{
    model::{Mailing, Status},
    schedule,
};
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

const COLUMNS: usize = 5;

pub fn index_page(user: &CurrentUser, chrome: &Chrome, search: &str, list: &Keyset<Mailing>) -> Markup {
    let columns: [(String, bool); COLUMNS] = [
        (t!("mailings-name"), false),
        (t!("mailings-status"), false),
        (t!("mailings-goes-out"), false),
        (t!("mailings-next-run"), false),
        (t!("mailings-actions"), true),
    ];
    let content = html! {
        (page_header(&t!("mailings-title"), Some(&t!("mailings-subtitle")), Some(html! {
            a .btn .btn-primary href="/mailings/new" { (t!("mailings-new")) }
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/mailings", query: search, label: &t!("mailings-search"), target: "#mailings" })) }
            div #mailings {
                (table(&t!("mailings-title"), &columns.each_ref().map(|(label, hidden)| if *hidden { Column::hidden(label) } else { Column::new(label) }), html! { @for mailing in &list.rows { (row(mailing, &chrome.csrf)) } }))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(search))
                (pagination(&Pagination { target: "#mailings", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("mailings-older") }))
            }
        }
    };
    page(&user.shell(chrome, &t!("mailings-title"), Section::Mailings), content)
}

fn nothing(search: &str) -> Markup {
    if search.is_empty() {
        empty(
            Icon::Calendar,
            &t!("mailings-none"),
            &t!("mailings-none-text"),
            Some(button::primary_link("/mailings/new", Some(Icon::Plus), &t!("mailings-new"))),
        )
    } else {
        empty(Icon::Search, &t!("mailings-nothing-found"), &t!("mailings-nothing-found-text"), None)
    }
}

/// One mailing in the list; what a change puts in place of its form.
pub fn row(mailing: &Mailing, csrf: &str) -> Markup {
    let id = mailing.id;
    let (edit, editor) = (format!("/mailings/{id}/edit"), format!("#mailing-{id}-editor"));
    html! {
        tr id={ "mailing-" (id) } {
            (cell(&t!("mailings-name"), html! {
                a href={ "/mailings/" (id) } { (mailing.name) }
                div .text-secondary { (t!("mailings-subject", subject = mailing.subject)) }
            }))
            (cell(&t!("mailings-status"), html! {
                (status_badges(mailing))
                @if let Some(reason) = &mailing.disabled_reason { div .text-secondary .excerpt { (reason) } }
            }))
            (cell(&t!("mailings-goes-out"), period(mailing)))
            (cell(&t!("mailings-next-run"), next_run(mailing)))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML" { (t!("mailings-act-edit")) }
                (delete_button(mailing, csrf, Some("closest tr")))
            }))
        }
    }
}

/// How often it goes out, in a word.
pub fn period(mailing: &Mailing) -> String {
    mailing.schedule().map_or_else(|_| String::new(), |schedule| schedule.period().label())
}

/// When it goes out next, or why it does not.
pub fn next_run(mailing: &Mailing) -> Markup {
    html! {
        @match mailing.next_run_at {
            Some(_) if mailing.disabled_at.is_some() => span .text-secondary { (t!("mailings-next-not-disabled")) },
            Some(_) if mailing.paused_at.is_some() => span .text-secondary { (t!("mailings-next-when-resumed")) },
            Some(moment) => (schedule::display(moment, &mailing.zone())),
            None => span .text-secondary { (t!("mailings-next-none")) },
        }
    }
}

fn delete_button(mailing: &Mailing, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-mailing-{}", mailing.id),
        label: &t!("mailings-act-delete"),
        action: &format!("/mailings/{}", mailing.id),
        csrf,
        question: &t!("mailings-delete-question", name = mailing.name),
        consequence: &t!("mailings-delete-consequence"),
        target,
    })
}

/// Where the mailing stands: its status, and beside it whether somebody has stopped it.
pub fn status_badges(mailing: &Mailing) -> Markup {
    let (kind, text) = match mailing.status {
        Status::Created => (Kind::Info, t!("mailings-created")),
        Status::Running => (Kind::Running, t!("mailings-running")),
        Status::Completed => (Kind::Success, t!("mailings-completed")),
    };
    html! {
        div .btn-list {
            (badge(kind, &text))
            @if mailing.paused_at.is_some() { (badge(Kind::Warning, &t!("mailings-paused"))) }
            @if mailing.disabled_at.is_some() { (badge(Kind::Danger, &t!("mailings-disabled"))) }
        }
    }
}

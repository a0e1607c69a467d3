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
    let content = html! {
        (page_header("Mailings", Some("One message, many recipients, a schedule."), Some(html! {
            a .btn .btn-primary href="/mailings/new" { "New mailing" }
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/mailings", query: search, label: "Search mailings", target: "#mailings" })) }
            div #mailings {
                (table("Mailings", &columns(), html! { @for mailing in &list.rows { (row(mailing, &chrome.csrf)) } }))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(search))
                (pagination(&Pagination { target: "#mailings", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    };
    page(&user.shell(chrome, "Mailings", Section::Mailings), content)
}

fn columns() -> [Column<'static>; COLUMNS] {
    [Column::new("Name"), Column::new("Status"), Column::new("Goes out"), Column::new("Next run"), Column::hidden("Actions")]
}

fn nothing(search: &str) -> Markup {
    if search.is_empty() {
        empty(
            Icon::Calendar,
            "No mailings yet",
            "Choose a message, its recipients and when it goes out.",
            Some(button::primary_link("/mailings/new", Some(Icon::Plus), "New mailing")),
        )
    } else {
        empty(Icon::Search, "Nothing found", "No mailing has this in its name.", None)
    }
}

/// One mailing in the list; what a change puts in place of its form.
pub fn row(mailing: &Mailing, csrf: &str) -> Markup {
    let id = mailing.id;
    let (edit, editor) = (format!("/mailings/{id}/edit"), format!("#mailing-{id}-editor"));
    html! {
        tr id={ "mailing-" (id) } {
            (cell("Name", html! {
                a href={ "/mailings/" (id) } { (mailing.name) }
                div .text-secondary { "“" (mailing.subject) "”" }
            }))
            (cell("Status", html! {
                (status_badges(mailing))
                @if let Some(reason) = &mailing.disabled_reason { div .text-secondary .excerpt { (reason) } }
            }))
            (cell("Goes out", period(mailing)))
            (cell("Next run", next_run(mailing)))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML" { "Edit" }
                (delete_button(mailing, csrf, Some("closest tr")))
            }))
        }
    }
}

/// How often it goes out, in a word.
pub fn period(mailing: &Mailing) -> &'static str {
    mailing.schedule().map_or("", |schedule| schedule.period().label())
}

/// When it goes out next, or why it does not.
pub fn next_run(mailing: &Mailing) -> Markup {
    html! {
        @match mailing.next_run_at {
            Some(_) if mailing.disabled_at.is_some() => span .text-secondary { "not while disabled" },
            Some(_) if mailing.paused_at.is_some() => span .text-secondary { "when resumed" },
            Some(moment) => (schedule::display(moment, &mailing.zone())),
            None => span .text-secondary { "none" },
        }
    }
}

fn delete_button(mailing: &Mailing, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-mailing-{}", mailing.id),
        label: "Delete",
        action: &format!("/mailings/{}", mailing.id),
        csrf,
        question: &format!("Delete “{}”?", mailing.name),
        consequence: "Its attempts and their records are deleted with it. To stop it and keep them, pause it.",
        target,
    })
}

/// Where the mailing stands: its status, and beside it whether somebody has stopped it.
pub fn status_badges(mailing: &Mailing) -> Markup {
    let (kind, text) = match mailing.status {
        Status::Created => (Kind::Info, "created"),
        Status::Running => (Kind::Running, "running"),
        Status::Completed => (Kind::Success, "completed"),
    };
    html! {
        div .btn-list {
            (badge(kind, text))
            @if mailing.paused_at.is_some() { (badge(Kind::Warning, "paused")) }
            @if mailing.disabled_at.is_some() { (badge(Kind::Danger, "disabled")) }
        }
    }
}

//! The audit trail as a page, and the form that asks why.

use maud::{Markup, html};

use super::model::{Action, AuditQuery, Entry, REASON_MAX};
use crate::{
    mailings::schedule::{self, Zone},
    ui::{
        Column, Field, Icon, Pagination, Section, cell, csrf_field, empty, form, method_field, page, page_header, pagination, table,
        table::filter,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, list::Keyset},
};

pub fn index_page(user: &CurrentUser, chrome: &Chrome, query: &AuditQuery, list: &Keyset<Entry>) -> Markup {
    let zone = user.zone();
    let columns = [Column::new("When"), Column::new("Who"), Column::new("What"), Column::new("To whom"), Column::new("Why and how")];
    let content = html! {
        (page_header("Audit trail", Some("What managers and administrators did. Entries outlive the accounts they name."), None))
        div .card {
            div .card-header { (filter("/admin/audit", "#audit", controls(query))) }
            div #audit {
                (table("Audit trail", &columns, html! { @for entry in &list.rows { (row(entry, &zone)) } }))
                (empty(Icon::Search, "Nothing here", "Nothing was done that this looks for.", None))
                (pagination(&Pagination { target: "#audit", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    };
    page(&user.shell(chrome, "Audit trail", Section::Place("/admin/audit")), content)
}

fn controls(query: &AuditQuery) -> Markup {
    html! {
        @if let Some(id) = query.user_id { input type="hidden" name="user_id" value=(id); }
        @if let Some(id) = query.mailing_id { input type="hidden" name="mailing_id" value=(id); }
        input .form-control type="search" name="actor" value=(query.actor) placeholder="Who" aria-label="Who" maxlength="254" autocomplete="off";
        select .form-select name="action" aria-label="What" {
            option value="" { "Everything" }
            @for action in Action::ALL { option value=(action.name()) selected[query.action == action.name()] { (action.label()) } }
        }
        input .form-control type="search" name="subject" value=(query.subject) placeholder="To whom" aria-label="To whom" maxlength="254" autocomplete="off";
        button .btn type="submit" { "Filter" }
    }
}

fn row(entry: &Entry, zone: &Zone) -> Markup {
    let href =
        if entry.subject_kind == "user" { format!("/users/{}", entry.subject_id) } else { format!("/mailings/{}", entry.subject_id) };
    html! {
        tr id={ "entry-" (entry.id) } {
            (cell("When", html! { span .moment { (schedule::display(entry.done_at, zone)) } }))
            (cell("Who", html! {
                @match entry.actor_id {
                    Some(id) => a href={ "/users/" (id) } { (entry.actor) },
                    None => span .text-secondary { (entry.actor) },
                }
            }))
            (cell("What", entry.label()))
            (cell("To whom", html! { a href=(href) { (entry.subject) } }))
            (cell("Why and how", html! {
                @if !entry.reason.is_empty() { div .as-written { (entry.reason) } }
                @if !entry.details.is_empty() { div .text-secondary { (entry.details) } }
            }))
        }
    }
}

/// A form that asks why, for a deed whose reason somebody will read.
pub fn reason_form(action: &str, chrome: &Chrome, reason: &str, errors: &FieldErrors, label: &str, hint: &str) -> Markup {
    html! {
        form method="post" action=(action) novalidate {
            (csrf_field(&chrome.csrf))
            (method_field("put"))
            (form::textarea(&Field::new("Reason", "reason").value(reason).error(errors.get("reason")).hint(hint).required().max_length(REASON_MAX), 3))
            button .btn .btn-danger type="submit" { (label) }
        }
    }
}

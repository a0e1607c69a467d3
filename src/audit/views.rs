//! The audit trail as a page, and the form that asks why.

use maud::{Markup, html};

use super::model::{Action, AuditQuery, Entry, REASON_MAX};
use crate::{
    mailings::schedule::{self, Zone},
    t,
    ui::{
        Column, Field, Icon, Pagination, Section, cell, csrf_field, empty, form, method_field, page, page_header, pagination, table,
        table::filter,
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors, list::Keyset},
};

pub fn index_page(user: &CurrentUser, chrome: &Chrome, query: &AuditQuery, list: &Keyset<Entry>) -> Markup {
    let zone = user.zone();
    let labels = [t!("audit-when"), t!("audit-who"), t!("audit-what"), t!("audit-to-whom"), t!("audit-why")];
    let mut columns = labels.each_ref().map(|label| Column::new(label));
    let when = t!("audit-when-zone", zone = zone.to_string());
    columns[0] = Column::new(&when);
    let content = html! {
        (page_header(&t!("audit-title"), Some(&t!("audit-subtitle")), None))
        div .card {
            div .card-header { (filter("/admin/audit", "#audit", controls(query))) }
            div #audit {
                (table(&t!("audit-title"), &columns, html! { @for entry in &list.rows { (row(entry, &labels, &zone)) } }))
                (empty(Icon::Search, &t!("audit-nothing"), &t!("audit-nothing-advice"), None))
                (pagination(&Pagination { target: "#audit", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("audit-older") }))
            }
        }
    };
    page(&user.shell(chrome, &t!("audit-title"), Section::Place("/admin/audit")), content)
}

fn controls(query: &AuditQuery) -> Markup {
    html! {
        @if let Some(id) = query.user_id { input type="hidden" name="user_id" value=(id); }
        @if let Some(id) = query.mailing_id { input type="hidden" name="mailing_id" value=(id); }
        input .form-control type="search" name="actor" value=(query.actor) placeholder=(t!("audit-who")) aria-label=(t!("audit-who")) maxlength="254" autocomplete="off";
        select .form-select name="action" aria-label=(t!("audit-what")) {
            option value="" { (t!("audit-everything")) }
            @for action in Action::ALL { option value=(action.name()) selected[query.action == action.name()] { (action.label()) } }
        }
        input .form-control type="search" name="subject" value=(query.subject) placeholder=(t!("audit-to-whom")) aria-label=(t!("audit-to-whom")) maxlength="254" autocomplete="off";
        button .btn type="submit" { (t!("audit-filter")) }
    }
}

fn row(entry: &Entry, labels: &[String; 5], zone: &Zone) -> Markup {
    let [when, who, what, to_whom, why] = labels;
    let href = match entry.subject_kind.as_str() {
        "user" => format!("/users/{}", entry.subject_id),
        "mailing" => format!("/mailings/{}", entry.subject_id),
        "post" => format!("/admin/posts/{}", entry.subject_id),
        _ => format!("/admin/mail-server?test={}", entry.id),
    };
    html! {
        tr id={ "entry-" (entry.id) } {
            (cell(when, html! { span .moment { (schedule::display_in(entry.done_at, zone)) } span .d-md-none { " (" (zone) ")" } }))
            (cell(who, html! {
                @match entry.actor_id {
                    Some(id) => a .whole href={ "/users/" (id) } { (entry.actor) },
                    None => span .text-secondary { (entry.actor_label()) },
                }
            }))
            (cell(what, entry.label()))
            (cell(to_whom, html! { a .whole href=(href) { (entry.subject) } }))
            (cell(why, html! {
                @if !entry.reason.is_empty() { div .as-written { (entry.reason) } }
                @if !entry.details.is_empty() { div .text-secondary { (entry.details) } }
                @for change in entry.changes() { div .text-secondary { (change.label()) } }
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
            (form::textarea(&Field::new(&t!("audit-reason"), "reason").value(reason).error(errors.get("reason")).hint(hint).required().max_length(REASON_MAX), 3))
            button .btn .btn-danger type="submit" { (label) }
        }
    }
}

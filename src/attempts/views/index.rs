//! The list of attempts, and what narrows it.

use maud::{Markup, html};

use super::attempts_table;
use crate::{
    attempts::model::{Attempt, IndexQuery, Period, Status},
    t,
    ui::{Icon, Pagination, Section, button, empty, page, page_header, pagination, table::filter},
    users::{CurrentUser, queries::Owner},
    web::{Chrome, list::Keyset},
};

/// `owner` where they are another one's, of one mailing.
pub fn index_page(user: &CurrentUser, chrome: &Chrome, owner: Option<&Owner>, query: &IndexQuery, list: &Keyset<Attempt>) -> Markup {
    let subtitle = match owner {
        Some(owner) => t!("attempts-of-owner", name = owner.full_name, email = owner.email),
        None => t!("attempts-subtitle"),
    };
    // The rows of what runs move; without any there is nothing to ask for.
    let reread = list.rows.iter().any(Attempt::is_running).then(|| query.address(query.before));
    let content = html! {
        (page_header(&t!("attempts-title"), Some(&subtitle), None))
        div .card {
            div .card-header .list-head { h2 .card-title { (t!("attempts-runs")) } (filter("/attempts", "#attempts", controls(query))) }
            div #attempts hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "every 3s")] hx-select=[reread.as_ref().map(|_| "#attempts")]
                hx-swap=[reread.as_ref().map(|_| "outerMorph")] hx-sync=[reread.as_ref().map(|_| "this:drop")] {
                @if !list.rows.is_empty() {
                    (attempts_table(&list.rows, true))
                } @else if query.is_narrowed() {
                    (empty(Icon::Search, &t!("attempts-none-found"), &t!("attempts-none-found-detail"), None))
                } @else {
                    (empty(Icon::Send, &t!("attempts-empty"), &t!("attempts-empty-detail"),
                        owner.is_none().then(|| button::primary_link("/mailings", None, &t!("attempts-to-mailings")))))
                }
                (pagination(&Pagination { target: "#attempts", next: list.next.as_deref(), first: list.first.as_deref(), next_label: &t!("attempts-older") }))
            }
        }
    };
    let section = if owner.is_some() { Section::Place("/mailings/all") } else { Section::Attempts };
    page(&user.shell(chrome, &t!("attempts-title"), section), content)
}

fn controls(query: &IndexQuery) -> Markup {
    html! {
        @if let Some(mailing_id) = query.mailing_id { input type="hidden" name="mailing_id" value=(mailing_id); }
        select .form-select name="status" aria-label=(t!("attempts-status")) {
            option value="" { (t!("attempts-every-status")) }
            @for status in Status::ALL { option value=(status.as_str()) selected[query.status == status.as_str()] { (status.word()) } }
        }
        select .form-select name="period" aria-label=(t!("attempts-period")) {
            option value="" { (t!("attempts-any-time")) }
            @for period in Period::ALL { option value=(period.as_str()) selected[query.period == period.as_str()] { (period.words()) } }
        }
        // Those of one mailing all have its name.
        @if query.mailing_id.is_none() {
            input .form-control type="search" name="q" value=(query.q) placeholder=(t!("attempts-mailing-name")) aria-label=(t!("attempts-search")) maxlength="200" autocomplete="off";
        }
        button .btn type="submit" { (t!("attempts-filter")) }
    }
}

//! The deliveries of an attempt, a page at a time, and what narrows them.

use maud::{Markup, html};

use super::{state_badge, time_of_day};
use crate::{
    attempts::{handlers::DeliveriesQuery, model::Attempt},
    delivery::{model::State, queries::Row, remark},
    i18n::format,
    t,
    ui::{
        Column, Icon, Pagination, cell, empty, pagination, table,
        table::{filter, number_cell},
    },
};

/// A page of an attempt's deliveries and what narrows it.
pub struct Deliveries<'a> {
    pub rows: Vec<Row>,
    pub has_more: bool,
    pub query: &'a DeliveriesQuery,
    pub state: Option<State>,
}

pub fn deliveries_card(attempt: &Attempt, deliveries: &Deliveries) -> Markup {
    let path = format!("/attempts/{}", attempt.id);
    let next = deliveries.rows.last().filter(|_| deliveries.has_more).map(|last| page_address(&path, deliveries.query, last.number.into()));
    let reread = attempt.is_running().then(|| page_address(&path, deliveries.query, deliveries.query.after));
    let first = (deliveries.query.after > 0).then(|| page_address(&path, deliveries.query, 0));
    html! {
        div .card {
            div .card-header .list-head { h2 .card-title { (t!("attempts-deliveries")) } (filter(&path, "#deliveries", controls(deliveries))) }
            // When the live part above says that it is over, this list is read once more.
            div #deliveries hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "done from:#live")]
                hx-select=[reread.as_ref().map(|_| "#deliveries")] hx-swap=[reread.as_ref().map(|_| "outerHTML")] {
                (deliveries_table(attempt, &deliveries.rows))
                @if deliveries.rows.is_empty() {
                    (empty(Icon::Search, &t!("attempts-no-deliveries"), &t!("attempts-no-deliveries-detail"), None))
                }
                (pagination(&Pagination { target: "#deliveries", next: next.as_deref(), first: first.as_deref(), next_label: &t!("attempts-next") }))
            }
        }
    }
}

fn page_address(path: &str, query: &DeliveriesQuery, after: i64) -> String {
    let mut address = url::form_urlencoded::Serializer::new(String::new());
    if !query.state.is_empty() {
        address.append_pair("state", &query.state);
    }
    if !query.q.is_empty() {
        address.append_pair("q", &query.q);
    }
    if after > 0 {
        address.append_pair("after", &after.to_string());
    }
    format!("{path}?{}", address.finish())
}

fn controls(deliveries: &Deliveries) -> Markup {
    html! {
        select .form-select name="state" aria-label=(t!("attempts-state")) {
            option value="" { (t!("attempts-every-state")) }
            @for state in State::ALL { option value=(state.as_str()) selected[deliveries.state == Some(state)] { (state.word()) } }
        }
        input .form-control type="search" name="q" value=(deliveries.query.q) placeholder=(t!("attempts-search-hint")) aria-label=(t!("attempts-search-deliveries")) maxlength="200" autocomplete="off";
        button .btn type="submit" { (t!("attempts-filter")) }
    }
}

fn deliveries_table(attempt: &Attempt, rows: &[Row]) -> Markup {
    let (recipient, state, tries) = (t!("attempts-recipient"), t!("attempts-state"), t!("attempts-tries"));
    let (said, when) = (t!("attempts-reply"), t!("attempts-when"));
    let when_in_zone = t!("attempts-when-in", zone = attempt.zone().to_string());
    let columns = [Column::new(&recipient), Column::new(&state), Column::number(&tries), Column::new(&said), Column::new(&when_in_zone)];
    let rows = html! {
        @for row in rows {
            tr id={ "delivery-" (row.number) } {
                (cell(&recipient, html! { (row.email) div .text-secondary { (row.full_name) } }))
                (cell(&state, state_badge(row.state)))
                (number_cell(&tries, format::number(row.tries)))
                (cell(&said, reply(row)))
                (cell(&when, html! {
                    @match (row.settled_at, row.again_at) {
                        (Some(settled), _) => span .moment { (time_of_day(settled, attempt)) },
                        (None, Some(again)) if row.tries > 0 => span .moment { (t!("attempts-again-at", clock = time_of_day(again, attempt))) },
                        _ => "",
                    }
                }))
            }
        }
    };
    table(&t!("attempts-deliveries"), &columns, rows)
}

/// What was said to the delivery: the server's code and words, or a remark of this program.
pub fn reply(row: &Row) -> String {
    let text = row.smtp_text.as_deref().map(remark::worded).unwrap_or_default();
    match row.smtp_code {
        Some(code) => format!("{code} {text}"),
        None => text,
    }
}

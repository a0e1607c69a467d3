//! The deliveries of an attempt, a page at a time, and what narrows them.

use maud::{Markup, html};

use super::{state_badge, time_of_day};
use crate::{
    attempts::model::{Attempt, DeliveriesQuery},
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
}

/// The card whole is what a click on an answer replaces; what narrows the list replaces the list alone.
pub fn deliveries_card(attempt: &Attempt, deliveries: &Deliveries) -> Markup {
    let query = deliveries.query;
    let next = deliveries.rows.last().filter(|_| deliveries.has_more).map(|last| address(attempt, query, last.number.into()));
    let reread = attempt.is_running().then(|| address(attempt, query, query.after));
    let first = (query.after > 0).then(|| address(attempt, query, 0));
    html! {
        div .card #deliveries-card {
            div .card-header .list-head {
                h2 .card-title { (t!("attempts-deliveries")) }
                (filter(&format!("/attempts/{}", attempt.id), "#deliveries", controls(query)))
            }
            @if !query.answer.is_empty() {
                @let said = format!("{} {}", query.code, remark::worded(&query.answer));
                @let all = format!("/attempts/{}", attempt.id);
                div .card-body .list-head .py-2 {
                    span { (t!("attempts-only-answer", answer = said.trim())) }
                    a href={ (all) "#deliveries-card" } hx-get=(all) hx-target="#deliveries-card" hx-select="#deliveries-card"
                        hx-swap="outerHTML" hx-push-url="true" { (t!("attempts-all-answers")) }
                }
            }
            // It is read again now and then, and once more when the live part above says that it is over.
            div #deliveries hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "done from:#live, every 5s")]
                hx-select=[reread.as_ref().map(|_| "#deliveries")] hx-swap=[reread.as_ref().map(|_| "outerMorph")]
                hx-sync=[reread.as_ref().map(|_| "this:drop")] {
                (deliveries_table(attempt, &deliveries.rows))
                @if deliveries.rows.is_empty() {
                    (empty(Icon::Search, &t!("attempts-no-deliveries"), &t!("attempts-no-deliveries-detail"), None))
                }
                (pagination(&Pagination { target: "#deliveries", next: next.as_deref(), first: first.as_deref(), next_label: &t!("attempts-next") }))
                div .card-footer .list-head {
                    a .btn href={ "/attempts/" (attempt.id) "/deliveries.csv?" (query.parameters(0)) } { (t!("attempts-csv")) }
                    span .text-secondary { (t!("attempts-csv-hint")) }
                }
            }
        }
    }
}

/// The attempt's page with the deliveries that `query` asks for, from behind `after` on.
pub fn address(attempt: &Attempt, query: &DeliveriesQuery, after: i64) -> String {
    format!("/attempts/{}?{}", attempt.id, query.parameters(after))
}

fn controls(query: &DeliveriesQuery) -> Markup {
    html! {
        @if !query.answer.is_empty() {
            input type="hidden" name="code" value=(query.code);
            input type="hidden" name="answer" value=(query.answer);
        }
        select .form-select name="state" aria-label=(t!("attempts-state")) {
            option value="" { (t!("attempts-every-state")) }
            @for state in State::ALL { option value=(state.as_str()) selected[query.state == state.as_str()] { (state.word()) } }
        }
        input .form-control type="search" name="q" value=(query.q) placeholder=(t!("attempts-search-hint")) aria-label=(t!("attempts-search-deliveries")) maxlength="200" autocomplete="off";
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

//! The reports as tables.

use maud::{Markup, html};

use super::queries::Report;
use crate::{
    mailings::schedule::{self, Zone},
    ui::{Column, Icon, Progress, Section, cell, empty, page, page_header, progress::grouped, progress_bar, table, table::number_cell},
    users::CurrentUser,
    web::Chrome,
};

pub fn index_page(user: &CurrentUser, chrome: &Chrome, by_mailing: &[Report], by_message: &[Report]) -> Markup {
    let content = html! {
        (page_header("Reports", Some("What your mailings and messages have reached so far."), None))
        (report_card("By mailing", "Mailing", "/mailings/", by_mailing))
        (report_card("By message", "Message", "/messages/", by_message))
    };
    page(&user.shell(chrome, "Reports", Section::Reports), content)
}

fn report_card(title: &str, noun: &str, path: &str, lines: &[Report]) -> Markup {
    let columns = [
        Column::new(noun),
        Column::number("Attempts"),
        Column::number("Recipients"),
        Column::number("Sent"),
        Column::number("Failed"),
        Column::number("Unknown"),
        Column::number("Skipped"),
        Column::number("Waiting"),
        Column::new("Outcome"),
    ];
    html! {
        div .card .mb-3 {
            div .card-header { h2 .card-title { (title) } }
            @if lines.is_empty() {
                (empty(Icon::Send, "Nothing to report yet", "Figures appear with the first attempt.", None))
            } @else {
                (table(title, &columns, html! { @for line in lines { (report_row(line, noun, path)) } }))
            }
        }
    }
}

fn report_row(line: &Report, noun: &str, path: &str) -> Markup {
    let count = |count: i64| count.unsigned_abs();
    let counts = Progress {
        sent: count(line.sent),
        failed: count(line.failed),
        unknown: count(line.unknown),
        skipped: count(line.skipped),
        waiting: count(line.waiting),
    };
    html! {
        tr {
            (cell(noun, html! { a href={ (path) (line.id) } { (line.name) } div .text-secondary .moment { "last " (schedule::display(line.last_started_at, &Zone::utc())) } }))
            (number_cell("Attempts", grouped(count(line.attempts))))
            (number_cell("Recipients", grouped(count(line.total))))
            (number_cell("Sent", grouped(counts.sent)))
            (number_cell("Failed", grouped(counts.failed)))
            (number_cell("Unknown", grouped(counts.unknown)))
            (number_cell("Skipped", grouped(counts.skipped)))
            (number_cell("Waiting", grouped(counts.waiting)))
            (cell("Outcome", progress_bar(&counts)))
        }
    }
}

//! Attempts as pages and rows; what managers see stands in `views/overseen.rs`.

mod overseen;

use maud::{Markup, html};
use time::OffsetDateTime;

pub use overseen::{REPLIES, overseen_page};

use super::{
    handlers::DeliveriesQuery,
    model::{Attempt, Status, Trigger},
};
use crate::{
    delivery::{model::State, queries::Row},
    mailings::schedule::{self, Zone},
    ui::{
        Column, Icon, Kind, Pagination, Progress, Section, Tone, alert, badge, button, cell, csrf_field, empty, page, page_header,
        pagination, progress,
        progress::grouped,
        progress_bar, submission_field, table,
        table::{filter, number_cell},
    },
    users::{CurrentUser, queries::Owner},
    web::{Chrome, list::Keyset},
};

/// Deliveries that the live part shows as they happen.
pub const NEWEST: i64 = 8;

/// `owner` where they are another one's, of one mailing.
pub fn index_page(user: &CurrentUser, chrome: &Chrome, owner: Option<&Owner>, list: &Keyset<Attempt>) -> Markup {
    let subtitle = match owner {
        Some(owner) => format!("Every run of a mailing of {}, {}.", owner.full_name, owner.email),
        None => "Every run of your mailings, and what became of it.".to_owned(),
    };
    let content = html! {
        (page_header("Attempts", Some(&subtitle), None))
        div .card #attempts {
            @if list.rows.is_empty() {
                (empty(Icon::Send, "Nothing has gone out yet", "Each run of a mailing appears here.",
                    owner.is_none().then(|| button::primary_link("/mailings", None, "To the mailings"))))
            } @else {
                (attempts_table(&list.rows, true))
            }
            (pagination(&Pagination { target: "#attempts", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
        }
    };
    let section = if owner.is_some() { Section::Place("/mailings/all") } else { Section::Attempts };
    page(&user.shell(chrome, "Attempts", section), content)
}

/// Attempts, newest first; with the mailing's name where they are not all of one.
pub fn attempts_table(attempts: &[Attempt], with_mailing: bool) -> Markup {
    let columns = [
        Column::new(if with_mailing { "Mailing" } else { "Started" }),
        Column::new("Status"),
        Column::new("Progress"),
        Column::number("Sent"),
        Column::number("Not sent"),
        Column::new("Last reply"),
    ];
    table(
        "Attempts",
        &columns,
        html! {
            @for attempt in attempts {
                tr id={ "attempt-" (attempt.id) } {
                    (cell(if with_mailing { "Mailing" } else { "Started" }, html! {
                        a href={ "/attempts/" (attempt.id) } { @if with_mailing { (attempt.mailing_name) } @else { (started(attempt)) } }
                        @if with_mailing { div .text-secondary .moment { (started(attempt)) } }
                    }))
                    (cell("Status", status_badge(attempt)))
                    (cell("Progress", progress_bar(&counts(attempt))))
                    (number_cell("Sent", number(attempt.sent)))
                    (number_cell("Not sent", number(attempt.failed + attempt.unknown + attempt.skipped)))
                    (cell("Last reply", html! { span .text-secondary .excerpt { (attempt.last_reply.as_deref().unwrap_or("")) } }))
                }
            }
        },
    )
}

fn started(attempt: &Attempt) -> String {
    schedule::display(attempt.started_at, &attempt.zone())
}

fn number(count: i32) -> String {
    grouped(count.unsigned_abs())
}

fn status_badge(attempt: &Attempt) -> Markup {
    match attempt.status {
        Status::Running if attempt.is_stopped => badge(Kind::Warning, "stopped"),
        Status::Running if attempt.held_reason.is_some() => badge(Kind::Warning, "waiting"),
        Status::Running => badge(Kind::Running, "running"),
        Status::Succeeded => badge(Kind::Success, "succeeded"),
        Status::Partial => badge(Kind::Warning, "partly failed"),
        Status::Failed => badge(Kind::Danger, "failed"),
    }
}

fn counts(attempt: &Attempt) -> Progress {
    let count = |count: i32| u64::from(count.unsigned_abs());
    Progress {
        sent: count(attempt.sent),
        failed: count(attempt.failed),
        unknown: count(attempt.unknown),
        skipped: count(attempt.skipped),
        waiting: count(attempt.waiting),
    }
}

/// A page of an attempt's deliveries and what narrows it.
pub struct Deliveries<'a> {
    pub rows: Vec<Row>,
    pub has_more: bool,
    pub query: &'a DeliveriesQuery,
    pub state: Option<State>,
}

/// How many of those who failed are counted for a button; beyond that it says "more than".
pub const COUNTED: i64 = 10_000;

/// `left_failed` are those who failed and have not got the message by another attempt.
pub fn show_page(user: &CurrentUser, chrome: &Chrome, attempt: &Attempt, deliveries: &Deliveries, left_failed: i64) -> Markup {
    let title = format!("{}: attempt {}", attempt.mailing_name, attempt.id);
    let content = html! {
        (page_header(&attempt.mailing_name, Some(&subtitle(attempt)), Some(html! {
            @if let Some(first) = attempt.retry_of { (button::secondary_link(&format!("/attempts/{first}"), "To the first attempt")) }
            (button::secondary_link(&format!("/mailings/{}", attempt.mailing_id), "To the mailing"))
        })))
        (live_part(attempt))
        (repeat_card(attempt, left_failed, chrome))
        (deliveries_card(attempt, deliveries))
    };
    page(&user.shell(chrome, &title, Section::Attempts), content)
}

/// What moves, in its place on the page. It connects only while there is something to hear; what is inside is morphed, the
/// element stays.
fn live_part(attempt: &Attempt) -> Markup {
    html! {
        @if attempt.is_running() {
            div #live .mb-3 hx-sse:connect={ "/attempts/" (attempt.id) "/live" } hx-sse:close="done" hx-swap="innerMorph" {
                (live(attempt, &[]))
            }
        } @else {
            div #live .mb-3 { (live(attempt, &[])) }
        }
    }
}

/// What can be done about those who did not get it. While the attempt runs there is nothing to do; when the live part
/// says that it is over, this is read once more.
fn repeat_card(attempt: &Attempt, left_failed: i64, chrome: &Chrome) -> Markup {
    let reread = attempt.is_running().then(|| format!("/attempts/{}", attempt.id));
    html! {
        div #repeat hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "done from:#live")]
            hx-select=[reread.as_ref().map(|_| "#repeat")] hx-swap=[reread.as_ref().map(|_| "outerHTML")] {
            @if !attempt.is_running() {
                div .card .mb-3 {
                    div .card-body {
                        @if attempt.is_stopped {
                            p .text-secondary .mb-0 { "The mailing is paused or disabled: nobody can be sent to before that is over." }
                        } @else {
                            p .text-secondary { "Whoever has got this message, or may have, does not get it again." }
                            div .btn-list {
                                @if left_failed > 0 {
                                    (repeat_button(attempt, "failed", &failed_label(left_failed), "btn-primary", chrome))
                                }
                                (repeat_button(attempt, "missing", "Send to all who have not got it", "", chrome))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn failed_label(left: i64) -> String {
    match left {
        COUNTED.. => format!("Send again to the {} and more who failed", grouped(COUNTED.unsigned_abs())),
        1 => "Send again to the one who failed".to_owned(),
        left => format!("Send again to the {} who failed", grouped(left.unsigned_abs())),
    }
}

fn repeat_button(attempt: &Attempt, whom: &str, label: &str, class: &str, chrome: &Chrome) -> Markup {
    html! {
        form .d-inline method="post" action={ "/attempts/" (attempt.id) "/retry" } {
            (csrf_field(&chrome.csrf))
            input type="hidden" name="whom" value=(whom);
            (submission_field(uuid::Uuid::new_v4()))
            button class={ "btn " (class) } type="submit" { (label) }
        }
    }
}

fn subtitle(attempt: &Attempt) -> String {
    let when = schedule::display(attempt.scheduled_at, &attempt.zone());
    match attempt.trigger {
        Trigger::Schedule => format!("Scheduled for {when}"),
        Trigger::Manual => format!("Started by hand {when}"),
        Trigger::Retry => format!("Repeated for those who did not get it, {when}"),
    }
}

/// What moves: status, figures, the newest deliveries. The page and the live stream show the same.
pub fn live(attempt: &Attempt, newest: &[Row]) -> Markup {
    let zone = attempt.zone();
    html! {
        div .card {
            div .card-header {
                h2 .card-title { "“" (attempt.subject) "”" }
                div .ms-auto role="status" { (status_badge(attempt)) }
            }
            div .card-body {
                (progress(&counts(attempt)))
                (explanation(attempt, &zone))
                @if let Some(reply) = &attempt.last_reply {
                    p .text-secondary .mt-3 .mb-0 { "The mail server's last reply: " code { (reply) } }
                }
            }
            // When it is over, the whole list below says it better.
            @if attempt.is_running() && !newest.is_empty() {
                ul .list-group .list-group-flush .newest aria-label="Newest deliveries" {
                    @for row in newest {
                        li .list-group-item id={ "newest-" (row.number) } { (state_badge(row.state)) " " (row.email) " " span .text-secondary .excerpt { (reply(row)) } }
                    }
                }
            }
        }
    }
}

fn explanation(attempt: &Attempt, zone: &Zone) -> Markup {
    html! {
        @if let (Some(reason), true) = (&attempt.held_reason, attempt.is_running()) {
            div .mt-3 {
                (alert(Tone::Warning, html! {
                    strong { "Waiting for the mail server; nobody has been failed for this. " } (reason) ". "
                    @if let Some(until) = attempt.held_until { "Next try: " (clock(until, zone)) "." }
                }))
            }
        } @else if attempt.is_running() && attempt.is_stopped {
            p .mt-3 .mb-0 { "The mailing is stopped. The rest goes out when it is resumed." }
        } @else if let Some(finished) = attempt.finished_at {
            p .mt-3 .mb-0 { "Finished " (schedule::display(finished, zone)) ", after " (duration(finished - attempt.started_at)) "." }
        }
    }
}

fn clock(moment: OffsetDateTime, zone: &Zone) -> String {
    let time = schedule::civil(moment, zone).time();
    format!("{:02}:{:02}:{:02} ({zone})", time.hour(), time.minute(), time.second())
}

/// The time of something in the attempt; with its day, where that is not the day the attempt started.
fn time_of_day(moment: OffsetDateTime, attempt: &Attempt) -> String {
    let zone = attempt.zone();
    let (civil, started) = (schedule::civil(moment, &zone), schedule::civil(attempt.started_at, &zone));
    let (date, time) = (civil.date(), civil.time());
    let clock = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    if date == started.date() { clock } else { format!("{date} {clock}") }
}

fn duration(duration: time::Duration) -> String {
    match duration.whole_seconds() {
        ..1 => format!("{} ms", duration.whole_milliseconds().max(1)),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

fn state_badge(state: State) -> Markup {
    let kind = match state {
        State::Waiting => Kind::Info,
        State::Sent => Kind::Success,
        State::Failed => Kind::Danger,
        State::Unknown => Kind::Warning,
        State::Skipped => Kind::Neutral,
    };
    badge(kind, state.as_str())
}

fn reply(row: &Row) -> String {
    match (row.smtp_code, row.smtp_text.as_deref()) {
        (Some(code), Some(text)) => format!("{code} {text}"),
        (_, text) => text.unwrap_or_default().to_owned(),
    }
}

fn deliveries_card(attempt: &Attempt, deliveries: &Deliveries) -> Markup {
    let path = format!("/attempts/{}", attempt.id);
    let next = deliveries.rows.last().filter(|_| deliveries.has_more).map(|last| page_address(&path, deliveries.query, last.number.into()));
    let reread = attempt.is_running().then(|| page_address(&path, deliveries.query, deliveries.query.after));
    let first = (deliveries.query.after > 0).then(|| page_address(&path, deliveries.query, 0));
    let when = format!("When ({})", attempt.zone());
    let columns =
        [Column::new("Recipient"), Column::new("State"), Column::number("Tries"), Column::new("Server's reply"), Column::new(&when)];
    html! {
        div .card {
            div .card-header .list-head { h2 .card-title { "Deliveries" } (filter(&path, "#deliveries", controls(deliveries))) }
            // When the live part above says that it is over, this list is read once more.
            div #deliveries hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "done from:#live")]
                hx-select=[reread.as_ref().map(|_| "#deliveries")] hx-swap=[reread.as_ref().map(|_| "outerHTML")] {
                (table("Deliveries", &columns, html! { @for row in &deliveries.rows { (delivery_row(row, attempt)) } }))
                @if deliveries.rows.is_empty() {
                    (empty(Icon::Search, "Nothing here", "No delivery of this attempt has this state and text.", None))
                }
                (pagination(&Pagination { target: "#deliveries", next: next.as_deref(), first: first.as_deref(), next_label: "Next" }))
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
        select .form-select name="state" aria-label="State" {
            option value="" { "Every state" }
            @for state in State::ALL { option value=(state.as_str()) selected[deliveries.state == Some(state)] { (state.as_str()) } }
        }
        input .form-control type="search" name="q" value=(deliveries.query.q) placeholder="Address, name or reply" aria-label="Search deliveries" maxlength="200" autocomplete="off";
        button .btn type="submit" { "Filter" }
    }
}

fn delivery_row(row: &Row, attempt: &Attempt) -> Markup {
    html! {
        tr id={ "delivery-" (row.number) } {
            (cell("Recipient", html! { (row.email) div .text-secondary { (row.full_name) } }))
            (cell("State", state_badge(row.state)))
            (number_cell("Tries", row.tries))
            (cell("Server's reply", reply(row)))
            (cell("When", html! {
                @match (row.settled_at, row.again_at) {
                    (Some(settled), _) => span .moment { (time_of_day(settled, attempt)) },
                    (None, Some(again)) if row.tries > 0 => span .moment { "again at " (time_of_day(again, attempt)) },
                    _ => "",
                }
            }))
        }
    }
}

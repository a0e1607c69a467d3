//! What moves while an attempt runs: status, figures, pace, the newest deliveries.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::{counts, deliveries::reply, last_reply, state_badge, status_badge, time_of_day};
use crate::{
    attempts::model::{Attempt, Pace, TimeLeft},
    delivery::{model::State, queries::Row, remark},
    i18n::format,
    mailings::schedule,
    rich, t,
    ui::{Tone, alert, progress::mark, progress_bar},
};

/// Deliveries that the live part shows as they happen.
pub const NEWEST: i64 = 8;

/// What moves, in its place on the page. It connects only while there is something to hear; what is inside is morphed, the
/// element stays. The newest deliveries are for the owner's eyes.
pub fn live_part(attempt: &Attempt, is_own: bool) -> Markup {
    let newest: Option<&[Row]> = (is_own && attempt.is_running()).then_some(&[]);
    html! {
        @if attempt.is_running() {
            div #live .mb-3 hx-sse:connect={ "/attempts/" (attempt.id) "/live" } hx-sse:close="done" hx-swap="innerMorph" {
                (live(attempt, newest, &Pace::default()))
            }
        } @else {
            div #live .mb-3 { (live(attempt, newest, &Pace::default())) }
        }
    }
}

/// The page and the live stream show the same. Whatever is there for a while only has its room kept, so that nothing below
/// jumps.
pub fn live(attempt: &Attempt, newest: Option<&[Row]>, pace: &Pace) -> Markup {
    html! {
        div .card {
            div .card-header {
                h2 .card-title { (t!("attempts-subject", subject = attempt.subject)) }
                // Read out when it changes, and nothing else of what moves.
                div .ms-auto role="status" { (status_badge(attempt)) }
            }
            div .card-body {
                (progress_bar(&counts(attempt)))
                (figures(attempt))
                @if attempt.is_running() { (pace_row(attempt, pace)) }
                div role="status" { (explanation(attempt, pace)) }
                @let reply = last_reply(attempt);
                @if reply.is_some() || attempt.is_running() {
                    p .last-reply .text-secondary .mt-3 .mb-0 {
                        (rich!("attempts-last-reply-was", reply = html! { @if let Some(reply) = reply { code { (reply) } } @else { "—" } }))
                    }
                }
            }
            @if let Some(newest) = newest { (newest_list(newest)) }
        }
    }
}

/// Every recipient is counted in exactly one of these, and the line below says so.
fn figures(attempt: &Attempt) -> Markup {
    let figures = [
        (State::Sent, t!("attempts-figure-sent"), attempt.sent),
        (State::Failed, t!("attempts-figure-failed"), attempt.failed),
        (State::Unknown, t!("attempts-figure-unknown"), attempt.unknown),
        (State::Skipped, t!("attempts-figure-skipped"), attempt.skipped),
        (State::Waiting, t!("attempts-figure-waiting"), attempt.waiting),
    ];
    let sum: Vec<String> = figures.iter().map(|(_, _, count)| format::number(*count)).collect();
    html! {
        dl .figures .datagrid {
            @for (state, label, count) in &figures {
                div .datagrid-item {
                    dt .datagrid-title { (mark(state.as_str())) (label) }
                    dd .datagrid-content { (format::number(*count)) }
                }
            }
        }
        p .sum .text-secondary { (t!("attempts-sum", sum = sum.join(" + "), recipients = t!("common-recipients", count = attempt.total))) }
    }
}

fn pace_row(attempt: &Attempt, pace: &Pace) -> Markup {
    let unknown = || "—".to_owned();
    let elapsed = (OffsetDateTime::now_utc() - attempt.started_at).max(time::Duration::ZERO);
    let elapsed = if attempt.is_moving() { format::duration(time::Duration::seconds(elapsed.whole_seconds())) } else { unknown() };
    let items = [
        (t!("attempts-rate"), rate(attempt, pace).unwrap_or_else(unknown)),
        (t!("attempts-time-left"), pace.time_left(attempt).map_or_else(unknown, time_left)),
        (t!("attempts-elapsed"), elapsed),
    ];
    html! {
        dl .pace .datagrid {
            @for (label, value) in items {
                div .datagrid-item { dt .datagrid-title { (label) } dd .datagrid-content { (value) } }
            }
        }
    }
}

fn rate(attempt: &Attempt, pace: &Pace) -> Option<String> {
    let per_second = pace.per_second.filter(|_| attempt.is_moving())?;
    Some(match per_second {
        1.0.. => t!("attempts-per-second", count = per_second.round() as u64),
        _ => t!("attempts-per-minute", count = (per_second * 60.0).round() as u64),
    })
}

fn time_left(left: TimeLeft) -> String {
    match left {
        TimeLeft::Moment => t!("attempts-left-moment"),
        TimeLeft::About(time) if time.whole_minutes() < 60 => t!("attempts-left-minutes", count = time.whole_minutes()),
        TimeLeft::About(time) => t!("attempts-left-longer", time = format::duration(time)),
    }
}

fn explanation(attempt: &Attempt, pace: &Pace) -> Markup {
    html! {
        @if let (Some(reason), true) = (&attempt.held_reason, attempt.is_running()) {
            div .mt-3 {
                (alert(Tone::Warning, html! {
                    strong { (t!("attempts-held-explained")) } " " (remark::worded(reason)) ". "
                    @if let Some(until) = attempt.held_until { (t!("attempts-held-until", clock = time_of_day(until, attempt), zone = attempt.zone().to_string())) }
                }))
            }
        } @else if attempt.is_running() && attempt.is_stopped {
            p .mt-3 .mb-0 { (t!("attempts-stopped-explained")) }
        } @else if let (Some(moment), true) = (pace.goes_on_at, attempt.is_running()) {
            p .mt-3 .mb-0 { (t!("attempts-stands-still", count = attempt.waiting, clock = time_of_day(moment, attempt))) }
        } @else if let Some(finished) = attempt.finished_at {
            @let zone = attempt.zone();
            p .mt-3 .mb-0 { (t!("attempts-finished", when = schedule::display(finished, &zone), duration = format::duration(finished - attempt.started_at))) }
        }
    }
}

/// As many lines as there will be, from the beginning on.
fn newest_list(newest: &[Row]) -> Markup {
    html! {
        div .card-body .newest-head { h3 .card-title .mb-0 { (t!("attempts-newest")) } }
        ul .list-group .list-group-flush .newest aria-label=(t!("attempts-newest")) {
            @for row in newest {
                li .list-group-item id={ "newest-" (row.number) } {
                    (state_badge(row.state)) " " span .newest-address { (row.email) } " " span .newest-reply .text-secondary { (reply(row)) }
                }
            }
        }
    }
}

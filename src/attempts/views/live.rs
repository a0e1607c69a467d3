//! What moves while an attempt runs: status, figures, the newest deliveries.

use maud::{Markup, html};

use super::{counts, deliveries::reply, last_reply, state_badge, status_badge, time_of_day};
use crate::{
    attempts::model::Attempt,
    delivery::{queries::Row, remark},
    i18n::format,
    mailings::schedule,
    rich, t,
    ui::{Tone, alert, progress},
};

/// Deliveries that the live part shows as they happen.
pub const NEWEST: i64 = 8;

/// What moves, in its place on the page. It connects only while there is something to hear; what is inside is morphed, the
/// element stays.
pub fn live_part(attempt: &Attempt) -> Markup {
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

/// The page and the live stream show the same.
pub fn live(attempt: &Attempt, newest: &[Row]) -> Markup {
    html! {
        div .card {
            div .card-header {
                h2 .card-title { (t!("attempts-subject", subject = attempt.subject)) }
                div .ms-auto role="status" { (status_badge(attempt)) }
            }
            div .card-body {
                (progress(&counts(attempt)))
                (explanation(attempt))
                @if let Some(reply) = last_reply(attempt) {
                    p .text-secondary .mt-3 .mb-0 { (rich!("attempts-last-reply-was", reply = html! { code { (reply) } })) }
                }
            }
            // When it is over, the whole list below says it better.
            @if attempt.is_running() && !newest.is_empty() {
                ul .list-group .list-group-flush .newest aria-label=(t!("attempts-newest")) {
                    @for row in newest {
                        li .list-group-item id={ "newest-" (row.number) } { (state_badge(row.state)) " " (row.email) " " span .text-secondary .excerpt { (reply(row)) } }
                    }
                }
            }
        }
    }
}

fn explanation(attempt: &Attempt) -> Markup {
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
        } @else if let Some(finished) = attempt.finished_at {
            @let zone = attempt.zone();
            p .mt-3 .mb-0 { (t!("attempts-finished", when = schedule::display(finished, &zone), duration = format::duration(finished - attempt.started_at))) }
        }
    }
}

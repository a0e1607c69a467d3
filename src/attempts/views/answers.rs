//! Who did not get it and why: what mail servers said, counted, with what it means and what can be done.

use maud::{Markup, html};

use super::{deliveries::address, state_badge};
use crate::{
    attempts::model::{Answer, Attempt, DeliveriesQuery},
    delivery::{means::meant, remark},
    i18n::format,
    t,
    ui::{Column, cell, table, table::number_cell},
};

/// While the attempt runs they are read once more when the live part says that it is over.
pub fn answers_part(attempt: &Attempt, answers: &[Answer]) -> Markup {
    let reread = attempt.is_running().then(|| format!("/attempts/{}", attempt.id));
    html! {
        div #answers hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "done from:#live")]
            hx-select=[reread.as_ref().map(|_| "#answers")] hx-swap=[reread.as_ref().map(|_| "outerHTML")] {
            @if !answers.is_empty() { (card(attempt, answers)) }
        }
    }
}

fn card(attempt: &Attempt, answers: &[Answer]) -> Markup {
    let (means, said, state, count) =
        (t!("attempts-answer-means"), t!("attempts-answer-said"), t!("attempts-state"), t!("attempts-deliveries"));
    let columns = [Column::new(&means), Column::new(&said), Column::new(&state), Column::number(&count)];
    let shown: i64 = answers.iter().map(|answer| answer.deliveries).sum();
    let unsent = i64::from(attempt.failed + attempt.unknown + attempt.skipped);
    let rows = html! {
        @for answer in answers {
            @let meant = meant(answer.state, answer.code, &answer.text);
            @let address = address(attempt, &DeliveriesQuery::of_answer(answer), 0);
            tr {
                (cell(&means, html! { strong { (meant.label) } div .text-secondary { (meant.advice) } }))
                (cell(&said, html! { @if let Some(code) = answer.code { (code) " " } (remark::worded(&answer.text)) }))
                (cell(&state, state_badge(answer.state)))
                (number_cell(&count, html! {
                    a href={ (address) "#deliveries-card" } hx-get=(address) hx-target="#deliveries-card" hx-select="#deliveries-card"
                        hx-swap="outerHTML show:top" hx-push-url="true" aria-label=(t!("attempts-answer-show", count = answer.deliveries)) {
                        (format::number(answer.deliveries))
                    }
                }))
            }
        }
    };
    html! {
        div .card .mb-3 {
            div .card-header { h2 .card-title { (t!("attempts-answers")) } }
            (table(&t!("attempts-answers"), &columns, rows))
            @if shown < unsent {
                div .card-footer .text-secondary { (t!("attempts-answers-others", count = unsent - shown)) }
            }
        }
    }
}

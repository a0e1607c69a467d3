//! Somebody else's attempt, for those who watch over mailings: how it went, and no address.

use maud::{Markup, html};

use super::{live_part, state_badge, subtitle};
use crate::{
    attempts::model::{Answer, Attempt},
    i18n::format::number,
    t,
    ui::{Column, Icon, Section, button, cell, empty, page, page_header, table, table::number_cell},
    users::{CurrentUser, queries::Owner},
    web::Chrome,
};

/// How many replies are looked at, at the most.
pub const REPLIES: i64 = 10_000;
/// How many answers are shown.
const SHOWN: usize = 50;

/// The attempt is without addresses already.
pub fn overseen_page(user: &CurrentUser, chrome: &Chrome, attempt: &Attempt, owner: &Owner, answers: &[Answer]) -> Markup {
    let title = t!("oversight-attempt-title", mailing = attempt.mailing_name, id = attempt.id.to_string());
    let subtitle = format!("{}. {}", subtitle(attempt), t!("oversight-attempt-owner", name = owner.full_name, email = owner.email));
    let content = html! {
        (page_header(&attempt.mailing_name, Some(&subtitle), Some(html! {
            @if let Some(first) = attempt.retry_of { (button::secondary_link(&format!("/attempts/{first}"), &t!("oversight-to-first-attempt"))) }
            (button::secondary_link(&format!("/mailings/{}", attempt.mailing_id), &t!("oversight-to-mailing")))
        })))
        (live_part(attempt, false))
        (answers_card(attempt, answers))
    };
    page(&user.shell(chrome, &title, Section::Place("/mailings/all")), content)
}

/// In place of the deliveries: what was said, and to how many.
fn answers_card(attempt: &Attempt, answers: &[Answer]) -> Markup {
    let labels = [t!("oversight-delivery-state"), t!("oversight-code"), t!("oversight-answer"), t!("oversight-deliveries")];
    let [state, code, text, deliveries] = &labels;
    let columns = [Column::new(state), Column::new(code), Column::new(text), Column::number(deliveries)];
    let reread = attempt.is_running().then(|| format!("/attempts/{}", attempt.id));
    let seen: i64 = answers.iter().map(|answer| answer.deliveries).sum();
    let shown = &answers[..answers.len().min(SHOWN)];
    let left_out = seen - shown.iter().map(|answer| answer.deliveries).sum::<i64>();
    html! {
        div .card {
            div .card-header { h2 .card-title { (t!("oversight-answers")) } }
            // When the live part above says that it is over, this is read once more.
            div #answers hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "done from:#live")]
                hx-select=[reread.as_ref().map(|_| "#answers")] hx-swap=[reread.as_ref().map(|_| "outerHTML")] {
                (table(&t!("oversight-answers"), &columns, html! { @for answer in shown { (row(answer, &labels)) } }))
                (empty(Icon::Check, &t!("oversight-no-answers"), &t!("oversight-no-answers-advice"), None))
                @if left_out > 0 || seen >= REPLIES {
                    div .card-footer .text-secondary {
                        @if left_out > 0 { (t!("oversight-answers-left-out", count = left_out)) " " }
                        @if seen >= REPLIES { (t!("oversight-answers-looked-at", count = REPLIES)) }
                    }
                }
            }
        }
    }
}

fn row(answer: &Answer, labels: &[String; 4]) -> Markup {
    let [state, code, text, deliveries] = labels;
    html! {
        tr {
            (cell(state, state_badge(answer.state)))
            (cell(code, html! { @if let Some(code) = answer.code { (code) } }))
            (cell(text, &answer.text))
            (number_cell(deliveries, number(answer.deliveries)))
        }
    }
}

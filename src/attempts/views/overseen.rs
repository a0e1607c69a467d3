//! Somebody else's attempt, for those who watch over mailings: how it went, and no address.

use maud::{Markup, html};

use super::{live_part, state_badge, subtitle};
use crate::{
    attempts::model::{Answer, Attempt},
    ui::{Column, Icon, Section, button, cell, empty, page, page_header, progress::grouped, table, table::number_cell},
    users::{CurrentUser, queries::Owner},
    web::Chrome,
};

/// How many replies are looked at, at the most.
pub const REPLIES: i64 = 10_000;
/// How many answers are shown.
const SHOWN: usize = 50;

/// The attempt is without addresses already.
pub fn overseen_page(user: &CurrentUser, chrome: &Chrome, attempt: &Attempt, owner: &Owner, answers: &[Answer]) -> Markup {
    let title = format!("{}: attempt {}", attempt.mailing_name, attempt.id);
    let subtitle = format!("{}. Of {}, {}", subtitle(attempt), owner.full_name, owner.email);
    let content = html! {
        (page_header(&attempt.mailing_name, Some(&subtitle), Some(html! {
            @if let Some(first) = attempt.retry_of { (button::secondary_link(&format!("/attempts/{first}"), "To the first attempt")) }
            (button::secondary_link(&format!("/mailings/{}", attempt.mailing_id), "To the mailing"))
        })))
        (live_part(attempt))
        (answers_card(attempt, answers))
    };
    page(&user.shell(chrome, &title, Section::Place("/mailings/all")), content)
}

/// In place of the deliveries: what was said, and to how many.
fn answers_card(attempt: &Attempt, answers: &[Answer]) -> Markup {
    let columns = [Column::new("State"), Column::new("Code"), Column::new("Server's answer"), Column::number("Deliveries")];
    let reread = attempt.is_running().then(|| format!("/attempts/{}", attempt.id));
    let seen: i64 = answers.iter().map(|answer| answer.deliveries).sum();
    let shown = &answers[..answers.len().min(SHOWN)];
    let left_out = seen - shown.iter().map(|answer| answer.deliveries).sum::<i64>();
    html! {
        div .card {
            div .card-header { h2 .card-title { "What servers said to those who did not get it" } }
            // When the live part above says that it is over, this is read once more.
            div #answers hx-get=[reread.as_deref()] hx-trigger=[reread.as_ref().map(|_| "done from:#live")]
                hx-select=[reread.as_ref().map(|_| "#answers")] hx-swap=[reread.as_ref().map(|_| "outerHTML")] {
                (table("Answers", &columns, html! { @for answer in shown { (row(answer)) } }))
                (empty(Icon::Check, "Nothing of that kind", "Everybody it was sent to has got it so far.", None))
                @if left_out > 0 || seen >= REPLIES {
                    div .card-footer .text-secondary {
                        @if left_out > 0 { "Rarer answers, to " (grouped(left_out.unsigned_abs())) " deliveries in all, are left out. " }
                        @if seen >= REPLIES { "Only " (grouped(REPLIES.unsigned_abs())) " deliveries were looked at." }
                    }
                }
            }
        }
    }
}

fn row(answer: &Answer) -> Markup {
    html! {
        tr {
            (cell("State", state_badge(answer.state)))
            (cell("Code", html! { @if let Some(code) = answer.code { (code) } }))
            (cell("Server's answer", &answer.text))
            (number_cell("Deliveries", grouped(answer.deliveries.unsigned_abs())))
        }
    }
}

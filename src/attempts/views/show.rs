//! An attempt of one's own: how it goes, what can be done about those who did not get it, every delivery.

use maud::{Markup, html};

use super::{Deliveries, answers::answers_part, deliveries::deliveries_card, live::live_part, subtitle, title, ways};
use crate::{
    attempts::model::{Answer, Attempt},
    t,
    ui::{Section, csrf_field, page, page_header, submission_field},
    users::CurrentUser,
    web::Chrome,
};

/// How many of those who failed are counted for a button; beyond that it says "and more".
pub const COUNTED: i64 = 10_000;

/// `left_failed` are those who failed and have not got the message by another attempt.
pub fn show_page(
    user: &CurrentUser,
    chrome: &Chrome,
    attempt: &Attempt,
    answers: &[Answer],
    deliveries: &Deliveries,
    left_failed: i64,
) -> Markup {
    let content = html! {
        (page_header(&attempt.mailing_name, Some(&subtitle(attempt)), Some(ways(attempt))))
        (live_part(attempt, true))
        (answers_part(attempt, answers))
        (repeat_card(attempt, left_failed, chrome))
        (deliveries_card(attempt, deliveries))
    };
    page(&user.shell(chrome, &title(attempt), Section::Attempts), content)
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
                            p .text-secondary .mb-0 { (t!("attempts-repeat-stopped")) }
                        } @else {
                            p .text-secondary { (t!("attempts-repeat-rule")) }
                            div .btn-list {
                                @if left_failed > 0 {
                                    (repeat_button(attempt, "failed", &failed_label(left_failed), "btn-primary", chrome))
                                }
                                (repeat_button(attempt, "missing", &t!("attempts-repeat-missing"), "", chrome))
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
        COUNTED.. => t!("attempts-repeat-failed-and-more", count = COUNTED),
        left => t!("attempts-repeat-failed", count = left),
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

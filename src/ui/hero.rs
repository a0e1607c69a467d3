//! The front page's opening: the promise, what to press, a picture, and the steps that follow.

use maud::{Markup, html};

use crate::t;

/// One step on the way to the first mailing.
pub struct Step<'a> {
    pub title: &'a str,
    pub text: &'a str,
    /// Shown as ticked off, for someone signed in.
    pub done: bool,
    /// The link that takes this step; for the next one only, so that there is one thing to press.
    pub action: Option<Markup>,
}

/// The promise with its buttons; beside it, on a wide screen, a picture of a month of mailings.
pub fn hero(title: &str, text: &str, actions: Markup) -> Markup {
    html! {
        section .hero {
            div .hero-words {
                h1 { (title) }
                p { (text) }
                div .btn-list { (actions) }
            }
            (month())
        }
    }
}

/// The steps as numbered cards, in a row or below each other.
pub fn steps(steps: &[Step]) -> Markup {
    html! {
        ol .stages {
            @for step in steps {
                li .card .done[step.done] {
                    h2 { (step.title) @if step.done { span .visually-hidden { " " (t!("ui-step-done")) } } }
                    p { (step.text) }
                    @if let Some(action) = &step.action { (action) }
                }
            }
        }
    }
}

/// A calendar's month with a mailing each week: those sent are ticked, those to come outlined.
fn month() -> Markup {
    const DAY: u32 = 52;
    const SEND_DAY: u32 = 2;
    const SENT_WEEKS: u32 = 3;
    html! {
        svg .hero-picture viewBox="0 0 440 380" aria-hidden="true" focusable="false" {
            rect .hero-sheet x="20" y="20" width="400" height="330" rx="20" {}
            rect .hero-bar x="46" y="46" width="120" height="14" rx="7" {}
            rect .hero-day x="346" y="46" width="48" height="14" rx="7" {}
            @for week in 0..5u32 {
                @for day in 0..7u32 {
                    @let (x, y) = (46 + day * DAY - day, 84 + week * (DAY - 4));
                    @if day == SEND_DAY && week < SENT_WEEKS {
                        rect .hero-sent x=(x) y=(y) width="40" height="38" rx="9" {}
                        path .hero-tick d={ "M" (x + 13) " " (y + 19) "l5 5 9-10" } {}
                    } @else if day == SEND_DAY {
                        rect .hero-next x=(x) y=(y) width="40" height="38" rx="9" {}
                    } @else {
                        rect .hero-day x=(x) y=(y) width="40" height="38" rx="9" {}
                    }
                }
            }
            g transform="translate(268 236) rotate(-8)" {
                rect .hero-envelope width="150" height="100" rx="12" {}
                path .hero-flap d="M8 14l67 48 67-48" {}
            }
        }
    }
}

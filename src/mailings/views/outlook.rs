//! What a mailing will do, in words: beside its form while that is filled in, and on its own page.

use maud::{Markup, html};
use time::OffsetDateTime;

use super::{
    super::{
        handlers::outlook::SKIPPED_COUNTED,
        model::{Outlook, Reached},
        schedule::{Zone, civil},
    },
    capitalised,
};
use crate::{
    i18n::format,
    t,
    ui::{Kind, Tone, alert, badge},
};

/// The words as they are put in place of the former ones, in a region that is read out.
pub fn outlook_words(outlook: &Outlook) -> Markup {
    html! {
        @if let Some(schedule) = &outlook.schedule {
            p .outlook-sentence { (sentence(&capitalised(&schedule.sentence()), &outlook.reached)) }
            @if outlook.runs.is_empty() {
                (alert(Tone::Warning, t!("mailings-outlook-no-run")))
            } @else if outlook.runs.len() > 1 || outlook.runs[0] <= outlook.now {
                p .mb-1 .fw-medium { (t!("mailings-outlook-next", count = outlook.runs.len())) }
                (runs(&outlook.runs, schedule.zone(), outlook.now))
            }
            (warnings(outlook))
        } @else {
            p .text-secondary .mb-0 { (t!("mailings-outlook-incomplete")) }
        }
    }
}

fn sentence(schedule: &str, reached: &Reached) -> String {
    if reached.is_all {
        t!("mailings-outlook-all", schedule = schedule, count = reached.recipients)
    } else {
        t!("mailings-outlook-ticked", schedule = schedule, count = reached.recipients)
    }
}

/// The moments, in the order they come.
pub fn runs(runs: &[OffsetDateTime], zone: &Zone, now: OffsetDateTime) -> Markup {
    html! {
        ol .outlook-runs .list-unstyled .mb-0 {
            @for run in runs {
                li {
                    (format::date_time(civil(*run, zone)))
                    @if *run <= now { " " (badge(Kind::Running, &t!("mailings-due-now"))) }
                }
            }
        }
    }
}

fn warnings(outlook: &Outlook) -> Markup {
    let Reached { is_all, recipients, skipped } = outlook.reached;
    html! {
        @if outlook.ends_before_second_run() { (alert(Tone::Warning, t!("mailings-outlook-ends-early"))) }
        @if recipients == 0 {
            (alert(Tone::Warning, if is_all { t!("mailings-outlook-no-recipients") } else { t!("mailings-outlook-none-ticked") }))
        } @else if skipped >= recipients {
            (alert(Tone::Warning, t!("mailings-outlook-all-skipped")))
        } @else if skipped > 0 {
            (alert(Tone::Info, skipped_words(skipped)))
        }
    }
}

/// How many a run will skip, and why.
pub fn skipped_words(skipped: i64) -> String {
    if skipped > SKIPPED_COUNTED {
        t!("mailings-outlook-more-skipped", count = SKIPPED_COUNTED)
    } else {
        t!("mailings-outlook-skipped", count = skipped)
    }
}

//! Attempts as pages and rows: here their table and what all pages share, in `views/` one file a part of an attempt's page.

mod answers;
mod deliveries;
mod index;
mod live;
mod overseen;
mod show;

use maud::{Markup, html};
use time::OffsetDateTime;

pub use deliveries::Deliveries;
pub use index::index_page;
pub use live::{NEWEST, live, live_part};
pub use overseen::{REPLIES, overseen_page};
pub use show::{COUNTED, show_page};

use super::model::{Attempt, Status, Trigger};
use crate::{
    delivery::{model::State, remark},
    i18n::format,
    mailings::schedule,
    t,
    ui::{Column, Kind, Progress, badge, button, cell, progress_bar, table, table::number_cell},
};

/// Attempts, newest first; with the mailing's name where they are not all of one.
pub fn attempts_table(attempts: &[Attempt], with_mailing: bool) -> Markup {
    let first = if with_mailing { t!("attempts-mailing") } else { t!("attempts-started") };
    let (status, progress) = (t!("attempts-status"), t!("attempts-progress"));
    let (sent, not_sent, reply) = (t!("attempts-sent"), t!("attempts-not-sent"), t!("attempts-last-reply"));
    let columns = [
        Column::new(&first),
        Column::new(&status),
        Column::new(&progress),
        Column::number(&sent),
        Column::number(&not_sent),
        Column::new(&reply),
    ];
    let rows = html! {
        @for attempt in attempts {
            tr id={ "attempt-" (attempt.id) } {
                (cell(&first, html! {
                    a href={ "/attempts/" (attempt.id) } { @if with_mailing { (attempt.mailing_name) } @else { (started(attempt)) } }
                    @if with_mailing { div .text-secondary .moment { (started(attempt)) } }
                }))
                (cell(&status, status_badge(attempt)))
                (cell(&progress, progress_bar(&counts(attempt))))
                (number_cell(&sent, format::number(attempt.sent)))
                (number_cell(&not_sent, format::number(attempt.failed + attempt.unknown + attempt.skipped)))
                (cell(&reply, html! { span .text-secondary .excerpt { (last_reply(attempt).unwrap_or_default()) } }))
            }
        }
    };
    table(&t!("attempts-title"), &columns, rows)
}

fn started(attempt: &Attempt) -> String {
    schedule::display(attempt.started_at, &attempt.zone())
}

fn last_reply(attempt: &Attempt) -> Option<String> {
    attempt.last_reply.as_deref().map(remark::worded)
}

/// What an attempt is called in its title and above its figures.
fn title(attempt: &Attempt) -> String {
    t!("attempts-title-of", mailing = attempt.mailing_name, id = attempt.id.to_string())
}

fn subtitle(attempt: &Attempt) -> String {
    let when = schedule::display(attempt.scheduled_at, &attempt.zone());
    match attempt.trigger {
        Trigger::Schedule => t!("attempts-scheduled", when = when),
        Trigger::Manual => t!("attempts-by-hand", when = when),
        Trigger::Retry => t!("attempts-repeated", when = when),
    }
}

/// The links at the head of an attempt's page.
fn ways(attempt: &Attempt) -> Markup {
    html! {
        @if let Some(first) = attempt.retry_of { (button::secondary_link(&format!("/attempts/{first}"), &t!("attempts-to-first"))) }
        (button::secondary_link(&format!("/mailings/{}", attempt.mailing_id), &t!("attempts-to-mailing")))
    }
}

fn status_badge(attempt: &Attempt) -> Markup {
    let (kind, word) = match attempt.status {
        Status::Running if attempt.is_stopped => (Kind::Warning, t!("attempts-stopped")),
        Status::Running if attempt.held_reason.is_some() => (Kind::Warning, t!("attempts-held")),
        Status::Running => (Kind::Running, attempt.status.word()),
        Status::Succeeded => (Kind::Success, attempt.status.word()),
        Status::Partial => (Kind::Warning, attempt.status.word()),
        Status::Failed => (Kind::Danger, attempt.status.word()),
    };
    badge(kind, &word)
}

/// A delivery's state.
pub fn state_badge(state: State) -> Markup {
    let kind = match state {
        State::Waiting => Kind::Info,
        State::Sent => Kind::Success,
        State::Failed => Kind::Danger,
        State::Unknown => Kind::Warning,
        State::Skipped => Kind::Neutral,
    };
    badge(kind, &state.word())
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

/// A moment on the attempt's own clock; with its day, where that is not the day the attempt started.
fn time_of_day(moment: OffsetDateTime, attempt: &Attempt) -> String {
    let zone = attempt.zone();
    let (civil, started) = (schedule::civil(moment, &zone), schedule::civil(attempt.started_at, &zone));
    let clock = format::time_with_seconds(civil.time());
    if civil.date() == started.date() { clock } else { format!("{}, {clock}", format::date(civil.date())) }
}

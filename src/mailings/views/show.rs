//! A mailing's own page: for its owner, and with less on it for somebody who watches over mailings.

use maud::{Markup, html};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    super::{
        model::{Mailing, Status},
        oversight::views::{SuspensionForm, suspension_card},
        schedule,
    },
    delete_button, status_badges,
};
use crate::{
    attempts::{self, model::Attempt},
    i18n::format::number,
    t,
    ui::{
        Icon, Kind, Section, Tone, alert, badge,
        button::{self, Act},
        csrf_field, empty, page, page_header, submission_field,
    },
    users::{CurrentUser, queries::Owner},
    web::Chrome,
};

/// What a mailing's own page shows.
pub struct ShowPage<'a> {
    pub mailing: &'a Mailing,
    /// Somebody else, whose mailing is looked at and not touched. None: it is the reader's own.
    pub owner: Option<&'a Owner>,
    /// For those who may disable it.
    pub suspension: Option<&'a SuspensionForm>,
    /// The latest ones.
    pub attempts: &'a [Attempt],
    pub recipients: i64,
    /// Up to which number recipients are counted.
    pub counted: i64,
    pub now: OffsetDateTime,
}

pub fn show_page(user: &CurrentUser, chrome: &Chrome, show: &ShowPage) -> Markup {
    let mailing = show.mailing;
    let content = html! {
        @match show.owner {
            None => (page_header(&mailing.name, None, Some(html! {
                (start_button(mailing, chrome))
                (pause_button(mailing, chrome))
                (button::secondary_link(&format!("/mailings/{}/edit", mailing.id), &t!("mailings-act-edit")))
                (delete_button(mailing, &chrome.csrf, None))
            }))),
            Some(owner) => {
                (page_header(&mailing.name, Some(&t!("mailings-of-owner", name = owner.full_name, email = owner.email)), Some(html! {
                    (button::secondary_link(&format!("/users/{}", owner.id), &t!("mailings-to-owner")))
                })))
                @if owner.is_blocked { (alert(Tone::Warning, t!("mailings-owner-blocked"))) }
            }
        }
        @if let Some(reason) = &mailing.disabled_reason {
            (alert(Tone::Danger, html! { strong { (t!("mailings-disabled-because")) } " " span .as-written { (reason) } }))
        }
        @let again = is_moving(show).then(|| format!("/mailings/{}", mailing.id));
        div #mailing .row .row-cards hx-get=[again.as_ref()] hx-trigger=[again.as_ref().map(|_| "every 2s")]
            hx-target=[again.as_ref().map(|_| "this")] hx-select=[again.as_ref().map(|_| "#mailing")]
            hx-swap=[again.as_ref().map(|_| "outerHTML")] {
            div .col-lg-7 { (facts(show)) }
            div .col-lg-5 { (upcoming(show)) }
            div .col-12 {
                div .card {
                    div .card-header {
                        h2 .card-title { (t!("mailings-attempts")) }
                        div .ms-auto { a href={ "/attempts?mailing_id=" (mailing.id) } { (t!("mailings-all-attempts")) } }
                    }
                    @if show.attempts.is_empty() {
                        (empty(Icon::Send, &t!("mailings-no-attempts"), &t!("mailings-no-attempts-text"), None))
                    } @else {
                        (attempts::views::attempts_table(show.attempts, false))
                    }
                }
            }
        }
        // Outside of what is read again, so that nobody loses a reason while they type it.
        @if let Some(form) = show.suspension { (suspension_card(mailing, chrome, form)) }
    };
    let section = if show.owner.is_some() { Section::Place("/mailings/all") } else { Section::Mailings };
    page(&user.shell(chrome, &mailing.name, section), content)
}

/// Whether something is about to happen, so that the page looks again by itself: a run is due within minutes, or one
/// is going on.
fn is_moving(show: &ShowPage) -> bool {
    let mailing = show.mailing;
    let is_stopped = mailing.paused_at.is_some() || mailing.disabled_at.is_some() || show.owner.is_some_and(|owner| owner.is_blocked);
    let is_soon = mailing.next_run_at.is_some_and(|next| next <= show.now + time::Duration::minutes(5));
    !is_stopped && (is_soon || show.attempts.iter().any(Attempt::is_running))
}

/// "Start now" beside the schedule; a fresh submission id makes a double click one run. Not where it would be refused.
fn start_button(mailing: &Mailing, chrome: &Chrome) -> Markup {
    html! {
        @if mailing.paused_at.is_none() && mailing.disabled_at.is_none() { form .d-inline method="post" action={ "/mailings/" (mailing.id) "/attempts" } {
            (csrf_field(&chrome.csrf))
            (submission_field(Uuid::new_v4()))
            (button::primary(&t!("mailings-act-start")))
        } }
    }
}

fn pause_button(mailing: &Mailing, chrome: &Chrome) -> Markup {
    let (method, label) =
        if mailing.paused_at.is_some() { ("delete", t!("mailings-act-resume")) } else { ("put", t!("mailings-act-pause")) };
    html! {
        @if mailing.status != Status::Completed || mailing.paused_at.is_some() {
            (button::act(&Act {
                action: &format!("/mailings/{}/pause", mailing.id),
                method,
                csrf: &chrome.csrf,
                label: &label,
                class: if mailing.paused_at.is_some() && mailing.disabled_at.is_none() { "btn-primary" } else { "" },
            }))
        }
    }
}

fn facts(show: &ShowPage) -> Markup {
    let mailing = show.mailing;
    let count = if show.recipients >= show.counted { t!("mailings-more-than", count = show.counted) } else { number(show.recipients) };
    html! {
        div .card .h-100 {
            div .card-body {
                dl .row .mb-0 {
                    dt .col-sm-4 { (t!("mailings-status")) }
                    dd .col-sm-8 { (status_badges(mailing)) }
                    dt .col-sm-4 { (t!("mailings-message")) }
                    dd .col-sm-8 {
                        @if show.owner.is_some() { (mailing.subject) } @else { a href={ "/messages/" (mailing.message_id) } { (mailing.subject) } }
                    }
                    dt .col-sm-4 { (t!("mailings-recipients")) }
                    dd .col-sm-8 {
                        @if !mailing.all_recipients { (t!("mailings-picked", count = count)) }
                        @else if show.owner.is_some() { (t!("mailings-all-of-theirs", count = count)) }
                        @else { (t!("mailings-all-of-yours", count = count)) }
                    }
                    dt .col-sm-4 { (t!("mailings-goes-out")) }
                    dd .col-sm-8 { @if let Ok(schedule) = mailing.schedule() { (capitalised(&schedule.sentence())) } }
                    dt .col-sm-4 { (t!("mailings-if-lost")) }
                    dd .col-sm-8 .mb-0 { @if mailing.resend_unknown { (t!("mailings-if-lost-resend")) } @else { (t!("mailings-if-lost-leave")) } }
                }
            }
        }
    }
}

/// A sentence's beginning for what stands alone.
fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The next five runs, in words.
fn upcoming(show: &ShowPage) -> Markup {
    let (mailing, now) = (show.mailing, show.now);
    let runs = match (mailing.schedule(), mailing.next_run_at) {
        // The row's own next moment first: a run that is due already is not in the schedule's future.
        (Ok(schedule), Some(next)) => {
            let mut runs = vec![next];
            runs.extend(schedule.upcoming(now.max(next), 4));
            runs
        }
        _ => Vec::new(),
    };
    html! {
        div .card {
            div .card-header { h2 .card-title { (t!("mailings-next-runs")) } }
            @if runs.is_empty() {
                div .card-body .text-secondary { (t!("mailings-no-run-left")) @if show.owner.is_none() && mailing.disabled_at.is_none() { " " (t!("mailings-no-run-left-edit")) } }
            } @else {
                ol .list-group .list-group-flush .list-unstyled #upcoming {
                    @for run in &runs {
                        li .list-group-item {
                            (schedule::display(*run, &mailing.zone()))
                            @if *run <= now { " " (badge(Kind::Running, &t!("mailings-due-now"))) }
                        }
                    }
                }
                @if show.owner.is_some_and(|owner| owner.is_blocked) {
                    div .card-footer .text-secondary { (t!("mailings-none-goes-blocked")) }
                } @else if mailing.disabled_at.is_some() {
                    div .card-footer .text-secondary { (t!("mailings-none-goes-disabled")) }
                } @else if mailing.paused_at.is_some() {
                    div .card-footer .text-secondary {
                        @if show.owner.is_some() { (t!("mailings-none-goes-paused-by-owner")) } @else { (t!("mailings-none-goes-paused")) }
                    }
                } @else if show.owner.is_none() && mailing.period == "once" && runs[0] > now {
                    div .card-footer .text-secondary { (t!("mailings-start-now-instead")) }
                }
            }
        }
    }
}

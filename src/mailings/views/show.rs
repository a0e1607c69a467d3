//! A mailing's own page: for its owner, and with less on it for somebody who watches over mailings.

use maud::{Markup, html};

use super::{
    super::{
        model::{Mailing, Outlook},
        oversight::views::{SuspensionForm, suspension_card},
        schedule,
    },
    acts, capitalised,
    outlook::skipped_words,
    status_badges,
};
use crate::{
    attempts::{self, model::Attempt},
    t,
    ui::{Icon, Kind, Section, Tone, alert, badge, button, empty, page, page_header},
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
    pub outlook: &'a Outlook,
}

pub fn show_page(user: &CurrentUser, chrome: &Chrome, show: &ShowPage) -> Markup {
    let mailing = show.mailing;
    let again = is_moving(show).then(|| format!("/mailings/{}", mailing.id));
    let content = html! {
        // Morphed and not replaced: nobody loses their place, or a button they are about to press.
        div #mailing hx-get=[again.as_ref()] hx-trigger=[again.as_ref().map(|_| "every 2s")]
            hx-target=[again.as_ref().map(|_| "this")] hx-select=[again.as_ref().map(|_| "#mailing")]
            hx-swap=[again.as_ref().map(|_| "outerMorph")] {
            (head(show, chrome))
            div .row .row-cards {
                div .col-lg-7 { (facts(show)) }
                div .col-lg-5 { (upcoming(show)) }
                div .col-12 { (attempts_card(show)) }
            }
        }
        // Outside of what is read again, so that nobody loses a reason while they type it.
        @if let Some(form) = show.suspension { (suspension_card(mailing, chrome, form)) }
    };
    let section = if show.owner.is_some() { Section::Place("/mailings/all") } else { Section::Mailings };
    page(&user.shell(chrome, &mailing.name, section), content)
}

fn head(show: &ShowPage, chrome: &Chrome) -> Markup {
    let mailing = show.mailing;
    html! {
        @match show.owner {
            None => (page_header(&mailing.name, None, Some(buttons(show, chrome)))),
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
    }
}

fn buttons(show: &ShowPage, chrome: &Chrome) -> Markup {
    let (mailing, csrf) = (show.mailing, chrome.csrf.as_str());
    let recipients = t!("common-recipients", count = show.outlook.reached.recipients);
    let resumes = mailing.paused_at.is_some() && mailing.disabled_at.is_none();
    html! {
        @if acts::may_start(mailing) { (acts::start(mailing, csrf, &recipients, "btn-primary")) }
        @if acts::may_rest(mailing) { (acts::rest(mailing, csrf, if resumes { "btn-primary" } else { "" }, "#main", None)) }
        (acts::stop(mailing, csrf))
        @if mailing.stopped_at.is_none() { (button::secondary_link(&format!("/mailings/{}/edit", mailing.id), &t!("mailings-act-edit"))) }
        (acts::copy(mailing, ""))
        (acts::delete(mailing, csrf, None))
    }
}

fn attempts_card(show: &ShowPage) -> Markup {
    html! {
        div .card {
            div .card-header {
                h2 .card-title { (t!("mailings-attempts")) }
                div .ms-auto { a href={ "/attempts?mailing_id=" (show.mailing.id) } { (t!("mailings-all-attempts")) } }
            }
            @if show.attempts.is_empty() {
                (empty(Icon::Send, &t!("mailings-no-attempts"), &t!("mailings-no-attempts-text"), None))
            } @else {
                (attempts::views::attempts_table(show.attempts, false))
            }
        }
    }
}

/// Whether something is about to happen, so that the page looks again by itself: a run is due within minutes, or one
/// is going on.
fn is_moving(show: &ShowPage) -> bool {
    let mailing = show.mailing;
    let is_stopped = mailing.is_at_rest() || show.owner.is_some_and(|owner| owner.is_blocked);
    !is_stopped && (mailing.is_due_soon(show.outlook.now) || show.attempts.iter().any(Attempt::is_running))
}

fn facts(show: &ShowPage) -> Markup {
    let mailing = show.mailing;
    let reached = show.outlook.reached;
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
                        @if !mailing.all_recipients { (t!("mailings-picked", count = reached.recipients)) }
                        @else if show.owner.is_some() { (t!("mailings-all-of-theirs", count = reached.recipients)) }
                        @else { (t!("mailings-all-of-yours", count = reached.recipients)) }
                        @if reached.skipped > 0 { div .text-secondary { (skipped_words(reached.skipped)) } }
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

/// The next five runs, in words.
fn upcoming(show: &ShowPage) -> Markup {
    let (mailing, outlook) = (show.mailing, show.outlook);
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (t!("mailings-next-runs")) } }
            @if outlook.runs.is_empty() {
                div .card-body .text-secondary { (no_run_left(show)) }
            } @else {
                ol .list-group .list-group-flush .list-unstyled #upcoming {
                    @for run in &outlook.runs {
                        li .list-group-item {
                            (schedule::display(*run, &mailing.zone()))
                            @if *run <= outlook.now { " " (badge(Kind::Running, &t!("mailings-due-now"))) }
                        }
                    }
                }
                @if let Some(why) = why_none_goes(show) { div .card-footer .text-secondary { (why) } }
            }
        }
    }
}

fn no_run_left(show: &ShowPage) -> String {
    let mailing = show.mailing;
    if mailing.stopped_at.is_some() {
        t!("mailings-no-run-stopped")
    } else if show.owner.is_none() && mailing.disabled_at.is_none() {
        t!("mailings-no-run-left-edit")
    } else {
        t!("mailings-no-run-left")
    }
}

/// What is to be known about the runs that are shown.
fn why_none_goes(show: &ShowPage) -> Option<String> {
    let mailing = show.mailing;
    if show.owner.is_some_and(|owner| owner.is_blocked) {
        Some(t!("mailings-none-goes-blocked"))
    } else if mailing.disabled_at.is_some() {
        Some(t!("mailings-none-goes-disabled"))
    } else if mailing.paused_at.is_some() {
        Some(if show.owner.is_some() { t!("mailings-none-goes-paused-by-owner") } else { t!("mailings-none-goes-paused") })
    } else if show.owner.is_none() && mailing.period == "once" && show.outlook.runs.first().is_some_and(|run| *run > show.outlook.now) {
        Some(t!("mailings-start-now-instead"))
    } else {
        None
    }
}

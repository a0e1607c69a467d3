//! Mailings as a list; the form stands in `views/form.rs`, a mailing's own page in `views/show.rs`, what both foretell in
//! `views/outlook.rs`, and the buttons in `views/acts.rs`.

mod acts;
mod form;
mod outlook;
mod show;

use maud::{Markup, html};
use time::OffsetDateTime;

pub use form::{Beside, Picker, edit_page, new_page};
pub use outlook::outlook_words;
pub use show::{ShowPage, show_page};

use super::{
    handlers::IndexQuery,
    model::{Filter, LastRun, Listed, Mailing, Status},
    queries::PICKED_COUNTED,
    schedule,
};
use crate::{
    t,
    ui::{
        Column, Icon, Kind, Pagination, Progress, Section, badge, button, cell, empty, page, page_header, pagination, progress_bar, table,
        table::{actions_cell, filter},
    },
    users::CurrentUser,
    web::{Chrome, list::Keyset},
};

const COLUMNS: usize = 5;

/// What the list shows.
pub struct List<'a> {
    pub query: &'a IndexQuery,
    /// Its address.
    pub here: &'a str,
    pub page: &'a Keyset<Listed>,
    /// How many recipients the owner has.
    pub total: i64,
    pub now: OffsetDateTime,
}

pub fn index_page(user: &CurrentUser, chrome: &Chrome, list: &List) -> Markup {
    let new = button::primary_link("/mailings/new", Some(Icon::Plus), &t!("mailings-new"));
    let content = html! {
        (page_header(&t!("mailings-title"), Some(&t!("mailings-subtitle")), Some(new)))
        div .card {
            div .card-header { (filter("/mailings", "#mailings", controls(list.query))) }
            div #mailings {
                (rows(list, &chrome.csrf))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(list.query))
                (pagination(&Pagination {
                    target: "#mailings",
                    next: list.page.next.as_deref(),
                    first: list.page.first.as_deref(),
                    next_label: &t!("mailings-older"),
                }))
                (moving(list))
            }
        }
    };
    page(&user.shell(chrome, &t!("mailings-title"), Section::Mailings), content)
}

fn controls(query: &IndexQuery) -> Markup {
    html! {
        input .form-control type="search" name="q" value=(query.q) placeholder=(t!("mailings-search")) aria-label=(t!("mailings-search"))
            maxlength="200" autocomplete="off";
        select .form-select name="state" aria-label=(t!("mailings-state")) autocomplete="off" {
            option value="" { (t!("mailings-state-every")) }
            @for filter in Filter::ALL { option value=(filter.as_str()) selected[query.state == filter.as_str()] { (filter_label(filter)) } }
        }
        // With JavaScript the list follows by itself.
        noscript { button .btn type="submit" { (t!("ui-search")) } }
    }
}

fn filter_label(filter: Filter) -> String {
    match filter {
        Filter::Running => t!("mailings-state-running"),
        Filter::Waiting => t!("mailings-state-waiting"),
        Filter::Paused => t!("mailings-state-paused"),
        Filter::Completed => t!("mailings-state-completed"),
    }
}

fn rows(list: &List, csrf: &str) -> Markup {
    let (name, status, last_run) = (t!("mailings-name"), t!("mailings-status"), t!("mailings-last-run"));
    let (next_run, actions) = (t!("mailings-next-run"), t!("mailings-actions"));
    let columns: [Column; COLUMNS] =
        [Column::new(&name), Column::new(&status), Column::new(&last_run), Column::new(&next_run), Column::hidden(&actions)];
    table(&t!("mailings-title"), &columns, html! { @for listed in &list.page.rows { (row(listed, csrf, list.here, list.total)) } })
}

fn nothing(query: &IndexQuery) -> Markup {
    if query.q.is_empty() && query.state.is_empty() {
        let act = button::primary_link("/mailings/new", Some(Icon::Plus), &t!("mailings-new"));
        empty(Icon::Calendar, &t!("mailings-none"), &t!("mailings-none-text"), Some(act))
    } else {
        empty(Icon::Search, &t!("mailings-nothing-found"), &t!("mailings-nothing-found-text"), None)
    }
}

/// Asks for the rows that change by themselves, as long as there are some; they are morphed, so that nobody loses their
/// place in one.
fn moving(list: &List) -> Markup {
    let ids: Vec<String> =
        list.page.rows.iter().filter(|listed| listed.is_moving(list.now)).map(|listed| listed.mailing.id.to_string()).collect();
    let rows: Vec<String> = ids.iter().map(|id| format!("#mailing-{id}:outerMorph")).collect();
    html! {
        @if ids.is_empty() {
            div #moving hidden {}
        } @else {
            div #moving hidden hx-get={ "/mailings?rows=" (ids.join(",")) } hx-trigger="every 2s" hx-target="this" hx-select="#moving"
                hx-select-oob=(rows.join(",")) hx-swap="outerHTML" {}
        }
    }
}

/// One mailing in the list; what a change puts in place of its form. `here` is the list's address, `total` how many
/// recipients the owner has.
pub fn row(listed: &Listed, csrf: &str, here: &str, total: i64) -> Markup {
    let mailing = &listed.mailing;
    let id = mailing.id;
    let (edit, editor) = (format!("/mailings/{id}/edit"), format!("#mailing-{id}-editor"));
    html! {
        tr id={ "mailing-" (id) } {
            (cell(&t!("mailings-name"), html! {
                a href={ "/mailings/" (id) } { (mailing.name) }
                div .text-secondary { (t!("mailings-subject", subject = mailing.subject)) }
            }))
            (cell(&t!("mailings-status"), html! {
                (status_badges(mailing))
                @if let Some(reason) = &mailing.disabled_reason { div .text-secondary .excerpt { (reason) } }
            }))
            (cell(&t!("mailings-last-run"), last_run(listed.last_run.as_ref())))
            (cell(&t!("mailings-next-run"), html! {
                (next_run(mailing))
                div .text-secondary { (period(mailing)) }
            }))
            (actions_cell(html! {
                (next_act(listed, csrf, here, total))
                @if mailing.stopped_at.is_none() {
                    a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML" { (t!("mailings-act-edit")) }
                }
                (acts::delete(mailing, csrf, Some("closest tr")))
            }))
        }
    }
}

/// How the last run stands, with the way to all about it.
fn last_run(run: Option<&LastRun>) -> Markup {
    let count = |count: i32| u64::from(count.unsigned_abs());
    html! {
        @if let Some(run) = run {
            @let progress = Progress {
                sent: count(run.sent), failed: count(run.failed), unknown: count(run.unknown), skipped: count(run.skipped), waiting: count(run.waiting),
            };
            (progress_bar(&progress))
            div .mt-1 {
                a href={ "/attempts/" (run.attempt_id) } { (t!("mailings-sent-of", sent = progress.sent, total = progress.total())) }
                @if run.is_running() && run.is_held { " " span .text-secondary { (t!("mailings-held")) } }
            }
        } @else {
            span .text-secondary { (t!("mailings-never-ran")) }
        }
    }
}

/// What one most likely wants to do with it now.
fn next_act(listed: &Listed, csrf: &str, here: &str, total: i64) -> Markup {
    let mailing = &listed.mailing;
    let is_running = listed.last_run.as_ref().is_some_and(LastRun::is_running);
    html! {
        @if mailing.paused_at.is_some() || is_running && acts::may_rest(mailing) {
            (acts::rest(mailing, csrf, "btn-sm btn-ghost-primary", "#mailings", Some(here)))
        } @else if mailing.status == Status::Completed {
            (acts::copy(mailing, "btn-sm btn-ghost-primary"))
        } @else if acts::may_start(mailing) {
            (acts::start(mailing, csrf, &recipients(listed, total), "btn-sm btn-ghost-primary"))
        }
    }
}

/// "1,234 recipients", for the question before a start.
fn recipients(listed: &Listed, total: i64) -> String {
    if listed.mailing.all_recipients {
        t!("common-recipients", count = total)
    } else if listed.picked >= PICKED_COUNTED {
        t!("mailings-recipients-or-more", count = PICKED_COUNTED)
    } else {
        t!("common-recipients", count = listed.picked)
    }
}

/// How often it goes out, in a word.
pub fn period(mailing: &Mailing) -> String {
    mailing.schedule().map_or_else(|_| String::new(), |schedule| schedule.period().label())
}

/// When it goes out next, or why it does not.
pub fn next_run(mailing: &Mailing) -> Markup {
    html! {
        @match mailing.next_run_at {
            Some(_) if mailing.disabled_at.is_some() => span .text-secondary { (t!("mailings-next-not-disabled")) },
            Some(_) if mailing.paused_at.is_some() => span .text-secondary { (t!("mailings-next-when-resumed")) },
            Some(moment) => span .moment { (schedule::display(moment, &mailing.zone())) },
            None => span .text-secondary { (t!("mailings-next-none")) },
        }
    }
}

/// Where the mailing stands: its status, and beside it whether somebody has stopped it.
pub fn status_badges(mailing: &Mailing) -> Markup {
    let (kind, text) = match mailing.status {
        Status::Completed if mailing.stopped_at.is_some() => (Kind::Neutral, t!("mailings-stopped")),
        Status::Created => (Kind::Info, t!("mailings-created")),
        Status::Running => (Kind::Running, t!("mailings-running")),
        Status::Completed => (Kind::Success, t!("mailings-completed")),
    };
    html! {
        div .btn-list {
            (badge(kind, &text))
            @if mailing.stopped_at.is_some() && mailing.status != Status::Completed { (badge(Kind::Neutral, &t!("mailings-stopping"))) }
            @if mailing.paused_at.is_some() { (badge(Kind::Warning, &t!("mailings-paused"))) }
            @if mailing.disabled_at.is_some() { (badge(Kind::Danger, &t!("mailings-disabled"))) }
        }
    }
}

/// A sentence's beginning for what stands alone.
fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

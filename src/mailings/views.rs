//! Mailings as pages and rows; the form stands in `views/form.rs`.

mod form;

use maud::{Markup, html};
use time::OffsetDateTime;
use uuid::Uuid;

pub use form::{Picker, edit_page, new_page};

use super::{
    model::{Mailing, Status},
    schedule,
};
use crate::{
    attempts::{self, model::Attempt},
    ui::{
        Column, Icon, Kind, Pagination, SearchBox, Section, Tone, alert, badge,
        button::{self, Act, Delete},
        cell, csrf_field, empty, page, page_header, pagination,
        progress::grouped,
        search_box, submission_field, table,
        table::actions_cell,
    },
    users::CurrentUser,
    web::{Chrome, list::Keyset},
};

const COLUMNS: usize = 5;

pub fn index_page(user: &CurrentUser, chrome: &Chrome, search: &str, list: &Keyset<Mailing>) -> Markup {
    let content = html! {
        (page_header("Mailings", Some("One message, many recipients, a schedule."), Some(html! {
            a .btn .btn-primary href="/mailings/new" { "New mailing" }
        })))
        div .card {
            div .card-header { (search_box(&SearchBox { action: "/mailings", query: search, label: "Search mailings", target: "#mailings" })) }
            div #mailings {
                (table("Mailings", &columns(), html! { @for mailing in &list.rows { (row(mailing, &chrome.csrf)) } }))
                // Beside the rows: app.css shows it when there are none, also after the last one was deleted here.
                (nothing(search))
                (pagination(&Pagination { target: "#mailings", next: list.next.as_deref(), first: list.first.as_deref(), next_label: "Older" }))
            }
        }
    };
    page(&user.shell(chrome, "Mailings", Section::Mailings), content)
}

fn columns() -> [Column<'static>; COLUMNS] {
    [Column::new("Name"), Column::new("Status"), Column::new("Goes out"), Column::new("Next run"), Column::hidden("Actions")]
}

fn nothing(search: &str) -> Markup {
    if search.is_empty() {
        empty(
            Icon::Calendar,
            "No mailings yet",
            "Choose a message, its recipients and when it goes out.",
            Some(button::primary_link("/mailings/new", Some(Icon::Plus), "New mailing")),
        )
    } else {
        empty(Icon::Search, "Nothing found", "No mailing has this in its name.", None)
    }
}

/// One mailing in the list; what a change puts in place of its form.
pub fn row(mailing: &Mailing, csrf: &str) -> Markup {
    let id = mailing.id;
    let (edit, editor) = (format!("/mailings/{id}/edit"), format!("#mailing-{id}-editor"));
    html! {
        tr id={ "mailing-" (id) } {
            (cell("Name", html! {
                a href={ "/mailings/" (id) } { (mailing.name) }
                div .text-secondary { "“" (mailing.subject) "”" }
            }))
            (cell("Status", status_badges(mailing)))
            (cell("Goes out", period(mailing)))
            (cell("Next run", next_run(mailing)))
            (actions_cell(html! {
                a .btn .btn-sm .btn-ghost-primary href=(edit) hx-get=(edit) hx-select=(editor) hx-target="closest tr" hx-swap="outerHTML" { "Edit" }
                (delete_button(mailing, csrf, Some("closest tr")))
            }))
        }
    }
}

fn period(mailing: &Mailing) -> &'static str {
    mailing.schedule().map_or("", |schedule| schedule.period().label())
}

/// When it goes out next, or why it does not.
pub fn next_run(mailing: &Mailing) -> Markup {
    html! {
        @match mailing.next_run_at {
            Some(_) if mailing.disabled_at.is_some() => span .text-secondary { "not while disabled" },
            Some(_) if mailing.paused_at.is_some() => span .text-secondary { "when resumed" },
            Some(moment) => (schedule::display(moment, &mailing.zone())),
            None => span .text-secondary { "none" },
        }
    }
}

fn delete_button(mailing: &Mailing, csrf: &str, target: Option<&str>) -> Markup {
    button::delete_button(&Delete {
        id: &format!("delete-mailing-{}", mailing.id),
        label: "Delete",
        action: &format!("/mailings/{}", mailing.id),
        csrf,
        question: &format!("Delete “{}”?", mailing.name),
        consequence: "Its attempts and their records are deleted with it. To stop it and keep them, pause it.",
        target,
    })
}

/// Where the mailing stands: its status, and beside it whether somebody has stopped it.
pub fn status_badges(mailing: &Mailing) -> Markup {
    let (kind, text) = match mailing.status {
        Status::Created => (Kind::Info, "created"),
        Status::Running => (Kind::Running, "running"),
        Status::Completed => (Kind::Success, "completed"),
    };
    html! {
        div .btn-list {
            (badge(kind, text))
            @if mailing.paused_at.is_some() { (badge(Kind::Warning, "paused")) }
            @if mailing.disabled_at.is_some() { (badge(Kind::Danger, "disabled")) }
        }
    }
}

/// What a mailing's own page shows.
pub struct ShowPage<'a> {
    pub mailing: &'a Mailing,
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
        (page_header(&mailing.name, None, Some(html! {
            (start_button(mailing, chrome))
            (pause_button(mailing, chrome))
            (button::secondary_link(&format!("/mailings/{}/edit", mailing.id), "Edit"))
            (delete_button(mailing, &chrome.csrf, None))
        })))
        @if let Some(reason) = &mailing.disabled_reason {
            (alert(Tone::Danger, html! { strong { "A manager has disabled this mailing: " } (reason) }))
        }
        @let again = is_moving(show).then(|| format!("/mailings/{}", mailing.id));
        div #mailing .row .row-cards hx-get=[again.as_ref()] hx-trigger=[again.as_ref().map(|_| "every 2s")]
            hx-target=[again.as_ref().map(|_| "this")] hx-select=[again.as_ref().map(|_| "#mailing")]
            hx-swap=[again.as_ref().map(|_| "outerHTML")] {
            div .col-lg-7 { (facts(show)) }
            div .col-lg-5 { (upcoming(mailing, show.now)) }
            div .col-12 {
                div .card {
                    div .card-header {
                        h2 .card-title { "Attempts" }
                        div .ms-auto { a href={ "/attempts?mailing_id=" (mailing.id) } { "All of them" } }
                    }
                    @if show.attempts.is_empty() {
                        (empty(Icon::Send, "Nothing has gone out yet", "Each run appears here with everybody who got it, and who did not.", None))
                    } @else {
                        (attempts::views::attempts_table(show.attempts, false))
                    }
                }
            }
        }
    };
    page(&user.shell(chrome, &mailing.name, Section::Mailings), content)
}

/// Whether something is about to happen, so that the page looks again by itself: a run is due within minutes, or one
/// is going on.
fn is_moving(show: &ShowPage) -> bool {
    let mailing = show.mailing;
    let is_stopped = mailing.paused_at.is_some() || mailing.disabled_at.is_some();
    let is_soon = mailing.next_run_at.is_some_and(|next| next <= show.now + time::Duration::minutes(5));
    !is_stopped && (is_soon || show.attempts.iter().any(Attempt::is_running))
}

/// "Start now" beside the schedule; a fresh submission id makes a double click one run. Not where it would be refused.
fn start_button(mailing: &Mailing, chrome: &Chrome) -> Markup {
    html! {
        @if mailing.paused_at.is_none() && mailing.disabled_at.is_none() { form .d-inline method="post" action={ "/mailings/" (mailing.id) "/attempts" } {
            (csrf_field(&chrome.csrf))
            (submission_field(Uuid::new_v4()))
            (button::primary("Start now"))
        } }
    }
}

fn pause_button(mailing: &Mailing, chrome: &Chrome) -> Markup {
    let (method, label) = if mailing.paused_at.is_some() { ("delete", "Resume") } else { ("put", "Pause") };
    html! {
        @if mailing.status != Status::Completed || mailing.paused_at.is_some() {
            (button::act(&Act {
                action: &format!("/mailings/{}/pause", mailing.id),
                method,
                csrf: &chrome.csrf,
                label,
                class: if mailing.paused_at.is_some() && mailing.disabled_at.is_none() { "btn-primary" } else { "" },
            }))
        }
    }
}

fn facts(show: &ShowPage) -> Markup {
    let mailing = show.mailing;
    let count = if show.recipients >= show.counted {
        format!("more than {}", grouped(show.counted.unsigned_abs()))
    } else {
        grouped(show.recipients.unsigned_abs())
    };
    html! {
        div .card .h-100 {
            div .card-body {
                dl .row .mb-0 {
                    dt .col-sm-4 { "Status" }
                    dd .col-sm-8 { (status_badges(mailing)) }
                    dt .col-sm-4 { "Message" }
                    dd .col-sm-8 { a href={ "/messages/" (mailing.message_id) } { (mailing.subject) } }
                    dt .col-sm-4 { "Recipients" }
                    dd .col-sm-8 {
                        @if mailing.all_recipients { "All of yours, " (count) " at present" } @else { (count) " picked" }
                    }
                    dt .col-sm-4 { "Goes out" }
                    dd .col-sm-8 { @if let Ok(schedule) = mailing.schedule() { (capitalised(&schedule.sentence())) } }
                    dt .col-sm-4 { "If a reply is lost" }
                    dd .col-sm-8 .mb-0 { @if mailing.resend_unknown { "Send again, with the same Message-ID" } @else { "Leave it, as unknown" } }
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
fn upcoming(mailing: &Mailing, now: OffsetDateTime) -> Markup {
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
            div .card-header { h2 .card-title { "Next runs" } }
            @if runs.is_empty() {
                div .card-body .text-secondary { "No run is left. Edit the schedule to let it go out again." }
            } @else {
                ol .list-group .list-group-flush .list-unstyled #upcoming {
                    @for run in &runs {
                        li .list-group-item {
                            (schedule::display(*run, &mailing.zone()))
                            @if *run <= now { " " (badge(Kind::Running, "due now")) }
                        }
                    }
                }
                @if mailing.disabled_at.is_some() {
                    div .card-footer .text-secondary { "Disabled by a manager: none of these goes out." }
                } @else if mailing.paused_at.is_some() {
                    div .card-footer .text-secondary { "Paused: none of these goes out before you resume it." }
                } @else if mailing.period == "once" && runs[0] > now {
                    div .card-footer .text-secondary { "“Start now” sends it at once, instead of at this moment." }
                }
            }
        }
    }
}

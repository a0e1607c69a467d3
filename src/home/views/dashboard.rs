//! The start page for the signed-in: what runs, what comes next, what went wrong, and how much there is of everything.

use maud::{Markup, html};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::super::{
    handlers::COUNTED,
    model::{AHEAD, Day, Disabled, Running, Timeline, Unlucky},
    queries::Mailings,
};
use crate::{
    delivery::remark,
    i18n::format,
    mailings::schedule::{self, Zone},
    reports::{model::Period, queries::Figures, views::figures_chart},
    t,
    ui::{Icon, Kind, Section, Step, badge, button, csrf_field, empty, page, page_header, progress_bar, steps, submission_field},
    users::CurrentUser,
    web::Chrome,
};

/// What the page shows; a newcomer sees the guide first, and the rest as it comes to hold something.
pub struct Dashboard {
    pub guide: Option<Guide>,
    pub board: Option<Board>,
    pub month: Option<Month>,
}

/// The way to the first mailing, and how much of it is behind the reader.
pub struct Guide {
    pub has_recipients: bool,
    pub has_messages: bool,
    /// The newest, which has not run yet.
    pub mailing: Option<i64>,
}

/// What changes by itself, and is asked for again by itself.
pub struct Board {
    pub counts: Counts,
    pub running: Vec<Running>,
    pub timeline: Timeline,
    pub trouble: Trouble,
    /// Up to how many of a kind are shown.
    pub shown: usize,
    pub now: OffsetDateTime,
    pub zone: Zone,
}

pub struct Counts {
    pub recipients: i64,
    /// Counted up to [`COUNTED`] and one more.
    pub messages: i64,
    pub mailings: Mailings,
    pub sent: i64,
}

/// What somebody should look at.
pub struct Trouble {
    pub unlucky: Vec<Unlucky>,
    pub disabled: Vec<Disabled>,
    /// Counted up to [`COUNTED`] and one more.
    pub undeliverable: i64,
}

impl Trouble {
    fn is_empty(&self) -> bool {
        self.unlucky.is_empty() && self.disabled.is_empty() && self.undeliverable == 0
    }
}

/// The last thirty days.
pub struct Month {
    pub period: Period,
    pub figures: Vec<Figures>,
}

pub fn dashboard_page(user: &CurrentUser, chrome: &Chrome, dashboard: &Dashboard) -> Markup {
    let content = html! {
        (page_header(&t!("dashboard-hello", name = user.0.full_name), None, Some(
            button::primary_link("/mailings/new", Some(Icon::Plus), &t!("dashboard-new-mailing")))))
        @if let Some(guide) = &dashboard.guide {
            p .text-secondary { (t!("dashboard-guide")) }
            (guide_steps(guide))
        }
        @if let Some(board) = &dashboard.board { (self::board(board, chrome)) }
        @if let Some(month) = &dashboard.month { (self::month(month)) }
    };
    page(&user.shell(chrome, &t!("dashboard-title"), Section::Home), content)
}

/// The steps, with one thing to press: the first that is not taken yet.
fn guide_steps(guide: &Guide) -> Markup {
    let link = |is_next: bool, href: &str, label: &str| is_next.then(|| button::primary_link(href, None, label));
    let recipients = (t!("dashboard-step-recipients"), t!("dashboard-step-recipients-text"));
    let message = (t!("dashboard-step-message"), t!("dashboard-step-message-text"));
    let mailing = (t!("dashboard-step-mailing"), t!("dashboard-step-mailing-text"));
    let is_ready = guide.has_recipients && guide.has_messages;
    let mailing_act = match guide.mailing {
        // What is set goes out by itself; whoever does not want to wait finds the button there.
        Some(id) => link(true, &format!("/mailings/{id}"), &t!("dashboard-step-start-act")),
        None => link(is_ready, "/mailings/new", &t!("dashboard-step-mailing-act")),
    };
    steps(&[
        Step {
            title: &recipients.0,
            text: &recipients.1,
            done: guide.has_recipients,
            action: link(!guide.has_recipients, "/recipients/new", &t!("dashboard-step-recipients-act")),
        },
        Step {
            title: &message.0,
            text: &message.1,
            done: guide.has_messages,
            action: link(guide.has_recipients && !guide.has_messages, "/messages/new", &t!("dashboard-step-message-act")),
        },
        Step { title: &mailing.0, text: &mailing.1, done: guide.mailing.is_some(), action: mailing_act },
    ])
}

/// How often the page looks again, by what is going on.
fn again(board: &Board) -> &'static str {
    let is_soon = |day: &Day| day.runs.iter().any(|run| run.at < board.now + Duration::minutes(5));
    match (board.running.is_empty(), board.timeline.days.iter().any(is_soon)) {
        (false, _) => "every 3s",
        (true, true) => "every 10s",
        (true, false) => "every 60s",
    }
}

/// It is asked for again and morphed: what is open stays open, the focus stays where it is.
fn board(board: &Board, chrome: &Chrome) -> Markup {
    html! {
        div #board hx-get="/" hx-trigger=(again(board)) hx-select="#board" hx-target="this" hx-swap="outerMorph" {
            (counts(&board.counts))
            div .row .row-cards .mb-3 {
                div .col-lg-7 .board-side {
                    (running(board))
                    (trouble(board, chrome))
                }
                div .col-lg-5 { (timeline(board)) }
            }
        }
    }
}

fn counts(counts: &Counts) -> Markup {
    let mailings = &counts.mailings;
    let of_mailings =
        t!("dashboard-mailings-by-status", created = mailings.created, running = mailings.running, completed = mailings.completed);
    let tile = |href: &str, label: String, value: String, detail: Option<String>| {
        html! {
            a .card .card-link .stat href=(href) {
                div .card-body {
                    div .text-secondary { (label) }
                    div .stat-value { (value) }
                    @if let Some(detail) = detail { div .text-secondary .stat-detail { (detail) } }
                }
            }
        }
    };
    html! {
        div .stats .mb-3 {
            (tile("/recipients", t!("dashboard-recipients"), format::number(counts.recipients), None))
            (tile("/messages", t!("dashboard-messages"), up_to(counts.messages), None))
            (tile("/mailings", t!("dashboard-mailings"), format::number(mailings.created + mailings.running + mailings.completed), Some(of_mailings)))
            (tile("/reports", t!("dashboard-sent"), format::number(counts.sent), Some(t!("dashboard-sent-in-all"))))
        }
    }
}

/// A number that was counted up to a limit.
fn up_to(count: i64) -> String {
    if count > COUNTED { t!("dashboard-more-than", count = COUNTED) } else { format::number(count) }
}

fn running(board: &Board) -> Markup {
    html! {
        section .card aria-labelledby="running-title" {
            div .card-header {
                h2 .card-title #running-title { (t!("dashboard-now")) }
                div .ms-auto { a href="/attempts" { (t!("dashboard-all-attempts")) } }
            }
            @if board.running.is_empty() {
                p .card-body .text-secondary .mb-0 { (nothing_runs(board)) }
            } @else {
                ul .list-group .list-group-flush .list-unstyled {
                    @for running in board.running.iter().take(board.shown) { (running_item(running, board)) }
                    @if board.running.len() > board.shown {
                        li .list-group-item { a href="/attempts" { (t!("dashboard-more-running")) } }
                    }
                }
            }
        }
    }
}

/// Nothing; and when that changes.
fn nothing_runs(board: &Board) -> String {
    match board.timeline.days.first().and_then(|day| day.runs.first()) {
        Some(run) if run.at <= board.now => t!("dashboard-about-to-start", name = run.name),
        Some(run) => t!("dashboard-nothing-now-next", when = format::date_time(schedule::civil(run.at, &board.zone))),
        None => t!("dashboard-nothing-now"),
    }
}

fn running_item(running: &Running, board: &Board) -> Markup {
    html! {
        li .list-group-item id={ "attempt-" (running.id) } {
            div .d-flex .flex-wrap .gap-2 .align-items-center .mb-2 {
                a .fw-medium href={ "/attempts/" (running.id) } { (running.mailing_name) }
                div .ms-auto {
                    @if running.is_stopped { (badge(Kind::Warning, &t!("dashboard-stopped"))) }
                    @else if running.held_reason.is_some() { (badge(Kind::Warning, &t!("dashboard-held"))) }
                    @else { (badge(Kind::Running, &t!("dashboard-running"))) }
                }
            }
            (progress_bar(&running.progress()))
            p .mb-0 .mt-1 .figures { (running.progress().words()) }
            p .text-secondary .mb-0 .mt-1 .moment { (pace(running, board)) }
            @if let Some(reason) = &running.held_reason {
                p .mb-0 .mt-1 { (t!("dashboard-held-text")) " " span .text-secondary { (remark::worded(reason)) } }
            }
        }
    }
}

fn pace(running: &Running, board: &Board) -> String {
    match running.pace(board.now) {
        Some(pace) => t!("dashboard-pace", rate = pace.a_minute, left = format::duration(pace.left)),
        None if running.is_stopped => t!("dashboard-stopped-text"),
        None => match running.held_until.filter(|_| running.held_reason.is_some()) {
            Some(until) => t!("dashboard-held-until", when = format::time_with_seconds(schedule::civil(until, &board.zone).time())),
            None => t!("dashboard-started", when = format::date_time(schedule::civil(running.started_at, &board.zone))),
        },
    }
}

fn trouble(board: &Board, chrome: &Chrome) -> Markup {
    let trouble = &board.trouble;
    html! {
        section .card aria-labelledby="trouble-title" {
            div .card-header { h2 .card-title #trouble-title { (t!("dashboard-wrong")) } }
            @if trouble.is_empty() {
                p .card-body .text-secondary .mb-0 { (t!("dashboard-all-well")) }
            } @else {
                ul .list-group .list-group-flush .list-unstyled {
                    @for mailing in &trouble.disabled { (disabled_item(mailing)) }
                    @for attempt in &trouble.unlucky { (unlucky_item(attempt, board, chrome)) }
                    @if trouble.undeliverable > 0 {
                        li .list-group-item .wrong {
                            div {
                                strong { (undeliverable(trouble.undeliverable)) }
                                div .text-secondary { (t!("dashboard-undeliverable-text")) }
                            }
                            (button::secondary_link("/recipients?state=undeliverable", &t!("dashboard-undeliverable-act")))
                        }
                    }
                }
            }
        }
    }
}

fn undeliverable(count: i64) -> String {
    if count > COUNTED { t!("dashboard-undeliverable-many", count = COUNTED) } else { t!("dashboard-undeliverable", count = count) }
}

fn disabled_item(mailing: &Disabled) -> Markup {
    html! {
        li .list-group-item .wrong {
            div {
                strong { (t!("dashboard-disabled", name = mailing.name)) }
                @if let Some(reason) = &mailing.disabled_reason { div .text-secondary .as-written { (reason) } }
            }
            (button::secondary_link(&format!("/mailings/{}", mailing.id), &t!("dashboard-disabled-act")))
        }
    }
}

fn unlucky_item(attempt: &Unlucky, board: &Board, chrome: &Chrome) -> Markup {
    let when = format::date_time(schedule::civil(attempt.started_at, &board.zone));
    html! {
        li .list-group-item .wrong {
            div {
                a .fw-medium href={ "/attempts/" (attempt.id) } { (attempt.mailing_name) }
                div .text-secondary {
                    @if attempt.failed > 0 { (t!("dashboard-failed", failed = attempt.failed, total = attempt.total, when = when)) }
                    @else { (t!("dashboard-unknown", unknown = attempt.unknown, total = attempt.total, when = when)) }
                }
            }
            div .btn-list {
                a .btn href={ "/attempts/" (attempt.id) } { (t!("dashboard-failed-why")) }
                @if attempt.failed > 0 {
                    form .d-inline method="post" action={ "/attempts/" (attempt.id) "/retry" } {
                        (csrf_field(&chrome.csrf))
                        (submission_field(Uuid::new_v4()))
                        button .btn type="submit" name="whom" value="failed" { (t!("dashboard-failed-act")) }
                    }
                }
            }
        }
    }
}

fn timeline(board: &Board) -> Markup {
    let timeline = &board.timeline;
    html! {
        section .card aria-labelledby="next-title" {
            div .card-header {
                h2 .card-title #next-title { (t!("dashboard-next", days = AHEAD)) }
                div .ms-auto { a href="/mailings" { (t!("dashboard-all-mailings")) } }
            }
            @if timeline.days.is_empty() {
                (empty(Icon::Calendar, &t!("dashboard-nothing-next"), &t!("dashboard-nothing-next-text"),
                    Some(button::secondary_link("/mailings", &t!("dashboard-all-mailings")))))
            } @else {
                ol .timeline-days .list-unstyled {
                    @for day in &timeline.days { (timeline_day(day, board)) }
                }
                p .card-footer .text-secondary .mb-0 {
                    @if let Some(until) = timeline.known_until {
                        (t!("dashboard-known-until", when = format::date_time(schedule::civil(until, &board.zone))))
                        " "
                    }
                    (t!("dashboard-zone", zone = board.zone.name()))
                }
            }
        }
    }
}

fn timeline_day(day: &Day, board: &Board) -> Markup {
    let today = schedule::civil(board.now, &board.zone).date();
    html! {
        li .timeline-day {
            h3 .timeline-date {
                @if day.date == today { (t!("dashboard-today")) }
                @else if Some(day.date) == today.next_day() { (t!("dashboard-tomorrow")) }
                @else { (format::day_with_weekday(day.date)) }
            }
            ul .timeline-runs .list-unstyled {
                @for run in &day.runs {
                    li {
                        @if run.at <= board.now { span .timeline-time { (t!("dashboard-due")) } }
                        @else { time .timeline-time { (format::time(schedule::civil(run.at, &board.zone).time())) } }
                        a href={ "/mailings/" (run.mailing_id) } { (run.name) }
                    }
                }
                @if day.more > 0 { li .text-secondary { (t!("dashboard-more-runs", count = day.more)) } }
            }
        }
    }
}

fn month(month: &Month) -> Markup {
    let title = t!("dashboard-month");
    let all = Figures::total(&month.figures);
    html! {
        section .card aria-labelledby="month-title" {
            div .card-header {
                h2 .card-title #month-title { (title) }
                div .ms-auto { a href="/reports" { (t!("dashboard-all-reports")) } }
            }
            div .card-body {
                p .text-secondary { (t!("dashboard-month-text", sent = all.sent, failed = all.failed, attempts = all.attempts)) }
                (figures_chart("month", &title, &month.period, &month.figures))
            }
        }
    }
}

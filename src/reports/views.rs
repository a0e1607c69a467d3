//! Reports as charts and tables; files to take along are made in `views/export.rs`.

pub mod export;

use maud::{Markup, html};

use super::{
    model::{Cause, PRESETS, Period, ReportQuery, Subject, input},
    queries::{Answer, Figures, Line},
};
use crate::{
    delivery::remark,
    i18n::format,
    mailings::schedule,
    t,
    ui::{
        Column, Field, Icon, Pagination, Progress, Section, button, cell,
        chart::{Chart, Mark, Series, chart},
        empty, form, page, page_header, pagination, progress_bar, table,
        table::number_cell,
        tabs::{Tab, tabs},
    },
    users::CurrentUser,
    web::{Chrome, FieldErrors},
};

/// What all reports have around them.
pub struct Frame<'a> {
    pub user: &'a CurrentUser,
    pub chrome: &'a Chrome,
    pub subject: Subject,
    pub period: &'a Period,
    pub query: &'a ReportQuery,
    pub errors: &'a FieldErrors,
}

/// What the report by period shows.
pub struct ByPeriod<'a> {
    /// One for each of the period's columns.
    pub figures: &'a [Figures],
    pub causes: &'a [(Cause, i64)],
    /// The most frequent ones.
    pub answers: &'a [Answer],
}

/// A page of lines.
pub struct List {
    rows: Vec<Line>,
    has_more: bool,
}

impl List {
    /// From up to one more than a page.
    pub fn new(mut rows: Vec<Line>, per_page: usize) -> Self {
        let has_more = rows.len() > per_page;
        rows.truncate(per_page);
        Self { rows, has_more }
    }
}

fn framed(frame: &Frame, content: Markup) -> Markup {
    let title = t!("reports-title");
    let content = html! {
        (page_header(&title, Some(&t!("reports-subtitle")), Some(html! {
            a .btn href={ "/reports/csv?by=" (frame.subject.as_str()) "&" (frame.period.query()) } download { (t!("reports-export")) }
        })))
        div .card .mb-3 {
            div .card-header { (subjects(frame)) }
            div .card-body { (choice_of_period(frame)) }
        }
        (content)
    };
    page(&frame.user.shell(frame.chrome, &title, Section::Reports), content)
}

fn subjects(frame: &Frame) -> Markup {
    let tab = |subject: Subject, path: &str, label: String| (format!("{path}?{}", frame.period.query()), label, subject == frame.subject);
    let all = [
        tab(Subject::Period, "/reports", t!("reports-by-period")),
        tab(Subject::Mailings, "/reports/mailings", t!("reports-by-mailing")),
        tab(Subject::Messages, "/reports/messages", t!("reports-by-message")),
    ];
    let all: Vec<Tab> = all.iter().map(|(href, label, active)| Tab { label, href, active: *active }).collect();
    tabs(&t!("reports-title"), &all)
}

/// The report's own address, without what it is asked for.
fn path(subject: Subject) -> &'static str {
    match subject {
        Subject::Mailings => "/reports/mailings",
        Subject::Messages => "/reports/messages",
        Subject::Period | Subject::Answers => "/reports",
    }
}

/// The usual stretches as links, any other by two dates.
fn choice_of_period(frame: &Frame) -> Markup {
    let path = path(frame.subject);
    let (first, last) = (input(frame.period.first), input(frame.period.last));
    // What was typed stays, right or wrong.
    let typed = |typed: &str, shown: String| if frame.errors.is_empty() { shown } else { typed.to_owned() };
    let (from, to) = (typed(&frame.query.from, first), typed(&frame.query.to, last));
    html! {
        div .report-period {
            nav .btn-list aria-label=(t!("reports-period")) {
                @for days in PRESETS {
                    @let is_current = frame.errors.is_empty() && frame.period.days == Some(days);
                    a .btn .btn-sm .active[is_current] href={ (path) "?days=" (days) } aria-current=[is_current.then_some("true")] { (preset(days)) }
                }
            }
            form .report-dates method="get" action=(path) {
                (form::date(&Field::new(&t!("reports-from"), "from").value(&from).error(frame.errors.get("from"))))
                (form::date(&Field::new(&t!("reports-to"), "to").value(&to).error(frame.errors.get("to"))))
                button .btn type="submit" { (t!("reports-show")) }
            }
        }
        p .text-secondary .mb-0 .mt-2 {
            (t!("reports-days-of-zone", period = frame.period.words(), zone = frame.user.zone().name()))
        }
    }
}

fn preset(days: u16) -> String {
    if days == 365 { t!("reports-year") } else { t!("reports-days", days = days) }
}

pub fn period_page(frame: &Frame, shown: &ByPeriod) -> Markup {
    let sum = Figures::total(shown.figures);
    if sum.attempts == 0 {
        return framed(frame, nothing());
    }
    framed(
        frame,
        html! {
            (summary(&sum))
            div .card .mb-3 {
                div .card-header { h2 .card-title { (t!("reports-chart")) } }
                div .card-body { (figures_chart("report", &t!("reports-chart"), frame.period, shown.figures)) }
            }
            @if sum.failed + sum.unknown + sum.skipped > 0 {
                div .row .row-cards {
                    div .col-lg-5 { (causes(shown.causes)) }
                    div .col-lg-7 { (server_answers(frame.period, shown.answers)) }
                }
            }
        },
    )
}

fn nothing() -> Markup {
    html! {
        div .card { (empty(Icon::Send, &t!("reports-nothing"), &t!("reports-nothing-text"),
            Some(button::secondary_link("/mailings", &t!("reports-to-mailings"))))) }
    }
}

fn summary(sum: &Figures) -> Markup {
    let tile = |label: String, value: String| {
        html! { div .card .card-body .stat { dt .text-secondary { (label) } dd .stat-value { (value) } } }
    };
    html! {
        dl .stats .mb-3 {
            (tile(t!("reports-attempts"), format::number(sum.attempts)))
            (tile(t!("reports-sent"), format::number(sum.sent)))
            (tile(t!("reports-failed"), format::number(sum.failed)))
            (tile(t!("reports-unknown"), format::number(sum.unknown)))
            (tile(t!("reports-skipped"), format::number(sum.skipped)))
            (tile(t!("reports-duration"), duration(sum.seconds / sum.attempts.max(1) as f64)))
        }
    }
}

fn duration(seconds: f64) -> String {
    format::duration(time::Duration::seconds_f64(seconds.clamp(0.0, 1e9)))
}

/// Sent and failed over time, for the dashboard too.
pub fn figures_chart(id: &str, title: &str, period: &Period, figures: &[Figures]) -> Markup {
    let sum = Figures::total(figures);
    let count = |count: i64| count.unsigned_abs();
    chart(&Chart {
        id,
        title,
        description: &t!("reports-chart-text", sent = sum.sent, failed = sum.failed, period = period.words()),
        heading: &t!("reports-when"),
        ticks: period.ticks(),
        series: vec![
            Series { name: &t!("reports-sent"), mark: Mark::Sent, values: figures.iter().map(|figures| count(figures.sent)).collect() },
            Series {
                name: &t!("reports-failed"),
                mark: Mark::Failed,
                values: figures.iter().map(|figures| count(figures.failed)).collect(),
            },
        ],
    })
}

fn causes(sums: &[(Cause, i64)]) -> Markup {
    let title = t!("reports-causes");
    let of = |cause: Cause| sums.iter().find(|(other, _)| *other == cause).map_or(0, |(_, count)| *count);
    let counted: Vec<(Cause, i64)> = Cause::ALL.into_iter().map(|cause| (cause, of(cause))).filter(|(_, count)| *count > 0).collect();
    let all = counted.iter().map(|(_, count)| *count).sum::<i64>().max(1);
    let (why, how_many) = (t!("reports-why"), t!("reports-deliveries"));
    html! {
        div .card .h-100 {
            div .card-header { h2 .card-title { (title) } }
            @if counted.is_empty() {
                div .card-body .text-secondary { (t!("reports-not-yet")) }
            } @else {
                (table(&title, &[Column::new(&why), Column::number(&how_many)], html! {
                    @for (cause, count) in &counted {
                        tr {
                            (cell(&why, html! {
                                div .fw-medium { (cause.label()) }
                                (share(*count, all))
                                div .text-secondary { (cause.explanation()) }
                            }))
                            (number_cell(&how_many, format::number(*count)))
                        }
                    }
                }))
            }
        }
    }
}

/// A bar as long as the part is of the whole; the number stands beside it.
fn share(part: i64, whole: i64) -> Markup {
    let width = (i128::from(part) * 1000 / i128::from(whole)).max(4);
    html! {
        svg .share viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true" {
            rect .share-all width="1000" height="8" {}
            rect .share-part width=(width) height="8" {}
        }
    }
}

fn server_answers(period: &Period, answers: &[Answer]) -> Markup {
    let title = t!("reports-answers");
    let (words, how_many) = (t!("reports-answer"), t!("reports-deliveries"));
    html! {
        div .card .h-100 {
            div .card-header {
                h2 .card-title { (title) }
                div .ms-auto { a href={ "/reports/csv?by=answers&" (period.query()) } download { (t!("reports-export")) } }
            }
            @if answers.is_empty() {
                div .card-body .text-secondary { (t!("reports-no-answers")) }
            } @else {
                (table(&title, &[Column::new(&words), Column::number(&how_many)], html! {
                    @for answer in answers {
                        tr {
                            (cell(&words, html! {
                                code .answer { (said_in_full(answer)) }
                                div .text-secondary { (answer.cause.label()) }
                            }))
                            (number_cell(&how_many, format::number(answer.deliveries)))
                        }
                    }
                }))
            }
        }
    }
}

/// `550 5.1.1 No such user`
fn said_in_full(answer: &Answer) -> String {
    let code = answer.code.map(|code| code.to_string()).unwrap_or_default();
    let text = if answer.text.is_empty() { t!("reports-other-answers") } else { answer.text.clone() };
    format!("{code} {text}").trim().to_owned()
}

pub fn list_page(frame: &Frame, list: &List) -> Markup {
    if list.rows.is_empty() && frame.query.before.is_none() {
        return framed(frame, nothing());
    }
    let is_of_mailings = frame.subject == Subject::Mailings;
    let title = if is_of_mailings { t!("reports-by-mailing") } else { t!("reports-by-message") };
    let noun = if is_of_mailings { t!("reports-mailing") } else { t!("reports-message") };
    let labels = Labels::new(noun);
    let path = path(frame.subject);
    let next = list.rows.last().filter(|_| list.has_more).map(|last| format!("{path}?{}&before={}", frame.period.query(), last.id));
    let first = frame.query.before.map(|_| format!("{path}?{}", frame.period.query()));
    framed(
        frame,
        html! {
            div .card #lines {
                (table(&title, &labels.columns(), html! {
                    @for line in &list.rows { (row(line, &labels, if is_of_mailings { "/mailings/" } else { "/messages/" }, frame)) }
                }))
                (pagination(&Pagination { target: "#lines", next: next.as_deref(), first: first.as_deref(), next_label: &t!("reports-older") }))
            }
        },
    )
}

struct Labels {
    noun: String,
    attempts: String,
    recipients: String,
    sent: String,
    failed: String,
    unknown: String,
    skipped: String,
    duration: String,
    outcome: String,
}

impl Labels {
    fn new(noun: String) -> Self {
        Self {
            noun,
            attempts: t!("reports-attempts"),
            recipients: t!("reports-recipients"),
            sent: t!("reports-sent"),
            failed: t!("reports-failed"),
            unknown: t!("reports-unknown"),
            skipped: t!("reports-skipped"),
            duration: t!("reports-duration"),
            outcome: t!("reports-outcome"),
        }
    }

    fn columns(&self) -> [Column<'_>; 9] {
        [
            Column::new(&self.noun),
            Column::number(&self.attempts),
            Column::number(&self.recipients),
            Column::number(&self.sent),
            Column::number(&self.failed),
            Column::number(&self.unknown),
            Column::number(&self.skipped),
            Column::number(&self.duration),
            Column::new(&self.outcome),
        ]
    }
}

fn row(line: &Line, labels: &Labels, path: &str, frame: &Frame) -> Markup {
    let count = |count: i64| count.unsigned_abs();
    let counts = Progress {
        sent: count(line.sent),
        failed: count(line.failed),
        unknown: count(line.unknown),
        skipped: count(line.skipped),
        waiting: count(line.waiting),
    };
    let last = format::date_time(schedule::civil(line.last_started_at, &frame.user.zone()));
    html! {
        tr {
            (cell(&labels.noun, html! {
                a href={ (path) (line.id) } { (line.name) }
                div .text-secondary .moment { (t!("reports-last", when = last)) }
                @if let Some(reply) = &line.last_reply { div .text-secondary .excerpt { (remark::worded(reply)) } }
            }))
            (number_cell(&labels.attempts, format::number(line.attempts)))
            (number_cell(&labels.recipients, format::number(line.total)))
            (number_cell(&labels.sent, format::number(line.sent)))
            (number_cell(&labels.failed, format::number(line.failed)))
            (number_cell(&labels.unknown, format::number(line.unknown)))
            (number_cell(&labels.skipped, format::number(line.skipped)))
            (number_cell(&labels.duration, line.seconds.map(duration).unwrap_or_default()))
            (cell(&labels.outcome, progress_bar(&counts)))
        }
    }
}

//! Reports as files.

use poem::Response;

use super::super::{
    model::{Period, Subject, input},
    queries::{Answer, Figures, Line},
};
use crate::{
    delivery::remark,
    mailings::schedule::{self, Zone},
    t,
    web::csv::{Rows, download},
};

/// Lines of a file at the most: nobody reads more, and they are in memory until they are written.
pub const LINES: usize = 10_000;

/// Rows, and behind the last one that there would be more, where that is so.
fn limited(rows: impl Iterator<Item = Vec<String>>) -> Rows {
    let mut rows: Vec<Vec<String>> = rows.take(LINES + 1).collect();
    if let Some(beyond) = rows.get_mut(LINES) {
        beyond.fill(String::new());
        beyond[0] = t!("reports-export-cut", lines = LINES);
    }
    Rows::new(rows)
}

fn name(subject: Subject, period: &Period) -> String {
    format!("periodical-{}-{}-{}.csv", subject.as_str(), input(period.first), input(period.last))
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.0}")
}

pub fn period(period: &Period, figures: &[Figures]) -> Response {
    let heading = [
        t!("reports-when"),
        t!("reports-attempts"),
        t!("reports-sent"),
        t!("reports-failed"),
        t!("reports-unknown"),
        t!("reports-skipped"),
        t!("reports-seconds"),
    ];
    let rows = period.ticks().into_iter().zip(figures).map(|(tick, figures)| {
        let counts = [figures.attempts, figures.sent, figures.failed, figures.unknown, figures.skipped].map(|count| count.to_string());
        [tick.long].into_iter().chain(counts).chain([seconds(figures.seconds)]).collect()
    });
    download(&name(Subject::Period, period), heading.to_vec(), Rows::new(rows))
}

pub fn answers(period: &Period, answers: &[Answer]) -> Response {
    let heading = [t!("reports-why"), t!("reports-code"), t!("reports-answer"), t!("reports-deliveries")];
    let rows = answers.iter().map(|answer| {
        let code = answer.code.map(|code| code.to_string()).unwrap_or_default();
        vec![answer.cause.label(), code, answer.text.clone(), answer.deliveries.to_string()]
    });
    download(&name(Subject::Answers, period), heading.to_vec(), limited(rows))
}

/// Mailings or messages that the period knows.
pub fn lines(subject: Subject, period: &Period, zone: &Zone, lines: &[Line]) -> Response {
    let heading = [
        if subject == Subject::Mailings { t!("reports-mailing") } else { t!("reports-message") },
        t!("reports-attempts"),
        t!("reports-recipients"),
        t!("reports-sent"),
        t!("reports-failed"),
        t!("reports-unknown"),
        t!("reports-skipped"),
        t!("reports-waiting"),
        t!("reports-seconds-on-average"),
        t!("reports-last-attempt", zone = zone.name()),
        t!("reports-last-reply"),
    ];
    let rows = lines.iter().map(|line| {
        let counts = [line.attempts, line.total, line.sent, line.failed, line.unknown, line.skipped, line.waiting];
        let last = schedule::to_local_input(line.last_started_at, zone).replace('T', " ");
        [line.name.clone()]
            .into_iter()
            .chain(counts.map(|count| count.to_string()))
            .chain([
                line.seconds.map(seconds).unwrap_or_default(),
                last,
                line.last_reply.as_deref().map(remark::worded).unwrap_or_default(),
            ])
            .collect()
    });
    download(&name(subject, period), heading.to_vec(), limited(rows))
}

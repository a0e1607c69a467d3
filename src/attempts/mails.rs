//! The words of the mail about an attempt.

use maud::html;

use super::model::{Answer, Attempt, Status};
use crate::{
    delivery::{means::meant, model::State, remark},
    mail::compose::Body,
    mailings::schedule,
    t,
    users::mails::AccountMail,
};

/// Reasons that the mail names; the page has the rest.
const NAMED: usize = 5;

/// To its owner, in the language that is set: how it has ended, or why it waits. `page` is the attempt's, `profile` where such
/// mails are switched off.
pub fn about(attempt: &Attempt, answers: &[Answer], full_name: &str, page: &str, profile: &str) -> AccountMail {
    let greeting = if full_name.is_empty() { t!("attempts-mail-hello") } else { t!("attempts-mail-hello-name", name = full_name) };
    let (subject, news) = news(attempt);
    let reasons = reasons(attempt, answers);
    let (details, why) = (t!("attempts-mail-details"), t!("attempts-mail-why"));
    let html = html! {
        p { (greeting) }
        p { (news) }
        @if !reasons.is_empty() {
            p { (t!("attempts-mail-reasons")) }
            ul { @for reason in &reasons { li { (reason) } } }
        }
        p { (details) " " a href=(page) { (page) } }
        p { (why) " " a href=(profile) { (profile) } }
    };
    let list: String = reasons.iter().map(|reason| format!("- {reason}\n")).collect();
    let list = if list.is_empty() { list } else { format!("{}\n{list}\n", t!("attempts-mail-reasons")) };
    let text = format!("{greeting}\n\n{news}\n\n{list}{details}\n{page}\n\n{why}\n{profile}\n");
    AccountMail { subject, body: Body::trusted(&html.into_string(), &text) }
}

/// The subject, and what has happened.
fn news(attempt: &Attempt) -> (String, String) {
    let mailing = &attempt.mailing_name;
    if attempt.is_running() {
        let reason = remark::worded(attempt.held_reason.as_deref().unwrap_or_default());
        return (t!("attempts-mail-held", mailing = mailing), t!("attempts-mail-held-news", mailing = mailing, reason = reason));
    }
    let subject = match attempt.status {
        Status::Failed => t!("attempts-mail-failed", mailing = mailing),
        Status::Partial => t!("attempts-mail-partial", mailing = mailing, count = attempt.failed + attempt.unknown),
        Status::Succeeded | Status::Running => t!("attempts-mail-succeeded", mailing = mailing),
    };
    let figures = [
        (attempt.sent, t!("attempts-mail-sent", count = attempt.sent)),
        (attempt.failed, t!("attempts-mail-refused", count = attempt.failed)),
        (attempt.unknown, t!("attempts-mail-unknown", count = attempt.unknown)),
        (attempt.skipped, t!("attempts-mail-skipped", count = attempt.skipped)),
    ];
    let figures: Vec<String> = figures.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
    let when = schedule::display(attempt.started_at, &attempt.zone());
    let recipients = t!("common-recipients", count = attempt.total);
    (subject, t!("attempts-mail-news", mailing = mailing, when = when, recipients = recipients, figures = figures.join(", ")))
}

fn reasons(attempt: &Attempt, answers: &[Answer]) -> Vec<String> {
    if attempt.is_running() {
        return Vec::new();
    }
    let told = answers.iter().filter(|answer| answer.state != State::Skipped).take(NAMED);
    told.map(|answer| t!("attempts-mail-reason", reason = meant(answer.state, answer.code, &answer.text).label, count = answer.deliveries))
        .collect()
}

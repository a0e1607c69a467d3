//! An attempt: one run of a mailing, and its figures.

use std::collections::BTreeMap;

use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use crate::{
    db,
    delivery::{
        model::State,
        queries::{Filter, Reply},
    },
    mail::outcome,
    mailings::schedule::Zone,
    t,
};

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Status {
    /// Some deliveries are not final yet.
    Running,
    /// Everybody who was not skipped got it.
    Succeeded,
    /// Some got it.
    Partial,
    /// Nobody got it.
    Failed,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Running, Self::Succeeded, Self::Partial, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }

    /// In the reader's language.
    pub fn word(self) -> String {
        match self {
            Self::Running => t!("attempts-running"),
            Self::Succeeded => t!("attempts-succeeded"),
            Self::Partial => t!("attempts-partial"),
            Self::Failed => t!("attempts-failed"),
        }
    }
}

/// What set an attempt off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Trigger {
    Schedule,
    Manual,
    /// Sends another attempt's message to those who did not get it.
    Retry,
}

impl Trigger {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Manual => "manual",
            Self::Retry => "retry",
        }
    }
}

/// An attempt with the names that pages show beside it.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: i64,
    pub user_id: i64,
    pub mailing_id: i64,
    pub mailing_name: String,
    pub time_zone: String,
    pub scheduled_at: OffsetDateTime,
    pub trigger: Trigger,
    pub status: Status,
    pub started_at: OffsetDateTime,
    pub finished_at: Option<OffsetDateTime>,
    pub subject: String,
    pub total: i32,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
    pub waiting: i32,
    pub last_reply: Option<String>,
    pub held_reason: Option<String>,
    pub held_until: Option<OffsetDateTime>,
    /// The attempt whose message this one sends to those who did not get it.
    pub retry_of: Option<i64>,
    /// Paused by the owner, disabled by a manager, or the owner blocked: nothing goes out meanwhile.
    pub is_stopped: bool,
}

impl Attempt {
    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    /// Whether mail goes out: it is neither finished nor stopped nor waiting for the mail server.
    pub fn is_moving(&self) -> bool {
        self.is_running() && !self.is_stopped && self.held_reason.is_none()
    }

    /// As others than its owner see it: servers repeat recipients' addresses in their replies.
    #[must_use]
    pub fn without_addresses(self) -> Self {
        let without = |text: Option<String>| text.as_deref().map(outcome::without_addresses);
        Self { last_reply: without(self.last_reply), held_reason: without(self.held_reason), ..self }
    }

    /// The mailing's zone, for showing times.
    pub fn zone(&self) -> Zone {
        Zone::parse(&self.time_zone).unwrap_or_else(|_| Zone::utc())
    }
}

/// How an attempt comes along, as somebody sees who has watched it for a while.
#[derive(Debug, Default)]
pub struct Pace {
    /// Deliveries a second; None: not watched for long enough.
    pub per_second: Option<f64>,
    /// Where nothing but later tries is left to do: when the next of them is due.
    pub goes_on_at: Option<OffsetDateTime>,
}

/// How long an attempt will go on, if it goes on as it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeLeft {
    /// Less than a minute.
    Moment,
    /// In whole minutes, rounded up.
    About(Duration),
}

/// Slower than this, the rest would take days: better to say nothing.
const SLOWEST: f64 = 1.0 / 60.0;

impl Pace {
    /// None while nothing goes out, whoever or whatever is the reason.
    pub fn time_left(&self, attempt: &Attempt) -> Option<TimeLeft> {
        let per_second = self.per_second.filter(|rate| *rate >= SLOWEST && attempt.is_moving())?;
        let seconds = f64::from(attempt.waiting) / per_second;
        let minutes = (seconds / 60.0).ceil() as i64;
        Some(if minutes <= 1 { TimeLeft::Moment } else { TimeLeft::About(Duration::minutes(minutes)) })
    }
}

/// How far back the list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// In the reader's language.
    pub fn words(self) -> String {
        match self {
            Self::Day => t!("attempts-last-day"),
            Self::Week => t!("attempts-last-week"),
            Self::Month => t!("attempts-last-month"),
            Self::Year => t!("attempts-last-year"),
        }
    }

    fn length(self) -> Duration {
        Duration::days(match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
            Self::Year => 365,
        })
    }
}

/// What narrows the list of somebody's attempts.
#[derive(Debug, Default)]
pub struct Narrowed {
    pub mailing_id: Option<i64>,
    pub status: Option<Status>,
    pub since: Option<OffsetDateTime>,
    /// A pattern for `like`, in small letters: in the mailing's name.
    pub search: Option<String>,
}

/// Which attempts are asked for, as the list's address says it. What it says that makes no sense narrows nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IndexQuery {
    pub mailing_id: Option<i64>,
    pub status: String,
    pub period: String,
    pub q: String,
    /// The last id of the page before.
    pub before: Option<i64>,
}

impl IndexQuery {
    pub fn narrowed(&self, now: OffsetDateTime) -> Narrowed {
        let period = Period::ALL.into_iter().find(|period| period.as_str() == self.period);
        Narrowed {
            mailing_id: self.mailing_id,
            status: Status::ALL.into_iter().find(|status| status.as_str() == self.status),
            since: period.and_then(|period| now.checked_sub(period.length())),
            search: db::like_pattern(&self.q),
        }
    }

    /// Whether there may be attempts that it leaves out.
    pub fn is_narrowed(&self) -> bool {
        self.mailing_id.is_some() || [&self.status, &self.period, &self.q].into_iter().any(|part| !part.is_empty())
    }

    /// The address that asks for the same, from below `before` on.
    pub fn address(&self, before: Option<i64>) -> String {
        let mut parameters = url::form_urlencoded::Serializer::new(String::new());
        for (name, id) in [("mailing_id", self.mailing_id), ("before", before)] {
            if let Some(id) = id {
                parameters.append_pair(name, &id.to_string());
            }
        }
        for (name, value) in [("status", &self.status), ("period", &self.period), ("q", &self.q)] {
            if !value.is_empty() {
                parameters.append_pair(name, value);
            }
        }
        let parameters = parameters.finish();
        if parameters.is_empty() { "/attempts".to_owned() } else { format!("/attempts?{parameters}") }
    }
}

/// Which of an attempt's deliveries are asked for, as the address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeliveriesQuery {
    pub state: String,
    pub q: String,
    /// With `answer`: the server's code, or nothing where there was none.
    pub code: String,
    /// An [`Answer`]'s text.
    pub answer: String,
    /// The last delivery of the page before; what somebody types may be any number.
    pub after: i64,
}

impl DeliveriesQuery {
    /// The deliveries that got this answer.
    pub fn of_answer(answer: &Answer) -> Self {
        let code = answer.code.map(|code| code.to_string()).unwrap_or_default();
        Self { state: answer.state.as_str().to_owned(), code, answer: answer.text.clone(), ..Self::default() }
    }

    pub fn filter(&self) -> Filter {
        Filter {
            state: State::parse(&self.state),
            search: db::like_pattern(&self.q),
            answer: (!self.answer.is_empty()).then(|| (self.code.parse().ok(), self.answer.replace('\0', ""))),
        }
    }

    /// The number of the delivery before the first that is asked for.
    pub fn after(&self) -> i32 {
        // No delivery has the highest number there is: one is added to it in the query.
        i32::try_from(self.after.max(0)).unwrap_or(i32::MAX).min(i32::MAX - 1)
    }

    /// For an address that asks for the same, from behind `after` on.
    pub fn parameters(&self, after: i64) -> String {
        let mut parameters = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("state", &self.state), ("q", &self.q), ("code", &self.code), ("answer", &self.answer)] {
            if !value.is_empty() {
                parameters.append_pair(name, value);
            }
        }
        if after > 0 {
            parameters.append_pair("after", &after.to_string());
        }
        parameters.finish()
    }
}

/// How many different answers are kept and shown of an attempt.
pub const ANSWERS: i64 = 20;
/// How many deliveries of an attempt that still runs are looked at for answers.
pub const LOOKED_AT: i64 = 10_000;

/// What mail servers said to some of an attempt's deliveries, without anybody's address.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub state: State,
    pub code: Option<i16>,
    pub text: String,
    pub deliveries: i64,
}

/// Replies that differ in nothing but addresses are one answer; the most frequent first.
pub fn answers(replies: Vec<Reply>) -> Vec<Answer> {
    let mut counts: BTreeMap<(&str, Option<i16>, String), (State, i64)> = BTreeMap::new();
    for reply in &replies {
        let text = outcome::without_addresses(reply.text.as_deref().unwrap_or_default());
        counts.entry((reply.state.as_str(), reply.code, text)).or_insert((reply.state, 0)).1 += reply.deliveries;
    }
    let answer = |((_, code, text), (state, deliveries))| Answer { state, code, text, deliveries };
    let mut answers: Vec<Answer> = counts.into_iter().map(answer).collect();
    answers.sort_by_key(|answer| std::cmp::Reverse(answer.deliveries));
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_that_differ_in_addresses_alone_are_one_answer() {
        let reply = |text: &str, deliveries| Reply { state: State::Failed, code: Some(550), text: Some(text.into()), deliveries };
        let answers = answers(vec![
            reply("5.7.1 Refused", 2),
            reply("5.1.1 <one@example.org>: unknown", 1),
            reply("5.1.1 <two@example.org>: unknown", 3),
        ]);
        let found: Vec<(&str, i64)> = answers.iter().map(|answer| (answer.text.as_str(), answer.deliveries)).collect();
        assert_eq!(found, [("5.1.1 … unknown", 4), ("5.7.1 Refused", 2)]);
    }
}

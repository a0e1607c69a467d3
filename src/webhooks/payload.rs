//! What is sent: Standard Webhooks' `{type, timestamp, data}`, with the fields that the API gives for the same things.

use poem_openapi::Object;
use serde::Serialize;
use time::OffsetDateTime;

use super::model::{Event, TEST};

#[derive(Serialize)]
struct Payload<'a, T> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    data: &'a T,
}

/// An attempt as it was at the event.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "AttemptAtEvent")]
pub struct Attempt {
    pub id: i64,
    /// The mailing.
    pub mailing_id: i64,
    /// The moment it was due.
    #[serde(with = "time::serde::rfc3339")]
    pub scheduled_at: OffsetDateTime,
    /// When it started.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When it finished; null at the start.
    #[serde(with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
    /// `running`, `succeeded`, `partial` or `failed`.
    pub status: String,
    /// Recipients.
    pub total: i32,
    /// Taken by the mail server.
    pub sent: i32,
    /// Refused for good.
    pub failed: i32,
    /// Not sent yet.
    pub waiting: i32,
    /// The connection broke before the mail server replied.
    pub unknown: i32,
    /// Not tried: undeliverable, unsubscribed, or cut short.
    pub skipped: i32,
    /// What the mail server said last.
    pub last_reply: Option<String>,
    /// Whose it is; not sent.
    #[serde(skip)]
    #[oai(skip)]
    pub user_id: i64,
}

/// A recipient whose address was just found not to exist.
#[derive(Debug, Clone, Serialize, Object)]
#[oai(rename = "UndeliverableRecipient")]
pub struct Recipient {
    pub id: i64,
    pub email: String,
    pub name: String,
    pub comment: String,
    /// When that was found.
    #[serde(with = "time::serde::rfc3339")]
    pub undeliverable_at: OffsetDateTime,
    /// What the mail server said.
    pub undeliverable_reason: String,
    /// Since when the recipient wants no more mail.
    #[serde(with = "time::serde::rfc3339::option")]
    pub unsubscribed_at: Option<OffsetDateTime>,
    /// Whose it is; not sent.
    #[serde(skip)]
    #[oai(skip)]
    pub user_id: i64,
}

#[derive(Serialize)]
struct Test {
    webhook_id: i64,
}

/// # Errors
/// A moment beyond the year 9999, which RFC 3339 cannot write.
pub fn attempt(event: Event, attempt: &Attempt) -> serde_json::Result<String> {
    write(event.name(), attempt.finished_at.unwrap_or(attempt.started_at), attempt)
}

/// # Errors
/// As [`attempt`].
pub fn undeliverable(recipient: &Recipient) -> serde_json::Result<String> {
    write(Event::RecipientUndeliverable.name(), recipient.undeliverable_at, recipient)
}

/// What tries a webhook out.
///
/// # Errors
/// As [`attempt`].
pub fn test(webhook_id: i64) -> serde_json::Result<String> {
    write(TEST, OffsetDateTime::now_utc(), &Test { webhook_id })
}

fn write(kind: &str, timestamp: OffsetDateTime, data: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(&Payload { kind, timestamp, data })
}

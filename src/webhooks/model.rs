//! A webhook's form and what it becomes; what is sent to it, and when it is sent again.

use std::time::Duration;

use serde::Deserialize;
use time::OffsetDateTime;
use url::{Host, Url};
use uuid::Uuid;

use super::address;
use crate::{
    t,
    web::form::{self, FieldErrors},
};

const URL_MAX: usize = 1000;

/// Requests in a row that fail before the receiver is left alone for a while, however much waits for it.
const PATIENCE: i32 = 3;
/// A webhook that has failed for so long without one success is switched off.
pub const GIVEN_UP_AFTER: time::Duration = time::Duration::days(5);
/// What a receiver may ask for by `Retry-After`.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);

/// What a webhook can be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    AttemptStarted,
    AttemptFinished,
    RecipientUndeliverable,
}

impl Event {
    pub const ALL: [Self; 3] = [Self::AttemptStarted, Self::AttemptFinished, Self::RecipientUndeliverable];

    /// The payload's `type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AttemptStarted => "attempt.started",
            Self::AttemptFinished => "attempt.finished",
            Self::RecipientUndeliverable => "recipient.undeliverable",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// What has happened, in the reader's language.
    pub fn meaning(self) -> String {
        match self {
            Self::AttemptStarted => t!("webhooks-event-started"),
            Self::AttemptFinished => t!("webhooks-event-finished"),
            Self::RecipientUndeliverable => t!("webhooks-event-undeliverable"),
        }
    }
}

/// The `type` of what is sent to try a webhook out.
pub const TEST: &str = "webhook.test";

/// Why nothing is sent to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Why {
    /// Its owner has switched it off.
    Owner,
    /// It has failed for days.
    Failing,
    /// Its receiver has said that it is no more (410).
    Gone,
}

impl Why {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Failing => "failing",
            Self::Gone => "gone",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Webhook {
    pub id: i64,
    pub url: String,
    /// Names of [`Event`]s.
    pub events: Vec<String>,
    pub version: i32,
    pub created_at: OffsetDateTime,
    /// Since when nothing has got through.
    pub failing_since: Option<OffsetDateTime>,
    /// Nothing is sent before.
    pub rests_until: Option<OffsetDateTime>,
    pub disabled_at: Option<OffsetDateTime>,
    pub disabled_why: Option<Why>,
    /// Events of single recipients are left out, because so much waits.
    pub overflows: bool,
}

/// Where a webhook stands, for its badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    On,
    /// The last request has failed.
    Failing,
    Off(Why),
}

impl Webhook {
    pub fn standing(&self) -> Standing {
        match (self.disabled_why, self.failing_since) {
            (Some(why), _) => Standing::Off(why),
            (None, Some(_)) => Standing::Failing,
            (None, None) => Standing::On,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WebhookForm {
    pub url: String,
    pub events: Vec<String>,
    /// Names this filling-in of the form, so that sending it twice creates one webhook.
    pub submission_id: Option<Uuid>,
    /// The row's version that the form was made from.
    pub version: i32,
}

/// A webhook that can be saved.
#[derive(Debug, PartialEq, Eq)]
pub struct NewWebhook {
    pub url: String,
    pub events: Vec<&'static str>,
}

impl WebhookForm {
    /// An empty form: most want to hear of everything.
    pub fn blank() -> Self {
        let events = Event::ALL.map(|event| event.name().to_owned()).into();
        Self { events, submission_id: Some(Uuid::new_v4()), ..Self::default() }
    }

    /// `private`: whether addresses that are not public will do, and plain http.
    ///
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self, private: bool) -> Result<NewWebhook, FieldErrors> {
        let mut errors = FieldErrors::default();
        let url = errors.take("url", url(&self.url, private));
        let unknown = self.events.iter().any(|name| Event::parse(name).is_none());
        // In the order of the list, each once.
        let events: Vec<&str> =
            Event::ALL.map(Event::name).into_iter().filter(|name| self.events.iter().any(|chosen| chosen == name)).collect();
        if unknown {
            errors.add("events", t!("webhooks-error-unknown-event"));
        } else if events.is_empty() {
            errors.add("events", t!("webhooks-error-no-event"));
        }
        match url {
            Some(url) if errors.is_empty() => Ok(NewWebhook { url, events }),
            _ => Err(errors),
        }
    }
}

impl From<&Webhook> for WebhookForm {
    fn from(webhook: &Webhook) -> Self {
        Self { url: webhook.url.clone(), events: webhook.events.clone(), submission_id: None, version: webhook.version }
    }
}

/// An address as it is kept. Whether a name leads to an address that will do turns out when it is connected to.
fn url(text: &str, private: bool) -> Result<String, String> {
    let text = form::line(text, URL_MAX)?;
    let url = Url::parse(&text).map_err(|_| t!("webhooks-error-url"))?;
    match url.scheme() {
        "https" => {}
        "http" if private => {}
        "http" => return Err(t!("webhooks-error-https")),
        _ => return Err(t!("webhooks-error-url")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(t!("webhooks-error-password"));
    }
    if url.fragment().is_some() {
        return Err(t!("webhooks-error-fragment"));
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        _ => None,
    };
    if !private && address.is_some_and(|address| !address::is_public(address)) {
        return Err(t!("webhooks-error-private"));
    }
    // A few characters become three.
    if url.as_str().len() > 3 * URL_MAX {
        return Err(t!("webhooks-error-url"));
    }
    Ok(url.into())
}

/// What may be told of an address to others than its owner: what stands behind the host is often a secret.
pub fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Where something that is to be sent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// To be sent, for the first time or again.
    Waiting,
    /// Answered with 2xx.
    Sent,
    /// Given up.
    Failed,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// In the reader's language.
    pub fn word(self) -> String {
        match self {
            Self::Waiting => t!("webhooks-waiting"),
            Self::Sent => t!("webhooks-sent"),
            Self::Failed => t!("webhooks-failed"),
        }
    }
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Failure {
    /// The address is not one of the public internet.
    Private,
    Unresolved,
    Unreachable,
    Tls,
    Timeout,
    /// The connection broke, or what came was no HTTP.
    Unanswered,
    /// The secret opens with no key that is known.
    Secret,
}

impl Failure {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Unresolved => "unresolved",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Unanswered => "unanswered",
            Self::Secret => "secret",
        }
    }

    /// In the reader's language.
    pub fn words(self) -> String {
        match self {
            Self::Private => t!("webhooks-failure-private"),
            Self::Unresolved => t!("webhooks-failure-unresolved"),
            Self::Unreachable => t!("webhooks-failure-unreachable"),
            Self::Tls => t!("webhooks-failure-tls"),
            Self::Timeout => t!("webhooks-failure-timeout"),
            Self::Unanswered => t!("webhooks-failure-unanswered"),
            Self::Secret => t!("webhooks-failure-secret"),
        }
    }
}

/// Something that was sent to a webhook, or is to be.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub id: i64,
    pub message_id: Uuid,
    /// The name of an [`Event`], or [`TEST`].
    pub event: String,
    /// JSON, as it is sent.
    pub payload: String,
    pub state: State,
    pub tries: i16,
    pub again_at: Option<OffsetDateTime>,
    pub created_at: OffsetDateTime,
    /// Of the last try.
    pub tried_at: Option<OffsetDateTime>,
    /// The answer's status.
    pub status: Option<i16>,
    /// The answer's beginning, or the system's own words for what went wrong.
    pub answer: Option<String>,
    pub failure: Option<Failure>,
}

impl Delivery {
    /// The header `webhook-id`.
    pub fn message(&self) -> String {
        message(self.message_id)
    }
}

/// The header `webhook-id`.
pub fn message(id: Uuid) -> String {
    format!("msg_{}", id.simple())
}

/// How long something waits for its next try after `tries` have failed. None: it is given up. `chance` from 0 to 1 keeps what
/// failed together from coming again together.
pub fn retry(waits: &[Duration], tries: i16, chance: f64) -> Option<Duration> {
    let tries = usize::try_from(tries).unwrap_or(0).max(1);
    waits.get(tries - 1).map(|wait| wait.mul_f64(1.0 + chance / 10.0))
}

/// How long a webhook is left alone after so many requests in a row have failed, the last of which asked for `retry_after`.
pub fn rest(waits: &[Duration], failures: i32, retry_after: Option<Duration>, chance: f64) -> Option<Duration> {
    let beyond = usize::try_from(failures - PATIENCE).ok();
    let rest = beyond.and_then(|beyond| waits.get(beyond).or(waits.last())).map(|wait| wait.mul_f64(1.0 + chance / 10.0));
    rest.max(retry_after.map(|wait| wait.min(RETRY_AFTER_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: [Duration; 3] = [Duration::from_secs(5), Duration::from_secs(300), Duration::from_secs(1800)];

    #[test]
    fn an_event_is_tried_in_growing_steps_and_then_given_up() {
        let steps: Vec<Option<u64>> = (1..=4).map(|tries| retry(&WAITS, tries, 0.0).map(|wait| wait.as_secs())).collect();
        assert_eq!(steps, [Some(5), Some(300), Some(1800), None]);
        assert_eq!(retry(&WAITS, 2, 1.0), Some(Duration::from_secs(330)), "a tenth more at the most");
    }

    #[test]
    fn a_receiver_that_fails_again_and_again_is_left_alone_and_one_that_asks_for_time_gets_it() {
        assert_eq!(rest(&WAITS, 2, None, 0.0), None, "it may have been about these events");
        assert_eq!(rest(&WAITS, 3, None, 0.0), Some(Duration::from_secs(5)));
        assert_eq!(rest(&WAITS, 40, None, 0.0), Some(Duration::from_secs(1800)));
        assert_eq!(rest(&WAITS, 1, Some(Duration::from_secs(60)), 0.0), Some(Duration::from_secs(60)));
        assert_eq!(rest(&WAITS, 1, Some(Duration::from_secs(1_000_000)), 0.0), Some(Duration::from_hours(24)));
    }

    #[test]
    fn an_address_is_public_and_goes_by_https_unless_the_setting_says_otherwise() {
        for wrong in [
            "",
            "example.org",
            "ftp://example.org",
            "http://example.org/",
            "https://user:word@example.org/",
            "https://example.org/#there",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::ffff:127.0.0.1]/",
            "https://169.254.169.254/latest",
            "https://017700000001/",
            "https://[::1]:8443/",
        ] {
            assert!(url(wrong, false).is_err(), "{wrong}");
        }
        assert_eq!(url(" https://Example.org/a?b=c ", false).as_deref(), Ok("https://example.org/a?b=c"));
        assert_eq!(url("https://почта.рф/", false).as_deref(), Ok("https://xn--80a1acny.xn--p1ai/"));
        assert_eq!(url("http://127.0.0.1:8000/hook", true).as_deref(), Ok("http://127.0.0.1:8000/hook"));
    }
}

//! What programs send and are answered about webhooks.

use poem_openapi::{ApiResponse, Enum, Object, Tags, payload::Json as Plain, types::Example};
use serde::Deserialize;
use time::OffsetDateTime;

use crate::{
    config::Config,
    t,
    web::api::Problem,
    webhooks::model::{Delivery, Event, Failure, NewWebhook, State, Webhook, WebhookForm, Why},
};

#[derive(Tags)]
pub enum Tag {
    /// Addresses of programs that are told what happens, and what was sent there.
    Webhooks,
}

/// What a webhook can be told of.
#[derive(Debug, Clone, Copy, Enum, Deserialize)]
#[oai(rename = "WebhookEvent", remote = "Event")]
#[serde(try_from = "String")]
pub enum EventName {
    #[oai(rename = "attempt.started")]
    AttemptStarted,
    #[oai(rename = "attempt.finished")]
    AttemptFinished,
    #[oai(rename = "recipient.undeliverable")]
    RecipientUndeliverable,
}

/// A word and nothing else: derived, it would be read out of `{"attempt.started": null}` as well.
impl TryFrom<String> for EventName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = Event::ALL.map(Event::name).join(", ");
        Event::parse(&name).map(Self::from).ok_or_else(|| t!("api-one-of", words = known))
    }
}

/// Why nothing is sent to a webhook.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "WebhookDisabledWhy", remote = "Why", rename_all = "lowercase")]
pub enum WhyName {
    /// Its owner has switched it off.
    Owner,
    /// It has failed for days.
    Failing,
    /// It has answered 410.
    Gone,
}

/// Where something that is to be sent stands.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "WebhookDeliveryState", remote = "State", rename_all = "lowercase")]
pub enum StateName {
    /// To be sent, for the first time or again.
    Waiting,
    /// Answered with 2xx.
    Sent,
    /// Given up.
    Failed,
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "WebhookFailure", remote = "Failure", rename_all = "lowercase")]
pub enum FailureName {
    /// The address is not one of the public internet.
    Private,
    /// The name was not found.
    Unresolved,
    /// No connection.
    Unreachable,
    /// The certificate is not good.
    Tls,
    /// No answer in time.
    Timeout,
    /// The connection broke off, or what came was no HTTP.
    Unanswered,
    /// The secret cannot be read any more; make a new one.
    Secret,
}

/// A webhook, to be created or changed.
#[derive(Debug, Object, Deserialize)]
#[oai(rename = "WebhookInput", deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Where events are sent: an https address that the whole internet reaches.
    #[oai(validator(min_length = 1, max_length = 1000))]
    #[serde(default)]
    url: String,
    /// What is sent there; one at the least.
    #[oai(validator(min_items = 1))]
    #[serde(default)]
    events: Vec<EventName>,
}

impl Example for Input {
    fn example() -> Self {
        Self { url: "https://example.org/hook".to_owned(), events: vec![EventName::AttemptFinished] }
    }
}

impl Input {
    /// # Errors
    /// What is wrong, by field.
    pub fn parse(self, config: &Config) -> Result<NewWebhook, Problem> {
        let events = self.events.into_iter().map(|name| Event::from(name).name().to_owned()).collect();
        Ok(WebhookForm { url: self.url, events, ..WebhookForm::default() }.parse(config.webhooks_private)?)
    }
}

/// A webhook.
#[derive(Debug, Object)]
#[oai(rename = "Webhook")]
pub struct Output {
    id: i64,
    /// Where events are sent.
    url: String,
    /// What is sent there.
    events: Vec<EventName>,
    /// What requests are signed with, as Standard Webhooks writes it (`whsec_…`). Only in the first answer to the creation, and where it is
    /// replaced; else null.
    secret: Option<String>,
    /// When it was made.
    created_at: OffsetDateTime,
    /// Since when nothing has got through; null while all is well.
    failing_since: Option<OffsetDateTime>,
    /// Nothing is sent before, because the receiver is not well or has asked for time.
    rests_until: Option<OffsetDateTime>,
    /// Since when it is off: nothing is sent, and no event is noted for it.
    disabled_at: Option<OffsetDateTime>,
    /// Why it is off.
    disabled_why: Option<WhyName>,
    /// So much waits that undeliverable recipients are left out at present.
    overflows: bool,
}

impl Output {
    /// With its secret, for the one answer that shows it.
    pub fn with_secret(webhook: Webhook, secret: Option<String>) -> Self {
        Self { secret, ..webhook.into() }
    }
}

impl From<Webhook> for Output {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url,
            events: webhook.events.iter().filter_map(|name| Event::parse(name)).map(EventName::from).collect(),
            secret: None,
            created_at: webhook.created_at,
            failing_since: webhook.failing_since,
            rests_until: webhook.rests_until,
            disabled_at: webhook.disabled_at,
            disabled_why: webhook.disabled_why.map(WhyName::from),
            overflows: webhook.overflows,
        }
    }
}

/// Something that was sent to a webhook, or is to be.
#[derive(Debug, Object)]
#[oai(rename = "WebhookDelivery")]
pub struct DeliveryOutput {
    id: i64,
    /// The header `webhook-id`: the same each time this is sent.
    message_id: String,
    /// The event, or `webhook.test`.
    event: String,
    /// The body, byte for byte as it is sent.
    payload: String,
    /// Where it stands.
    state: StateName,
    /// How often it was tried.
    tries: i16,
    /// When it is tried next.
    again_at: Option<OffsetDateTime>,
    /// When the event was noted.
    created_at: OffsetDateTime,
    /// When it was tried last.
    tried_at: Option<OffsetDateTime>,
    /// The status of the last answer.
    status: Option<i16>,
    /// The beginning of the last answer, or the system's own words for what went wrong.
    answer: Option<String>,
    /// Why there was no answer.
    failure: Option<FailureName>,
}

impl From<Delivery> for DeliveryOutput {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            message_id: delivery.message(),
            event: delivery.event,
            payload: delivery.payload,
            state: delivery.state.into(),
            tries: delivery.tries,
            again_at: delivery.again_at,
            created_at: delivery.created_at,
            tried_at: delivery.tried_at,
            status: delivery.status,
            answer: delivery.answer,
            failure: delivery.failure.map(FailureName::from),
        }
    }
}

/// 202: it is on its way.
#[derive(Debug, ApiResponse)]
pub enum Sending {
    /// It is sent as soon as may be; its delivery tells what becomes of it.
    #[oai(status = 202)]
    Accepted(Plain<DeliveryOutput>),
}

//! The events as the document describes them. By hand: poem-openapi's macro knows one method of HTTP once, and all of these are POST.

use poem::http::Method;
use poem_openapi::{
    ApiResponse, Object, Tags as _, Webhook,
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaOperation, MetaOperationParam, MetaParamIn, MetaRequest, MetaSchemaRef, MetaWebhook, Registry},
    types::{Example, Type},
};
use time::{OffsetDateTime, macros::datetime};

use super::Tag;
use crate::webhooks::{model::Event, payload};

/// What is sent to webhooks, for the document.
#[derive(Debug)]
pub struct Events;

/// An attempt has started.
#[derive(Debug, Object)]
#[oai(example = true)]
struct AttemptStarted {
    /// `attempt.started`.
    #[oai(rename = "type")]
    kind: String,
    /// When it started.
    timestamp: OffsetDateTime,
    data: payload::Attempt,
}

impl Example for AttemptStarted {
    fn example() -> Self {
        let data = attempt();
        Self { kind: Event::AttemptStarted.name().to_owned(), timestamp: data.started_at, data }
    }
}

/// An attempt has finished.
#[derive(Debug, Object)]
#[oai(example = true)]
struct AttemptFinished {
    /// `attempt.finished`.
    #[oai(rename = "type")]
    kind: String,
    /// When it finished.
    timestamp: OffsetDateTime,
    data: payload::Attempt,
}

impl Example for AttemptFinished {
    fn example() -> Self {
        let timestamp = datetime!(2026-12-01 08:00:09 UTC);
        let data = payload::Attempt {
            finished_at: Some(timestamp),
            status: "partial".to_owned(),
            sent: 1198,
            failed: 1,
            waiting: 0,
            last_reply: Some("250 2.0.0 Ok: queued".to_owned()),
            ..attempt()
        };
        Self { kind: Event::AttemptFinished.name().to_owned(), timestamp, data }
    }
}

fn attempt() -> payload::Attempt {
    payload::Attempt {
        id: 31,
        mailing_id: 4,
        scheduled_at: datetime!(2026-12-01 08:00 UTC),
        started_at: datetime!(2026-12-01 08:00 UTC),
        finished_at: None,
        status: "running".to_owned(),
        total: 1200,
        sent: 0,
        failed: 0,
        waiting: 1199,
        unknown: 0,
        skipped: 1,
        last_reply: None,
        user_id: 0,
    }
}

/// A recipient was found to be undeliverable.
#[derive(Debug, Object)]
#[oai(example = true)]
struct RecipientUndeliverable {
    /// `recipient.undeliverable`.
    #[oai(rename = "type")]
    kind: String,
    /// When it was found.
    timestamp: OffsetDateTime,
    data: payload::Recipient,
}

impl Example for RecipientUndeliverable {
    fn example() -> Self {
        let timestamp = datetime!(2026-12-01 08:00:07 UTC);
        let data = payload::Recipient {
            id: 812,
            email: "anna@example.org".to_owned(),
            name: "Anna Kern".to_owned(),
            comment: "From the fair".to_owned(),
            undeliverable_at: timestamp,
            undeliverable_reason: "550 5.1.1 No such user".to_owned(),
            unsubscribed_at: None,
            user_id: 0,
        };
        Self { kind: Event::RecipientUndeliverable.name().to_owned(), timestamp, data }
    }
}

/// What a receiver answers.
#[derive(Debug, ApiResponse)]
enum Taken {
    /// It was taken. Any 2xx says so; whatever else comes, it is sent again.
    #[oai(status = 204)]
    #[expect(dead_code, reason = "receivers answer it")]
    Taken,
    /// There is no such receiver any more: the webhook is switched off.
    #[oai(status = 410)]
    #[expect(dead_code, reason = "receivers answer it")]
    Gone,
}

const SIGNED: &str = "Signed as Standard Webhooks says (https://www.standardwebhooks.com/). The same event may come more than once, under the same `webhook-id`.";

impl Webhook for Events {
    fn meta() -> Vec<MetaWebhook> {
        vec![
            event(Event::AttemptStarted, "attemptStarted", "An attempt has started", Json::<AttemptStarted>::schema_ref()),
            event(Event::AttemptFinished, "attemptFinished", "An attempt has finished", Json::<AttemptFinished>::schema_ref()),
            event(
                Event::RecipientUndeliverable,
                "recipientUndeliverable",
                "A recipient turned out to be undeliverable",
                Json::<RecipientUndeliverable>::schema_ref(),
            ),
        ]
    }

    fn register(registry: &mut Registry) {
        <Json<AttemptStarted> as Payload>::register(registry);
        <Json<AttemptFinished> as Payload>::register(registry);
        <Json<RecipientUndeliverable> as Payload>::register(registry);
        Taken::register(registry);
        Tag::Webhooks.register(registry);
    }
}

fn event(event: Event, operation_id: &'static str, summary: &'static str, schema: MetaSchemaRef) -> MetaWebhook {
    let content = vec![MetaMediaType { content_type: Json::<AttemptStarted>::CONTENT_TYPE, schema }];
    let operation = MetaOperation {
        tags: vec![Tag::Webhooks.name()],
        method: Method::POST,
        summary: Some(summary),
        description: Some(SIGNED),
        external_docs: None,
        params: vec![
            header("webhook-id", String::schema_ref(), "Of the event; the same each time it is sent."),
            header("webhook-timestamp", i64::schema_ref(), "When this request was made, in Unix seconds."),
            header(
                "webhook-signature",
                String::schema_ref(),
                "`v1,` and the HMAC-SHA256 of id, timestamp and body, joined by dots, in base64.",
            ),
        ],
        request: Some(MetaRequest { description: None, content, required: true }),
        responses: Taken::meta(),
        deprecated: false,
        security: Vec::new(),
        operation_id: Some(operation_id),
        code_samples: Vec::new(),
    };
    MetaWebhook { name: event.name(), operation }
}

fn header(name: &str, schema: MetaSchemaRef, description: &str) -> MetaOperationParam {
    MetaOperationParam {
        name: name.to_owned(),
        schema,
        in_type: MetaParamIn::Header,
        description: Some(description.to_owned()),
        required: true,
        deprecated: false,
        explode: true,
        style: None,
    }
}

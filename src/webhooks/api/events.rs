//! The events as the document describes them. By hand: poem-openapi's macro knows one method of HTTP once, and all of these are POST.

use poem::http::Method;
use poem_openapi::{
    ApiResponse, Object, Tags as _, Webhook,
    payload::{Json, Payload},
    registry::{MetaMediaType, MetaOperation, MetaOperationParam, MetaParamIn, MetaRequest, MetaSchemaRef, MetaWebhook, Registry},
    types::Type,
};
use time::OffsetDateTime;

use super::Tag;
use crate::webhooks::{model::Event, payload};

/// What is sent to webhooks, for the document.
#[derive(Debug)]
pub struct Events;

/// An attempt has started or finished.
#[derive(Debug, Object)]
struct AttemptEvent {
    /// `attempt.started` or `attempt.finished`.
    #[oai(rename = "type")]
    kind: String,
    /// When it happened.
    timestamp: OffsetDateTime,
    data: payload::Attempt,
}

/// A recipient was found to be undeliverable.
#[derive(Debug, Object)]
struct RecipientEvent {
    /// `recipient.undeliverable`.
    #[oai(rename = "type")]
    kind: String,
    /// When it was found.
    timestamp: OffsetDateTime,
    data: payload::Recipient,
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
        let attempt = Json::<AttemptEvent>::schema_ref;
        vec![
            event(Event::AttemptStarted, "attemptStarted", "An attempt has started", attempt()),
            event(Event::AttemptFinished, "attemptFinished", "An attempt has finished", attempt()),
            event(
                Event::RecipientUndeliverable,
                "recipientUndeliverable",
                "A recipient turned out to be undeliverable",
                Json::<RecipientEvent>::schema_ref(),
            ),
        ]
    }

    fn register(registry: &mut Registry) {
        <Json<AttemptEvent> as Payload>::register(registry);
        <Json<RecipientEvent> as Payload>::register(registry);
        Taken::register(registry);
        Tag::Webhooks.register(registry);
    }
}

fn event(event: Event, operation_id: &'static str, summary: &'static str, schema: MetaSchemaRef) -> MetaWebhook {
    let content = vec![MetaMediaType { content_type: Json::<AttemptEvent>::CONTENT_TYPE, schema }];
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

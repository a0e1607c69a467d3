//! Webhooks for programs. What is sent and answered stands in `api/shapes.rs`, what webhooks themselves are sent in `api/events.rs`.

mod events;
mod shapes;

use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json as Plain,
};
use uuid::Uuid;

use self::shapes::{DeliveryOutput, Input, Output, Sending, Tag};
use super::{
    model::Webhook,
    queries,
    registration::{self, Made},
};
use crate::{
    app::App,
    limits::WEBHOOKS_MAX,
    t,
    tokens::{Caller, Reading, ReadingAndWriting, Writing},
    web::api::{
        Answer, Begun, Created, Current, Cursors, Deleted, IdempotencyKey, IfMatch, Json, Limit, Listed, Once, Page, Problem, etag::ETag,
        once::Fingerprint,
    },
};

pub use events::Events;

pub struct Api;

#[OpenApi(prefix_path = "/webhooks", tag = "Tag::Webhooks")]
impl Api {
    /// List webhooks
    ///
    /// The oldest first. There are ten at the most, so it is one page.
    #[oai(path = "/", method = "get", operation_id = "listWebhooks")]
    async fn list(&self, caller: Caller<Reading>, app: Data<&App>) -> Result<Listed<Page<Output>>, Problem> {
        let webhooks = queries::list(&app.db, caller.id()).await?;
        Ok(Listed::Ok(Plain(Page { items: webhooks.into_iter().map(Output::from).collect(), next: None })))
    }

    /// Create a webhook
    ///
    /// The answer has the secret that requests are signed with, and no other answer has it.
    #[oai(path = "/", method = "post", operation_id = "createWebhook")]
    async fn create(
        &self,
        caller: Caller<ReadingAndWriting>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        input: Json<Input>,
    ) -> Result<Answer<Created<Output>>, Problem> {
        let new = input.value.parse(&app.config)?;
        let mut once = match Once::begin(&app.db, caller.id(), key, "createWebhook", input.fingerprint).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let made = registration::create_in(&app, &mut once.transaction, &caller.user.0, &new, Uuid::new_v4()).await?;
        let Some(Made { id, secret }) = made else { return Err(Problem::conflict(t!("webhooks-error-too-many", max = WEBHOOKS_MAX))) };
        let webhook = queries::get(&mut *once.transaction, caller.id(), id).await?;
        let answer = |secret| {
            let (location, version) = (format!("/api/v1/webhooks/{id}"), ETag(webhook.version));
            Created::Created(Plain(Output::with_secret(webhook.clone(), secret)), location, version)
        };
        // Answers are kept for a day as they are, and secrets are not.
        once.finish_without(answer(None), answer(secret)).await
    }

    /// Show a webhook
    #[oai(path = "/:id", method = "get", operation_id = "showWebhook")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        Ok(current(queries::get(&app.db, caller.id(), id.0).await?))
    }

    /// Change a webhook
    ///
    /// All fields are replaced. At another address nothing counts that has failed before.
    #[oai(path = "/:id", method = "put", operation_id = "changeWebhook")]
    async fn change(
        &self,
        caller: Caller<ReadingAndWriting>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        input: Json<Input>,
    ) -> Result<Current<Output>, Problem> {
        let stored = queries::get(&app.db, caller.id(), id.0).await?;
        let version = if_match.version(stored.version)?;
        let new = input.value.parse(&app.config)?;
        Ok(current(registration::update(&app, &caller.user.0, id.0, version, &new).await?.ok_or_else(Problem::changed)?))
    }

    /// Delete a webhook
    ///
    /// With the record of what was sent to it.
    #[oai(path = "/:id", method = "delete", operation_id = "deleteWebhook")]
    async fn delete(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        registration::delete(&app, &caller.user.0, id.0).await?;
        Ok(Deleted::Gone)
    }

    /// Switch a webhook off
    ///
    /// Nothing is sent to it, and no event is noted for it meanwhile. What waits goes out once it is on again.
    #[oai(path = "/:id/pause", method = "put", operation_id = "pauseWebhook")]
    async fn pause(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        Ok(current(queries::pause(&app.db, caller.id(), id.0).await?))
    }

    /// Switch a webhook on
    ///
    /// Also one that was switched off because it has failed for days.
    #[oai(path = "/:id/pause", method = "delete", operation_id = "resumeWebhook")]
    async fn resume(
        &self,
        caller: Caller<ReadingAndWriting>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        Ok(current(registration::resume(&app, caller.id(), id.0).await?))
    }

    /// Replace a webhook's secret
    ///
    /// The one before is worth nothing from then on.
    #[oai(path = "/:id/secret", method = "post", operation_id = "replaceWebhookSecret")]
    async fn replace_secret(
        &self,
        caller: Caller<ReadingAndWriting>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        let (webhook, secret) = registration::replace_secret(&app, caller.id(), id.0).await?;
        let version = ETag(webhook.version);
        Ok(Current::Ok(Plain(Output::with_secret(webhook, Some(secret))), version))
    }

    /// Send a test event
    ///
    /// Of the type `webhook.test`. 409 where the webhook is off.
    #[oai(path = "/:id/tests", method = "post", operation_id = "testWebhook")]
    async fn test(
        &self,
        caller: Caller<ReadingAndWriting>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
    ) -> Result<Answer<Sending>, Problem> {
        let operation = format!("testWebhook {}", id.0);
        let mut once = match Once::begin(&app.db, caller.id(), key, &operation, Fingerprint::empty()).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let delivery_id = registration::test_in(&app, &mut once.transaction, caller.id(), id.0).await?.ok_or_else(is_off)?;
        let delivery = queries::delivery(&mut *once.transaction, caller.id(), id.0, delivery_id).await?;
        once.finish(Sending::Accepted(Plain(delivery.into()))).await
    }

    /// List what was sent to a webhook
    ///
    /// The newest first; kept for 30 days.
    #[oai(path = "/:id/deliveries", method = "get", operation_id = "listWebhookDeliveries")]
    async fn deliveries(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<DeliveryOutput>>, Problem> {
        queries::get(&app.db, caller.id(), id.0).await?;
        let cursors = Cursors::new(&app.config, caller.id(), &["webhook_deliveries", &id.0.to_string()]);
        let before = cursors.open(cursor.0.as_deref())?;
        let rows = queries::list_deliveries(&app.db, id.0, before, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |delivery| delivery.id, DeliveryOutput::from))))
    }

    /// Show something that was sent to a webhook
    #[oai(path = "/:id/deliveries/:delivery_id", method = "get", operation_id = "showWebhookDelivery")]
    async fn delivery(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
        /// What was sent.
        delivery_id: Path<i64>,
    ) -> Result<Listed<DeliveryOutput>, Problem> {
        Ok(Listed::Ok(Plain(queries::delivery(&app.db, caller.id(), id.0, delivery_id.0).await?.into())))
    }

    /// Send something to a webhook once more
    ///
    /// With the same id and the same body, and with as many tries as at first. 409 where the webhook is off.
    #[oai(path = "/:id/deliveries/:delivery_id/redelivery", method = "post", operation_id = "redeliverToWebhook")]
    async fn redeliver(
        &self,
        caller: Caller<ReadingAndWriting>,
        app: Data<&App>,
        /// The webhook.
        id: Path<i64>,
        /// What was sent.
        delivery_id: Path<i64>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
    ) -> Result<Answer<Sending>, Problem> {
        let operation = format!("redeliverToWebhook {} {}", id.0, delivery_id.0);
        let mut once = match Once::begin(&app.db, caller.id(), key, &operation, Fingerprint::empty()).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        if !registration::redeliver_in(&app, &mut once.transaction, caller.id(), id.0, delivery_id.0).await? {
            return Err(is_off());
        }
        let delivery = queries::delivery(&mut *once.transaction, caller.id(), id.0, delivery_id.0).await?;
        once.finish(Sending::Accepted(Plain(delivery.into()))).await
    }
}

fn current(webhook: Webhook) -> Current<Output> {
    let version = ETag(webhook.version);
    Current::Ok(Plain(webhook.into()), version)
}

fn is_off() -> Problem {
    Problem::conflict(t!("webhooks-refused-off"))
}

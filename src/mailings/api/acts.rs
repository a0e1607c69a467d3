//! What one does with a mailing by one request.

use poem::web::Data;
use poem_openapi::{OpenApi, param::Path};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    created, own, refused,
    shapes::{Output, Tag},
};
use crate::{
    app::App,
    mailings::{queries, runs},
    tokens::{Caller, Sending, Writing},
    web::api::{Answer, Begun, Created, Current, IdempotencyKey, Once, Problem, once::Fingerprint},
};

pub struct Acts;

#[OpenApi(prefix_path = "/mailings", tag = "Tag::Mailings")]
impl Acts {
    /// Pause a mailing
    ///
    /// No run of it starts, and one that is going out rests, until it is resumed. One that is paused already stays so.
    #[oai(path = "/:id/pause", method = "put", operation_id = "pauseMailing")]
    async fn pause(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        runs::pause(&app, caller.id(), id.0).await?;
        own(&app, caller.id(), id.0).await
    }

    /// Resume a mailing
    ///
    /// A run that was resting goes on at once. What fell due during the pause is not sent, except a first run whose end has not come.
    #[oai(path = "/:id/pause", method = "delete", operation_id = "resumeMailing")]
    async fn resume(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        runs::resume(&app, caller.id(), id.0).await?;
        own(&app, caller.id(), id.0).await
    }

    /// Stop a mailing for good
    ///
    /// It has no further run, and whom the present one has not reached yet it skips. There is no way back; copy it to send it again. One that
    /// is completed or stopped already stays as it is.
    #[oai(path = "/:id/stop", method = "put", operation_id = "stopMailing")]
    async fn stop(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        runs::stop(&app, caller.id(), id.0).await?;
        own(&app, caller.id(), id.0).await
    }

    /// Copy a mailing
    ///
    /// Into a new one with the same message, recipients and rhythm. Where the start has passed, start and end move on to the next moment of the
    /// rhythm, so it goes out by itself.
    #[oai(path = "/:id/copies", method = "post", operation_id = "copyMailing")]
    async fn copy(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Answer<Created<Output>>, Problem> {
        let operation = format!("copyMailing {}", id.0);
        let mut once = match Once::begin(&app.db, caller.id(), key, &operation, Fingerprint::empty()).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let mailing = queries::get(&mut *once.transaction, caller.id(), id.0).await?;
        let picked = queries::recipient_ids(&mut *once.transaction, id.0).await?;
        let now = OffsetDateTime::now_utc();
        let new = mailing.copy(&picked, now).parse_new(now).map_err(|errors| refused(errors.into()))?;
        let copy = runs::create_in(&app, &mut once.transaction, caller.id(), &new, Uuid::new_v4()).await.map_err(refused)?;
        let answer = created(&mut once, caller.id(), copy).await?;
        once.finish(answer).await
    }
}

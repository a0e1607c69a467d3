//! Attempts for programs; what they are answered stands in `api/shapes.rs`.

mod shapes;

use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json as Plain,
};
use sqlx::PgPool;
use uuid::Uuid;

use self::shapes::{Delivery, Output, State, Status, Tag, Whom};
use super::{
    model::{Attempt, Narrowed},
    queries, refusals, search,
};
use crate::{
    app::App,
    db::like_pattern,
    delivery::{self, queries::Filter},
    mailings::{
        self,
        runs::{self, NotStarted},
    },
    t,
    tokens::{Caller, Reading, Sending},
    users::rights::Reach,
    web::api::{Answer, Begun, Cursors, IdempotencyKey, Limit, Listed, Once, Page, Problem, Started, once::Fingerprint},
};

pub struct Api;

#[OpenApi(tag = "Tag::Attempts")]
impl Api {
    /// List attempts
    ///
    /// The newest first.
    #[oai(path = "/attempts", method = "get", operation_id = "listAttempts")]
    async fn list(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// Only those of this mailing; managers may name anybody's.
        mailing_id: Query<Option<i64>>,
        /// Only those that stand so.
        status: Query<Option<Status>>,
        /// Only those in whose mailing's name this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<Output>>, Problem> {
        let status = status.0.map(Status::of_model);
        let narrowed =
            Narrowed { mailing_id: mailing_id.0, status, since: None, search: like_pattern(search.0.as_deref().unwrap_or_default()) };
        let owner = owner(&app.db, &caller, mailing_id.0).await?;
        let mailing = mailing_id.0.map(|id| id.to_string()).unwrap_or_default();
        let pattern = narrowed.search.as_deref().unwrap_or_default();
        let list = ["attempts", &mailing, status.map_or("", |status| status.as_str()), pattern];
        let cursors = Cursors::new(&app.config, caller.id(), &list);
        let before = cursors.open(cursor.0.as_deref())?;
        let rows = search::find(&app.db, owner, &narrowed, before, limit.0.fetch()).await?;
        let output = |attempt| seen_by(&caller, attempt);
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |attempt| attempt.id, output))))
    }

    /// Show an attempt
    ///
    /// Managers see everybody's, without anybody's address.
    #[oai(path = "/attempts/:id", method = "get", operation_id = "showAttempt")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The attempt.
        id: Path<i64>,
    ) -> Result<Listed<Output>, Problem> {
        let attempt = queries::view(&app.db, caller.user.reach(), id.0).await?;
        Ok(Listed::Ok(Plain(seen_by(&caller, attempt))))
    }

    /// List an attempt's deliveries
    ///
    /// In the order in which they go out. To whom an attempt goes its owner alone sees.
    #[oai(path = "/attempts/:id/deliveries", method = "get", operation_id = "listDeliveries")]
    async fn deliveries(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The attempt.
        id: Path<i64>,
        /// Only those that stand so.
        state: Query<Option<State>>,
        /// Only those in whose address, name or reply this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<Delivery>>, Problem> {
        let attempt = queries::get(&app.db, caller.id(), id.0).await?;
        let state = state.0.map(State::of_model);
        let filter = Filter { state, search: like_pattern(search.0.as_deref().unwrap_or_default()), answer: None };
        let pattern = filter.search.as_deref().unwrap_or_default();
        let list = ["deliveries", &attempt.id.to_string(), state.map_or("", |state| state.as_str()), pattern];
        let cursors = Cursors::new(&app.config, caller.id(), &list);
        // A cursor of ours is a delivery's number.
        let after = cursors.open(cursor.0.as_deref())?.and_then(|after| i32::try_from(after).ok()).unwrap_or(0);
        let rows = delivery::queries::list(&app.db, attempt.id, &filter, after, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |row| row.number.into(), Delivery::from))))
    }

    /// Run a mailing now
    ///
    /// Beside its schedule; for one that goes out once this is its run. 409 says why it may not: it is paused, disabled or stopped, its end has
    /// passed, an attempt of it is still running, or there is nobody to send to.
    #[oai(path = "/mailings/:id/attempts", method = "post", operation_id = "runMailing")]
    async fn run(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Answer<Started<Output>>, Problem> {
        let operation = format!("runMailing {}", id.0);
        let mut once = match Once::begin(&app.db, caller.id(), key, &operation, Fingerprint::empty()).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let outcome = runs::run_now_in(&app, &mut once.transaction, caller.id(), id.0, Uuid::new_v4()).await?;
        started(once, caller.id(), outcome, &t!("attempts-nobody-to-send-to")).await
    }

    /// Send an attempt's message again
    ///
    /// To those who did not get it, and to nobody else, as a new attempt. 409 says why it may not, as for a run.
    #[oai(path = "/attempts/:id/retry", method = "post", operation_id = "retryAttempt")]
    async fn retry(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        /// The attempt.
        id: Path<i64>,
        /// To those who failed in it, or to all of the mailing's present recipients who have not got it.
        #[oai(default)]
        whom: Query<Whom>,
    ) -> Result<Answer<Started<Output>>, Problem> {
        let whom = whom.0.of_runs();
        let operation = format!("retryAttempt {} {whom:?}", id.0);
        let mut once = match Once::begin(&app.db, caller.id(), key, &operation, Fingerprint::empty()).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let outcome = runs::repeat_in(&app, &mut once.transaction, caller.id(), id.0, whom, Uuid::new_v4()).await?;
        started(once, caller.id(), outcome, &refusals::nobody_left(whom)).await
    }
}

/// Whose attempts are listed: one's own, unless a mailing is named that one may look at.
async fn owner(db: &PgPool, caller: &Caller<Reading>, mailing_id: Option<i64>) -> Result<i64, Problem> {
    let (Some(mailing_id), Reach::Everybodys) = (mailing_id, caller.user.reach()) else { return Ok(caller.id()) };
    Ok(mailings::queries::owner_id(db, mailing_id).await?.unwrap_or_else(|| caller.id()))
}

/// Servers' replies name addresses, which only the owner sees.
fn seen_by(caller: &Caller<Reading>, attempt: Attempt) -> Output {
    if attempt.user_id == caller.id() { attempt.into() } else { attempt.without_addresses().into() }
}

/// The attempt that was started, or why there is none: then the transaction is dropped, and what was begun in it is taken back.
async fn started(
    mut once: Once<Started<Output>>,
    user_id: i64,
    outcome: Result<i64, NotStarted>,
    nobody: &str,
) -> Result<Answer<Started<Output>>, Problem> {
    let id = outcome.map_err(|why| Problem::conflict(refusals::words(&why, nobody)))?;
    let attempt = queries::get(&mut *once.transaction, user_id, id).await?;
    once.finish(Started::Started(Plain(attempt.into()), format!("/api/v1/attempts/{id}"))).await
}

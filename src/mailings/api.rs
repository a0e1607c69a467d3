//! Mailings for programs. What one does with a mailing by one request stands in `api/acts.rs`, what is sent and answered in `api/shapes.rs`.

mod acts;
mod shapes;

use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json as Plain,
};
use time::OffsetDateTime;
use uuid::Uuid;

use self::shapes::{Input, Listed as Item, NAMES, Output, Runs, State, Tag};
use super::{
    model::{Filter, Mailing},
    queries::{self, Narrowed},
    runs,
};
use crate::{
    app::App,
    db::{self, like_pattern},
    t,
    tokens::{Caller, Reading, Sending, Writing},
    web::{
        Refusal,
        api::{
            Answer, Begun, Created, Current, Cursors, Deleted, IdempotencyKey, IfMatch, Json, Limit, Listed, Once, Page, Problem,
            etag::ETag,
        },
    },
};

pub use acts::Acts;

pub struct Api;

#[OpenApi(prefix_path = "/mailings", tag = "Tag::Mailings")]
impl Api {
    /// List mailings
    ///
    /// One's own, the newest first.
    #[oai(path = "/", method = "get", operation_id = "listMailings")]
    async fn list(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// Only those in whose name this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Only those that stand so.
        state: Query<Option<State>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<Item>>, Problem> {
        let search = like_pattern(search.0.as_deref().unwrap_or_default());
        let narrowed = Narrowed { search: search.as_deref(), filter: state.0.map(State::filter), ids: None };
        let list = ["mailings", narrowed.filter.map_or("", Filter::as_str), narrowed.search.unwrap_or_default()];
        let cursors = Cursors::new(&app.config, caller.id(), &list);
        let before = cursors.open(cursor.0.as_deref())?;
        let rows = queries::listed(&app.db, caller.id(), &narrowed, before, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |listed| listed.mailing.id, |listed| listed.mailing.into()))))
    }

    /// Create a mailing
    ///
    /// It goes out by itself: at once where its start has passed and its end has not.
    #[oai(path = "/", method = "post", operation_id = "createMailing")]
    async fn create(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        input: Json<Input>,
    ) -> Result<Answer<Created<Output>>, Problem> {
        let mut once = match Once::begin(&app.db, caller.id(), key, "createMailing", input.fingerprint).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        // Not before: the answer to one that was created a while ago is the same, although by now its window may have passed.
        let new = input.value.into_form().parse_new(OffsetDateTime::now_utc()).map_err(|errors| refused(errors.into()))?;
        let id = runs::create_in(&app, &mut once.transaction, caller.id(), &new, Uuid::new_v4()).await.map_err(refused)?;
        let answer = created(&mut once, caller.id(), id).await?;
        once.finish(answer).await
    }

    /// Show a mailing
    ///
    /// Managers see everybody's, without whom they go to.
    #[oai(path = "/:id", method = "get", operation_id = "showMailing")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        let mailing = queries::view(&app.db, caller.user.reach(), id.0).await?;
        if mailing.user_id != caller.id() {
            let version = ETag(mailing.version);
            return Ok(Current::Ok(Plain(Output::of_others(mailing)), version));
        }
        let (output, version) = in_full(&app, mailing).await?;
        Ok(Current::Ok(Plain(output), version))
    }

    /// Change a mailing
    ///
    /// All fields are replaced, and it goes out next when its new schedule says. While a run is going out, what is sent, to whom and from when
    /// on cannot change; a mailing that was stopped cannot change at all.
    #[oai(path = "/:id", method = "put", operation_id = "changeMailing")]
    async fn change(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        input: Json<Input>,
    ) -> Result<Current<Output>, Problem> {
        let stored = queries::get(&app.db, caller.id(), id.0).await?;
        let version = if_match.version(stored.version)?;
        if stored.stopped_at.is_some() {
            return Err(Problem::conflict(t!("mailings-error-stopped")));
        }
        let new = input.value.into_form().parse().map_err(|errors| refused(errors.into()))?;
        if !runs::update(&app, caller.id(), id.0, version, &new).await.map_err(refused)? {
            return Err(Problem::changed());
        }
        own(&app, caller.id(), id.0).await
    }

    /// Delete a mailing
    ///
    /// With its attempts and what they sent to whom. What is going out of it breaks off.
    #[oai(path = "/:id", method = "delete", operation_id = "deleteMailing")]
    async fn delete(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        runs::delete(&app, caller.id(), id.0).await?;
        Ok(Deleted::Gone)
    }

    /// Tell when a mailing goes out
    ///
    /// If nothing stops it meanwhile. Managers see everybody's.
    #[oai(path = "/:id/schedule", method = "get", operation_id = "showMailingSchedule")]
    async fn schedule(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
        /// How many of its next runs, at the most.
        #[oai(default = "five", validator(minimum(value = "1"), maximum(value = "100")))]
        count: Query<u8>,
    ) -> Result<Listed<Runs>, Problem> {
        let mailing = queries::view(&app.db, caller.user.reach(), id.0).await?;
        let schedule = mailing.schedule().map_err(crate::error::Error::from)?;
        let now = db::now(&app.db).await?;
        let next_runs = mailing.next_run_at.map_or_else(Vec::new, |next| schedule.runs_from(next, now, count.0.into()));
        Ok(Listed::Ok(Plain(Runs { next_runs, words: schedule.sentence() })))
    }
}

fn five() -> u8 {
    5
}

/// What the database alone knew to be wrong, by the names that the API has for it.
fn refused(refusal: Refusal) -> Problem {
    refusal.into_field_errors().map_or_else(Problem::from, |errors| Problem::renamed(errors, NAMES))
}

async fn in_full(app: &App, mailing: Mailing) -> Result<(Output, ETag), Problem> {
    let version = ETag(mailing.version);
    let picked = queries::recipient_ids(&app.db, mailing.id).await?;
    Ok((Output::new(mailing, picked), version))
}

/// The caller's own mailing as it is by now.
async fn own(app: &App, user_id: i64, id: i64) -> Result<Current<Output>, Problem> {
    let mailing = queries::get(&app.db, user_id, id).await?;
    let (output, version) = in_full(app, mailing).await?;
    Ok(Current::Ok(Plain(output), version))
}

/// What a mailing that was just created is answered with.
async fn created(once: &mut Once<Created<Output>>, user_id: i64, id: i64) -> Result<Created<Output>, Problem> {
    let mailing = queries::get(&mut *once.transaction, user_id, id).await?;
    let picked = queries::recipient_ids(&mut *once.transaction, id).await?;
    let version = ETag(mailing.version);
    Ok(Created::Created(Plain(Output::new(mailing, picked)), format!("/api/v1/mailings/{id}"), version))
}

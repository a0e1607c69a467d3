//! Recipients for programs.

mod files;

use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi, Tags,
    param::{Path, Query},
    payload::Json as Plain,
};
use serde::Deserialize;
use time::OffsetDateTime;

pub use files::{Files, IMPORT};

use crate::{
    app::App,
    mailings,
    recipients::{
        list::{Asked, Key, Search, State},
        model::{NewRecipient, Recipient, RecipientForm, used_by},
        queries,
    },
    tokens::{Caller, Reading, Writing},
    web::api::{
        Answer, Begun, Created, Current, Cursors, Deleted, IdempotencyKey, IfMatch, Json, Limit, Listed, Once, Page, Problem, etag::ETag,
    },
};

#[derive(Tags)]
pub(super) enum Tag {
    /// The people a user sends to.
    Recipients,
}

/// A recipient, to be created or changed.
#[derive(Debug, Object, Deserialize)]
#[oai(rename = "RecipientInput", deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The address; one of a user's recipients has it.
    #[oai(validator(min_length = 3, max_length = 254))]
    #[serde(default)]
    email: String,
    /// The full name, in one line.
    #[oai(validator(min_length = 1, max_length = 200))]
    #[serde(default)]
    name: String,
    /// A note of one's own, which nobody is sent.
    #[oai(validator(max_length = 2000))]
    #[serde(default)]
    comment: Option<String>,
}

impl poem_openapi::types::Example for Input {
    fn example() -> Self {
        Self { email: "anna@example.org".to_owned(), name: "Anna Kern".to_owned(), comment: Some("From the fair".to_owned()) }
    }
}

impl Input {
    fn parse(self) -> Result<NewRecipient, Problem> {
        let form = RecipientForm {
            email: self.email,
            full_name: self.name,
            comment: self.comment.unwrap_or_default(),
            ..RecipientForm::default()
        };
        form.parse().map_err(|errors| Problem::renamed(errors, &[("full_name", "name")]))
    }
}

/// A recipient.
#[derive(Debug, Object)]
#[oai(rename = "Recipient")]
pub struct Output {
    id: i64,
    email: String,
    /// The full name.
    name: String,
    comment: String,
    /// Since when mail servers say that the address does not exist; attempts leave it out.
    undeliverable_at: Option<OffsetDateTime>,
    /// What the mail server said of it.
    undeliverable_reason: Option<String>,
    /// Since when the recipient wants no more mail; attempts leave them out.
    unsubscribed_at: Option<OffsetDateTime>,
}

impl From<Recipient> for Output {
    fn from(recipient: Recipient) -> Self {
        Self {
            id: recipient.id,
            email: recipient.email,
            name: recipient.full_name,
            comment: recipient.comment,
            undeliverable_at: recipient.undeliverable_at,
            undeliverable_reason: recipient.undeliverable_reason,
            unsubscribed_at: recipient.unsubscribed_at,
        }
    }
}

/// Whether mail reaches a recipient.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "RecipientState", rename_all = "lowercase")]
enum Reach {
    Deliverable,
    Undeliverable,
    Unsubscribed,
}

impl From<Reach> for State {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Deliverable => Self::Deliverable,
            Reach::Undeliverable => Self::Undeliverable,
            Reach::Unsubscribed => Self::Unsubscribed,
        }
    }
}

pub struct Api;

#[OpenApi(prefix_path = "/recipients", tag = "Tag::Recipients")]
impl Api {
    /// List recipients
    ///
    /// The newest first. A search for one or two letters finds words that begin with them.
    #[oai(path = "/", method = "get", operation_id = "listRecipients")]
    async fn list(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// Only those in whose address, name or comment this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Only those whom mail reaches, or does not.
        state: Query<Option<Reach>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<Output>>, Problem> {
        // A part of what cursors are sealed with holds no zero.
        let search = search.0.unwrap_or_default().replace('\0', "");
        let state = state.0.map(State::from);
        let cursors = Cursors::new(&app.config, caller.id(), &["recipients", &search, state.map_or("", State::as_str)]);
        let key = Key::Newest { before: cursors.open(cursor.0.as_deref())? };
        let asked = Asked { search: Search::new(&search), state, key };
        let rows = queries::page(&app.db, caller.id(), &asked, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |recipient| recipient.id, Output::from))))
    }

    /// Create a recipient
    #[oai(path = "/", method = "post", operation_id = "createRecipient")]
    async fn create(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        input: Json<Input>,
    ) -> Result<Answer<Created<Output>>, Problem> {
        let new = input.value.parse()?;
        let mut once = match Once::begin(&app.db, caller.id(), key, "createRecipient", input.fingerprint).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let recipient = queries::insert_new(&mut once.transaction, caller.id(), &new).await?;
        let (location, version) = (format!("/api/v1/recipients/{}", recipient.id), ETag(recipient.version));
        once.finish(Created::Created(Plain(recipient.into()), location, version)).await
    }

    /// Show a recipient
    #[oai(path = "/:id", method = "get", operation_id = "showRecipient")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The recipient.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        Ok(current(queries::get(&app.db, caller.id(), id.0).await?))
    }

    /// Change a recipient
    ///
    /// All fields are replaced. Another address is no longer undeliverable.
    #[oai(path = "/:id", method = "put", operation_id = "changeRecipient")]
    async fn change(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The recipient.
        id: Path<i64>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        input: Json<Input>,
    ) -> Result<Current<Output>, Problem> {
        let stored = queries::get(&app.db, caller.id(), id.0).await?;
        let version = if_match.version(stored.version)?;
        let new = input.value.parse()?;
        let recipient = queries::update(&app.db, caller.id(), id.0, version, &new).await?.ok_or_else(Problem::changed)?;
        Ok(current(recipient))
    }

    /// Delete a recipient
    ///
    /// One that a mailing picks stays: 409 says which mailings.
    #[oai(path = "/:id", method = "delete", operation_id = "deleteRecipient")]
    async fn delete(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The recipient.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        if queries::delete(&app.db, caller.id(), id.0).await? {
            return Ok(Deleted::Gone);
        }
        let mailings = mailings::queries::using_recipient(&app.db, caller.id(), id.0).await?;
        Err(Problem::conflict(used_by(&mailings)))
    }

    /// Try an address again
    ///
    /// The owner knows better than the mail server that said it does not exist: the next attempt mails to it.
    #[oai(path = "/:id/undeliverable", method = "delete", operation_id = "clearRecipientUndeliverable")]
    async fn clear_undeliverable(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The recipient.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        Ok(current(queries::clear_undeliverable(&app.db, caller.id(), id.0).await?))
    }

    /// Take an unsubscription back
    ///
    /// For a recipient who has asked for mail again.
    #[oai(path = "/:id/unsubscription", method = "delete", operation_id = "clearRecipientUnsubscription")]
    async fn clear_unsubscription(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The recipient.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        Ok(current(queries::clear_unsubscribed(&app.db, caller.id(), id.0).await?))
    }
}

fn current(recipient: Recipient) -> Current<Output> {
    let version = ETag(recipient.version);
    Current::Ok(Plain(recipient.into()), version)
}

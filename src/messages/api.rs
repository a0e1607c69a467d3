//! Messages for programs.

use poem::web::Data;
use poem_openapi::{
    Object, OpenApi, Tags,
    param::{Path, Query},
    payload::Json as Plain,
    types::Example,
};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    attachments::{self, model::Attachment},
    model::{Message, MessageForm, NewMessage, Summary},
    queries,
    sample::{self, Preview, Source},
};
use crate::{
    app::App,
    db::like_pattern,
    error::Error,
    limits::Door,
    mail::trial::Trial,
    mail_server, mailings, t,
    tokens::{Caller, Reading, Sending, Writing},
    web::{
        ClientAddress,
        api::{
            Answer, Begun, Created, Current, Cursors, Deleted, IdempotencyKey, IfMatch, Json, Limit, Listed, Once, Page, Problem,
            etag::ETag, problem::Kind,
        },
        form, off_thread,
    },
};

#[derive(Tags)]
pub enum Tag {
    /// What is sent: a subject, a body, and files.
    Messages,
}

/// A message, to be created or changed.
#[derive(Debug, Object, Deserialize)]
#[oai(rename = "MessageInput", deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// One line. Placeholders are filled in for each recipient: `{{ name }}`, `{{ email }}`, `{{ mailing }}`, `{{ date }}`.
    #[oai(validator(min_length = 1, max_length = 250))]
    #[serde(default)]
    subject: String,
    /// HTML, or plain text. What mail programs would not show is taken out; what is kept is what is answered. Placeholders as in the
    /// subject, and `{{ unsubscribe_link }}`.
    #[oai(validator(min_length = 1, max_length = 524_288))]
    #[serde(default)]
    body: String,
}

impl Example for Input {
    fn example() -> Self {
        Self {
            subject: "Your week, {{ name }}".to_owned(),
            body: "<p>Hello {{ name }},</p><p>here is what is new.</p><p><a href=\"{{ unsubscribe_link }}\">No more of this</a></p>"
                .to_owned(),
        }
    }
}

impl Input {
    async fn parse(self) -> Result<NewMessage, Problem> {
        let form = MessageForm { subject: self.subject, body: self.body, ..MessageForm::default() };
        Ok(off_thread::read(move || form.parse()).await??)
    }
}

/// A message.
#[derive(Debug, Object)]
#[oai(rename = "Message")]
pub struct Output {
    id: i64,
    subject: String,
    /// HTML, or plain text, as it is sent.
    body: String,
    /// The files that go with it.
    attachments: Vec<AttachmentOutput>,
    /// When it was changed last.
    updated_at: OffsetDateTime,
}

impl Output {
    fn new(message: Message, files: Vec<Attachment>) -> Self {
        let Message { id, subject, body, updated_at, .. } = message;
        Self { id, subject, body, attachments: files.into_iter().map(AttachmentOutput::from).collect(), updated_at }
    }
}

/// A file that goes with a message.
#[derive(Debug, Object)]
#[oai(rename = "Attachment")]
pub struct AttachmentOutput {
    id: i64,
    /// As recipients see it.
    name: String,
    /// Bytes.
    size: i32,
}

impl From<Attachment> for AttachmentOutput {
    fn from(file: Attachment) -> Self {
        Self { id: file.id, name: file.name, size: file.size }
    }
}

/// A message in a list.
#[derive(Debug, Object)]
#[oai(rename = "MessageSummary")]
pub struct SummaryOutput {
    id: i64,
    subject: String,
    /// The beginning of the body, without HTML's tags and on one line.
    excerpt: String,
    /// When it was changed last.
    updated_at: OffsetDateTime,
}

impl From<Summary> for SummaryOutput {
    fn from(summary: Summary) -> Self {
        Self { excerpt: summary.beginning(), id: summary.id, subject: summary.subject, updated_at: summary.updated_at }
    }
}

/// For whom a message is shown.
#[derive(Debug, Object, Deserialize)]
#[oai(deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct PreviewInput {
    /// A recipient of one's own; left out, it is the newest, or somebody made up where there is nobody.
    #[serde(default)]
    recipient_id: Option<i64>,
}

impl Example for PreviewInput {
    fn example() -> Self {
        Self { recipient_id: None }
    }
}

/// A mail as it would go out.
#[derive(Debug, Object)]
#[oai(rename = "Preview")]
pub struct PreviewOutput {
    /// Whom it is for; null: somebody made up.
    recipient_id: Option<i64>,
    /// The sender, as in the mail's header.
    from: String,
    /// The recipient, as in the mail's header.
    to: String,
    /// Who gets the answers, as in the mail's header.
    reply_to: String,
    subject: String,
    /// The part for programs that show HTML.
    html: String,
    /// The part for all others.
    text: String,
    /// Bytes of the whole mail, with its files.
    size: u64,
}

impl From<Preview> for PreviewOutput {
    fn from(preview: Preview) -> Self {
        Self {
            recipient_id: preview.reader.id,
            from: preview.from,
            to: preview.to,
            reply_to: preview.reply_to,
            subject: preview.subject,
            html: preview.html,
            text: preview.text,
            size: preview.bytes as u64,
        }
    }
}

/// Where a test goes.
#[derive(Debug, Object, Deserialize)]
#[oai(deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct TestInput {
    /// Who gets it; left out, it is the token's user.
    #[oai(validator(min_length = 3, max_length = 254))]
    #[serde(default)]
    email: Option<String>,
    /// As whom they get it, as in a preview.
    #[serde(default)]
    recipient_id: Option<i64>,
}

impl Example for TestInput {
    fn example() -> Self {
        Self { email: Some("una@example.org".to_owned()), recipient_id: None }
    }
}

/// A test that the mail server has taken.
#[derive(Debug, Object)]
pub struct Test {
    /// Who gets it.
    email: String,
    /// The mail server's last words.
    reply: Option<String>,
}

/// A test that has gone no further than some step.
fn not_taken(email: &str, trial: &Trial) -> Problem {
    let step = mail_server::model::step_label(trial.step);
    let said = trial.reply.as_ref().map(ToString::to_string).or_else(|| trial.error.clone()).unwrap_or_default();
    Problem::new(Kind::MailServer, t!("messages-test-not-taken", email = email, step = step, said = said))
}

async fn source(app: &App, user_id: i64, id: i64) -> Result<Source, Problem> {
    let Message { subject, body, .. } = queries::get(&app.db, user_id, id).await?;
    Ok(Source { message_id: Some(id), is_draft: false, subject, body })
}

pub struct Api;

#[OpenApi(prefix_path = "/messages", tag = "Tag::Messages")]
impl Api {
    /// List messages
    ///
    /// The newest first.
    #[oai(path = "/", method = "get", operation_id = "listMessages")]
    async fn list(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// Only those in whose subject this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<SummaryOutput>>, Problem> {
        let search = like_pattern(search.0.as_deref().unwrap_or_default());
        let cursors = Cursors::new(&app.config, caller.id(), &["messages", search.as_deref().unwrap_or_default()]);
        let before = cursors.open(cursor.0.as_deref())?;
        let rows = queries::list(&app.db, caller.id(), search.as_deref(), before, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |message| message.id, SummaryOutput::from))))
    }

    /// Create a message
    #[oai(path = "/", method = "post", operation_id = "createMessage")]
    async fn create(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        input: Json<Input>,
    ) -> Result<Answer<Created<Output>>, Problem> {
        let new = input.value.parse().await?;
        let mut once = match Once::begin(&app.db, caller.id(), key, "createMessage", input.fingerprint).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let message = queries::insert(&mut *once.transaction, caller.id(), &new, Uuid::new_v4()).await?;
        let (location, version) = (format!("/api/v1/messages/{}", message.id), ETag(message.version));
        once.finish(Created::Created(Plain(Output::new(message, Vec::new())), location, version)).await
    }

    /// Show a message
    #[oai(path = "/:id", method = "get", operation_id = "showMessage")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
    ) -> Result<Current<Output>, Problem> {
        let message = queries::get(&app.db, caller.id(), id.0).await?;
        let files = attachments::queries::list(&app.db, caller.id(), id.0).await?;
        let version = ETag(message.version);
        Ok(Current::Ok(Plain(Output::new(message, files)), version))
    }

    /// Change a message
    ///
    /// Subject and body are replaced; the files stay. Attempts that have begun go on with what they began with.
    #[oai(path = "/:id", method = "put", operation_id = "changeMessage")]
    async fn change(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        input: Json<Input>,
    ) -> Result<Current<Output>, Problem> {
        let stored = queries::get(&app.db, caller.id(), id.0).await?;
        let version = if_match.version(stored.version)?;
        let new = input.value.parse().await?;
        let changed = queries::update(&app.db, caller.id(), id.0, version, &new).await?.ok_or_else(Problem::changed)?;
        let files = attachments::queries::list(&app.db, caller.id(), id.0).await?;
        let version = ETag(changed.version);
        Ok(Current::Ok(Plain(Output::new(changed, files)), version))
    }

    /// Delete a message
    ///
    /// One that a mailing sends stays: 409 says which mailings.
    #[oai(path = "/:id", method = "delete", operation_id = "deleteMessage")]
    async fn delete(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        if queries::delete(&app.db, caller.id(), id.0).await? {
            return Ok(Deleted::Gone);
        }
        let mailings = mailings::queries::using_message(&app.db, caller.id(), id.0).await?;
        Err(Problem::conflict(mailings::model::used_by(&t!("messages-this"), &mailings)))
    }

    /// Preview a message
    ///
    /// The mail as one recipient would get it. Nothing is sent.
    #[oai(path = "/:id/preview", method = "post", operation_id = "previewMessage")]
    async fn preview(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
        input: Json<PreviewInput>,
    ) -> Result<Listed<PreviewOutput>, Problem> {
        let source = source(&app, caller.id(), id.0).await?;
        let preview = sample::preview(&app, &caller.user, &source, input.value.recipient_id, true).await;
        Ok(Listed::Ok(Plain(preview.map_err(of_recipient(input.value.recipient_id))?.into())))
    }

    /// Send a test of a message
    ///
    /// The mail of the preview, marked as a test, at once and past all queues; the answer comes when the mail server has given its own, within a
    /// minute. 502: it has not taken the mail, and its words are in `detail`. As many tests as on the page are allowed. Each request sends one:
    /// there is no `Idempotency-Key` here, since the mail server is asked while no transaction is open.
    #[oai(path = "/:id/test", method = "post", operation_id = "testMessage")]
    async fn test(
        &self,
        caller: Caller<Sending>,
        client: ClientAddress,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
        input: Json<TestInput>,
    ) -> Result<Listed<Test>, Problem> {
        let source = source(&app, caller.id(), id.0).await?;
        let TestInput { email, recipient_id } = input.value;
        let email = match email {
            Some(email) => form::email(&email).map_err(|error| Problem::field("email", error))?,
            None => caller.user.0.email.clone(),
        };
        let (source, is_finished) = off_thread::read(move || {
            let is_finished = source.is_finished();
            (source, is_finished)
        })
        .await?;
        if !is_finished {
            return Err(Problem::conflict(t!("messages-test-unfinished")));
        }
        app.throttle.count(Door::TestMail, client, &caller.id().to_string()).map_err(Error::TooMany)?;
        let trial = sample::send(&app, &caller.user, &source, recipient_id, &email).await.map_err(of_recipient(recipient_id))?;
        match trial {
            None => Err(Problem::field("email", t!("messages-test-address"))),
            Some(trial) if trial.is_well() => Ok(Listed::Ok(Plain(Test { email, reply: trial.reply.map(|reply| reply.to_string()) }))),
            Some(trial) => Err(not_taken(&email, &trial)),
        }
    }
}

/// The message is there: what was not found is the recipient that the body names.
fn of_recipient(recipient_id: Option<i64>) -> impl Fn(Error) -> Problem {
    move |error| match (error, recipient_id) {
        (Error::NotFound, Some(_)) => Problem::field("recipient_id", t!("api-not-found-detail")),
        (error, _) => error.into(),
    }
}

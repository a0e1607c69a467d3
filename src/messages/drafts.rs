//! What is typed and not saved yet is kept on the server, so that neither a closed window nor a dead battery costs it. The
//! message itself changes when it is saved, and not before.

use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Json, Path},
};
use serde::Deserialize;
use serde_json::json;
use sqlx::PgExecutor;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    model::{MessageForm, PlaceholderFaults},
    queries,
};
use crate::{
    app::App,
    error::{Error, Result},
    i18n::format,
    mail::compose::Body,
    mailings::schedule,
    t,
    users::CurrentUser,
    web::{FormData, off_thread, see_other},
};

/// How long a draft is kept that nobody comes back to.
pub const KEPT: time::Duration = time::Duration::days(30);

/// The longest subject and body that a draft keeps, in bytes: more than can be saved, so that what is too long is not lost.
const SUBJECT_BYTES: usize = 64 * 1024;
const BODY_BYTES: usize = 2 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct Draft {
    pub subject: String,
    pub body: String,
    pub message_version: i32,
    pub version: i32,
    pub saved_at: OffsetDateTime,
    pub writer: Option<Uuid>,
}

/// What an editor has to know of drafts.
#[derive(Debug, Clone, Copy)]
pub struct DraftState {
    pub hold: Hold,
    /// When somebody left one behind, and has not said yet what becomes of it.
    pub offered: Option<OffsetDateTime>,
}

/// What an editor has of a draft; its form carries it.
#[derive(Debug, Clone, Copy)]
pub struct Hold {
    /// Names the editor.
    pub writer: Uuid,
    /// The version to go on from; 0: there is none.
    pub version: i32,
}

impl Hold {
    fn new(version: i32) -> Self {
        Self { writer: Uuid::new_v4(), version }
    }

    fn covers(self, draft: &Draft) -> bool {
        draft.version == self.version || draft.writer == Some(self.writer)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DraftQuery {
    /// Go on from the draft.
    pub draft: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DraftForm {
    subject: String,
    body: String,
    /// The message's version.
    version: i32,
    draft_version: i32,
    draft_writer: Uuid,
    /// Names the filling-in of a new message's form.
    submission_id: Option<Uuid>,
    /// Whether the plain text of it is wanted.
    with_text: bool,
}

impl From<Draft> for MessageForm {
    fn from(draft: Draft) -> Self {
        Self { subject: draft.subject, body: draft.body, version: draft.message_version, ..Self::blank() }
    }
}

/// The form to show, of what is stored or of the draft, and how drafts stand.
pub async fn opened(
    app: &App,
    user_id: i64,
    message_id: Option<i64>,
    stored: MessageForm,
    query: &DraftQuery,
) -> Result<(MessageForm, DraftState)> {
    Ok(match get(&app.db, user_id, message_id).await? {
        Some(draft) if query.draft => {
            let state = DraftState { hold: Hold::new(draft.version), offered: None };
            (draft.into(), state)
        }
        Some(draft) => (stored, DraftState { hold: Hold::new(0), offered: Some(draft.saved_at) }),
        None => (stored, DraftState { hold: Hold::new(0), offered: None }),
    })
}

/// For a form that comes back: with its own draft it goes on, another's is still offered.
pub async fn going_on(app: &App, user_id: i64, message_id: Option<i64>, form: &MessageForm) -> Result<DraftState> {
    let hold = form.hold();
    Ok(match get(&app.db, user_id, message_id).await? {
        Some(draft) if hold.covers(&draft) => DraftState { hold: Hold { version: draft.version, ..hold }, offered: None },
        Some(draft) => DraftState { hold, offered: Some(draft.saved_at) },
        None => DraftState { hold, offered: None },
    })
}

#[handler]
pub async fn update_new(user: CurrentUser, app: Data<&App>, FormData(form): FormData<DraftForm>) -> Result<Response> {
    keep(&app, &user, None, form).await
}

#[handler]
pub async fn update(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>, FormData(form): FormData<DraftForm>) -> Result<Response> {
    queries::get(&app.db, user.id(), id).await?;
    keep(&app, &user, Some(id), form).await
}

async fn keep(app: &App, user: &CurrentUser, message_id: Option<i64>, form: DraftForm) -> Result<Response> {
    if form.subject.len() > SUBJECT_BYTES || form.body.len() > BODY_BYTES {
        return Err(Error::TooLarge);
    }
    // Postgres takes no NUL in a text; the form says so when it is saved.
    let form = DraftForm { subject: form.subject.replace('\0', ""), body: form.body.replace('\0', ""), ..form };
    let Some((version, saved_at)) = upsert(&app.db, user.id(), message_id, &form).await? else {
        let words = json!({ "words": t!("messages-draft-elsewhere") });
        return Ok(Json(words).with_status(StatusCode::CONFLICT).into_response());
    };
    let DraftForm { subject, body, with_text, .. } = form;
    let look = move || {
        let faults = PlaceholderFaults::of(&subject, &body);
        (faults, with_text.then(|| Body::from_author(&body).text_as_written()))
    };
    let (faults, text) = off_thread::read(look).await?;
    let time = format::time(schedule::civil(saved_at, &user.zone()).time());
    Ok(Json(json!({ "version": version, "words": t!("messages-draft-saved", time = time), "text": text, "faults": faults }))
        .into_response())
}

#[handler]
pub async fn delete_new(user: CurrentUser, app: Data<&App>) -> Result<Response> {
    delete(&app.db, user.id(), None).await?;
    Ok(see_other("/messages/new"))
}

#[handler]
pub async fn delete_one(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>) -> Result<Response> {
    queries::get(&app.db, user.id(), id).await?;
    delete(&app.db, user.id(), Some(id)).await?;
    Ok(see_other(format!("/messages/{id}/edit")))
}

pub async fn get(db: impl PgExecutor<'_>, user_id: i64, message_id: Option<i64>) -> sqlx::Result<Option<Draft>> {
    sqlx::query_as!(
        Draft,
        "select subject, body, message_version, version, saved_at, writer from message_drafts
         where user_id = $1 and message_id is not distinct from $2",
        user_id,
        message_id
    )
    .fetch_optional(db)
    .await
}

/// None: another tab has kept something since, or the message is saved and what still comes of it is old.
async fn upsert(
    db: impl PgExecutor<'_>,
    user_id: i64,
    message_id: Option<i64>,
    form: &DraftForm,
) -> sqlx::Result<Option<(i32, OffsetDateTime)>> {
    let kept = sqlx::query!(
        "insert into message_drafts as draft (user_id, message_id, subject, body, message_version, writer)
         select $1::bigint, $2::bigint, $3::text, $4::text, $5::int, $7::uuid
         where not exists (select from messages where user_id = $1 and submission_id = $8)
           and ($6 = 0 or exists (select from message_drafts where user_id = $1 and message_id is not distinct from $2))
         on conflict on constraint message_drafts_user_id_message_id_key do update
           set subject = excluded.subject, body = excluded.body, message_version = excluded.message_version,
               version = draft.version + 1, saved_at = now(), writer = excluded.writer
           where draft.version = $6 or draft.writer = $7
         returning version, saved_at",
        user_id,
        message_id,
        form.subject,
        form.body,
        form.version,
        form.draft_version,
        form.draft_writer,
        form.submission_id
    )
    .fetch_optional(db)
    .await?;
    Ok(kept.map(|kept| (kept.version, kept.saved_at)))
}

/// Once what this editor was about is saved.
pub async fn delete_own(db: impl PgExecutor<'_>, user_id: i64, message_id: Option<i64>, hold: Hold) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from message_drafts where user_id = $1 and message_id is not distinct from $2 and (version = $3 or writer = $4)",
        user_id,
        message_id,
        hold.version,
        hold.writer
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Once somebody throws it away.
pub async fn delete(db: impl PgExecutor<'_>, user_id: i64, message_id: Option<i64>) -> sqlx::Result<()> {
    sqlx::query!("delete from message_drafts where user_id = $1 and message_id is not distinct from $2", user_id, message_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Drafts that nobody came back to.
pub async fn delete_old(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    let before = OffsetDateTime::now_utc() - KEPT;
    sqlx::query!("delete from message_drafts where saved_at < $1", before).execute(db).await?;
    Ok(())
}

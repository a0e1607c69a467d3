//! Files that go with a message's mails.

pub mod model;
pub mod queries;

use poem::{
    FromRequest, IntoResponse, Request, Response, handler,
    http::header,
    session::Session,
    web::{Data, Multipart, Path},
};
use sqlx::PgExecutor;

use super::{queries as messages, views};
use crate::{
    app::App,
    error::{Error, Result},
    limits::ATTACHMENTS_MAX,
    mailings, t,
    users::CurrentUser,
    web::{Chrome, FieldErrors, Page, flash, see_other},
};
use model::Upload;

/// Where files are uploaded.
pub const PATH: &str = "/messages/:id/attachments";

/// The files of a form.
pub struct Uploads(Vec<Upload>);

impl<'a> FromRequest<'a> for Uploads {
    async fn from_request(request: &'a Request, body: &mut poem::RequestBody) -> poem::Result<Self> {
        // A form of another kind holds no file: nothing was uploaded.
        let Ok(mut form) = Multipart::from_request(request, body).await else { return Ok(Self(Vec::new())) };
        let broken = |_| Error::BadRequest { why: t!("form-broken-off") };
        let mut uploads = Vec::new();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            // One too many is enough to be refused.
            if field.name() != Some("files") || uploads.len() > ATTACHMENTS_MAX {
                continue;
            }
            let name = field.file_name().unwrap_or_default().to_owned();
            let content_type = field.content_type().unwrap_or_default().to_owned();
            let content = field.bytes().await.map_err(broken)?;
            // Browsers send an empty part where nothing was chosen.
            if !(name.is_empty() && content.is_empty()) {
                uploads.push(Upload { name, content_type, content });
            }
        }
        Ok(Self(uploads))
    }
}

#[handler]
pub async fn create(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    Uploads(uploads): Uploads,
) -> Result<Response> {
    let mut transaction = app.db.begin().await?;
    queries::lock_message(&mut *transaction, user.id(), id).await?;
    let present = queries::list(&mut *transaction, user.id(), id).await?;
    let files = match model::parse(uploads, &present) {
        Ok(files) => files,
        Err(faults) => {
            drop(transaction);
            let message = messages::get(&app.db, user.id(), id).await?;
            let mailings = mailings::queries::using_message(&app.db, user.id(), id).await?;
            let errors = FieldErrors::of("files", faults);
            return Ok(Page::invalid(views::show_page(&user, &chrome, &message, &present, &errors, &mailings)).into_response());
        }
    };
    for file in &files {
        queries::insert(&mut *transaction, user.id(), id, file).await?;
    }
    transaction.commit().await?;
    flash(session, true, t!("messages-attachments-added", count = files.len()));
    Ok(see_other(format!("/messages/{id}")))
}

#[handler]
pub async fn delete(user: CurrentUser, app: Data<&App>, session: &Session, Path((message_id, id)): Path<(i64, i64)>) -> Result<Response> {
    queries::remove(&app.db, user.id(), message_id, id).await?;
    flash(session, true, t!("messages-attachments-removed"));
    Ok(see_other(format!("/messages/{message_id}")))
}

/// The file as a download. Whatever it is, it is never a page of ours.
#[handler]
pub async fn show(user: CurrentUser, app: Data<&App>, Path((message_id, id)): Path<(i64, i64)>) -> Result<Response> {
    let file = queries::get(&app.db, user.id(), message_id, id).await?;
    // RFC 8187: of what a form's encoding leaves as it is, a star and the plus for a space are not allowed here.
    let name: String = url::form_urlencoded::byte_serialize(file.name.as_bytes()).collect();
    let name = name.replace('+', "%20").replace('*', "%2A");
    Ok(Response::builder()
        .content_type("application/octet-stream")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}"))
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; frame-ancestors 'none'")
        .body(file.content))
}

/// Deletes files that nobody needs any more.
///
/// # Errors
/// Postgres is out of reach.
pub async fn delete_left(db: impl PgExecutor<'_> + Copy) -> sqlx::Result<()> {
    queries::note_left(db).await?;
    queries::delete_left(db).await
}

//! Files that go with a message's mails.

pub mod api;
pub mod model;
pub mod queries;

use poem::{
    IntoResponse, Response, handler,
    http::header,
    session::Session,
    web::{Data, Path},
};
use sqlx::PgExecutor;

use super::{queries as messages, views};
use crate::{
    app::App,
    error::Result,
    limits::ATTACHMENTS_MAX,
    mailings, t,
    users::CurrentUser,
    web::{Chrome, FieldErrors, Page, flash, see_other, upload::Uploads},
};

/// Where files are uploaded.
pub const PATH: &str = "/messages/:id/attachments";

#[handler]
pub async fn create(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    Uploads(uploads): Uploads<ATTACHMENTS_MAX>,
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
    Ok(Response::builder()
        .content_type("application/octet-stream")
        .header(header::CONTENT_DISPOSITION, disposition(&file.name))
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; frame-ancestors 'none'")
        .body(file.content))
}

/// The header that makes a download of a file (RFC 6266).
fn disposition(name: &str) -> String {
    // RFC 8187: of what a form's encoding leaves as it is, a star and the plus for a space are not allowed here.
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let name = name.replace('+', "%20").replace('*', "%2A");
    format!("attachment; filename*=UTF-8''{name}")
}

/// Deletes files that nobody needs any more.
///
/// # Errors
/// Postgres is out of reach.
pub async fn delete_left(db: impl PgExecutor<'_> + Copy) -> sqlx::Result<()> {
    queries::note_left(db).await?;
    queries::delete_left(db).await
}

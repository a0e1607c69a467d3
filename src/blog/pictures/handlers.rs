//! The pictures of a post on its editors' page: upload, words, cover, delete.

use maud::Markup;
use poem::{
    IntoResponse, Response, handler,
    session::Session,
    web::{Data, Path},
};
use uuid::Uuid;

use super::{
    gallery,
    model::AltForm,
    views::{self, Wrong},
};
use crate::{
    app::App,
    error::Result,
    limits::PICTURES_MAX,
    t,
    users::{CurrentUser, Editor},
    web::{Chrome, FormData, Page, flash, fragment, noticed, see_other, upload::Uploads},
};

/// The pictures alone; on the post's own page they stand below its text.
#[handler]
pub async fn index(Editor(user): Editor, chrome: Chrome, app: Data<&App>, Path(post_id): Path<i64>) -> Result<Page> {
    Ok(Page::ok(page(&app, &user, &chrome, post_id, &Wrong::Nothing).await?))
}

#[handler]
pub async fn create(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(post_id): Path<i64>,
    Uploads(uploads): Uploads<PICTURES_MAX>,
) -> Result<Response> {
    gallery::of(&app.db, post_id).await?;
    match gallery::add(&app, &user.0, post_id, uploads).await {
        Ok(count) => done(&app, &chrome, session, post_id, t!("pictures-added", count = count)).await,
        Err(refusal) => {
            let errors = refusal.into_field_errors()?;
            let wrong = Wrong::Files(errors.get("files").unwrap_or_default());
            Ok(Page::invalid(page(&app, &user, &chrome, post_id, &wrong).await?).into_response())
        }
    }
}

#[handler]
pub async fn update(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path((post_id, id)): Path<(i64, Uuid)>,
    FormData(form): FormData<AltForm>,
) -> Result<Response> {
    match form.parse() {
        Ok(alt) => {
            gallery::describe(&app, &user.0, post_id, id, &alt).await?;
            done(&app, &chrome, session, post_id, t!("pictures-described")).await
        }
        Err(error) => {
            let wrong = Wrong::Alt { id, typed: &form.alt, error: &error };
            Ok(Page::invalid(page(&app, &user, &chrome, post_id, &wrong).await?).into_response())
        }
    }
}

#[handler]
pub async fn delete(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path((post_id, id)): Path<(i64, Uuid)>,
) -> Result<Response> {
    gallery::delete(&app, &user.0, post_id, id).await?;
    done(&app, &chrome, session, post_id, t!("pictures-deleted")).await
}

#[handler]
pub async fn create_cover(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path((post_id, id)): Path<(i64, Uuid)>,
) -> Result<Response> {
    gallery::cover(&app, &user.0, post_id, id, true).await?;
    done(&app, &chrome, session, post_id, t!("pictures-cover-chosen")).await
}

#[handler]
pub async fn delete_cover(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path((post_id, id)): Path<(i64, Uuid)>,
) -> Result<Response> {
    gallery::cover(&app, &user.0, post_id, id, false).await?;
    done(&app, &chrome, session, post_id, t!("pictures-cover-taken")).await
}

async fn page(app: &App, user: &CurrentUser, chrome: &Chrome, post_id: i64, wrong: &Wrong<'_>) -> Result<Markup> {
    let gallery = gallery::of(&app.db, post_id).await?;
    Ok(if chrome.htmx { views::panel(&gallery, wrong, &chrome.csrf) } else { views::index_page(user, chrome, &gallery, wrong) })
}

/// To the post's page; where htmx is there already, the pictures as they are now.
async fn done(app: &App, chrome: &Chrome, session: &Session, post_id: i64, text: String) -> Result<Response> {
    if chrome.htmx {
        let gallery = gallery::of(&app.db, post_id).await?;
        return Ok(noticed(fragment(views::panel(&gallery, &Wrong::Nothing, &chrome.csrf)), true, &text));
    }
    flash(session, true, text);
    Ok(see_other(format!("/admin/posts/{post_id}/pictures")))
}

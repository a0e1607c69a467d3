//! What is done with a post by one click.

use poem::{
    Response, handler,
    session::Session,
    web::{Data, Path},
};
use serde::Deserialize;

use super::super::{PATH, posts};
use crate::{
    app::App,
    error::Result,
    t,
    users::Editor,
    web::{Chrome, FormData, flash, fragment, refused, see_other},
};

/// Where the click was made.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    /// The list's address, where the act stands in the list.
    back: String,
}

impl ActForm {
    /// The list as it was, or the post's page.
    fn way_back(&self, id: i64) -> String {
        let is_list = self.back.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('?'));
        if is_list { self.back.clone() } else { format!("{PATH}/{id}") }
    }
}

#[handler]
pub async fn publish(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<ActForm>,
) -> Result<Response> {
    if !posts::publish(&app, &user.0, id).await? {
        if chrome.htmx {
            return Ok(refused(&t!("posts-not-complete")));
        }
        flash(session, false, t!("posts-not-complete"));
    } else if !chrome.htmx {
        // The list shows by itself what has changed.
        flash(session, true, t!("posts-published"));
    }
    Ok(see_other(form.way_back(id)))
}

#[handler]
pub async fn unpublish(
    Editor(user): Editor,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<ActForm>,
) -> Result<Response> {
    posts::unpublish(&app, &user.0, id).await?;
    if !chrome.htmx {
        flash(session, true, t!("posts-unpublished"));
    }
    Ok(see_other(form.way_back(id)))
}

#[handler]
pub async fn delete(Editor(user): Editor, chrome: Chrome, app: Data<&App>, session: &Session, Path(id): Path<i64>) -> Result<Response> {
    posts::delete(&app, &user.0, id).await?;
    if chrome.htmx {
        return Ok(fragment(maud::html! {}));
    }
    flash(session, true, t!("posts-deleted"));
    Ok(see_other(PATH))
}

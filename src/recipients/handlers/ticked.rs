//! What is done with the recipients that are ticked in the list.

use poem::{IntoResponse, Response, handler, session::Session, web::Data};
use serde::Deserialize;

use super::index_content;
use crate::{
    app::App,
    error::Result,
    mailings::picks::{self, Added},
    recipients::{list::ListQuery, queries},
    t,
    users::CurrentUser,
    web::{Chrome, FormData, Page, flash, noticed, see_other},
};

/// Those that are refused and named; the others are counted.
const NAMED: usize = 5;
/// A mailing that picks somebody this very moment is waited out a few times.
const ROUNDS: usize = 3;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TickedForm {
    ids: Vec<String>,
    mailing_id: String,
    /// The query of the list they were ticked in, to come back to it.
    list: String,
}

impl TickedForm {
    /// What is no number was not made by our form.
    fn ids(&self) -> Vec<i64> {
        self.ids.iter().filter_map(|id| id.parse().ok()).collect()
    }
}

/// Deletes those that no mailing picks, and names the others.
#[handler]
pub async fn delete(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<TickedForm>,
) -> Result<Response> {
    let ids = form.ids();
    if ids.is_empty() {
        return answer(&user, &chrome, &app, session, &form, Said::problem(t!("recipients-nobody-ticked"))).await;
    }
    let mut deleted = None;
    for _ in 0..ROUNDS {
        deleted = queries::delete_unused(&app.db, user.id(), &ids).await?;
        if deleted.is_some() {
            break;
        }
    }
    let left = queries::count_of(&app.db, user.id(), &ids).await?;
    let mut said = t!("recipients-ticked-deleted", count = deleted.unwrap_or(0));
    if left > 0 {
        let named = queries::picked(&app.db, user.id(), &ids, NAMED as i64).await?;
        let names: Vec<String> =
            named.iter().map(|picked| t!("recipients-ticked-used-by", email = picked.email, mailing = picked.mailing)).collect();
        let others = left.saturating_sub(names.len() as i64);
        said = format!("{said} {}", t!("recipients-ticked-used", count = left, names = names.join(", "), others = others));
    }
    answer(&user, &chrome, &app, session, &form, Said { success: left == 0, text: said }).await
}

/// Adds them to a mailing.
#[handler]
pub async fn pick(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    session: &Session,
    FormData(form): FormData<TickedForm>,
) -> Result<Response> {
    let ids = form.ids();
    let said = match form.mailing_id.parse() {
        _ if ids.is_empty() => Said::problem(t!("recipients-nobody-ticked")),
        Err(_) => Said::problem(t!("recipients-no-mailing-chosen")),
        Ok(mailing_id) => match picks::add(&app, user.id(), mailing_id, &ids).await? {
            Added::Some { added, mailing } => Said { success: true, text: t!("recipients-picked", count = added, mailing = mailing) },
            Added::Closed => Said::problem(t!("recipients-mailing-closed")),
            Added::Running => Said::problem(t!("recipients-mailing-running")),
            Added::TooMany => Said::problem(t!("recipients-mailing-full", most = crate::mailings::model::PICKED_MAX)),
        },
    };
    answer(&user, &chrome, &app, session, &form, said).await
}

/// What the reader is told.
struct Said {
    success: bool,
    text: String,
}

impl Said {
    fn problem(text: String) -> Self {
        Self { success: false, text }
    }
}

/// Back to the list as it was: search, state, order and page.
async fn answer(user: &CurrentUser, chrome: &Chrome, app: &App, session: &Session, form: &TickedForm, said: Said) -> Result<Response> {
    let query: ListQuery = serde_html_form::from_str(&form.list).unwrap_or_default();
    if chrome.htmx {
        let page = Page::ok(index_content(user, chrome, app, &query).await?);
        return Ok(noticed(page.into_response(), said.success, &said.text));
    }
    flash(session, said.success, said.text);
    Ok(see_other(query.address()))
}

//! Attempts: start by hand, list, show.

use poem::{
    Response, handler,
    session::Session,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    answers,
    model::{self, Attempt, DeliveriesQuery, IndexQuery},
    queries, refusals, search,
    views::{self, Deliveries},
};
use crate::{
    app::App,
    delivery,
    error::{Error, Result},
    mailings::{
        self,
        runs::{self, NotStarted, Repeat},
    },
    t,
    users::{self, CurrentUser, rights::Reach},
    web::{Chrome, FormData, Page, flash, list, see_other},
};

#[derive(Deserialize)]
pub struct StartForm {
    /// Names this showing of the button, so that a double click starts one run.
    submission_id: Option<Uuid>,
}

/// "Start now".
#[handler]
pub async fn create(
    user: CurrentUser,
    app: Data<&App>,
    session: &Session,
    Path(mailing_id): Path<i64>,
    FormData(form): FormData<StartForm>,
) -> Result<Response> {
    let started = runs::run_now(&app, user.id(), mailing_id, form.submission_id.unwrap_or_else(Uuid::new_v4)).await?;
    Ok(after_start(session, started, &t!("attempts-nobody-to-send-to"), format!("/mailings/{mailing_id}")))
}

/// To the attempt that was started, or back with the reason why there is none.
fn after_start(session: &Session, started: Result<i64, NotStarted>, nobody: &str, back: String) -> Response {
    let why = match started {
        Ok(attempt_id) => return see_other(format!("/attempts/{attempt_id}")),
        Err(why) => why,
    };
    flash(session, false, refusals::words(&why, nobody));
    match why {
        NotStarted::Running(attempt_id) => see_other(format!("/attempts/{attempt_id}")),
        _ => see_other(back),
    }
}

#[derive(Deserialize)]
pub struct RepeatForm {
    /// `failed` or `missing`; failed where it is not given.
    #[serde(default)]
    whom: String,
    submission_id: Option<Uuid>,
}

/// "Send again to those who failed", "Send to all who have not got it".
#[handler]
pub async fn retry(
    user: CurrentUser,
    app: Data<&App>,
    session: &Session,
    Path(id): Path<i64>,
    FormData(form): FormData<RepeatForm>,
) -> Result<Response> {
    let whom = if form.whom == "missing" { Repeat::Missing } else { Repeat::Failed };
    let started = runs::repeat(&app, user.id(), id, whom, form.submission_id.unwrap_or_else(Uuid::new_v4)).await?;
    Ok(after_start(session, started, &refusals::nobody_left(whom), format!("/attempts/{id}")))
}

#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<IndexQuery>) -> Result<Page> {
    // One's own, unless a mailing is asked for that one may look at.
    let owner = match (query.mailing_id, user.reach()) {
        (Some(mailing_id), Reach::Everybodys) => mailings::queries::owner_id(&app.db, mailing_id).await?.ok_or(Error::NotFound)?,
        _ => user.id(),
    };
    let mut found = search::find(&app.db, owner, &query.narrowed(OffsetDateTime::now_utc()), query.before, list::FETCH).await?;
    let owner = if owner == user.id() {
        None
    } else {
        found = found.into_iter().map(Attempt::without_addresses).collect();
        Some(users::queries::owner(&app.db, owner).await?)
    };
    let position = list::ListQuery { q: String::new(), before: query.before };
    let page = list::Keyset::new(&query.address(None), &position, found, |attempt| attempt.id);
    Ok(Page::ok(views::index_page(&user, &chrome, owner.as_ref(), &query, &page)))
}

#[handler]
pub async fn show(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Page> {
    let attempt = queries::view(&app.db, user.reach(), id).await?;
    if attempt.user_id != user.id() {
        return overseen(&app, &user, &chrome, attempt).await;
    }
    let mut rows = delivery::queries::list(&app.db, id, &query.filter(), query.after(), list::FETCH).await?;
    let has_more = rows.len() > list::PER_PAGE;
    rows.truncate(list::PER_PAGE);
    let deliveries = Deliveries { rows, has_more, query: &query };
    let answers = answers::of(&app.db, &attempt).await?;
    let left_failed = match attempt.failed {
        1.. if !attempt.is_running() => delivery::queries::count_left_failed(&app.db, id, views::COUNTED).await?,
        _ => 0,
    };
    Ok(Page::ok(views::show_page(&user, &chrome, &attempt, &answers, &deliveries, left_failed)))
}

/// Somebody else's attempt: how it went, and to nobody's address.
async fn overseen(app: &App, user: &CurrentUser, chrome: &Chrome, attempt: Attempt) -> Result<Page> {
    let owner = users::queries::owner(&app.db, attempt.user_id).await?;
    let answers = model::answers(delivery::queries::replies(&app.db, attempt.id, views::REPLIES).await?);
    Ok(Page::ok(views::overseen_page(user, chrome, &attempt.without_addresses(), &owner, &answers)))
}

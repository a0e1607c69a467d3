//! What was sent and what was not.

use poem::{
    Response, handler,
    web::{Data, Query},
};
use time::OffsetDateTime;

use super::{
    model::{Period, ReportQuery, Subject},
    queries::{self, Lines},
    views::{self, ByPeriod, Frame, List, export},
};
use crate::{
    app::App,
    error::Result,
    users::CurrentUser,
    web::{Chrome, FieldErrors, Page},
};

/// Lines on a page.
const PER_PAGE: usize = 20;
/// Different answers on a page.
const ANSWERS_SHOWN: i64 = 20;

/// The days that are asked for, or the usual ones where they are none, with what is wrong.
fn period(user: &CurrentUser, query: &ReportQuery) -> (Period, FieldErrors) {
    let (now, zone) = (OffsetDateTime::now_utc(), user.zone());
    match query.parse(now, &zone) {
        Ok(period) => (period, FieldErrors::default()),
        Err(errors) => (Period::usual(now, &zone), errors),
    }
}

fn page(errors: &FieldErrors, content: maud::Markup) -> Page {
    if errors.is_empty() { Page::ok(content) } else { Page::invalid(content) }
}

/// By period.
#[handler]
pub async fn index(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<ReportQuery>) -> Result<Page> {
    let (period, errors) = period(&user, &query);
    let figures = queries::between(&app.db, user.id(), &period.bounds).await?;
    let causes = queries::causes(&app.db, user.id(), period.from(), period.until()).await?;
    let answers = queries::answers(&app.db, user.id(), period.from(), period.until(), true, ANSWERS_SHOWN).await?;
    let frame = Frame { user: &user, chrome: &chrome, subject: Subject::Period, period: &period, query: &query, errors: &errors };
    Ok(page(&errors, views::period_page(&frame, &ByPeriod { figures: &figures, causes: &causes, answers: &answers })))
}

#[handler]
pub async fn mailings(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<ReportQuery>) -> Result<Page> {
    let (period, errors) = period(&user, &query);
    let rows = queries::by_mailing(&app.db, lines(&user, &period, &query)).await?;
    let frame = Frame { user: &user, chrome: &chrome, subject: Subject::Mailings, period: &period, query: &query, errors: &errors };
    Ok(page(&errors, views::list_page(&frame, &List::new(rows, PER_PAGE))))
}

#[handler]
pub async fn messages(user: CurrentUser, chrome: Chrome, app: Data<&App>, Query(query): Query<ReportQuery>) -> Result<Page> {
    let (period, errors) = period(&user, &query);
    let rows = queries::by_message(&app.db, lines(&user, &period, &query)).await?;
    let frame = Frame { user: &user, chrome: &chrome, subject: Subject::Messages, period: &period, query: &query, errors: &errors };
    Ok(page(&errors, views::list_page(&frame, &List::new(rows, PER_PAGE))))
}

/// One more than a page tells whether there is another.
fn lines(user: &CurrentUser, period: &Period, query: &ReportQuery) -> Lines {
    Lines { user_id: user.id(), from: period.from(), until: period.until(), before: query.before, limit: PER_PAGE as i64 + 1 }
}

/// What a report shows, as a file.
#[handler]
pub async fn csv(user: CurrentUser, app: Data<&App>, Query(query): Query<ReportQuery>) -> Result<Response> {
    let (period, _) = period(&user, &query);
    // One more tells that there are more.
    let limit = export::LINES as i64 + 1;
    let all = Lines { before: None, limit, ..lines(&user, &period, &query) };
    Ok(match query.by {
        Subject::Period => export::period(&period, &queries::between(&app.db, user.id(), &period.bounds).await?),
        Subject::Answers => {
            export::answers(&period, &queries::answers(&app.db, user.id(), period.from(), period.until(), false, limit).await?)
        }
        Subject::Mailings => export::lines(query.by, &period, &user.zone(), &queries::by_mailing(&app.db, all).await?),
        Subject::Messages => export::lines(query.by, &period, &user.zone(), &queries::by_message(&app.db, all).await?),
    })
}

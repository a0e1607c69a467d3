//! The start page: what this is, or for the signed-in what happens and what to do next.

use maud::Markup;
use poem::{FromRequest, IntoResponse, Request, Response, handler, http::StatusCode, web::Data};
use time::{Duration, OffsetDateTime};

use super::{
    model::{self, DUE, Statistics},
    queries,
    views::{
        dashboard::{self, Board, Counts, Dashboard, Guide, Month, Trouble},
        visitor as visitors,
    },
};
use crate::{
    app::App,
    blog,
    cache::Kind,
    db,
    error::{Error, Result},
    i18n, mailings, recipients,
    reports::{self, model::Period},
    users::{CurrentUser, Visitor, setup},
    web::{Chrome, Page, see_other},
};

/// Attempts and mailings that are shown of each kind.
const SHOWN: i64 = 5;
/// Up to which number messages, and recipients who cannot be reached, are counted.
pub const COUNTED: i64 = 1_000;
/// How long what went wrong is news.
const NEWS: Duration = Duration::days(7);
/// Counted at the most so often, whoever looks; with the page that shows it, it is a minute old at the most.
const STATISTICS: Kind = Kind::timed("statistics", std::time::Duration::from_secs(45));
/// The visitors' whole page.
const WELCOME_PAGE: Kind = Kind::public("start page", std::time::Duration::from_secs(15));

#[handler]
pub async fn index(request: &Request, visitor: Visitor, app: Data<&App>) -> poem::Result<Response> {
    let Visitor(Some(user)) = visitor else {
        if setup::is_due(&app, &visitor).await? {
            return Ok(see_other(setup::PATH));
        }
        let app = app.0;
        return visitor.page(request, app, &WELCOME_PAGE, "", |visitor, chrome| welcome(app, visitor, chrome)).await;
    };
    let chrome = Chrome::from_request_without_body(request).await?;
    let user = CurrentUser(user);
    let has_attempts = queries::has_attempts(&app.db, user.id()).await.map_err(Error::from)?;
    let guide = if has_attempts { None } else { Some(guide(&app, user.id()).await?) };
    let board = if guide.as_ref().is_none_or(|guide| guide.mailing.is_some()) { Some(board(&app, &user).await?) } else { None };
    let month = if has_attempts { Some(month(&app, &user).await?) } else { None };
    Ok(Page::ok(dashboard::dashboard_page(&user, &chrome, &Dashboard { guide, board, month })).into_response())
}

/// What visitors see.
async fn welcome(app: &App, visitor: Visitor, chrome: Chrome) -> Result<Markup> {
    let statistics = app.cache.value::<Statistics, Error, _>(&STATISTICS, "", || async { Ok(queries::statistics(&app.db).await?) }).await?;
    let posts = blog::kept::random(app, i18n::current()).await?;
    Ok(visitors::welcome_page(&visitor, &chrome, &app.config, &statistics, &posts))
}

/// How far somebody is whose first mailing is yet to go out.
async fn guide(app: &App, user_id: i64) -> Result<Guide> {
    let newest = mailings::queries::list(&app.db, user_id, None, None, 1).await?;
    Ok(Guide {
        has_recipients: recipients::queries::count(&app.db, user_id).await? > 0,
        has_messages: queries::messages_up_to(&app.db, user_id, 1).await? > 0,
        mailing: newest.into_iter().next().map(|mailing| mailing.id),
    })
}

/// What changes by itself.
async fn board(app: &App, user: &CurrentUser) -> Result<Board> {
    let (id, now, zone) = (user.id(), OffsetDateTime::now_utc(), user.zone());
    let due = queries::due(&app.db, id, DUE as i64 + 1).await?;
    Ok(Board {
        counts: Counts {
            recipients: recipients::queries::count(&app.db, id).await?,
            messages: queries::messages_up_to(&app.db, id, COUNTED + 1).await?,
            mailings: queries::mailings(&app.db, id).await?,
            sent: reports::queries::sent_in_all(&app.db, id).await?,
        },
        running: queries::running(&app.db, id, SHOWN + 1).await?,
        timeline: model::timeline(due, now, &zone),
        trouble: Trouble {
            unlucky: queries::unlucky(&app.db, id, now - NEWS, SHOWN).await?,
            disabled: queries::disabled(&app.db, id, SHOWN).await?,
            undeliverable: recipients::queries::count_undeliverable_up_to(&app.db, id, COUNTED + 1).await?,
        },
        shown: SHOWN as usize,
        now,
        zone,
    })
}

/// Thirty days of sent and failed.
async fn month(app: &App, user: &CurrentUser) -> Result<Month> {
    let period = Period::usual(OffsetDateTime::now_utc(), &user.zone());
    let figures = reports::queries::between(&app.db, user.id(), &period.bounds).await?;
    Ok(Month { period, figures })
}

/// The process runs (liveness).
#[handler]
pub fn health() -> &'static str {
    "ok"
}

/// The process can serve: Postgres answers and is migrated (readiness).
#[handler]
pub async fn ready(app: Data<&App>) -> Response {
    match db::is_ready(&app.db).await {
        Ok(true) => Response::builder().body("ready"),
        Ok(false) => Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).body("the database is not migrated"),
        Err(_) => Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).body("the database does not answer"),
    }
}

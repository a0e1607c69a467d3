//! The start page: what this is, or for the signed-in what to do next.

use poem::{IntoResponse, Response, handler, http::StatusCode, web::Data};

use super::views::{
    dashboard::{self, Guide},
    visitor as visitors,
};
use crate::{
    app::App,
    attempts, db,
    error::Result,
    mailings, messages, recipients,
    users::{Visitor, setup},
    web::{Chrome, Page, see_other},
};

#[handler]
pub async fn index(visitor: Visitor, chrome: Chrome, app: Data<&App>) -> Result<Response> {
    let Some(user) = &visitor.0 else {
        if setup::is_due(&app, &visitor).await? {
            return Ok(see_other(setup::PATH));
        }
        return Ok(Page::ok(visitors::welcome_page(&visitor, &chrome)).into_response());
    };
    let guide = Guide {
        has_recipients: recipients::queries::count_up_to(&app.db, user.id, 1).await? > 0,
        has_messages: !messages::queries::choices(&app.db, user.id, 1).await?.is_empty(),
        mailings: mailings::queries::list(&app.db, user.id, None, None, 5).await?,
        attempts: attempts::queries::list(&app.db, user.id, None, None, 5).await?,
    };
    Ok(Page::ok(dashboard::guide_page(&visitor, &chrome, &guide)).into_response())
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

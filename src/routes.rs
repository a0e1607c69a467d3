//! The whole URL map and the order of the middleware, on one screen.

use poem::{
    Endpoint, EndpointExt, Response, Route, get,
    session::{CookieConfig, ServerSession},
    web::cookie::SameSite,
};

use crate::{
    app::App,
    attempts, error, home, inbox, mailings, messages, recipients, users,
    web::{
        assets, csrf, headers, log,
        session::{LIFETIME, PostgresSessions},
    },
};

/// The site.
pub fn site(app: App) -> impl Endpoint<Output = Response> + 'static {
    let mut pages = Route::new();
    pages = home::routes(pages);
    pages = users::routes(pages);
    pages = recipients::routes(pages);
    pages = messages::routes(pages);
    pages = mailings::routes(pages);
    pages = attempts::routes(pages);
    if app.config.has_catcher() {
        pages = inbox::routes(pages);
    }
    let sessions = ServerSession::new(session_cookie(&app), PostgresSessions::new(app.db.clone()));
    // From the inside out: a request passes them from the bottom up.
    let pages = pages.with(csrf::Verify).with(csrf::issue(&app.config)).with(sessions);

    Route::new()
        // Static files and probes need neither session nor token.
        .nest(assets::MOUNT, assets::Assets)
        .at("/healthz", get(home::health))
        .at("/readyz", get(home::ready))
        .nest_no_strip("/", pages)
        .catch_all_error(error::page)
        .data(app)
        .around(|endpoint, request| async move { headers::add(&*endpoint, request).await })
        .around(|endpoint, request| async move { log::requests(&*endpoint, request).await })
}

fn session_cookie(app: &App) -> CookieConfig {
    CookieConfig::new().name("periodical_session").secure(app.config.is_https()).http_only(true).same_site(SameSite::Lax).max_age(LIFETIME)
}

//! The whole URL map and the order of the middleware, on one screen.

use std::sync::Arc;

use poem::{Endpoint, EndpointExt, Response, Route, http::Method, middleware::CatchPanic, session::ServerSession};

use crate::{
    account, api,
    app::App,
    attempts, audit,
    blog::{self, readings::Readings},
    config::Config,
    error, home, inbox, limits, mail_server, mailings, messages, recipients, reports, tokens, users,
    web::{
        UrlMap, assets, csrf, headers, locale, log, server,
        session::{self, PostgresSessions},
        theme,
    },
    webhooks,
};

const EXCEPTIONS: csrf::Exceptions = csrf::Exceptions {
    one_click: recipients::unsubscribe::PATH,
    preferences: &["/language", "/theme"],
    uploads: &[
        (recipients::IMPORTS, limits::IMPORT_BYTES + limits::FORM_AROUND_FILE_BYTES),
        (messages::attachments::PATH, limits::ATTACHMENTS_FORM_BYTES),
        (blog::pictures::PATH, limits::PICTURES_FORM_BYTES),
    ],
};

/// Every page, with its address.
pub fn pages(config: &Config) -> UrlMap {
    let mut map = UrlMap::default();
    map = home::routes(map);
    map = users::routes(map);
    map = account::routes(map);
    map = tokens::routes(map);
    map = webhooks::routes(map);
    map = recipients::routes(map);
    map = messages::routes(map);
    map = mailings::routes(map);
    map = attempts::routes(map);
    map = reports::routes(map);
    map = blog::routes(map);
    map = audit::routes(map);
    map = mail_server::routes(map);
    map = api::routes(map);
    if config.has_catcher() {
        map = inbox::routes(map);
    }
    map
}

/// What needs neither session nor token: the probes, the blog's pictures, and what programs read of it.
fn outside() -> UrlMap {
    blog::served(home::probes(UrlMap::default()))
}

/// Every route there is, those outside of the sessions among them; static files stand beside it.
pub fn table(config: &Config) -> Vec<(Method, &'static str)> {
    [outside(), pages(config)].iter().flat_map(UrlMap::table).cloned().collect()
}

/// The site.
pub fn site(app: App, readings: Readings) -> impl Endpoint<Output = Response> + 'static {
    let pages = pages(&app.config);
    around(app, pages).data(readings)
}

/// Pages with everything that stands before them.
pub fn around(app: App, pages: UrlMap) -> impl Endpoint<Output = Response> + 'static {
    let metrics = Arc::clone(&app.metrics);
    let (limits, is_https) = (app.config.limits.clone(), app.config.is_https());
    let sessions = ServerSession::new(session::cookie(&app.config), PostgresSessions::new(app.db.clone()));
    // From the inside out: a request passes them from the bottom up.
    let pages = pages
        .mount(Route::new())
        .around(|endpoint, request| async move { session::rotate(&*endpoint, request).await })
        .with(csrf::Csrf::new(&app.config, EXCEPTIONS))
        .with(sessions);

    outside()
        .mount(Route::new().nest(assets::MOUNT, assets::Assets).nest(api::PATH, api::endpoint(app.clone())))
        .nest_no_strip("/", pages)
        .catch_all_error(error::page)
        .data(app)
        .around(move |endpoint, request| {
            let patience = api::patience(&request, &limits);
            async move { server::within(&*endpoint, request, patience).await }
        })
        .with(CatchPanic::new().with_handler(error::panicked))
        .around(move |endpoint, request| async move { headers::add(&*endpoint, request, is_https).await })
        .around(|endpoint, request| async move { theme::within(&*endpoint, request).await })
        .around(|endpoint, request| async move { locale::within(&*endpoint, request).await })
        .around(move |endpoint, request| {
            let metrics = Arc::clone(&metrics);
            async move { log::requests(&*endpoint, request, &metrics).await }
        })
}

//! The first start: as long as nobody has an account, the site leads to a page that makes its first administrator.
//!
//! Whoever comes first could take the site. Where only this machine reaches it, that is whoever sits there; anywhere else the page
//! asks for a code that stands in the log of whoever has started it.

mod handlers;
mod model;
pub mod queries;
mod views;

use std::time::Duration;

use crate::{
    app::App,
    cache::Kind,
    config::{Config, is_local},
    error::Result,
    users::Visitor,
    web::UrlMap,
};

/// This part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/setup", handlers::new).post("/setup", handlers::create)
}

/// That somebody has an account.
const SOMEBODY: Kind = Kind::timed("somebody is here", Duration::from_secs(60));

/// Where the page is.
pub const PATH: &str = "/setup";

/// Whether a visitor is led to it.
///
/// # Errors
/// The database's.
pub async fn is_due(app: &App, visitor: &Visitor) -> Result<bool> {
    if visitor.0.is_some() {
        return Ok(false);
    }
    // Once there is somebody, there always is: that is kept. That there is nobody is looked up each time.
    let somebody = app.cache.value(&SOMEBODY, "", || async {
        match queries::nobody_is_here(&app.db).await {
            Ok(false) => Ok(()),
            Ok(true) => Err(None),
            Err(error) => Err(Some(error)),
        }
    });
    match somebody.await {
        Ok(_) => Ok(false),
        Err(None) => Ok(true),
        Err(Some(error)) => Err(error.into()),
    }
}

/// The code that the page asks for; None where nobody but this machine reaches the site. It follows from `SECRET_KEY`, so that every
/// process of the site knows the same one, also after a restart; with the first account it is worth nothing any more.
pub fn code(config: &Config) -> Option<String> {
    let is_private = is_local(&config.public_url) && config.listen.ip().is_loopback();
    // 80 bits, as a recovery code has: nobody guesses them.
    let code = || data_encoding::BASE32_NOPAD.encode(&config.secret_key.derive("setup")[..10]);
    (!is_private).then(code).map(|code| super::two_factor::code::grouped(&code, "-"))
}

//! In which language a request is answered: what the reader has chosen, else what the browser asks for.
//!
//! The choice of somebody signed in is kept in the profile, and [`users::session`](crate::users) sets it as soon as it knows who asks.
//! Before that, and for visitors, a cookie holds it.

use std::time::Duration;

use poem::{
    Endpoint, Request, Result,
    http::header,
    web::cookie::{Cookie, SameSite},
};

use crate::i18n::{self, Language};

const COOKIE: &str = "language";
const KEPT: Duration = Duration::from_secs(365 * 24 * 3600);

/// Answers in the reader's language.
pub async fn within<E: Endpoint>(endpoint: &E, request: Request) -> Result<E::Output> {
    let language = chosen(&request).or_else(|| asked_for(&request)).unwrap_or_default();
    i18n::scope(language, endpoint.call(request)).await
}

/// What the cookie says. Poem's own cookies are not read yet so far outside; this one is public, so it may be read as it stands.
fn chosen(request: &Request) -> Option<Language> {
    let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        if name == COOKIE { Language::from_tag(value) } else { None }
    })
}

/// What the browser asks for.
pub fn asked_for(request: &Request) -> Option<Language> {
    request.header(header::ACCEPT_LANGUAGE).and_then(Language::negotiate)
}

/// Keeps the choice for a year; with none made, forgets the one before.
pub fn cookie(language: Option<Language>, is_https: bool) -> Cookie {
    let mut cookie = Cookie::new_with_str(COOKIE, language.map_or("", Language::tag));
    cookie.set_path("/");
    cookie.set_max_age(if language.is_some() { KEPT } else { Duration::ZERO });
    cookie.set_same_site(SameSite::Lax);
    cookie.set_http_only(true);
    cookie.set_secure(is_https);
    cookie
}

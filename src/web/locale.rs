//! In which language a request is answered: what the reader has chosen, else what the browser asks for.
//!
//! The choice of somebody signed in is kept in the profile, and [`users::session`](crate::users) sets it as soon as it knows who asks.
//! Before that, and for visitors, a cookie holds it.

use poem::{Endpoint, Request, Result, http::header, web::cookie::Cookie};

use super::preference;
use crate::i18n::{self, Language};

const COOKIE: &str = "language";

/// Answers in the reader's language.
pub async fn within<E: Endpoint>(endpoint: &E, request: Request) -> Result<E::Output> {
    let language = chosen(&request).or_else(|| asked_for(&request)).unwrap_or_default();
    i18n::scope(language, endpoint.call(request)).await
}

/// What the browser asks for.
pub fn asked_for(request: &Request) -> Option<Language> {
    request.header(header::ACCEPT_LANGUAGE).and_then(Language::negotiate)
}

/// What the cookie says.
pub fn chosen(request: &Request) -> Option<Language> {
    preference::read(request, COOKIE).and_then(Language::from_tag)
}

/// Keeps the choice; with none made, forgets the one before.
pub fn cookie(language: Option<Language>, is_https: bool) -> Cookie {
    preference::cookie(COOKIE, language.map(Language::tag), is_https)
}

//! What a reader has chosen for this browser, kept in a cookie for a year: nothing secret, so it may be read as it stands.

use std::time::Duration;

use poem::{
    Request,
    http::header,
    web::cookie::{Cookie, SameSite},
};

const KEPT: Duration = Duration::from_secs(365 * 24 * 3600);

/// The cookie's value. Poem's own cookies are not read yet so far outside.
pub fn read<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    })
}

/// The cookie that keeps a choice; with none made, forgets the one before.
pub fn cookie(name: &str, value: Option<&str>, is_https: bool) -> Cookie {
    let mut cookie = Cookie::new_with_str(name, value.unwrap_or_default());
    cookie.set_path("/");
    cookie.set_max_age(if value.is_some() { KEPT } else { Duration::ZERO });
    cookie.set_same_site(SameSite::Lax);
    cookie.set_http_only(true);
    cookie.set_secure(is_https);
    cookie
}

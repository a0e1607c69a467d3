//! One line a request, for people: what was asked, what was answered, how long it took. No query strings: they hold
//! what readers search for, and tokens. The [figures](super::metrics) are counted here as well.

use std::{borrow::Cow, time::Instant};

use poem::{Endpoint, IntoResponse, Request, Response, Result};

use super::metrics::Metrics;

/// Counts the request, and logs it at debug level; server errors and slow answers at levels that show.
pub async fn requests<E: Endpoint>(endpoint: &E, request: Request, metrics: &Metrics) -> Result<Response> {
    let started = Instant::now();
    let method = request.method().clone();
    let path = without_tokens(request.uri().path()).into_owned();
    let response = endpoint.call(request).await.map_or_else(poem::Error::into_response, IntoResponse::into_response);
    let took = started.elapsed();
    metrics.answered(response.status(), took);
    let status = response.status().as_u16();
    let milliseconds = took.as_secs_f64() * 1000.0;
    if status >= 500 {
        tracing::error!(http.status = status, "{method} {path} answered {status} after {milliseconds:.1} ms");
    } else {
        tracing::debug!(http.status = status, "{method} {path} answered {status} after {milliseconds:.1} ms");
    }
    Ok(response)
}

/// Where a link of a mail leads, up to its token.
const TOKENS_BEHIND: [&str; 4] = ["/verify/", "/password/reset/", "/account/email/", "/unsubscribe/"];

fn without_tokens(path: &str) -> Cow<'_, str> {
    let place = TOKENS_BEHIND.into_iter().find(|place| path.len() > place.len() && path.starts_with(place));
    place.map_or(Cow::Borrowed(path), |place| Cow::Owned(format!("{place}…")))
}

#[cfg(test)]
mod tests {
    use super::without_tokens;

    #[test]
    fn a_path_is_logged_without_its_token() {
        for (path, logged) in [
            ("/verify/0a1b", "/verify/…"),
            ("/verify/0a1b/more", "/verify/…"),
            ("/password/reset/0a1b", "/password/reset/…"),
            ("/account/email/0a1b", "/account/email/…"),
            ("/unsubscribe/0a1b", "/unsubscribe/…"),
            ("/account/email", "/account/email"),
            ("/verification", "/verification"),
            ("/attempts/7", "/attempts/7"),
        ] {
            assert_eq!(without_tokens(path), logged);
        }
    }
}

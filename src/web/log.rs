//! One line a request, for people: what was asked, what was answered, how long it took. No query strings: they hold
//! what readers search for, and tokens.

use std::time::Instant;

use poem::{Endpoint, IntoResponse, Request, Response, Result};

/// Logs the request at debug level; server errors and slow answers at levels that show.
pub async fn requests<E: Endpoint>(endpoint: &E, request: Request) -> Result<Response> {
    let started = Instant::now();
    let method = request.method().clone();
    let path = without_tokens(request.uri().path()).to_owned();
    let response = endpoint.call(request).await.map_or_else(poem::Error::into_response, IntoResponse::into_response);
    let (status, took) = (response.status().as_u16(), started.elapsed());
    let milliseconds = took.as_secs_f64() * 1000.0;
    if status >= 500 {
        tracing::error!(http.status = status, "{method} {path} answered {status} after {milliseconds:.1} ms");
    } else {
        tracing::debug!(http.status = status, "{method} {path} answered {status} after {milliseconds:.1} ms");
    }
    Ok(response)
}

/// The links in account mails end in their tokens.
fn without_tokens(path: &str) -> &str {
    match path {
        _ if path.starts_with("/verify/") => "/verify/…",
        _ if path.starts_with("/password/reset/") => "/password/reset/…",
        _ if path.starts_with("/account/email/") => "/account/email/…",
        _ => path,
    }
}

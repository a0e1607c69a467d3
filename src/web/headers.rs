//! Headers on every response.

use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderName, HeaderValue, header},
    web::Html,
};

/// Nothing inline, nothing from elsewhere; frames only for /dev/inbox's sandboxed mails, which set their own.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What no page of ours asks a browser for; neither may anything that gets into one.
const PERMISSIONS_POLICY: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
     microphone=(), midi=(), payment=(), serial=(), usb=()";

/// A year (RFC 6797). Other hosts of the domain are not ours to decide about.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    // A window that another site has opened, or that we open, has no hold on ours.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
];

/// Adds the security headers, unless the handler has set its own.
pub async fn add<E: Endpoint>(endpoint: &E, request: Request, is_https: bool) -> Result<Response> {
    // An error's page wants the headers too.
    let mut response = endpoint.call(request).await.map_or_else(poem::Error::into_response, IntoResponse::into_response);
    for (name, value) in ALWAYS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    Ok(response)
}

/// Mail's own HTML for a frame: without scripts, without a way to our session, with the inline styles that mail needs.
pub fn sandboxed(html: String) -> Response {
    let policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; frame-ancestors 'self'";
    // As mail programs show it: a face without serifs, room at the edges. The mail's own styles win.
    let html = format!(
        "{html}<style>:where(body) {{ margin: 1.25rem; font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }} :where(img) {{ max-width: 100% }}</style>"
    );
    Html(html)
        .with_header(header::CACHE_CONTROL, "no-store")
        .with_header(header::CONTENT_SECURITY_POLICY, policy)
        .with_header(header::X_FRAME_OPTIONS, "SAMEORIGIN")
        .into_response()
}

//! Every unsafe request is checked here, before any handler: poem's double-submit token, in the header
//! `X-CSRF-Token` (htmx sends it) or in the form's field `csrf_token` (forms without JavaScript).
//! Here too a form's `_method` becomes the method, since HTML forms know only GET and POST.

use poem::{
    Endpoint, Middleware, Request, Result,
    http::{Method, header},
    middleware::Csrf,
    web::{CsrfToken, CsrfVerifier, cookie::SameSite},
};
use std::time::Duration;

use crate::{config::Config, error::Error};

/// The hidden field's name.
pub const FIELD: &str = "csrf_token";
/// The largest body any page of ours sends: a message's 512 KiB, three times as long when percent-encoded, twice over.
pub const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// Issues the token's two halves, the cookie and the value for the forms.
pub fn issue(config: &Config) -> Csrf {
    Csrf::new()
        .cookie_name(config.cookie_name("periodical_csrf"))
        .key(config.secret_key.derive("csrf"))
        .secure(config.is_https())
        .same_site(SameSite::Lax)
        .ttl(Duration::from_secs(7 * 24 * 60 * 60))
}

/// Refuses unsafe requests without the token. Must stand inside [`issue`].
pub struct Verify;

impl<E: Endpoint> Middleware<E> for Verify {
    type Output = VerifyEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        VerifyEndpoint { inner }
    }
}

pub struct VerifyEndpoint<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for VerifyEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<Self::Output> {
        if !request.method().is_safe() {
            let fields = if is_form(&request) { read_fields(&mut request).await? } else { FormFields::default() };
            let token = request.header("X-CSRF-Token").map(str::to_owned).or(fields.token);
            let verified = match (request.extensions().get::<CsrfVerifier>(), token) {
                (Some(verifier), Some(token)) => verifier.is_valid(&token),
                _ => false,
            };
            if !verified {
                return Err(Error::StaleForm.into());
            }
            if let Some(method) = fields.method.filter(|_| request.method() == Method::POST) {
                request.set_method(method);
            }
        }
        self.inner.call(request).await
    }
}

/// The token for this response's forms.
pub fn token(request: &Request) -> String {
    request.extensions().get::<CsrfToken>().map(|token| token.0.clone()).unwrap_or_default()
}

#[derive(Default)]
struct FormFields {
    token: Option<String>,
    method: Option<Method>,
}

fn is_form(request: &Request) -> bool {
    request.content_type().is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Looks into the body and puts it back for the handler.
async fn read_fields(request: &mut Request) -> Result<FormFields> {
    let announced = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(Error::TooLarge.into());
    }
    let bytes = request.take_body().into_bytes_limit(MAX_BODY_BYTES).await.map_err(|_| Error::TooLarge)?;
    let mut fields = FormFields::default();
    for (name, value) in url::form_urlencoded::parse(&bytes) {
        match (&*name, &*value) {
            (FIELD, token) => fields.token = Some(token.to_owned()),
            ("_method", "put") => fields.method = Some(Method::PUT),
            ("_method", "delete") => fields.method = Some(Method::DELETE),
            _ => {}
        }
    }
    request.set_body(bytes);
    Ok(fields)
}

//! Every unsafe request is checked here, before any handler: a double-submit token, in the header `X-CSRF-Token` (htmx sends
//! it) or in the form's field `csrf_token` (forms without JavaScript), and what the browser says of where it comes from.
//! Here too a form's `_method` becomes the method, since HTML forms know only GET and POST.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use csrf::{AesGcmCsrfProtection, CsrfCookie, CsrfProtection, CsrfToken, MultiCsrfProtection, UnencryptedCsrfCookie};
use data_encoding::BASE64;
use hyper::body::Bytes;
use poem::{
    Body, Endpoint, FromRequest, Middleware, Request, RequestBody, Result,
    http::{Method, header},
    session::Session,
    web::{
        Multipart,
        cookie::{Cookie, SameSite},
    },
};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{
    page,
    places::{Place, Places},
    session,
};
use crate::{
    config::{Config, SecretKey},
    error::{Asked, Error, Wait},
    limits::{BODY_BYTES, COME_AGAIN, STRANGERS_BODY_BYTES},
    t,
};

/// The hidden field's name.
pub const FIELD: &str = "csrf_token";
/// How long a form may stand open.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Gives pages their [token](token) and the cookie that fits it, and refuses unsafe requests without both. Must stand inside the
/// sessions.
#[derive(Clone)]
pub struct Csrf {
    keys: Arc<MultiCsrfProtection>,
    cookie: String,
    is_https: bool,
    patience: Duration,
    exceptions: Exceptions,
    uploads: Uploads,
}

/// What is otherwise at some addresses.
#[derive(Clone, Copy)]
pub struct Exceptions {
    /// What is posted to one name below this passes without a token: mail programs send it (RFC 8058), who have no cookie of ours, and
    /// the name is a secret of its own.
    pub one_click: &'static str,
    /// What only changes how pages look for whoever sends it. It passes without a token where the browser says that one of our pages sends
    /// it: pages that all visitors share hold nobody's token.
    pub preferences: &'static [&'static str],
    /// Where files are uploaded (`:name` stands for a part that varies), with the largest body. They get longer to come.
    pub uploads: &'static [(&'static str, usize)],
}

/// The places for bodies that are larger than a form's. They are read into memory before anybody says what they are.
#[derive(Clone)]
struct Uploads {
    of_one: Places<i64>,
    all: Places<()>,
}

/// A body's, until its request is answered.
struct UploadPlace {
    _of_one: Place<i64>,
    _of_all: Place<()>,
}

impl Uploads {
    /// None for whoever needs no place: a stranger, whose body is small, or a body that says that it is no larger than a form's.
    fn admit(&self, request: &Request, most: usize) -> Result<Option<UploadPlace>, Error> {
        let length = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        if length.unwrap_or(usize::MAX).min(most) <= BODY_BYTES {
            return Ok(None);
        }
        let Some(user_id) = user_id(request) else { return Ok(None) };
        let of_one = self.of_one.take(user_id).ok_or(Error::TooMany(Wait(COME_AGAIN)))?;
        let of_all = self.all.take(()).ok_or(Error::Busy)?;
        Ok(Some(UploadPlace { _of_one: of_one, _of_all: of_all }))
    }
}

/// So many times as long as a form may a file take; with the default limits as long as an answer may take in all.
const UPLOAD_PATIENCE: u32 = 2;

impl Csrf {
    /// Under keys of their own, derived from the secrets: made with the present one, good with the one before as well.
    pub fn new(config: &Config, exceptions: Exceptions) -> Self {
        let key = |secret: &SecretKey| Box::new(AesGcmCsrfProtection::from_key(secret.derive("csrf"))) as Box<dyn CsrfProtection>;
        Self {
            keys: Arc::new(MultiCsrfProtection::new(key(&config.secret_key), config.old_secret_key.iter().map(key).collect())),
            cookie: config.cookie_name("periodical_csrf"),
            is_https: config.is_https(),
            patience: config.limits.body,
            exceptions,
            uploads: Uploads { of_one: Places::new(config.limits.uploads_of_one), all: Places::new(config.limits.uploads) },
        }
    }

    /// The cookie that the browser has. One of a secret that is no longer known is none.
    fn kept(&self, request: &Request) -> Option<UnencryptedCsrfCookie> {
        let cookie = request.cookie().get(&self.cookie)?;
        self.keys.parse_cookie(&BASE64.decode(cookie.value_str().as_bytes()).ok()?).ok()
    }

    /// The token's two halves; those of a kept cookie, so that forms that stand open stay good.
    fn pair(&self, kept: Option<&UnencryptedCsrfCookie>) -> Result<(CsrfToken, CsrfCookie), Error> {
        let kept: Option<&[u8; 64]> = kept.and_then(|cookie| cookie.value().try_into().ok());
        // A week is no number that overflows.
        let seconds = LIFETIME.as_secs().cast_signed();
        self.keys.generate_token_pair(kept, seconds).map_err(|_| Error::Internal(anyhow!("a CSRF token could not be made")))
    }

    fn is_right(&self, token: &str, kept: Option<&UnencryptedCsrfCookie>) -> bool {
        let token = BASE64.decode(token.as_bytes()).ok().and_then(|token| self.keys.parse_token(&token).ok());
        matches!((token, kept), (Some(token), Some(kept)) if self.keys.verify_token_pair(&token, kept).is_ok())
    }

    fn is_one_click(&self, request: &Request) -> bool {
        let name = request.uri().path().strip_prefix(self.exceptions.one_click);
        request.method() == Method::POST && name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
    }

    /// The largest body and how long it may take to come.
    fn allowance(&self, request: &Request) -> (usize, Duration) {
        let upload = self.exceptions.uploads.iter().find(|(path, _)| is_at(path, request.uri().path()));
        upload.map_or((BODY_BYTES, self.patience), |(_, bytes)| (*bytes, self.patience * UPLOAD_PATIENCE))
    }

    fn set_cookie(&self, value: &CsrfCookie) -> Cookie {
        let mut cookie = Cookie::new_with_str(&self.cookie, value.b64_string());
        cookie.set_secure(self.is_https);
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_path("/");
        cookie.set_max_age(LIFETIME);
        cookie
    }
}

impl<E: Endpoint> Middleware<E> for Csrf {
    type Output = CsrfEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        CsrfEndpoint { csrf: Arc::new(self.clone()), inner }
    }
}

pub struct CsrfEndpoint<E> {
    csrf: Arc<Csrf>,
    inner: E,
}

impl<E: Endpoint> Endpoint for CsrfEndpoint<E> {
    type Output = E::Output;

    async fn call(&self, mut request: Request) -> Result<Self::Output> {
        request.extensions_mut().insert(Arc::clone(&self.csrf));
        let _place;
        if self.csrf.is_one_click(&request) {
            // It says nothing that counts, but it is read: within its time and size.
            let allowance = self.csrf.allowance(&request);
            read_body(&mut request, allowance).await?;
        } else if !request.method().is_safe() {
            is_from_here(&request)?;
            let allowance = self.csrf.allowance(&request);
            // Until the answer: the handler has the body in memory.
            _place = match self.csrf.uploads.admit(&request, allowance.0) {
                Ok(place) => place,
                Err(refusal) => {
                    let mut unread = request.take_body().into_async_read().take(allowance.0 as u64);
                    let _nobody_waits_for_it =
                        tokio::time::timeout(allowance.1, tokio::io::copy(&mut unread, &mut tokio::io::sink())).await;
                    return Err(refusal.into());
                }
            };
            // In a box: whatever stands around this is one type with it, and compilers follow those only so deep.
            let fields = Box::pin(read_body(&mut request, allowance)).await?;
            let kept = self.csrf.kept(&request);
            let token = request.header("X-CSRF-Token").map(str::to_owned).or(fields.token);
            let is_preference = self.csrf.exceptions.preferences.contains(&request.uri().path()) && is_surely_from_here(&request);
            if !is_preference && !token.is_some_and(|token| self.csrf.is_right(&token, kept.as_ref())) {
                return Err(Error::StaleForm.into());
            }
            if let Some(method) = fields.method.filter(|_| request.method() == Method::POST) {
                request.set_method(method);
            }
        }
        self.inner.call(request).await
    }
}

/// Whether an address is that of a route.
fn is_at(route: &str, path: &str) -> bool {
    let (mut wanted, mut parts) = (route.split('/'), path.split('/'));
    wanted.by_ref().all(|wanted| parts.next().is_some_and(|part| part == wanted || wanted.starts_with(':') && !part.is_empty()))
        && parts.next().is_none()
}

/// The token for this response's forms, and with the response the cookie that fits it. What holds no form, as a picture, has neither, and
/// may be kept by whoever passes it on. Called once a request: every call makes another token.
///
/// # Errors
/// No token could be made, or the request has not come through [`Csrf`].
pub fn token(request: &Request) -> Result<String, Error> {
    let csrf = request.extensions().get::<Arc<Csrf>>().ok_or_else(|| Error::Internal(anyhow!("a form outside of the CSRF protection")))?;
    let (token, cookie) = csrf.pair(csrf.kept(request).as_ref())?;
    request.cookie().add(csrf.set_cookie(&cookie));
    Ok(token.b64_string())
}

/// Browsers say whose page a request comes from (Fetch Metadata Request Headers, section 2.4), and pages cannot change what
/// they say. Whoever says nothing is no browser of today, and is asked for the token alone.
fn is_from_here(request: &Request) -> Result<(), Error> {
    match request.header("Sec-Fetch-Site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(Error::CrossSite),
    }
}

/// Whether the browser itself says that a page of ours sends this: by Fetch Metadata, and where those are not sent, as over plain http,
/// by the `Origin` that every browser sends with a form (Fetch standard, section 3.2).
fn is_surely_from_here(request: &Request) -> bool {
    match request.header("Sec-Fetch-Site") {
        Some(site) => site == "same-origin",
        None => {
            let origin = request.header("Origin").and_then(|origin| origin.split_once("://"));
            origin.is_some_and(|(_, host)| request.header("Host") == Some(host))
        }
    }
}

#[derive(Default)]
struct FormFields {
    token: Option<String>,
    method: Option<Method>,
}

/// Of whom the session says it is; whether it still is somebody is the handler's to find out.
fn user_id(request: &Request) -> Option<i64> {
    request.extensions().get::<Session>()?.get::<i64>(session::USER_ID)
}

/// Reads the body, looks into a form's, and puts it back for the handler. Nothing reads a body but this, so this is where
/// it has its time and its size.
async fn read_body(request: &mut Request, (most, patience): (usize, Duration)) -> Result<FormFields, Error> {
    let is_stranger = user_id(request).is_none();
    let limit = if is_stranger { STRANGERS_BODY_BYTES } else { most };
    let body = request.take_body().into_async_read();
    let bytes = match tokio::time::timeout(patience, up_to(limit, most, body)).await {
        Err(_) => return Err(Error::TooSlow),
        Ok(Err(_)) => return Err(Error::BadRequest { why: t!("form-broken-off") }),
        Ok(Ok(Sent::All(bytes))) => bytes,
        // A long message of somebody whose session has ended meanwhile is not too long.
        Ok(Ok(Sent::More(length))) if is_stranger && length <= most => return Err(signed_out(request)),
        Ok(Ok(Sent::More(_))) => return Err(Error::TooLarge),
    };
    let mut fields = FormFields::default();
    if request.content_type().is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        for (name, value) in url::form_urlencoded::parse(&bytes) {
            match (&*name, &*value) {
                (FIELD, token) => fields.token = Some(token.to_owned()),
                ("_method", "put") => fields.method = Some(Method::PUT),
                ("_method", "delete") => fields.method = Some(Method::DELETE),
                _ => {}
            }
        }
    }
    let bytes = Bytes::from(bytes);
    if request.content_type().is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        fields.token = first_part(request, bytes.clone()).await;
    }
    request.set_body(Body::from(bytes));
    Ok(fields)
}

/// The token of a form with a file: its first part, so that nothing else is looked through.
async fn first_part(request: &Request, bytes: Bytes) -> Option<String> {
    let mut form = Multipart::from_request(request, &mut RequestBody::new(Body::from(bytes))).await.ok()?;
    let part = form.next_field().await.ok()??;
    if part.name() == Some(FIELD) { part.text().await.ok() } else { None }
}

enum Sent {
    All(Vec<u8>),
    /// So many bytes at the least, which nobody has kept.
    More(usize),
}

/// What goes beyond the limit is read on for a while and dropped: a connection that is closed with something unread loses
/// the answer as well.
async fn up_to(limit: usize, most: usize, mut body: impl AsyncRead + Unpin) -> std::io::Result<Sent> {
    let mut bytes = Vec::new();
    if (&mut body).take(limit as u64 + 1).read_to_end(&mut bytes).await? <= limit {
        return Ok(Sent::All(bytes));
    }
    let kept = bytes.len();
    drop(bytes);
    let dropped = tokio::io::copy(&mut body.take(most as u64), &mut tokio::io::sink()).await?;
    Ok(Sent::More(usize::try_from(dropped).map_or(usize::MAX, |dropped| kept.saturating_add(dropped))))
}

fn signed_out(request: &Request) -> Error {
    let asked = if page::is_htmx(request) { Asked::WithOpenForm } else { Asked::WithForm };
    Error::SignInRequired { return_to: "/".to_owned(), asked }
}

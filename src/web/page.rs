//! The frame around a page's content: flash message, CSRF token; and the few kinds of answer handlers give.

use maud::Markup;
use poem::{
    FromRequest, IntoResponse, Request, RequestBody, Response, Result,
    http::{StatusCode, header},
    session::Session,
    web::{Data, Html},
};
use serde::{Deserialize, Serialize};

use super::{csrf, form::FieldErrors};
use crate::{
    app::App,
    error::Wait,
    ui::{Flash, Tone},
};

const FLASH: &str = "flash";

/// A message kept for the next page.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptFlash {
    success: bool,
    text: String,
}

/// What every page needs beside its content.
pub struct Chrome {
    pub csrf: String,
    pub flash: Option<Flash>,
    /// Whether htmx asks for a part of the page it is on, and takes a fragment for an answer.
    pub htmx: bool,
    /// Whether there is a mail catcher to link.
    pub dev_inbox: bool,
}

impl<'a> FromRequest<'a> for Chrome {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        // Going back in the history, htmx asks for a whole page.
        let htmx = is_htmx(request) && request.header("HX-History-Restore-Request").is_none();
        let session = <&Session>::from_request_without_body(request).await?;
        // A fragment shows no flash; the next page does.
        let flash = if htmx && !request.method().is_safe() { None } else { session.get::<KeptFlash>(FLASH) };
        if flash.is_some() {
            session.remove(FLASH);
        }
        let flash = flash.map(|kept| Flash { tone: if kept.success { Tone::Success } else { Tone::Danger }, text: kept.text });
        let Data(app) = Data::<&App>::from_request_without_body(request).await?;
        Ok(Self { csrf: csrf::token(request)?, flash, htmx, dev_inbox: app.config.has_catcher() })
    }
}

/// Whether the next page has a word about what was done.
pub fn has_flash(request: &Request) -> bool {
    request.extensions().get::<Session>().is_some_and(|session| session.get::<KeptFlash>(FLASH).is_some())
}

/// Whether the request was made by htmx.
pub fn is_htmx(request: &Request) -> bool {
    request.header("HX-Request") == Some("true")
}

/// Keeps a message for the next page.
pub fn flash(session: &Session, success: bool, text: impl Into<String>) {
    session.set(FLASH, KeptFlash { success, text: text.into() });
}

/// A whole page or a fragment, with its status.
pub struct Page {
    pub status: StatusCode,
    pub content: Markup,
    /// When to try again.
    pub wait: Option<Wait>,
}

impl Page {
    pub fn ok(content: Markup) -> Self {
        Self { status: StatusCode::OK, content, wait: None }
    }

    /// The form as it was sent, with what is wrong with it (RFC 9110, section 15.5.21).
    pub fn invalid(content: Markup) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, content, wait: None }
    }

    /// The row was changed or is in use: nothing was done (RFC 9110, section 15.5.10).
    pub fn conflict(content: Markup) -> Self {
        Self { status: StatusCode::CONFLICT, content, wait: None }
    }

    /// [`too_many`](Self::too_many) or [`invalid`](Self::invalid), as the errors say.
    pub fn refused(errors: &FieldErrors, content: Markup) -> Self {
        match errors.wait() {
            Some(wait) => Self::too_many(wait, content),
            None => Self::invalid(content),
        }
    }

    /// The form as it was sent, which came too often; it says when to send it again (RFC 6585, section 4).
    pub fn too_many(wait: Wait, content: Markup) -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, content, wait: Some(wait) }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        // Pages show one reader's data and single-use tokens: no cache keeps them. An editor that htmx puts into a list
        // differs from the one on a page of its own.
        let mut response = Html(self.content.into_string())
            .with_status(self.status)
            .with_header(header::CACHE_CONTROL, "no-store")
            .with_header(header::VARY, "HX-Request")
            .into_response();
        if let Some(wait) = self.wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait.seconds().into());
        }
        response
    }
}

/// What htmx puts in place of what was changed.
pub fn fragment(content: Markup) -> Response {
    Page::ok(content).into_response()
}

/// The way on after a form without htmx (RFC 9110, section 15.4.4).
pub fn see_other(location: impl AsRef<str>) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location.as_ref()).finish()
}

/// The answer with a word about what was done, for the page's live region. The body hears of it, because what sent the request may
/// be gone by then.
pub fn noticed(response: impl IntoResponse, success: bool, text: &str) -> Response {
    let tone = if success { "success" } else { "danger" };
    let notice = serde_json::json!({ "notice": { "text": text, "tone": tone, "target": "body" } }).to_string();
    response.with_header("HX-Trigger", ascii_json(&notice)).into_response()
}

/// An answer for htmx that changes nothing on the page but says why, in the notice box.
pub fn refused(text: &str) -> Response {
    notice(StatusCode::CONFLICT, text)
}

/// As [`refused`], with a status of its own.
pub fn notice(status: StatusCode, text: &str) -> Response {
    let notice = serde_json::json!({ "notice": { "text": text, "tone": "danger" } }).to_string();
    Response::builder().status(status).header("HX-Reswap", "none").header("HX-Trigger", ascii_json(&notice)).finish()
}

/// JSON with every character beyond ASCII escaped: header values are ASCII (RFC 9110, section 5.5).
fn ascii_json(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

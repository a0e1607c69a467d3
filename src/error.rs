//! The failures that are no form's fault. What a person typed wrong is a value, not one of these.

use std::{any::Any, fmt, time::Duration};

use anyhow::anyhow;
use poem::{
    IntoResponse, Response,
    error::{MethodNotAllowedError, NotFoundError, ParsePathError, ParseQueryError, ResponseError},
    http::{StatusCode, header},
};

use crate::{limits::COME_AGAIN, t, ui, web::page::notice};

/// How a request fails. The page shown says what to do next and never the inside of the failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such page, or a row of somebody else.
    #[error("not found")]
    NotFound,
    /// Signed in, but not allowed.
    #[error("forbidden")]
    Forbidden,
    /// Not signed in: to the sign-in page, and from there to `return_to`.
    #[error("sign-in required")]
    SignInRequired { return_to: String, asked: Asked },
    /// The form is older than the session's key, or was not one of ours.
    #[error("the form's CSRF token is missing, expired or of another session")]
    StaleForm,
    /// A page of another site has sent the request.
    #[error("the request comes from another site")]
    CrossSite,
    /// More was sent than any form of ours can hold.
    #[error("the request's body is too large")]
    TooLarge,
    /// The body did not come in time.
    #[error("the request's body is overdue")]
    TooSlow,
    /// Too often, or too many at once.
    #[error("too many requests")]
    TooMany(Wait),
    /// More passwords wait to be checked than can be in reasonable time.
    #[error("too much to do")]
    Busy,
    /// No answer in time.
    #[error("the answer is overdue")]
    Overdue,
    /// The page is there, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The request makes no sense (a form without its fields, an id that is no number).
    #[error("bad request")]
    BadRequest {
        /// For the reader.
        why: String,
    },
    /// Everything else; logged where the response is made, shown as "our fault".
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// How long to wait before another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl Wait {
    /// Whole seconds, one at the least: earlier it would be refused again.
    pub fn seconds(self) -> u64 {
        self.0.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1)
    }
}

/// In the reader's words.
impl fmt::Display for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
        let words =
            if seconds < 60 { t!("error-wait-seconds", count = seconds) } else { t!("error-wait-minutes", count = seconds.div_ceil(60)) };
        formatter.write_str(&words)
    }
}

/// How somebody who is not signed in has asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// By a link: redirected.
    ByLink,
    /// With a form, from before the sign-out: redirected to where it is said that nothing was saved.
    WithForm,
    /// htmx, for a part of a page: told to load the sign-in page.
    ForFragment,
    /// htmx, with a form that stands open: told why nothing was saved, and the form stays as it is.
    WithOpenForm,
}

/// What handlers and queries give.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut => Self::Busy,
            waited if crate::db::is_lock_timeout(&waited) => Self::Busy,
            other => Self::Internal(other.into()),
        }
    }
}

impl From<graphile_worker::errors::GraphileWorkerError> for Error {
    fn from(error: graphile_worker::errors::GraphileWorkerError) -> Self {
        Self::Internal(error.into())
    }
}

impl ResponseError for Error {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::StaleForm | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::SignInRequired { asked: Asked::ByLink | Asked::WithForm, .. } => StatusCode::SEE_OTHER,
            Self::SignInRequired { .. } => StatusCode::UNAUTHORIZED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Overdue => StatusCode::SERVICE_UNAVAILABLE,
            Self::BadRequest { .. } => StatusCode::BAD_REQUEST,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn as_response(&self) -> Response {
        let (title, advice) = match self {
            Self::NotFound => (t!("error-not-found"), t!("error-not-found-advice")),
            Self::Forbidden => (t!("error-forbidden"), t!("error-forbidden-advice")),
            Self::StaleForm => (t!("error-stale-form"), t!("error-stale-form-advice")),
            Self::MethodNotAllowed => (t!("error-method"), t!("error-method-advice")),
            Self::TooLarge => (t!("error-too-large"), t!("error-too-large-advice")),
            Self::CrossSite => (t!("error-cross-site"), t!("error-cross-site-advice")),
            Self::TooSlow => (t!("error-too-slow"), t!("error-too-slow-advice")),
            Self::TooMany(wait) => (t!("error-too-many"), wait.to_string()),
            Self::Busy => (t!("error-busy"), t!("error-busy-advice")),
            Self::Overdue => (t!("error-overdue"), t!("error-overdue-advice")),
            Self::BadRequest { why } => (t!("error-bad-request"), why.clone()),
            Self::Internal(error) => {
                // The alternate form has the whole chain of causes on one line.
                tracing::error!(error = format!("{error:#}"), "A request failed");
                (t!("error-internal"), t!("error-internal-advice"))
            }
            Self::SignInRequired { return_to, asked } => return sign_in(return_to, *asked),
        };
        let page = ui::layout::error_page(self.status().as_u16(), &title, &advice);
        let mut response = (self.status(), poem::web::Html(page.into_string())).into_response();
        if let Some(wait) = self.wait() {
            response.headers_mut().insert(header::RETRY_AFTER, wait.seconds().into());
        }
        response
    }
}

impl Error {
    /// When to try again (RFC 9110, section 10.2.3), where that is known.
    fn wait(&self) -> Option<Wait> {
        match self {
            Self::TooMany(wait) => Some(*wait),
            Self::Busy => Some(Wait(COME_AGAIN)),
            _ => None,
        }
    }
}

/// The page where a handler has panicked; what it said stands on standard error already.
pub fn panicked(_panic: Box<dyn Any + Send>) -> Response {
    Error::Internal(anyhow!("a handler panicked")).as_response()
}

/// The page for an error, poem's own included: an address that leads nowhere, an id that is no number, a query that does
/// not parse.
pub async fn page(error: poem::Error) -> Response {
    if error.is::<NotFoundError>() || error.is::<ParsePathError>() {
        Error::NotFound.as_response()
    } else if error.is::<MethodNotAllowedError>() {
        Error::MethodNotAllowed.as_response()
    } else if error.is::<ParseQueryError>() {
        Error::BadRequest { why: t!("error-bad-address") }.as_response()
    } else {
        error.into_response()
    }
}

fn sign_in(return_to: &str, asked: Asked) -> Response {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("next", return_to);
    if asked == Asked::WithForm {
        query.append_pair("unsaved", "true");
    }
    let login = format!("/login?{}", query.finish());
    match asked {
        Asked::ByLink | Asked::WithForm => Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, login).finish(),
        // A redirect would be followed inside the request, and the sign-in page put into a table's row.
        Asked::ForFragment => Response::builder().status(StatusCode::UNAUTHORIZED).header("HX-Redirect", login).finish(),
        Asked::WithOpenForm => notice(StatusCode::UNAUTHORIZED, &t!("error-signed-out")),
    }
}

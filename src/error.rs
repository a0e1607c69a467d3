//! The failures that are no form's fault. What a person typed wrong is a value, not one of these.

use poem::{
    IntoResponse, Response,
    error::{MethodNotAllowedError, NotFoundError, ParsePathError, ParseQueryError, ResponseError},
    http::{StatusCode, header},
};

use crate::{ui, web::page::notice};

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
    /// More was sent than any form of ours can hold.
    #[error("the request's body is too large")]
    TooLarge,
    /// The page is there, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The request makes no sense (a form without its fields, an id that is no number).
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// Everything else; logged where the response is made, shown as "our fault".
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
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
            Self::Forbidden | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::SignInRequired { asked: Asked::ByLink | Asked::WithForm, .. } => StatusCode::SEE_OTHER,
            Self::SignInRequired { .. } => StatusCode::UNAUTHORIZED,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn as_response(&self) -> Response {
        let (title, advice) = match self {
            Self::NotFound => ("Nothing here", "This page does not exist, or it belongs to somebody else."),
            Self::Forbidden => ("Not allowed", "Your account may not do this."),
            Self::StaleForm => {
                ("This form has expired", "Go back, reload the page and send the form again. What you typed is still in it.")
            }
            Self::MethodNotAllowed => ("Nothing to see here", "This address takes forms. Go back to the page you came from."),
            Self::TooLarge => ("Too large", "What was sent is larger than Periodical takes. Go back and shorten it."),
            Self::BadRequest(what) => ("That did not make sense", *what),
            Self::Internal(error) => {
                // The alternate form has the whole chain of causes on one line.
                tracing::error!(error = format!("{error:#}"), "A request failed");
                ("Something broke on our side", "Nothing was saved. Try again in a moment; if it stays, tell whoever runs this service.")
            }
            Self::SignInRequired { return_to, asked } => return sign_in(return_to, *asked),
        };
        let page = ui::layout::error_page(self.status().as_u16(), title, advice);
        (self.status(), poem::web::Html(page.into_string())).into_response()
    }
}

/// The page for an error, poem's own included: an address that leads nowhere, an id that is no number, a query that does
/// not parse.
pub async fn page(error: poem::Error) -> Response {
    if error.is::<NotFoundError>() || error.is::<ParsePathError>() {
        Error::NotFound.as_response()
    } else if error.is::<MethodNotAllowedError>() {
        Error::MethodNotAllowed.as_response()
    } else if error.is::<ParseQueryError>() {
        Error::BadRequest("The address has a part that cannot be read, such as a page that is no number.").as_response()
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
        Asked::WithOpenForm => notice(
            StatusCode::UNAUTHORIZED,
            "You are no longer signed in, so this was not saved. Sign in in another tab and send it again; it is still here.",
        ),
    }
}

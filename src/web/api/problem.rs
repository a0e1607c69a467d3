//! How the API says what is wrong: problem details (RFC 9457), in the reader's language.

use std::any::Any;

use anyhow::anyhow;
use poem::{
    IntoResponse, Response,
    error::{MethodNotAllowedError, NotFoundError, ResponseError},
    http::{StatusCode, header},
};
use poem_openapi::{
    ApiResponse, Object,
    error::{AuthorizationError, ContentTypeError, ParseParamError, ParsePathError, ParseRequestPayloadError},
    registry::{MetaMediaType, MetaResponse, MetaResponses, Registry},
    types::{ToJSON, Type},
};
use serde::Serialize;

use crate::{
    error::{Error, Wait},
    t,
    web::{FieldErrors, Refusal, form::WHOLE},
};

/// The media type of problem details (RFC 9457, section 3).
pub const MEDIA_TYPE: &str = "application/problem+json";
/// Where the kinds of problems are explained, up to the kind's name.
pub const TYPES: &str = "/api/docs#problem-";

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The body is no JSON, or broke off.
    Malformed,
    /// No token, or none that is good.
    Unauthorized,
    /// The token lacks the scope, or its user the right.
    Forbidden,
    NotFound,
    MethodNotAllowed,
    /// The body did not come in time.
    Overdue,
    /// What is stored stands in the way.
    Conflict,
    /// The row has been changed since (RFC 9110, section 15.5.13).
    Changed,
    TooLarge,
    MediaType,
    /// Well-formed, with values that do not do; the fields say which.
    Invalid,
    /// A change must say which version it is a change of (RFC 6585, section 3).
    PreconditionRequired,
    TooMany,
    Internal,
    /// The mail server was asked while the caller waited, and has refused or said nothing.
    MailServer,
    Busy,
}

impl Kind {
    pub const ALL: [Self; 16] = [
        Self::Malformed,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Overdue,
        Self::Conflict,
        Self::Changed,
        Self::TooLarge,
        Self::MediaType,
        Self::Invalid,
        Self::PreconditionRequired,
        Self::TooMany,
        Self::Internal,
        Self::MailServer,
        Self::Busy,
    ];

    pub fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Overdue => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::MailServer => StatusCode::BAD_GATEWAY,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Stays the same in all languages and releases.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Overdue => "overdue",
            Self::Conflict => "conflict",
            Self::Changed => "changed",
            Self::TooLarge => "too-large",
            Self::MediaType => "media-type",
            Self::Invalid => "invalid",
            Self::PreconditionRequired => "precondition-required",
            Self::TooMany => "too-many",
            Self::Internal => "internal",
            Self::MailServer => "mail-server",
            Self::Busy => "busy",
        }
    }

    /// For the reader.
    pub fn title(self) -> String {
        match self {
            Self::Malformed => t!("api-malformed"),
            Self::Unauthorized => t!("api-unauthorized"),
            Self::Forbidden => t!("api-forbidden"),
            Self::NotFound => t!("api-not-found"),
            Self::MethodNotAllowed => t!("api-method-not-allowed"),
            Self::Overdue => t!("api-overdue"),
            Self::Conflict => t!("api-conflict"),
            Self::Changed => t!("api-changed"),
            Self::TooLarge => t!("api-too-large"),
            Self::MediaType => t!("api-media-type"),
            Self::Invalid => t!("api-invalid"),
            Self::PreconditionRequired => t!("api-precondition-required"),
            Self::TooMany => t!("api-too-many"),
            Self::Internal => t!("api-internal"),
            Self::MailServer => t!("api-mail-server"),
            Self::Busy => t!("api-busy"),
        }
    }
}

/// What is wrong, and what to do about it. An expected failure like any other: handlers return it.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldProblem>,
    wait: Option<Wait>,
    /// For `WWW-Authenticate` (RFC 6750, section 3), behind the realm.
    challenge: Option<String>,
}

/// A problem as it is sent: problem details (RFC 9457).
#[derive(Debug, Object)]
#[oai(rename = "Problem")]
struct Details {
    /// Which kind of problem: an address that explains it, the same in all languages.
    #[oai(rename = "type")]
    kind: String,
    /// What is wrong, in general.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong this time, and what to do.
    detail: String,
    /// What is wrong field by field, where fields are at fault.
    errors: Vec<FieldProblem>,
}

/// One field of the request that will not do.
#[derive(Debug, Clone, PartialEq, Eq, Object, Serialize)]
pub struct FieldProblem {
    /// The field of the body (`recipients.ids[3]`), or the parameter.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), wait: None, challenge: None }
    }

    /// No such row, or somebody else's.
    pub fn not_found() -> Self {
        Self::new(Kind::NotFound, t!("api-not-found-detail"))
    }

    /// What is stored stands in the way; `why` says what.
    pub fn conflict(why: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, why)
    }

    /// The row is another by now than the one that `If-Match` names.
    pub fn changed() -> Self {
        Self::new(Kind::Changed, t!("api-changed-detail"))
    }

    /// One field or parameter will not do.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::fields(vec![FieldProblem { field: field.into(), detail: detail.into() }])
    }

    /// What is wrong with a form whose fields the API calls otherwise: `names` has the form's and the API's.
    pub fn renamed(errors: FieldErrors, names: &[(&str, &str)]) -> Self {
        let mut problem = Self::from(errors);
        for error in &mut problem.errors {
            if let Some((_, name)) = names.iter().find(|(form, _)| *form == error.field) {
                (*name).clone_into(&mut error.field);
            }
        }
        problem
    }

    pub fn fields(errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..Self::new(Kind::Invalid, t!("api-invalid-detail")) }
    }

    /// With what the client should know about how to authenticate.
    #[must_use]
    pub fn challenge(self, challenge: impl Into<String>) -> Self {
        Self { challenge: Some(challenge.into()), ..self }
    }

    /// In other words.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    #[must_use]
    pub fn wait(self, wait: Wait) -> Self {
        Self { wait: Some(wait), ..self }
    }

    /// Any error of a request: ours, or what poem says of its own.
    pub fn of(error: poem::Error) -> Self {
        // Those that hold something are taken out, the others asked.
        let error = match error.downcast::<Self>() {
            Ok(problem) => return problem,
            Err(error) => error,
        };
        let error = match error.downcast::<Error>() {
            Ok(error) => return error.into(),
            Err(error) => error,
        };
        if let Some(ParseParamError { name, reason }) = error.downcast_ref() {
            return Self::field(*name, t!("api-bad-parameter", reason = without_types(reason)));
        }
        if let Some(ContentTypeError::NotSupported { content_type }) = error.downcast_ref() {
            return Self::new(Kind::MediaType, t!("api-media-type-detail", given = content_type.as_str()));
        }
        if error.is::<ContentTypeError>() {
            return Self::new(Kind::MediaType, t!("api-media-type-missing"));
        }
        if let Some(ParseRequestPayloadError { reason }) = error.downcast_ref() {
            return Self::new(Kind::Malformed, t!("api-malformed-detail", reason = reason.as_str()));
        }
        if error.is::<ParsePathError>() || error.is::<poem::error::ParsePathError>() {
            return Self::new(Kind::NotFound, t!("api-bad-id"));
        }
        if error.is::<NotFoundError>() {
            return Self::new(Kind::NotFound, t!("api-no-such-address"));
        }
        if error.is::<MethodNotAllowedError>() {
            return Self::new(Kind::MethodNotAllowed, t!("api-method-not-allowed-detail"));
        }
        if error.is::<AuthorizationError>() {
            return Self::new(Kind::Unauthorized, t!("api-unauthorized-detail"));
        }
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge.into(),
            status if status.is_client_error() => Self::new(Kind::Malformed, error.to_string()),
            _ => Error::Internal(anyhow!(error.to_string())).into(),
        }
    }
}

/// What poem-openapi says of a parameter, without the names of our types that it puts around.
fn without_types(reason: &str) -> &str {
    let said = reason.strip_prefix("failed to parse ").and_then(|rest| rest.split_once(": ")).map_or(reason, |(_, said)| said);
    said.split_once(" (occurred while parsing ").map_or(said, |(said, _)| said)
}

/// The answer to any error of a request.
pub fn answer(error: poem::Error) -> Response {
    Problem::of(error).into_response()
}

/// Where a handler has panicked; what it said stands on standard error already.
pub fn panicked(_panic: Box<dyn Any + Send>) -> Response {
    Problem::from(Error::Internal(anyhow!("a handler panicked"))).into_response()
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::Forbidden | Error::StaleForm | Error::CrossSite => Self::new(Kind::Forbidden, t!("api-forbidden-right")),
            Error::SignInRequired { .. } => Self::new(Kind::Unauthorized, t!("api-unauthorized-detail")),
            Error::MethodNotAllowed => Self::new(Kind::MethodNotAllowed, t!("api-method-not-allowed-detail")),
            Error::TooLarge => Self::new(Kind::TooLarge, t!("api-too-large-detail")),
            Error::TooSlow => Self::new(Kind::Overdue, t!("api-overdue-detail")),
            Error::TooMany(wait) => Self::new(Kind::TooMany, wait.to_string()).wait(wait),
            Error::Busy => Self::new(Kind::Busy, t!("error-busy-advice")).wait(Wait(crate::limits::COME_AGAIN)),
            Error::Overdue => Self::new(Kind::Busy, t!("error-overdue-advice")),
            Error::BadRequest { why } => Self::new(Kind::Malformed, why),
            Error::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "A request failed");
                Self::new(Kind::Internal, t!("error-internal-advice"))
            }
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Error::from(error).into()
    }
}

impl From<FieldErrors> for Problem {
    fn from(errors: FieldErrors) -> Self {
        if let Some(wait) = errors.wait() {
            return Error::TooMany(wait).into();
        }
        let whole = errors.get(WHOLE).map(str::to_owned);
        let fields: Vec<FieldProblem> = errors
            .iter()
            .filter(|(field, _)| *field != WHOLE)
            .map(|(field, detail)| FieldProblem { field: field.to_owned(), detail: detail.to_owned() })
            .collect();
        let problem = Self::fields(fields);
        match whole {
            Some(detail) => Self { detail, ..problem },
            None => problem,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        refusal.into_field_errors().map_or_else(Self::from, Self::from)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.kind.status()
    }

    fn as_response(&self) -> Response {
        let status = self.kind.status();
        let details = Details {
            kind: format!("{TYPES}{}", self.kind.name()),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: self.detail.clone(),
            errors: self.errors.clone(),
        };
        let mut response = Response::builder()
            .status(status)
            .content_type(MEDIA_TYPE)
            .header(header::CACHE_CONTROL, "no-store")
            .body(details.to_json_string());
        if let Some(wait) = self.wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait.seconds().into());
        }
        if self.kind == Kind::Unauthorized || self.challenge.is_some() {
            let challenge = self.challenge.as_deref().unwrap_or_default();
            let value = if challenge.is_empty() {
                "Bearer realm=\"Periodical\"".to_owned()
            } else {
                format!("Bearer realm=\"Periodical\", {challenge}")
            };
            // Ours are ASCII; what is no header is left out.
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            }
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.as_response()
    }
}

/// In the document every operation has the failure that is nobody's fault; `api::document` adds the others by what the operation takes.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let content = vec![MetaMediaType { content_type: MEDIA_TYPE, schema: Details::schema_ref() }];
        MetaResponses {
            responses: vec![MetaResponse { description: "Our fault", status: Some(500), status_range: None, content, headers: Vec::new() }],
        }
    }

    fn register(registry: &mut Registry) {
        Details::register(registry);
    }
}

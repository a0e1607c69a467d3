//! Who asks the API: the extractor that operations name in their signatures, with the scope that the token must have.

use std::{marker::PhantomData, time::Duration};

use poem::{Endpoint, IntoResponse, Request, RequestBody, Response, http::header};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaSecurityScheme, Registry},
};

use super::{
    model::{Scope, Token},
    queries::{self, Authenticated},
};
use crate::{
    app::App,
    error::{Error, Wait},
    i18n, t,
    users::{CurrentUser, rights::Right},
    web::api::{Problem, problem::Kind},
};

/// Scopes as a type, for signatures: all of them are needed.
pub trait Needs: Send + Sync + 'static {
    const SCOPES: &'static [Scope];
}

/// To see what its owner sees.
#[derive(Debug)]
pub struct Reading;

/// To create, change and delete what makes no mail go out.
#[derive(Debug)]
pub struct Writing;

/// To make mail go out.
#[derive(Debug)]
pub struct Sending;

/// Both: to have what its owner sees sent to wherever one likes.
#[derive(Debug)]
pub struct ReadingAndWriting;

impl Needs for Reading {
    const SCOPES: &'static [Scope] = &[Scope::Read];
}

impl Needs for Writing {
    const SCOPES: &'static [Scope] = &[Scope::Write];
}

impl Needs for Sending {
    const SCOPES: &'static [Scope] = &[Scope::Send];
}

impl Needs for ReadingAndWriting {
    const SCOPES: &'static [Scope] = &[Scope::Read, Scope::Write];
}

/// For the document.
fn description(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "A personal token with the scope `read`: to see what its user sees.",
        Scope::Write => {
            "A personal token with the scope `write`: to create, change and delete. It sets no mailing going, but those that go out carry its changes."
        }
        Scope::Send => "A personal token with the scope `send`: to make mail go out.",
    }
}

/// The user whose token came with the request and has the scope. Without a good token it is 401, without the scope 403.
#[derive(Debug)]
pub struct Caller<S> {
    pub user: CurrentUser,
    pub token_id: i64,
    scope: PhantomData<fn() -> S>,
}

impl<S> Caller<S> {
    pub fn id(&self) -> i64 {
        self.user.id()
    }

    /// # Errors
    /// The user has no such right: 403.
    pub fn require(&self, rights: &[Right]) -> Result<(), Problem> {
        if rights.iter().all(|right| self.user.may(*right)) { Ok(()) } else { Err(Error::Forbidden.into()) }
    }
}

impl<'a, S: Needs> ApiExtractor<'a> for Caller<S> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        for scope in S::SCOPES {
            let scheme = MetaSecurityScheme {
                ty: "http",
                description: Some(description(*scope)),
                name: None,
                key_in: None,
                scheme: Some("bearer"),
                bearer_format: Some("per_…"),
                flows: None,
                openid_connect_url: None,
            };
            registry.create_security_scheme(scope.name(), scheme);
        }
    }

    fn security_schemes() -> Vec<&'static str> {
        S::SCOPES.iter().map(|scope| scope.name()).collect()
    }

    async fn from_request(request: &'a Request, _body: &mut RequestBody, _options: ExtractParamOptions<()>) -> poem::Result<Self> {
        let authenticated = request.extensions().get::<Authenticated>().ok_or_else(|| unauthorized(request))?;
        if let Some(missing) = S::SCOPES.iter().find(|scope| !authenticated.scopes.contains(**scope)) {
            let scope = missing.name();
            return Err(Problem::new(Kind::Forbidden, t!("api-forbidden-scope", scope = scope))
                .challenge(format!("error=\"insufficient_scope\", scope=\"{scope}\""))
                .into());
        }
        Ok(Self { user: CurrentUser(authenticated.user.clone()), token_id: authenticated.token_id, scope: PhantomData })
    }
}

fn unauthorized(request: &Request) -> Problem {
    let problem = Problem::new(Kind::Unauthorized, t!("api-unauthorized-detail"));
    // Who sent none is told nothing of its being wrong (RFC 6750, section 3.1).
    if request.headers().contains_key(header::AUTHORIZATION) { problem.challenge("error=\"invalid_token\"") } else { problem }
}

/// When somebody who has too many requests under way should try again.
const AT_ONCE_AGAIN: Duration = Duration::from_secs(1);

/// Finds out whose token a request has, answers in their language, and counts it among what they may ask.
///
/// # Errors
/// The database's.
pub async fn within<E: Endpoint>(endpoint: &E, mut request: Request, app: &App) -> poem::Result<Response> {
    let token = request.header(header::AUTHORIZATION).and_then(bearer);
    let Some(token) = token else { return endpoint.call(request).await.map(IntoResponse::into_response) };
    let Some(authenticated) = queries::authenticate(&app.db, &token.hash()).await.map_err(Error::from)? else {
        return endpoint.call(request).await.map(IntoResponse::into_response);
    };
    if let Some(language) = authenticated.user.language {
        i18n::set(language);
    }
    let standing = match app.rates.count(authenticated.user.id) {
        Ok(standing) => standing,
        Err((standing, wait)) => {
            let mut refused = Problem::from(Error::TooMany(wait)).into_response();
            standing.tell(&mut refused);
            return Ok(refused);
        }
    };
    let Some(_until_the_answer) = app.callers.take(authenticated.user.id) else {
        let mut refused = Problem::from(Error::TooMany(Wait(AT_ONCE_AGAIN))).into_response();
        standing.tell(&mut refused);
        return Ok(refused);
    };
    request.extensions_mut().insert(authenticated);
    let mut response = match endpoint.call(request).await {
        Ok(response) => response.into_response(),
        Err(error) => Problem::of(error).into_response(),
    };
    standing.tell(&mut response);
    Ok(response)
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1); the scheme's case is anybody's.
fn bearer(header: &str) -> Option<Token> {
    let (scheme, token) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { Token::parse(token.trim()) } else { None }
}

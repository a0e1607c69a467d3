//! The JSON API (`/api/v1`): the slices' operations as one service, what stands before them, and the [document](document) that says all of it.

pub mod document;
mod handlers;
mod reading;
mod views;

use std::{sync::Arc, time::Duration};

use poem::{
    Endpoint, EndpointExt, Middleware, Request, Response, Route,
    endpoint::BoxEndpoint,
    error::MethodNotAllowedError,
    http::{Method, StatusCode, header},
    middleware::{CatchPanic, Cors},
};
use poem_openapi::{OpenApi, OpenApiService};

use crate::{
    account,
    app::App,
    attempts, blog,
    limits::Limits,
    mailings, messages, recipients, reports, tokens, users,
    web::{UrlMap, api::problem, server},
    webhooks,
};

/// Where it stands.
pub const PATH: &str = "/api/v1";

/// Every operation, slice by slice.
fn service() -> OpenApiService<impl OpenApi + 'static, webhooks::api::Events> {
    let operations = (
        account::api::Api,
        recipients::api::Api,
        recipients::api::Files,
        messages::api::Api,
        messages::attachments::api::Api,
        reports::api::Api,
        users::management::api::Api,
        mailings::api::Api,
        mailings::api::Acts,
        mailings::oversight::api::Api,
        attempts::api::Api,
        blog::panel::api::Api,
        webhooks::api::Api,
    );
    OpenApiService::new(operations, "Periodical", env!("CARGO_PKG_VERSION"))
        .description(include_str!("description.md"))
        .server(PATH)
        .webhooks()
}

/// The page about it.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/api/docs", handlers::docs)
}

/// The API's endpoint, below [`PATH`]. It has neither session nor cookie, so there is nothing to forge.
pub fn endpoint(app: App) -> BoxEndpoint<'static, Response> {
    let limits = app.config.limits.clone();
    let origins = app.config.api_origins.clone();
    let for_document = app.clone();
    let operations = Route::new().at("/openapi.json", poem::endpoint::make_sync(|_| document::answer())).nest("/", service());
    let endpoint = operations
        .around(|endpoint, request| async move { allowing(&*endpoint, request).await })
        .catch_all_error(|error| async { problem::answer(error) })
        .around(move |endpoint, request| {
            let app = for_document.clone();
            async move { tokens::caller::within(&*endpoint, request, &app).await }
        })
        .data(app)
        .with(CatchPanic::new().with_handler(problem::panicked))
        .around(move |endpoint, request| {
            let patience = patience(&request, &limits);
            async move { server::within(&*endpoint, request, patience).await }
        })
        .catch_all_error(|error| async { problem::answer(error) });
    let Some(cors) = cors(&origins) else { return endpoint.boxed() };
    let closed = Arc::new(endpoint);
    let open = Arc::new(cors.transform(Arc::clone(&closed)));
    // poem refuses whoever comes from elsewhere; a browser does so by itself, and a program is asked for its token alone.
    poem::endpoint::make(move |request| {
        let (closed, open) = (Arc::clone(&closed), Arc::clone(&open));
        let is_listed = request.header(header::ORIGIN).is_some_and(|origin| origins.iter().any(|listed| listed == origin));
        async move { if is_listed { open.get_response(request).await } else { closed.get_response(request).await } }
    })
    .map_to_response()
    .boxed()
}

/// How long an answer may take to begin.
pub fn patience(request: &Request, limits: &Limits) -> Duration {
    if request.original_uri().path() == recipients::api::IMPORT { limits.import } else { limits.answer }
}

/// Browsers' pages of other origins, where the settings name any.
fn cors(origins: &[String]) -> Option<Cors> {
    if origins.is_empty() {
        return None;
    }
    let exposed = [header::ETAG.as_str(), header::LOCATION.as_str(), header::RETRY_AFTER.as_str(), "ratelimit", "ratelimit-policy"];
    let sent = [header::AUTHORIZATION.as_str(), header::CONTENT_TYPE.as_str(), header::IF_MATCH.as_str(), "idempotency-key"];
    Some(
        Cors::new()
            .allow_origins(origins.iter().map(String::as_str))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers(sent)
            .expose_headers(exposed)
            .allow_credentials(false),
    )
}

/// Says with a 405 which methods there are (RFC 9110, section 15.5.6).
async fn allowing<E: Endpoint>(endpoint: &E, request: Request) -> poem::Result<Response>
where
    E::Output: poem::IntoResponse,
{
    let path = request.uri().path().to_owned();
    match endpoint.call(request).await {
        Ok(answer) => Ok(poem::IntoResponse::into_response(answer)),
        Err(error) if error.is::<MethodNotAllowedError>() => {
            let mut response = problem::answer(error);
            debug_assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            if let Ok(methods) = document::methods(&path).parse() {
                response.headers_mut().insert(header::ALLOW, methods);
            }
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

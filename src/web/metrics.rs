//! `/metrics`: how the process does, for Prometheus (OpenMetrics 1.0).

use std::{fmt, time::Duration};

use anyhow::Context;
use poem::{
    IntoResponse, Response, Result, handler,
    http::{HeaderMap, StatusCode, header},
    web::Data,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::ClientAddress;
use crate::{app::App, error::Error};

/// Seconds. A page out of the cache takes a fraction of the first.
const DURATIONS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

/// What others have told a proxy that we do not listen to: then nobody knows whether the client is this machine.
const FORWARDED: [&str; 4] = ["x-forwarded-for", "forwarded", "x-real-ip", "via"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    status: &'static str,
}

/// The figures of the process.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Histogram, fn() -> Histogram>,
    connections: Gauge,
    idle_connections: Gauge,
}

impl Metrics {
    /// With what others have registered.
    pub fn new(mut registry: Registry) -> Self {
        let requests = Family::new_with_constructor((|| Histogram::new(DURATIONS)) as fn() -> Histogram);
        let (connections, idle_connections) = (Gauge::default(), Gauge::default());
        let own = registry.sub_registry_with_prefix("periodical");
        own.register("http_request_duration_seconds", "How long answers took, by the class of their status", requests.clone());
        own.register("database_connections", "Connections to Postgres", connections.clone());
        own.register("database_connections_idle", "Those of them that nobody uses", idle_connections.clone());
        Self { registry, requests, connections, idle_connections }
    }

    /// Counts an answer.
    pub fn answered(&self, status: StatusCode, took: Duration) {
        let status = match status.as_u16() {
            ..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500.. => "5xx",
        };
        self.requests.get_or_create(&Answered { status }).observe(took.as_secs_f64());
    }

    /// As they stand.
    ///
    /// # Errors
    /// A figure that cannot be written.
    pub fn page(&self, app: &App) -> Result<String, fmt::Error> {
        app.cache.take_stock();
        self.connections.set(app.db.size().into());
        self.idle_connections.set(i64::try_from(app.db.num_idle()).unwrap_or(i64::MAX));
        let mut page = String::new();
        text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}

/// The figures, for this machine itself and whoever has the token; for others there is no such page.
#[handler]
pub async fn show(client: ClientAddress, headers: &HeaderMap, app: Data<&App>) -> Result<Response> {
    if !may_see(&app, client, headers) {
        return Err(Error::NotFound.into());
    }
    let page = app.metrics.page(&app).context("the figures cannot be written").map_err(Error::from)?;
    Ok(page
        .with_content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .with_header(header::CACHE_CONTROL, "no-store")
        .into_response())
}

fn may_see(app: &App, client: ClientAddress, headers: &HeaderMap) -> bool {
    let is_unknown = app.config.forwarded_header.is_none() && FORWARDED.into_iter().any(|name| headers.contains_key(name));
    if client.0.is_loopback() && !is_unknown {
        return true;
    }
    let offered = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.split_once(' '));
    match (&app.config.metrics_token, offered) {
        (Some(token), Some((scheme, offered))) => scheme.eq_ignore_ascii_case("bearer") && token.is(offered.trim()),
        _ => false,
    }
}

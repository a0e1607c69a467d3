//! The URL map as it is built: every route is on a list as well, so that a test can walk all of them and none is forgotten.

use std::collections::BTreeMap;

use poem::{Endpoint, IntoEndpoint, Route, RouteMethod, http::Method};

/// The routes of the site.
#[derive(Default)]
pub struct UrlMap {
    paths: BTreeMap<&'static str, RouteMethod>,
    table: Vec<(Method, &'static str)>,
}

impl UrlMap {
    #[must_use]
    pub fn get<E: IntoEndpoint<Endpoint: Endpoint + 'static>>(self, path: &'static str, endpoint: E) -> Self {
        self.method(Method::GET, path, endpoint)
    }

    /// Only where GET's own answer, without its body, would not do.
    #[must_use]
    pub fn head<E: IntoEndpoint<Endpoint: Endpoint + 'static>>(self, path: &'static str, endpoint: E) -> Self {
        self.method(Method::HEAD, path, endpoint)
    }

    #[must_use]
    pub fn post<E: IntoEndpoint<Endpoint: Endpoint + 'static>>(self, path: &'static str, endpoint: E) -> Self {
        self.method(Method::POST, path, endpoint)
    }

    #[must_use]
    pub fn put<E: IntoEndpoint<Endpoint: Endpoint + 'static>>(self, path: &'static str, endpoint: E) -> Self {
        self.method(Method::PUT, path, endpoint)
    }

    #[must_use]
    pub fn delete<E: IntoEndpoint<Endpoint: Endpoint + 'static>>(self, path: &'static str, endpoint: E) -> Self {
        self.method(Method::DELETE, path, endpoint)
    }

    fn method<E: IntoEndpoint<Endpoint: Endpoint + 'static>>(mut self, method: Method, path: &'static str, endpoint: E) -> Self {
        let methods = self.paths.remove(path).unwrap_or_default().method(method.clone(), endpoint);
        self.paths.insert(path, methods);
        self.table.push((method, path));
        self
    }

    /// Every route: its method and its address, in which `:name` stands for a part that varies.
    pub fn table(&self) -> &[(Method, &'static str)] {
        &self.table
    }

    /// Adds what answers requests to `route`.
    pub fn mount(self, route: Route) -> Route {
        self.paths.into_iter().fold(route, |route, (path, methods)| route.at(path, methods))
    }
}

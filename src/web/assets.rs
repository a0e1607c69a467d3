//! The files browsers load: our own from `assets/static`, the libraries from `assets/vendor`
//! (filled by `build.rs`), all inside the binary.

use poem::endpoint::EmbeddedFileEndpoint;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response, Result};
use rust_embed::{EmbeddedFile, RustEmbed};

/// Where [`Assets`] is nested.
pub const MOUNT: &str = "/static";

#[derive(RustEmbed)]
#[folder = "assets/static"]
struct Own;

#[derive(RustEmbed)]
#[folder = "assets/vendor"]
struct Vendor;

/// The address of a served file, with its content's hash in the query: a new release is a new
/// address, so browsers may keep the old one for ever.
pub fn url(name: &str) -> String {
    match version(name) {
        Some(version) => format!("{MOUNT}/{name}?v={version}"),
        // A name nobody embedded; the page still renders, and a test asks for every name in use.
        None => format!("{MOUNT}/{name}"),
    }
}

/// Serves `/static/{name}`: `route.nest(assets::MOUNT, assets::Assets)`.
///
/// An address from [`url`] may be cached for a year; any other has to be asked for again, by ETag.
pub struct Assets;

impl Endpoint for Assets {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let name = request.uri().path().trim_start_matches('/').to_owned();
        let versioned = request
            .uri()
            .query()
            .and_then(|query| query.strip_prefix("v="))
            .is_some_and(|asked| version(&name).is_some_and(|version| version == asked));

        let answer = if Own::get(&name).is_some() {
            EmbeddedFileEndpoint::<Own>::new(&name).call(request).await
        } else if find(&name).is_some() {
            EmbeddedFileEndpoint::<Vendor>::new(&name).call(request).await
        } else {
            Err(StatusCode::NOT_FOUND.into())
        };
        let mut response = match answer {
            Ok(response) => response,
            // poem answers "not modified" as an error; it needs the caching headers all the same.
            Err(error) if error.status() == StatusCode::NOT_MODIFIED => StatusCode::NOT_MODIFIED.into_response(),
            Err(error) => return Err(error),
        };

        let caching = if versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        // poem names no charset, and a stylesheet opened on its own would be read as Latin-1.
        if let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok())
            && kind.starts_with("text/")
            && let Ok(kind) = HeaderValue::from_str(&format!("{kind}; charset=utf-8"))
        {
            headers.insert(header::CONTENT_TYPE, kind);
        }
        Ok(response)
    }
}

/// The embedded file of that name; dot files are `build.rs`'s own notes.
fn find(name: &str) -> Option<EmbeddedFile> {
    if name.starts_with('.') {
        return None;
    }
    Own::get(name).or_else(|| Vendor::get(name))
}

/// The first ten hex digits of the file's SHA-256.
fn version(name: &str) -> Option<String> {
    let file = find(name)?;
    Some(file.metadata.sha256_hash().iter().take(5).map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(address: &str) -> Request {
        // What nesting leaves: the path without the mount.
        let address = address.strip_prefix(MOUNT).unwrap_or(address);
        Request::builder().uri(address.parse().expect("a valid address")).finish()
    }

    #[tokio::test]
    async fn every_file_a_page_names_is_embedded_and_typed() {
        for (name, kind) in [
            ("app.css", "text/css; charset=utf-8"),
            ("app.js", "text/javascript; charset=utf-8"),
            ("favicon.svg", "image/svg+xml"),
            ("tabler.min.css", "text/css; charset=utf-8"),
            ("htmx.min.js", "text/javascript; charset=utf-8"),
            ("hx-sse.min.js", "text/javascript; charset=utf-8"),
        ] {
            let response = Assets.call(request(&url(name))).await.expect(name);
            assert_eq!(response.header(header::CONTENT_TYPE), Some(kind), "{name}");
            assert_eq!(response.header(header::CACHE_CONTROL), Some("public, max-age=31536000, immutable"), "{name}");
        }
    }

    #[tokio::test]
    async fn an_address_of_another_release_is_asked_for_again() {
        let response = Assets.call(request("/static/app.css?v=0000000000")).await.expect("app.css");
        assert_eq!(response.header(header::CACHE_CONTROL), Some("no-cache"));
        let etag = response.header(header::ETAG).expect("an ETag").to_owned();

        let mut again = request("/static/app.css");
        again.headers_mut().insert(header::IF_NONE_MATCH, etag.parse().expect("a header value"));
        let response = Assets.call(again).await.expect("app.css");
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    }

    #[tokio::test]
    async fn a_strange_name_is_not_found() {
        for name in ["/static/nothing.css", "/static/.made-from-lock", "/static/../Cargo.toml"] {
            let error = Assets.call(request(name)).await.expect_err(name);
            assert_eq!(error.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}

//! The files browsers load, all inside the binary: one stylesheet and one script, which `build.rs` joins and compresses into
//! `assets/vendor`, and the few others of `assets/static`.

use poem::endpoint::EmbeddedFileEndpoint;
use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response, Result};
use rust_embed::{EmbeddedFile, RustEmbed};

/// Where [`Assets`] is nested.
pub const MOUNT: &str = "/static";

const COMPRESSED: &str = ".br";

#[derive(RustEmbed)]
#[folder = "assets/static"]
#[exclude = "css/*"]
#[exclude = "js/*"]
struct Own;

#[derive(RustEmbed)]
#[folder = "assets/vendor"]
#[exclude = "lib/*"]
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

        let compressed = format!("{name}{COMPRESSED}");
        let has_compressed = find(&name).is_some() && Vendor::get(&compressed).is_some();
        let is_compressed = has_compressed && takes_brotli(&request);
        let answer = if is_compressed {
            EmbeddedFileEndpoint::<Vendor>::new(&compressed).call(request).await
        } else if Own::get(&name).is_some() {
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
        if has_compressed {
            headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if is_compressed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            let kind = if name.ends_with(".css") { "text/css" } else { "text/javascript" };
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
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

/// Whether the browser takes brotli (RFC 7932) for an encoding; those that do say so without a weight.
fn takes_brotli(request: &Request) -> bool {
    let accepted = request.header(header::ACCEPT_ENCODING).unwrap_or_default();
    accepted.split(',').any(|encoding| encoding.trim() == "br")
}

/// The embedded file of that name; dot files are `build.rs`'s own notes, compressed ones have no address of their own.
fn find(name: &str) -> Option<EmbeddedFile> {
    if name.starts_with('.') || name.ends_with(COMPRESSED) {
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
        for (name, kind) in
            [("app.css", "text/css; charset=utf-8"), ("app.js", "text/javascript; charset=utf-8"), ("favicon.svg", "image/svg+xml")]
        {
            let response = Assets.call(request(&url(name))).await.expect(name);
            assert_eq!(response.header(header::CONTENT_TYPE), Some(kind), "{name}");
            assert_eq!(response.header(header::CACHE_CONTROL), Some("public, max-age=31536000, immutable"), "{name}");
        }
    }

    #[tokio::test]
    async fn a_browser_that_takes_brotli_gets_it_and_the_type_of_what_is_in_it() {
        for (name, kind, at_most) in [("app.css", "text/css; charset=utf-8", 90_000), ("app.js", "text/javascript; charset=utf-8", 60_000)]
        {
            let mut asked = request(&url(name));
            asked.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, br, zstd"));
            let response = Assets.call(asked).await.expect(name);
            assert_eq!(response.header(header::CONTENT_ENCODING), Some("br"), "{name}");
            assert_eq!(response.header(header::CONTENT_TYPE), Some(kind), "{name}");
            assert_eq!(response.header(header::VARY), Some("Accept-Encoding"), "{name}");
            let bytes = response.into_body().into_bytes().await.expect(name);
            assert!(bytes.len() < at_most, "{name} is {} bytes on the wire", bytes.len());
            let response = Assets.call(request(&url(name))).await.expect(name);
            assert_eq!(response.header(header::CONTENT_ENCODING), None, "{name}");
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
        for name in
            ["/static/nothing.css", "/static/.made-from-lock", "/static/app.css.br", "/static/lib/tabler.min.css", "/static/../Cargo.toml"]
        {
            let error = Assets.call(request(name)).await.expect_err(name);
            assert_eq!(error.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}

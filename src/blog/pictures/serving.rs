//! A picture's bytes for browsers, with validators and ranges as RFC 9110 has them (sections 13 and 14).

use std::ops::Range;

use poem::{
    Request, Response, handler,
    http::{HeaderMap, StatusCode, header},
    web::{
        Data, Path,
        headers::{ETag, HeaderMapExt, IfMatch, IfNoneMatch, IfRange},
    },
};
use uuid::Uuid;

use super::{
    model::{Size, Stored},
    queries,
};
use crate::{
    app::App,
    error::{Error, Result},
};

pub const PATH: &str = "/blog/pictures/:id/:size";

/// A year. What was uploaded anew has a new address, so nothing at an address ever changes.
const CACHING: &str = "public, max-age=31536000, immutable";

#[handler]
pub async fn show(request: &Request, app: Data<&App>, Path((id, size)): Path<(Uuid, Size)>) -> Result<Response> {
    let file = queries::file(&app.db, id, size).await?;
    let etag = etag(&file.digest)?;
    let part = match judge(request.headers(), &etag, file.length) {
        Answer::Head(status) => return Ok(head_of(status, &file, &etag)),
        Answer::Unsatisfiable => {
            let response = head_of(StatusCode::RANGE_NOT_SATISFIABLE, &file, &etag);
            return Ok(with_header(response, header::CONTENT_RANGE, &format!("bytes */{}", file.length)));
        }
        Answer::Part(part) => Some(part),
        Answer::Whole => None,
    };
    let wanted = part.clone().unwrap_or(0..file.length);
    let bytes = queries::bytes(&app.db, id, size, wanted.start, wanted.end - wanted.start).await?;
    let Some(part) = part else {
        let mut response = head_of(StatusCode::OK, &file, &etag);
        response.set_body(bytes);
        return Ok(response);
    };
    let mut response = head_of(StatusCode::PARTIAL_CONTENT, &file, &etag);
    response.set_body(bytes);
    Ok(with_header(response, header::CONTENT_RANGE, &format!("bytes {}-{}/{}", part.start, part.end - 1, file.length)))
}

/// As [`show`], without the content, and so without ranges (section 14.2).
#[handler]
pub async fn head(request: &Request, app: Data<&App>, Path((id, size)): Path<(Uuid, Size)>) -> Result<Response> {
    let file = queries::file(&app.db, id, size).await?;
    let etag = etag(&file.digest)?;
    let status = precondition(request.headers(), &etag).unwrap_or(StatusCode::OK);
    let mut response = head_of(status, &file, &etag);
    if status == StatusCode::OK {
        response.headers_mut().insert(header::CONTENT_LENGTH, file.length.into());
    }
    Ok(response)
}

fn etag(digest: &[u8]) -> Result<ETag> {
    let hex = data_encoding::HEXLOWER.encode(digest);
    format!("\"{hex}\"").parse().map_err(|_| Error::Internal(anyhow::anyhow!("a digest in quotes is an ETag")))
}

fn head_of(status: StatusCode, file: &Stored, etag: &ETag) -> Response {
    let mut response =
        Response::builder().status(status).header(header::CACHE_CONTROL, CACHING).header(header::ACCEPT_RANGES, "bytes").finish();
    response.headers_mut().typed_insert(etag.clone());
    match status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => with_header(response, header::CONTENT_TYPE, &file.media_type),
        // A refusal is not what was asked for and may not be kept as that.
        StatusCode::NOT_MODIFIED => response,
        _ => with_header(response, header::CACHE_CONTROL, "no-store"),
    }
}

fn with_header(mut response: Response, name: header::HeaderName, value: &str) -> Response {
    // Media types and numbers of our own: always a header's value.
    if let Ok(value) = value.parse() {
        response.headers_mut().insert(name, value);
    }
    response
}

/// What a request for a picture is answered with.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Whole,
    /// These bytes.
    Part(Range<i32>),
    Unsatisfiable,
    /// Not modified, or a precondition that failed.
    Head(StatusCode),
}

fn judge(headers: &HeaderMap, etag: &ETag, length: i32) -> Answer {
    if let Some(status) = precondition(headers, etag) {
        return Answer::Head(status);
    }
    // A date is no use: pictures have no date of modification, so it never fits.
    let is_stale = headers.contains_key(header::IF_RANGE)
        && headers.typed_get::<IfRange>().is_none_or(|condition| condition.is_modified(Some(etag), None));
    match headers.get(header::RANGE).and_then(|range| range.to_str().ok()) {
        Some(range) if !is_stale => range_of(range, length),
        _ => Answer::Whole,
    }
}

/// The order of section 13.2.2, without those that need a date.
fn precondition(headers: &HeaderMap, etag: &ETag) -> Option<StatusCode> {
    if headers.typed_get::<IfMatch>().is_some_and(|condition| !condition.precondition_passes(etag)) {
        return Some(StatusCode::PRECONDITION_FAILED);
    }
    let is_known = headers.typed_get::<IfNoneMatch>().is_some_and(|condition| !condition.precondition_passes(etag));
    is_known.then_some(StatusCode::NOT_MODIFIED)
}

/// One range of bytes. Several at once, other units and what makes no sense are passed over, which section 14.2 allows: the whole is
/// never wrong.
fn range_of(range: &str, length: i32) -> Answer {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else { return Answer::Whole };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A number too long for the type is larger than any picture.
    let number = |text: &str| text.parse::<i32>().unwrap_or(i32::MAX);
    let part = match (is_number(first), is_number(last)) {
        (true, true) if number(last) < number(first) => return Answer::Whole,
        (true, true) => number(first)..length.min(number(last).saturating_add(1)),
        (true, false) if last.is_empty() => number(first)..length,
        (false, true) if first.is_empty() => (length - number(last)).max(0)..length,
        _ => return Answer::Whole,
    };
    if part.start < part.end { Answer::Part(part) } else { Answer::Unsatisfiable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_has_it() {
        for (range, expected) in [
            ("bytes=0-0", Answer::Part(0..1)),
            ("bytes=10-", Answer::Part(10..100)),
            ("bytes=10-19", Answer::Part(10..20)),
            ("bytes=90-500", Answer::Part(90..100)),
            ("bytes=-1", Answer::Part(99..100)),
            ("bytes=-500", Answer::Part(0..100)),
            ("bytes=0-99999999999999999999", Answer::Part(0..100)),
            ("bytes=100-", Answer::Unsatisfiable),
            ("bytes=99999999999999999999-", Answer::Unsatisfiable),
            ("bytes=-0", Answer::Unsatisfiable),
            ("bytes=9-3", Answer::Whole),
            ("bytes=0-1,5-6", Answer::Whole),
            ("bytes=+1-2", Answer::Whole),
            ("bytes=-", Answer::Whole),
            ("bytes=a-b", Answer::Whole),
            ("lines=0-1", Answer::Whole),
        ] {
            assert_eq!(range_of(range, 100), expected, "{range}");
        }
    }
}

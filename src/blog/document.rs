//! What programs read: the same for everybody, so any cache may keep it.

use poem::{
    Request, Response,
    http::{StatusCode, header},
};
use sha2::{Digest, Sha256};

/// A document that is the same for everybody. Whoever has it asks whether it is another by now, by its validator.
pub fn shared(request: &Request, media_type: &'static str, content: &str) -> Response {
    let digest = Sha256::digest(content.as_bytes());
    let tag = format!("\"{}\"", data_encoding::HEXLOWER.encode(&digest[..16]));
    let kept = request.headers().get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // The comparison is weak (RFC 9110, section 13.1.2): a proxy that has compressed it says so.
    let is_kept = kept.flat_map(|value| value.split(',')).any(|kept| kept.trim().trim_start_matches("W/") == tag || kept.trim() == "*");
    let answer = Response::builder().header(header::ETAG, tag).header(header::CACHE_CONTROL, "public, no-cache");
    if is_kept {
        return answer.status(StatusCode::NOT_MODIFIED).finish();
    }
    answer.content_type(media_type).body(content.to_owned())
}

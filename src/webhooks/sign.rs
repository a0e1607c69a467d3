//! How requests are signed: Standard Webhooks, version 1 of its symmetric scheme
//! (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What secrets begin with as they are shown.
const PREFIX: &str = "whsec_";

/// What the specification allows is 24 to 64 bytes.
pub const SECRET_BYTES: usize = 32;

/// A new secret.
pub fn new_secret() -> [u8; SECRET_BYTES] {
    rand::random()
}

/// A secret as the receiver keeps it.
pub fn shown(secret: &[u8]) -> String {
    format!("{PREFIX}{}", BASE64.encode(secret))
}

/// The header `webhook-signature` of a request; `timestamp` in Unix seconds, as in `webhook-timestamp`.
pub fn signature(secret: &[u8], id: &str, timestamp: i64, payload: &str) -> String {
    let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret).unwrap_or_else(|_| unreachable!("a mac takes keys of any length"));
    let mac = mac.chain_update(format!("{id}.{timestamp}.{payload}")).finalize().into_bytes();
    format!("v1,{}", BASE64.encode(&mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the reference implementations.
    #[test]
    fn the_signature_is_that_of_the_reference_implementations() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}

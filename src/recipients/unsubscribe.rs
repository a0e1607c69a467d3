//! The link by which a recipient says: no more (RFC 8058). Its token needs no row: it is the recipient's id with a mac over it,
//! so nobody can make one up, and it stays good as long as the secret key does.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::{Config, SecretKey};

/// Where the links lead, up to the token.
pub const PATH: &str = "/unsubscribe/";

/// Of 32 bytes; 128 bits are more than anybody tries.
const MAC_BYTES: usize = 16;

/// The address that unsubscribes a recipient, for a mail's text and its header `List-Unsubscribe`. Of ASCII characters alone.
pub fn link(config: &Config, recipient_id: i64) -> String {
    let token = token(&config.secret_key, recipient_id);
    config.link(&format!("{PATH}{token}"))
}

/// Whose token it is; None: nobody's, or one that was cut short. The key before the present one is good as well.
pub fn recipient_of(config: &Config, token: &str) -> Option<i64> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let (id, mac) = bytes.split_first_chunk::<8>().filter(|(_, mac)| mac.len() == MAC_BYTES)?;
    let id = i64::from_be_bytes(*id);
    let keys = std::iter::once(&config.secret_key).chain(&config.old_secret_key);
    keys.into_iter().any(|key| mac_over(key, id).verify_truncated_left(mac).is_ok()).then_some(id)
}

fn token(key: &SecretKey, recipient_id: i64) -> String {
    let mac = mac_over(key, recipient_id).finalize().into_bytes();
    let mut bytes = recipient_id.to_be_bytes().to_vec();
    bytes.extend_from_slice(&mac[..MAC_BYTES]);
    BASE64URL_NOPAD.encode(&bytes)
}

fn mac_over(key: &SecretKey, recipient_id: i64) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key.derive("unsubscribe"))
        .unwrap_or_else(|_| unreachable!("a mac takes keys of any length"));
    mac.update(&recipient_id.to_be_bytes());
    mac
}

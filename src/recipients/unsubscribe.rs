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

/// Makes the links: the key is derived once, not for each of a million mails.
pub struct Links {
    /// All that stands before the token.
    prefix: String,
    mac: Hmac<Sha256>,
}

impl Links {
    pub fn new(config: &Config) -> Self {
        Self { prefix: config.link(PATH), mac: keyed(&config.secret_key) }
    }

    /// The address that unsubscribes a recipient, for a mail's text and its header `List-Unsubscribe`. Of ASCII characters alone.
    pub fn of(&self, recipient_id: i64) -> String {
        let id = recipient_id.to_be_bytes();
        let mac = self.mac.clone().chain_update(id).finalize().into_bytes();
        let mut link = self.prefix.clone();
        BASE64URL_NOPAD.encode_append(&[&id[..], &mac[..MAC_BYTES]].concat(), &mut link);
        link
    }
}

/// Whose token it is; None: nobody's, or one that was cut short. The key before the present one is good as well.
pub fn recipient_of(config: &Config, token: &str) -> Option<i64> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
    let (id, mac) = bytes.split_first_chunk::<8>().filter(|(_, mac)| mac.len() == MAC_BYTES)?;
    let keys = std::iter::once(&config.secret_key).chain(&config.old_secret_key);
    keys.into_iter().any(|key| keyed(key).chain_update(id).verify_truncated_left(mac).is_ok()).then(|| i64::from_be_bytes(*id))
}

fn keyed(key: &SecretKey) -> Hmac<Sha256> {
    <Hmac<Sha256> as KeyInit>::new_from_slice(&key.derive("unsubscribe")).unwrap_or_else(|_| unreachable!("a mac takes keys of any length"))
}

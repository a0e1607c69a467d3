//! Secrets as they are kept in the database: sealed under a key derived from SECRET_KEY, so that whoever reads the database alone
//! has none of them. XChaCha20-Poly1305 (RFC 8439 with the long nonce, which may be random).

use anyhow::anyhow;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};

use crate::{
    config::{Config, SecretKey},
    error::Result,
};

const NONCE: usize = 24;

/// What secrets are sealed for; each has a key of its own.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    Totp,
    Webhook,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Webhook => "webhook",
        }
    }
}

/// Nonce and ciphertext of a user's secret. It opens for this user alone: moved into another's row it is worth nothing.
///
/// # Errors
/// The cipher's, which has none for texts this short.
pub fn seal(key: &SecretKey, purpose: Purpose, user_id: i64, secret: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = rand::random();
    let payload = Payload { msg: secret, aad: &user_id.to_be_bytes() };
    let sealed = cipher(key, purpose).encrypt(&nonce.into(), payload).map_err(|error| anyhow!("a secret could not be sealed: {error}"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// The secret, sealed under the present key or the one before. None where neither opens it.
pub fn open(config: &Config, purpose: Purpose, user_id: i64, sealed: &[u8]) -> Option<Vec<u8>> {
    let old = || open_with(config.old_secret_key.as_ref()?, purpose, user_id, sealed);
    open_with(&config.secret_key, purpose, user_id, sealed).or_else(old)
}

/// What a change of SECRET_KEY means for a sealed secret.
#[derive(Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The present key opens it.
    Current,
    /// Only the old one did; sealed under the present one.
    Anew(Vec<u8>),
    /// Neither opens it.
    Lost,
}

/// Seals a secret under the present key that only the old one opens.
///
/// # Errors
/// The cipher's.
pub fn renew(config: &Config, purpose: Purpose, user_id: i64, sealed: &[u8]) -> Result<Renewal> {
    if open_with(&config.secret_key, purpose, user_id, sealed).is_some() {
        return Ok(Renewal::Current);
    }
    let Some(secret) = config.old_secret_key.as_ref().and_then(|key| open_with(key, purpose, user_id, sealed)) else {
        return Ok(Renewal::Lost);
    };
    seal(&config.secret_key, purpose, user_id, &secret).map(Renewal::Anew)
}

fn open_with(key: &SecretKey, purpose: Purpose, user_id: i64, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: &user_id.to_be_bytes() };
    cipher(key, purpose).decrypt(&(*nonce).into(), payload).ok()
}

fn cipher(key: &SecretKey, purpose: Purpose) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.derive(purpose.name()).into())
}

//! TOTP secrets as they are kept: sealed under a key derived from SECRET_KEY, so that whoever reads the database alone has no
//! second factor. XChaCha20-Poly1305 (RFC 8439 with the long nonce, which may be random).

use anyhow::anyhow;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};

use crate::{
    app::App,
    config::{Config, SecretKey},
    error::Result,
    users::queries,
};

const NONCE: usize = 24;

/// Nonce and ciphertext of a user's secret. It opens for this user alone: moved into another's row it is worth nothing.
///
/// # Errors
/// The cipher's, which has none for texts this short.
pub fn seal(key: &SecretKey, user_id: i64, secret: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = rand::random();
    let payload = Payload { msg: secret, aad: &user_id.to_be_bytes() };
    let sealed = cipher(key).encrypt(&nonce.into(), payload).map_err(|error| anyhow!("a TOTP secret could not be sealed: {error}"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// The secret, sealed under the present key or the one before. None where neither opens it.
pub fn open(config: &Config, user_id: i64, sealed: &[u8]) -> Option<Vec<u8>> {
    let old = || open_with(config.old_secret_key.as_ref()?, user_id, sealed);
    open_with(&config.secret_key, user_id, sealed).or_else(old)
}

/// Seals what only the old key opens under the present one. What neither opens is left as it is, and said: its user needs a
/// recovery code.
///
/// # Errors
/// The database's.
pub async fn anew(app: &App) -> Result<()> {
    let Some(old_key) = &app.config.old_secret_key else { return Ok(()) };
    for (user_id, sealed) in queries::sealed_secrets(&app.db).await? {
        if open_with(&app.config.secret_key, user_id, &sealed).is_some() {
            continue;
        }
        let Some(secret) = open_with(old_key, user_id, &sealed) else {
            tracing::warn!(user.id = user_id, "The TOTP secret of user {user_id} opens with neither SECRET_KEY nor SECRET_KEY_OLD");
            continue;
        };
        queries::reseal(&app.db, user_id, &sealed, &seal(&app.config.secret_key, user_id, &secret)?).await?;
    }
    Ok(())
}

fn open_with(key: &SecretKey, user_id: i64, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: &user_id.to_be_bytes() };
    cipher(key).decrypt(&(*nonce).into(), payload).ok()
}

fn cipher(key: &SecretKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.derive("totp").into())
}

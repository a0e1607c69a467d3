//! Passwords: argon2id (RFC 9106), off the async threads.

use std::sync::LazyLock;

use anyhow::anyhow;
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};

use super::model::Password;
use crate::{error::Result, limits::PASSWORDS_WAITING, web::off_thread::Queue};

/// The hashing of this process: each hash takes 19 MiB (argon2's default: m=19456, t=2, p=1, as OWASP advises) and a core for as long as
/// it lasts.
static QUEUE: LazyLock<Queue> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Queue::new(cores.saturating_sub(1).max(1), PASSWORDS_WAITING)
});

/// What an unknown address is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    // Default parameters and a fixed, valid salt: hashing cannot fail.
    Argon2::default().hash_password(b"nobody has this password").map(|hash| hash.to_string()).unwrap_or_default()
});

/// The PHC string to keep.
///
/// # Errors
/// Too many wait already, or the hashing thread failed.
pub async fn hash(password: Password) -> Result<String> {
    off_thread(move || {
        let hash = Argon2::default().hash_password(password.as_str().as_bytes()).map_err(|error| anyhow!("argon2: {error}"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one of the kept string; with none kept it does the same work and says no.
///
/// # Errors
/// Too many wait already, the hashing thread failed, or the kept string is none.
pub async fn verify(password: String, kept: Option<String>) -> Result<bool> {
    off_thread(move || {
        let known = kept.is_some();
        let kept = kept.as_deref().unwrap_or(&NOBODY);
        let hash = PasswordHash::new(kept).map_err(|error| anyhow!("a kept password hash is malformed: {error}"))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    Ok(QUEUE.run(work).await??)
}

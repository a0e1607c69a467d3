//! `SECRET_KEY`: what everything that must not be forged or read is protected by.

use std::{fmt, fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use sha2::{Digest, Sha256};

use super::{ConfigError, text};

/// The key that CSRF tokens are encrypted with; its purposes are kept apart by [`derive`](Self::derive).
#[derive(Clone)]
pub struct SecretKey(String);

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// At least 32 characters that nobody guesses.
    pub fn new(key: String) -> Self {
        Self(key)
    }

    /// A key for one purpose: knowing one of them tells nothing of the others.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(purpose.as_bytes());
        hash.update([0]);
        hash.update(self.0.as_bytes());
        hash.finalize().into()
    }
}

/// `SECRET_KEY`, or the one that is kept beside the data.
pub(super) fn secret_key(embedded: bool, data_dir: &Path) -> Result<SecretKey, ConfigError> {
    match text("SECRET_KEY") {
        Some(key) if key.len() >= 32 => Ok(SecretKey(key)),
        Some(_) => Err(ConfigError::new("SECRET_KEY", "is shorter than 32 characters; `openssl rand -hex 32` makes one")),
        None if embedded => generated_key(data_dir)
            .map(SecretKey)
            .map_err(|error| ConfigError::new("DATA_DIR", format!("the secret key in {} cannot be kept: {error}", data_dir.display()))),
        None => Err(ConfigError::new("SECRET_KEY", "is not set; with DATABASE_URL it must be, `openssl rand -hex 32` makes one")),
    }
}

/// `SECRET_KEY_OLD`.
pub(super) fn old_secret_key() -> Result<Option<SecretKey>, ConfigError> {
    match text("SECRET_KEY_OLD") {
        Some(key) if key.len() < 32 => {
            Err(ConfigError::new("SECRET_KEY_OLD", "is shorter than 32 characters, so it was never a SECRET_KEY"))
        }
        key => Ok(key.map(SecretKey)),
    }
}

/// The embedded default's own key: made once, kept beside the data, readable by its owner alone.
fn generated_key(data_dir: &Path) -> std::io::Result<String> {
    let path = data_dir.join("secret_key");
    if let Ok(key) = fs::read_to_string(&path)
        && key.trim().len() >= 32
    {
        return Ok(key.trim().to_owned());
    }
    fs::create_dir_all(data_dir)?;
    let key: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    // Written aside and linked: of two processes that start at once, the second reads the first one's key.
    let draft = data_dir.join(format!("secret_key.{}", std::process::id()));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(key.as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, &path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(fs::read_to_string(&path)?.trim().to_owned()),
    }
}

//! TOTP secrets as they are kept: sealed, so that whoever reads the database alone has no second factor.

use crate::{
    app::App,
    config::{Config, SecretKey},
    error::Result,
    seal::{self, Purpose, Renewal},
    users::queries,
};

/// A user's secret, sealed for this user alone.
///
/// # Errors
/// The cipher's, which has none for texts this short.
pub fn seal(key: &SecretKey, user_id: i64, secret: &[u8]) -> Result<Vec<u8>> {
    seal::seal(key, Purpose::Totp, user_id, secret)
}

/// The secret, sealed under the present key or the one before. None where neither opens it.
pub fn open(config: &Config, user_id: i64, sealed: &[u8]) -> Option<Vec<u8>> {
    seal::open(config, Purpose::Totp, user_id, sealed)
}

/// Seals what only the old key opens under the present one. What neither opens is left as it is, and said: its user needs a
/// recovery code.
///
/// # Errors
/// The database's.
pub async fn anew(app: &App) -> Result<()> {
    if app.config.old_secret_key.is_none() {
        return Ok(());
    }
    for (user_id, sealed) in queries::sealed_secrets(&app.db).await? {
        match seal::renew(&app.config, Purpose::Totp, user_id, &sealed)? {
            Renewal::Current => {}
            Renewal::Anew(anew) => queries::reseal(&app.db, user_id, &sealed, &anew).await?,
            Renewal::Lost => {
                tracing::warn!(user.id = user_id, "The TOTP secret of user {user_id} opens with neither SECRET_KEY nor SECRET_KEY_OLD");
            }
        }
    }
    Ok(())
}

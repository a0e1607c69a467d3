//! Secrets as they are kept.

use super::{queries, sign};
use crate::{
    app::App,
    config::Config,
    error::Result,
    seal::{self, Purpose, Renewal},
};

/// A new secret: as its owner sees it this once, and sealed.
///
/// # Errors
/// The cipher's, which has none for texts this short.
pub fn make(config: &Config, user_id: i64) -> Result<(String, Vec<u8>)> {
    let secret = sign::new_secret();
    Ok((sign::shown(&secret), seal::seal(&config.secret_key, Purpose::Webhook, user_id, &secret)?))
}

/// A kept secret as its owner sees it. None: no key that is known opens it.
pub fn shown(config: &Config, user_id: i64, sealed: &[u8]) -> Option<String> {
    seal::open(config, Purpose::Webhook, user_id, sealed).map(|secret| sign::shown(&secret))
}

/// Seals what only the old key opens under the present one. What neither opens is left as it is, and said.
///
/// # Errors
/// The database's.
pub async fn anew(app: &App) -> Result<()> {
    if app.config.old_secret_key.is_none() {
        return Ok(());
    }
    for (id, user_id, sealed) in queries::sealed_secrets(&app.db).await? {
        match seal::renew(&app.config, Purpose::Webhook, user_id, &sealed)? {
            Renewal::Current => {}
            Renewal::Anew(anew) => queries::reseal(&app.db, id, &sealed, &anew).await?,
            Renewal::Lost => {
                tracing::warn!(webhook.id = id, "The secret of webhook {id} opens with neither SECRET_KEY nor SECRET_KEY_OLD");
            }
        }
    }
    Ok(())
}

//! The second factor of a sign-in: the codes of an authenticator (TOTP, RFC 6238) and, for whoever has lost it, recovery codes.

pub mod code;
pub mod seal;

use sqlx::PgConnection;
use time::OffsetDateTime;
use totp_rs::{Builder, Secret, Totp};

use self::code::Code;
use super::queries;
use crate::{app::App, config::Config, error::Result};

/// How long somebody who has given the password may look for the code.
pub const PATIENCE: time::Duration = time::Duration::minutes(10);
/// Wrong codes after which the sign-in starts again, with the password.
pub const TRIES: i32 = 5;

/// What a right code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    Totp,
    Recovery {
        /// Codes that are left.
        left: i64,
    },
}

/// Uses a code up, if it is right and was not used before.
///
/// # Errors
/// The database's.
pub async fn check(app: &App, db: &mut PgConnection, user_id: i64, code: &Code) -> Result<Option<Used>> {
    match code {
        Code::Totp(digits) => {
            let Some(sealed) = queries::totp_secret(&mut *db, user_id, true).await? else { return Ok(None) };
            let Some(step) = step_of(&app.config, user_id, &sealed, digits) else { return Ok(None) };
            Ok(queries::take_step(&mut *db, user_id, step).await?.then_some(Used::Totp))
        }
        Code::Recovery(hash) => {
            if !queries::use_recovery_code(&mut *db, user_id, hash).await? {
                return Ok(None);
            }
            Ok(Some(Used::Recovery { left: queries::codes_left(&mut *db, user_id).await? }))
        }
    }
}

/// The time step that the digits are the code of: this one, the one before or the one after. None: of none of them.
pub fn step_of(config: &Config, user_id: i64, sealed: &[u8], digits: &str) -> Option<i64> {
    let Some(secret) = seal::open(config, user_id, sealed) else {
        tracing::warn!(
            user.id = user_id,
            "The TOTP secret of user {user_id} does not open; was SECRET_KEY changed without SECRET_KEY_OLD?"
        );
        return None;
    };
    let now = u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).ok()?;
    totp(&secret).check(digits, now).and_then(|step| i64::try_from(step).ok())
}

/// What every authenticator knows: SHA-1, six digits, 30 seconds; a step more on either side.
fn totp(secret: &[u8]) -> Totp {
    Builder::new().with_secret(Secret::new(secret.into())).build_noncompliant()
}

/// A new secret, of the 160 bits that RFC 4226, section 4, recommends.
pub fn new_secret() -> [u8; 20] {
    rand::random()
}

/// A secret as one types it into an authenticator, in groups of four.
pub fn typed(secret: &[u8]) -> String {
    code::grouped(&data_encoding::BASE32_NOPAD.encode(secret), " ")
}

/// What the QR code says (the `otpauth` scheme that authenticators agree on).
pub fn otpauth_uri(secret: &[u8], email: &str) -> String {
    let account: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    format!("otpauth://totp/Periodical:{account}?secret={}&issuer=Periodical", data_encoding::BASE32_NOPAD.encode(secret))
}

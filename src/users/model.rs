//! Users' forms and what they become.

use serde::Deserialize;

use super::rights::Role;
use crate::{
    i18n::Language,
    t,
    web::form::{self, FieldErrors},
};

/// A password this short is guessed; NIST SP 800-63B section 5.1.1 asks for 8 at the least, and we for a little more.
pub const PASSWORD_MIN: usize = 10;
/// Argon2 takes more, but nobody types more, and hashing a megabyte is work for a stranger's asking.
pub const PASSWORD_MAX: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RegistrationForm {
    pub email: String,
    pub full_name: String,
    pub password: String,
}

/// A registration that can be acted on.
#[derive(Debug)]
pub struct Registration {
    pub email: String,
    pub full_name: String,
    pub password: Password,
}

/// A password that is long enough; never printed.
pub struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Password(…)")
    }
}

impl Password {
    /// # Errors
    /// A sentence for the reader.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.chars().count() {
            length if length < PASSWORD_MIN => Err(t!("users-password-too-short", min = PASSWORD_MIN)),
            length if length > PASSWORD_MAX => Err(t!("users-password-too-long", max = PASSWORD_MAX)),
            _ => Ok(Self(text.to_owned())),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl RegistrationForm {
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self) -> Result<Registration, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", form::email(&self.email));
        let full_name = errors.take("full_name", form::line(&self.full_name, 200));
        let password = errors.take("password", Password::parse(&self.password));
        match (email, full_name, password) {
            (Some(email), Some(full_name), Some(password)) => Ok(Registration { email, full_name, password }),
            _ => Err(errors),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LoginForm {
    pub email: String,
    pub password: String,
    /// Where to go on to; only a path of ours is followed.
    pub next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    pub password: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    pub code: String,
    /// As [`LoginForm::next`].
    pub next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmailForm {
    pub email: String,
}

/// The path to go on to after signing in: of this site alone, so that a link to the sign-in page cannot lead elsewhere.
pub fn local_path(next: &str) -> &str {
    let is_local = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    if is_local { next } else { "/" }
}

/// Somebody who may sign in.
#[derive(Debug, Clone)]
pub struct User {
    pub id: i64,
    pub email: String,
    pub full_name: String,
    pub roles: Vec<Role>,
    /// The IANA zone of the profile; None: not chosen.
    pub time_zone: Option<String>,
    /// The profile's language; None: as the browser asks.
    pub language: Option<Language>,
    pub has_two_factor: bool,
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_a_path_of_this_site_is_followed_after_signing_in() {
        for (next, expected) in [
            ("/mailings/7?x=1", "/mailings/7?x=1"),
            ("", "/"),
            ("https://evil.example", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
        ] {
            assert_eq!(local_path(next), expected, "{next:?}");
        }
    }
}

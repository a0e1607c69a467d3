//! The account's forms and what they become.

use serde::Deserialize;

use crate::{
    i18n::Language,
    mailings::schedule::Zone,
    t,
    users::model::Password,
    web::form::{self, FieldErrors},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    pub full_name: String,
    /// Empty: as the browser asks.
    pub locale: String,
    /// Empty: not chosen.
    pub time_zone: String,
    /// A [`Notify`]; empty, as from an older form: about problems.
    pub notify: String,
}

/// A switch at the foot of every page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LanguageForm {
    /// A language's tag.
    pub language: String,
}

/// The one beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ThemeForm {
    /// A theme's name.
    pub theme: String,
}

/// A profile that can be kept.
#[derive(Debug)]
pub struct Profile {
    pub full_name: String,
    /// A language's tag.
    pub locale: Option<String>,
    /// The IANA name.
    pub time_zone: Option<String>,
    pub notify: Notify,
}

/// Of which attempts an owner is told by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Notify {
    Never,
    /// Of those that did not reach everybody, or that the mail server holds up.
    Problems,
    Always,
}

impl Notify {
    pub const ALL: [Self; 3] = [Self::Problems, Self::Always, Self::Never];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Problems => "problems",
            Self::Always => "always",
        }
    }

    /// In the reader's language.
    pub fn words(self) -> String {
        match self {
            Self::Never => t!("account-notify-never"),
            Self::Problems => t!("account-notify-problems"),
            Self::Always => t!("account-notify-always"),
        }
    }
}

impl ProfileForm {
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self) -> Result<Profile, FieldErrors> {
        let mut errors = FieldErrors::default();
        let full_name = errors.take("full_name", form::line(&self.full_name, 200));
        let locale = errors.take("locale", optional(&self.locale, locale));
        let time_zone = errors.take("time_zone", optional(&self.time_zone, zone));
        let notify = errors.take("notify", optional(&self.notify, notify));
        match (full_name, locale, time_zone, notify) {
            (Some(full_name), Some(locale), Some(time_zone), Some(notify)) => {
                Ok(Profile { full_name, locale, time_zone, notify: notify.unwrap_or(Notify::Problems) })
            }
            _ => Err(errors),
        }
    }
}

fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

fn locale(text: &str) -> Result<String, String> {
    Language::from_tag(text).map(|language| language.tag().to_owned()).ok_or_else(|| t!("account-bad-language"))
}

fn notify(text: &str) -> Result<Notify, String> {
    Notify::ALL.into_iter().find(|notify| notify.as_str() == text).ok_or_else(|| t!("account-bad-language"))
}

fn zone(text: &str) -> Result<String, String> {
    Zone::parse(text).map(|zone| zone.name().to_owned()).map_err(|_| t!("account-bad-zone"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordChangeForm {
    pub current_password: String,
    pub password: String,
}

impl PasswordChangeForm {
    /// # Errors
    /// What is wrong with the new password.
    pub fn parse(&self) -> Result<Password, FieldErrors> {
        Password::parse(&self.password).map_err(|error| FieldErrors::of("password", error))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EmailChangeForm {
    pub email: String,
    pub password: String,
}

impl EmailChangeForm {
    /// The new address.
    ///
    /// # Errors
    /// What is wrong with it; `present` is the one the account has.
    pub fn parse(&self, present: &str) -> Result<String, FieldErrors> {
        let email = form::email(&self.email).map_err(|error| FieldErrors::of("email", error))?;
        // As citext compares them: upper and lower case alike.
        if email.to_lowercase() == present.to_lowercase() {
            return Err(FieldErrors::of("email", t!("account-email-same")));
        }
        Ok(email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_says_everything_that_is_wrong_with_it_at_once() {
        let form =
            ProfileForm { full_name: "Una\0".into(), locale: "de".into(), time_zone: "Europe/Atlantis".into(), notify: "often".into() };
        let errors = form.parse().unwrap_err();
        for field in ["full_name", "locale", "time_zone", "notify"] {
            assert!(errors.get(field).is_some(), "{field}");
        }
    }

    #[test]
    fn language_and_zone_may_be_left_open_and_old_names_of_zones_are_understood() {
        let profile = ProfileForm { full_name: " Una ".into(), ..ProfileForm::default() }.parse().unwrap();
        assert_eq!((profile.full_name.as_str(), profile.locale, profile.time_zone), ("Una", None, None));
        assert_eq!(profile.notify, Notify::Problems);
        let form = ProfileForm { full_name: "Una".into(), locale: "ru".into(), time_zone: "europe/moscow".into(), notify: "never".into() };
        let profile = form.parse().unwrap();
        assert_eq!((profile.locale.as_deref(), profile.time_zone.as_deref()), (Some("ru"), Some("Europe/Moscow")));
        assert_eq!(profile.notify, Notify::Never);
    }
}

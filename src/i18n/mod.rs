//! Words, numbers and dates in the reader's language.
//!
//! The language is ambient: [`scope`] sets it around a request, [`with`] around a piece of work in the background, and
//! [`t!`](crate::t) asks for it. A parameter would run through every view, every form's parser and every error, and
//! whoever forgot to pass it on would mix languages on one page.
//!
//! Words stand in Fluent files under `assets/locales/`, one a slice and language. `tests/it/words.rs` compares them with
//! the source: no key is missing, none unused, and both languages know the same variables.

mod bundle;
pub mod format;

use std::{cell::Cell, future::Future};

pub use bundle::{Argument, markup, text};
use serde::{Deserialize, Serialize};

/// A language that Periodical speaks.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "ru")]
    Russian,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Russian];

    /// The tag for `lang` attributes, profiles and folders (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Russian => "Русский",
        }
    }

    /// The language of a [`tag`](Self::tag).
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The first that a browser asks for (`Accept-Language`, RFC 9110, section 12.5.4) and that there is. As in Fluent's own
    /// negotiation the order counts: browsers write what they prefer first.
    pub fn negotiate(accept_language: &str) -> Option<Self> {
        fluent_langneg::parse_accepted_languages(accept_language).iter().find_map(|accepted| Self::from_tag(accepted.language.as_str()))
    }
}

tokio::task_local! {
    /// A cell, since who the reader is turns out only within the request.
    static LANGUAGE: Cell<Language>;
}

/// The language of this request or piece of work; English outside of any.
pub fn current() -> Language {
    LANGUAGE.try_with(Cell::get).unwrap_or(Language::English)
}

/// Changes the language for the rest of the scope; outside of any it does nothing.
pub fn set(language: Language) {
    // Outside of a scope there is nobody to speak to.
    let _ = LANGUAGE.try_with(|cell| cell.set(language));
}

/// Runs `future` in `language`.
pub async fn scope<F: Future>(language: Language, future: F) -> F::Output {
    LANGUAGE.scope(Cell::new(language), future).await
}

/// Runs `work` in `language`: what is rendered outside of its request, as a live page's events and mails.
pub fn with<R>(language: Language, work: impl FnOnce() -> R) -> R {
    LANGUAGE.sync_scope(Cell::new(language), work)
}

/// A text in the reader's language: `t!("recipients-added", email = recipient.email)`. Numbers are grouped and choose plural
/// forms; what is no quantity (an id, a year) is passed as text.
#[macro_export]
macro_rules! t {
    ($key:literal) => { $crate::i18n::text($key, Vec::new()) };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::text($key, vec![$((stringify!($name), $crate::i18n::Argument::from(&$value))),+])
    };
}

/// A text with markup in its midst: `rich!("users-mail-sent", email = html! { strong { (email) } })`. The words are escaped, the
/// arguments are markup already.
#[macro_export]
macro_rules! rich {
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::markup($key, vec![$((stringify!($name), maud::Render::render(&$value))),+])
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_a_browser_prefers_is_found_among_those_there_are() {
        assert_eq!(Language::negotiate("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7"), Some(Language::Russian));
        assert_eq!(Language::negotiate("de-DE,de;q=0.9,en;q=0.8,ru;q=0.7"), Some(Language::English));
        assert_eq!(Language::negotiate("de, *;q=0.5"), None);
        assert_eq!(Language::negotiate(""), None);
    }

    #[test]
    fn what_is_set_holds_within_its_scope_and_not_beyond() {
        with(Language::Russian, || {
            assert_eq!(current(), Language::Russian);
            with(Language::English, || set(Language::Russian));
            set(Language::English);
            assert_eq!(current(), Language::English);
        });
        set(Language::Russian);
        assert_eq!(current(), Language::English);
    }
}

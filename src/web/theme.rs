//! Light or dark: what the reader has chosen for this browser, else as their system is.
//!
//! Ambient like the [language](crate::i18n): the page's frame asks for it, and nothing between the cookie and the frame has to
//! pass it on. The server writes a choice into the page, so nothing flashes and no script is needed; what the system wants only
//! the browser knows, and theme.js looks before anything is painted.

use poem::{Endpoint, Request, Result, web::cookie::Cookie};

use super::preference;

const COOKIE: &str = "theme";

/// How pages look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system is, also when it changes at dusk.
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// For cookies and forms; those of the two that are no system's are Bootstrap's names too.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// None: the system decides.
    pub fn chosen(self) -> Option<Self> {
        Some(self).filter(|theme| *theme != Self::System)
    }
}

tokio::task_local! {
    static THEME: Theme;
}

/// The theme of this request; the system's outside of any.
pub fn current() -> Theme {
    THEME.try_with(|theme| *theme).unwrap_or(Theme::System)
}

/// Answers in the reader's theme.
pub async fn within<E: Endpoint>(endpoint: &E, request: Request) -> Result<E::Output> {
    let theme = preference::read(&request, COOKIE).and_then(Theme::from_name).unwrap_or(Theme::System);
    THEME.scope(theme, endpoint.call(request)).await
}

/// Keeps the choice.
pub fn cookie(theme: Theme, is_https: bool) -> Cookie {
    preference::cookie(COOKIE, theme.chosen().map(Theme::name), is_https)
}

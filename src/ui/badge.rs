//! A status in one word and one colour.

use maud::{Markup, html};

/// What the status means for the reader; the word says it too, colour is never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing has happened, nothing is wrong: created, skipped.
    Neutral,
    /// Will happen: scheduled, waiting.
    Info,
    /// Is happening now; the dot pulses.
    Running,
    /// Done as wished: sent, completed.
    Success,
    /// Needs a look: paused, unknown.
    Warning,
    /// Went wrong or was forbidden: failed, disabled.
    Danger,
}

/// The pill with a dot.
pub fn badge(kind: Kind, text: &str) -> Markup {
    let colour = match kind {
        Kind::Neutral => "status-secondary",
        Kind::Info => "status-azure",
        Kind::Running => "status-blue",
        Kind::Success => "status-green",
        Kind::Warning => "status-orange",
        Kind::Danger => "status-red",
    };
    html! {
        span class={ "status " (colour) } {
            span .status-dot .status-dot-animated[kind == Kind::Running] aria-hidden="true" {}
            (text)
        }
    }
}

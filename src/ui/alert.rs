//! Boxes with news: the result of what was just done, a warning, what to do next.

use maud::{Markup, Render, html};

use super::icon::{Icon, icon};

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Success,
    Info,
    Warning,
    Danger,
}

/// One message carried over a redirect and shown once at the top of the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub tone: Tone,
    pub text: String,
}

/// A box with an icon. Warnings and dangers are read out at once, the others when the reader pauses.
pub fn alert(tone: Tone, content: impl Render) -> Markup {
    let (class, symbol, role) = match tone {
        Tone::Success => ("alert alert-success", Icon::Check, "status"),
        Tone::Info => ("alert alert-info", Icon::Info, "status"),
        Tone::Warning => ("alert alert-warning", Icon::Alert, "alert"),
        Tone::Danger => ("alert alert-danger", Icon::Alert, "alert"),
    };
    html! {
        div class=(class) role=(role) {
            div .alert-icon { (icon(symbol)) }
            div .alert-text { (content) }
        }
    }
}

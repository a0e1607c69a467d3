//! Boxes with news: the result of what was just done, a warning, what to do next.

use maud::{Markup, Render, html};

use super::icon::{Icon, icon};
use crate::t;

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

impl Tone {
    const ALL: [Self; 4] = [Self::Success, Self::Info, Self::Warning, Self::Danger];

    /// As the kit's classes end, and as notices name it.
    fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Success => Icon::Check,
            Self::Info => Icon::Info,
            Self::Warning | Self::Danger => Icon::Alert,
        }
    }
}

/// A box with an icon. Warnings and dangers are read out at once, the others when the reader pauses.
pub fn alert(tone: Tone, content: impl Render) -> Markup {
    let role = match tone {
        Tone::Success | Tone::Info => "status",
        Tone::Warning | Tone::Danger => "alert",
    };
    html! {
        div class={ "alert alert-" (tone.name()) } role=(role) {
            div .alert-icon { (icon(tone.icon())) }
            div .alert-text { (content) }
        }
    }
}

/// The same boxes for what happens while a page stands: notices.js copies one into the corner and fills it. A failure stays until
/// it is closed, good news goes by itself.
pub fn notice_templates() -> Markup {
    html! {
        @for tone in Tone::ALL {
            template data-notice=(tone.name()) {
                div class={ "alert alert-" (tone.name()) " notice" } {
                    div .alert-icon { (icon(tone.icon())) }
                    div .alert-text {}
                    button .btn-close type="button" aria-label=(t!("script-close")) {}
                }
            }
        }
    }
}

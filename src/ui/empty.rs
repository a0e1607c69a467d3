//! What a list shows before it holds anything: why it is empty and the next step.

use maud::{Markup, html};

use super::icon::{Icon, icon};

/// An empty list's place-holder. `action` is the next step, as a link or button, where there is one.
pub fn empty(symbol: Icon, title: &str, text: &str, action: Option<Markup>) -> Markup {
    html! {
        div .empty {
            div .empty-icon { (icon(symbol)) }
            p .empty-title { (title) }
            p .empty-subtitle .text-secondary { (text) }
            @if let Some(action) = action {
                div .empty-action { (action) }
            }
        }
    }
}

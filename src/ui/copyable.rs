//! A value to be taken along: a token, an address.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::t;

/// A read-only field with a button that copies it, which copy.js shows: without JavaScript the reader selects and copies. `id` is
/// unique on the page.
pub fn copyable(id: &str, label: &str, value: &str, hint: &str) -> Markup {
    html! {
        div .field .mb-3 data-copyable {
            label .form-label for=(id) { (label) }
            div .input-group {
                input .form-control .copyable type="text" id=(id) value=(value) readonly autocomplete="off" spellcheck="false"
                    aria-describedby={ (id) "-hint" };
                button .btn type="button" data-copies hidden { (icon(Icon::Copy)) (t!("ui-copy")) }
            }
            small .form-hint id={ (id) "-hint" } { (hint) }
            // Filled by copy.js, and read out.
            span .visually-hidden role="status" data-copied=(t!("ui-copied")) {}
        }
    }
}

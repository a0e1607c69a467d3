//! Keyset pages: forward through the list, and back to its beginning.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use crate::t;

/// Where the reader can go from this page of the list.
pub struct Pagination<'a> {
    /// The element holding list and pagination, as `#recipients`; the same in every page's answer.
    pub target: &'a str,
    /// The next page, with the last row's key and the search in its query. None on the last page.
    pub next: Option<&'a str>,
    /// The list from the top. None on the first page.
    pub first: Option<&'a str>,
    /// "Older" for what is sorted by time, "Next" for what is sorted by name.
    pub next_label: &'a str,
}

/// The links, or nothing when everything fits one page.
pub fn pagination(pages: &Pagination) -> Markup {
    html! {
        @if pages.next.is_some() || pages.first.is_some() {
            nav .pages aria-label=(t!("ui-pages")) {
                @if let Some(first) = pages.first {
                    a .btn href=(first) hx-get=(first) hx-target=(pages.target) hx-select=(pages.target)
                        hx-swap="outerHTML show:top" hx-push-url="true" {
                        (icon(Icon::ChevronLeft)) (t!("ui-first-page"))
                    }
                }
                @if let Some(next) = pages.next {
                    a .btn .ms-auto href=(next) rel="next" hx-get=(next) hx-target=(pages.target) hx-select=(pages.target)
                        hx-swap="outerHTML show:top" hx-push-url="true" {
                        (pages.next_label) span .icon-end { (icon(Icon::ChevronRight)) }
                    }
                }
            }
        }
    }
}

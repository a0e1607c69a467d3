//! Tabs that are links: each is a page with an address of its own, so they work with JavaScript off, and Back and Forward
//! lead where they should.

use maud::{Markup, html};

/// One tab.
pub struct Tab<'a> {
    pub label: &'a str,
    pub href: &'a str,
    pub active: bool,
}

/// The row of tabs above a card's content. `label` is what they choose between: "Reports".
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav .tabs aria-label=(label) {
            ul .nav .nav-tabs .card-header-tabs {
                @for tab in tabs {
                    li .nav-item {
                        a .nav-link .active[tab.active] href=(tab.href) aria-current=[tab.active.then_some("page")] { (tab.label) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tab_one_is_on_is_marked_and_all_are_links() {
        let markup =
            tabs("Reports", &[Tab { label: "A", href: "/a", active: true }, Tab { label: "B", href: "/b?x=1&y=2", active: false }]);
        let markup = markup.into_string();
        assert!(markup.contains(r#"<a class="nav-link active" href="/a" aria-current="page">A</a>"#), "{markup}");
        assert!(markup.contains(r#"<a class="nav-link" href="/b?x=1&amp;y=2">B</a>"#), "{markup}");
    }
}

//! Lists: a table that turns into cards on a phone, and the search box above it.

use maud::{Markup, Render, html};

use super::icon::{Icon, icon};
use crate::t;

/// A column's heading; a hidden one is still read out, as "Actions".
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub label: &'a str,
    pub hidden: bool,
    /// For numbers: to the right, figures of one width.
    pub number: bool,
}

impl<'a> Column<'a> {
    pub fn new(label: &'a str) -> Self {
        Column { label, hidden: false, number: false }
    }

    pub fn hidden(label: &'a str) -> Self {
        Column { hidden: true, ..Column::new(label) }
    }

    pub fn number(label: &'a str) -> Self {
        Column { number: true, ..Column::new(label) }
    }
}

/// The table, for a `card`. `rows` is one `tr` of [`cell`]s for each row; the caption is for screen readers.
pub fn table(caption: &str, columns: &[Column], rows: Markup) -> Markup {
    html! {
        div .table-frame {
            table .table .table-vcenter .card-table .table-mobile-md {
                caption .visually-hidden { (caption) }
                thead {
                    tr {
                        @for column in columns {
                            th scope="col" .number[column.number] {
                                @if column.hidden { span .visually-hidden { (column.label) } } @else { (column.label) }
                            }
                        }
                    }
                }
                tbody { (rows) }
            }
        }
    }
}

/// One cell; the label is shown on a phone, where the headings are not. An empty label shows none.
pub fn cell(label: &str, content: impl Render) -> Markup {
    html! {
        td data-label=[(!label.is_empty()).then_some(label)] { (content) }
    }
}

/// A cell with a number, aligned like its [`Column::number`].
pub fn number_cell(label: &str, content: impl Render) -> Markup {
    html! {
        td .number data-label=(label) { (content) }
    }
}

/// The row's buttons, at its end; under the row on a phone.
pub fn actions_cell(content: impl Render) -> Markup {
    html! {
        td .row-actions { div .btn-list .flex-nowrap { (content) } }
    }
}

/// The search above a list.
pub struct SearchBox<'a> {
    /// The list's own address; the text is sent as `q`.
    pub action: &'a str,
    pub query: &'a str,
    /// "Search recipients"
    pub label: &'a str,
    /// The element holding list and pagination, as `#recipients`. Keep the box itself outside of it.
    pub target: &'a str,
}

/// A form that searches while one types, and on Enter with JavaScript off.
pub fn search_box(search: &SearchBox) -> Markup {
    html! {
        form .search-box role="search" method="get" action=(search.action) hx-get=(search.action)
            hx-trigger="submit, input changed delay:300ms" hx-target=(search.target) hx-select=(search.target)
            hx-swap="outerHTML" hx-push-url="true" hx-sync="this:replace" {
            div .input-icon {
                input .form-control type="search" name="q" value=(search.query) placeholder=(search.label)
                    aria-label=(search.label) autocomplete="off" maxlength="200";
                button .input-icon-addon .search-button type="submit" aria-label=(t!("ui-search")) { (icon(Icon::Search)) }
            }
        }
    }
}

/// What narrows a list by more than a text: a form around `controls` that asks again at every change, and on its button with
/// JavaScript off. `target` is the element holding list and pagination; keep the form outside of it.
pub fn filter(action: &str, target: &str, controls: Markup) -> Markup {
    html! {
        form .filter role="search" method="get" action=(action) hx-get=(action) hx-trigger="submit, change, input changed delay:300ms"
            hx-target=(target) hx-select=(target) hx-swap="outerHTML" hx-push-url="true" hx-sync="this:replace" { (controls) }
    }
}

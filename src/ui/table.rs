//! Lists: a table that turns into cards on a phone, and the search box above it.

use maud::{Markup, Render, html};

use super::icon::{Icon, icon};
use crate::{rich, t};

/// A column's heading; a hidden one is still read out, as "Actions".
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub label: &'a str,
    pub hidden: bool,
    /// For numbers: to the right, figures of one width.
    pub number: bool,
    /// Where the list can be put into this column's order.
    sort: Option<Sort<'a>>,
    /// Whether the rows' boxes stand in this column: a box for all of them stands at its head.
    ticks: bool,
}

/// A heading that puts the list into its column's order.
#[derive(Debug, Clone, Copy)]
pub struct Sort<'a> {
    /// The list in this order; where it is so already, the list in its first order.
    pub href: &'a str,
    pub is_current: bool,
    /// What the answer replaces, as `#recipients-card`.
    pub target: &'a str,
}

impl<'a> Column<'a> {
    pub fn new(label: &'a str) -> Self {
        Column { label, hidden: false, number: false, sort: None, ticks: false }
    }

    pub fn hidden(label: &'a str) -> Self {
        Column { hidden: true, ..Column::new(label) }
    }

    pub fn number(label: &'a str) -> Self {
        Column { number: true, ..Column::new(label) }
    }

    pub fn sort(self, sort: Sort<'a>) -> Self {
        Column { sort: Some(sort), ..self }
    }

    pub fn ticks(self) -> Self {
        Column { ticks: true, ..self }
    }

    fn heading(&self) -> Markup {
        html! {
            th scope="col" .number[self.number] aria-sort=[self.sort.filter(|sort| sort.is_current).map(|_| "ascending")] {
                @if self.ticks { (tick_all(true)) }
                @match self.sort {
                    _ if self.hidden => span .visually-hidden { (self.label) },
                    Some(Sort { href, is_current, target }) => {
                        a .sort .sort-current[is_current] href=(href) hx-get=(href) hx-target=(target) hx-select=(target)
                            hx-swap="outerHTML" hx-push-url="true" {
                            (self.label)
                            span .sort-mark aria-hidden="true" {}
                        }
                    }
                    None => (self.label),
                }
            }
        }
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
                        @for column in columns { (column.heading()) }
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

/// The box of one row, in the cell of its name; it belongs to the form with this id, wherever that stands. `label` says whom it
/// ticks.
pub fn tick(form: &str, name: &str, value: i64, label: &str) -> Markup {
    html! {
        input .form-check-input .tick type="checkbox" form=(form) name=(name) value=(value) aria-label=(label) autocomplete="off";
    }
}

/// Ticks every row that is shown. Hidden until app.js shows it: without JavaScript it would do nothing.
fn tick_all(at_the_head: bool) -> Markup {
    html! {
        label .form-check .tick-all hidden {
            input .form-check-input type="checkbox" data-tick-rows autocomplete="off";
            span .form-check-label .visually-hidden[at_the_head] { (t!("ui-tick-all")) }
        }
    }
}

/// What can be done with the rows that are ticked, to stand behind their table in the element with `data-ticks`; app.css shows it
/// once there are some. `acts` are buttons and fields of the form `id`.
pub fn ticked_bar(id: &str, csrf: &str, acts: Markup) -> Markup {
    html! {
        form .ticked-bar #(id) method="post" {
            (super::form::csrf_field(csrf))
            (tick_all(false))
            span .ticked-count role="status" hidden { (rich!("ui-rows-ticked", count = html! { strong data-rows-ticked { "0" } })) }
            (acts)
        }
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
        form .filter role="search" method="get" action=(action) hx-get=(action) hx-trigger="submit, change changed, input changed delay:300ms"
            hx-target=(target) hx-select=(target) hx-swap="outerHTML" hx-push-url="true" hx-sync="this:replace" { (controls) }
    }
}

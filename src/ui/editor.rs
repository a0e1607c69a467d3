//! The form that makes or changes one row of a list. In the list htmx puts it in the row's place; opened on a page of
//! its own it is an ordinary form. It stands in a table's row either way.

use maud::{Markup, html};
use uuid::Uuid;

use super::{
    alert::{Tone, alert},
    button,
    form::{csrf_field, method_field, submission_field},
};

/// What such forms have in common.
pub struct Editor<'a> {
    /// The list's address, as `/recipients`.
    pub list: &'a str,
    /// What the ids of its rows begin with, as `recipient`.
    pub noun: &'a str,
    /// How many columns the list has.
    pub columns: usize,
    /// None: not stored yet.
    pub stored_id: Option<i64>,
    /// The stored row's version that the form was made from.
    pub version: i32,
    /// Names this filling-in of a new row's form.
    pub submission_id: Option<Uuid>,
    /// What another tab has stored meanwhile, in words.
    pub conflict: Option<Markup>,
    pub submit_label: &'a str,
    pub csrf: &'a str,
    /// Whether htmx asked for it, to put it into the list.
    pub inline: bool,
}

impl Editor<'_> {
    /// The row's id, and what makes the ids of its fields unique.
    pub fn scope(noun: &str, stored_id: Option<i64>) -> String {
        match stored_id {
            Some(id) => format!("{noun}-{id}-editor"),
            None => format!("{noun}-new"),
        }
    }

    /// The form around `fields`.
    pub fn render(&self, fields: Markup) -> Markup {
        let id = Self::scope(self.noun, self.stored_id);
        let action = self.stored_id.map_or_else(|| self.list.to_owned(), |id| format!("{}/{id}", self.list));
        let inline = self.inline.then_some(&action);
        let (post, put) = if self.stored_id.is_none() { (inline, None) } else { (None, inline) };
        html! {
            div .card .form-card { table .table .card-table .editor-table { tbody {
                tr .editor id=(id) { td colspan=(self.columns) {
                    form method="post" action=(action) hx-post=[post] hx-put=[put] hx-target=[inline.map(|_| format!("#{id}"))]
                        hx-select=[inline.map(|_| "tr")] hx-swap=[inline.map(|_| "outerHTML")]
                        hx-disable=[inline.map(|_| "find button[type=submit]")] novalidate {
                        (csrf_field(self.csrf))
                        @if self.stored_id.is_some() { (method_field("put")) }
                        @if let Some(submission_id) = self.submission_id { (submission_field(submission_id)) }
                        input type="hidden" name="version" value=(self.version);
                        @if let Some(conflict) = &self.conflict { (alert(Tone::Warning, conflict)) }
                        (fields)
                        div .btn-list {
                            (button::primary(self.submit_label))
                            (button::cancel(self.list, self.noun, self.stored_id, self.inline))
                        }
                    }
                } }
            } } }
        }
    }
}

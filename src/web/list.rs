//! Lists: what a list's address says, and keyset pages over ids that fall.

use serde::Deserialize;

/// Rows on a page.
pub const PER_PAGE: usize = 50;
/// One row more than a page tells whether there is another.
pub const FETCH: i64 = 51;

/// `?q=…&before=…`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    pub q: String,
    /// The last id of the page before; None on the first.
    pub before: Option<i64>,
}

/// One page of a list, newest first.
pub struct Keyset<T> {
    pub rows: Vec<T>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the first page, on every other.
    pub first: Option<String>,
}

impl<T> Keyset<T> {
    /// From up to [`FETCH`] rows below `query.before`.
    pub fn new(path: &str, query: &ListQuery, mut rows: Vec<T>, id: impl Fn(&T) -> i64) -> Self {
        let has_more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| has_more).map(|last| address(path, &query.q, Some(id(last))));
        let first = query.before.map(|_| address(path, &query.q, None));
        Self { rows, next, first }
    }
}

/// The address of a page of a list.
pub fn address(path: &str, search: &str, before: Option<i64>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("q", search);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    let query = query.finish();
    if query.is_empty() {
        return path.to_owned();
    }
    // A list may be narrowed by its path already (`/attempts?mailing_id=5`).
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}{query}")
}

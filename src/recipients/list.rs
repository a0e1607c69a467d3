//! What the list's address says: search, state, order, and behind which row the page begins.

use serde::Deserialize;

use super::model::Recipient;
use crate::{db, web::list::PER_PAGE};

pub const PATH: &str = "/recipients";

/// `?q=…&state=…&sort=…`, and the last row of the page before: `before` (newest first), `after` (by e-mail), `after` and
/// `after_id` (by name).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    pub q: String,
    pub state: String,
    pub sort: String,
    pub before: Option<i64>,
    pub after: Option<String>,
    pub after_id: Option<i64>,
}

/// Whether mail reaches a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Deliverable,
    Undeliverable,
    Unsubscribed,
}

impl State {
    pub const ALL: [Self; 3] = [Self::Deliverable, Self::Undeliverable, Self::Unsubscribed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deliverable => "deliverable",
            Self::Undeliverable => "undeliverable",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Newest,
    Email,
    Name,
}

impl Sort {
    pub const ALL: [Self; 3] = [Self::Newest, Self::Email, Self::Name];

    /// As the address says it; the first one says nothing.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "",
            Self::Email => "email",
            Self::Name => "name",
        }
    }
}

/// The last row of the page before, in the list's order.
#[derive(Debug)]
pub enum Key {
    Newest { before: Option<i64> },
    Email { after: Option<String> },
    Name { after: Option<(String, i64)> },
}

/// What is searched. One or two letters are the beginning of a word: no index of trigrams finds them in the middle of one.
#[derive(Debug, PartialEq, Eq)]
pub enum Search {
    Nothing,
    /// A `like` pattern.
    Anywhere(String),
    /// The same, for what follows a space, `@`, `.` or `-`, or begins the text.
    AtWords(String),
}

impl Search {
    pub fn new(text: &str) -> Self {
        let is_short = |text: &str| text.chars().count() < 3 && text.chars().all(char::is_alphanumeric);
        match db::like_pattern(text) {
            None => Self::Nothing,
            Some(pattern) => match pattern.strip_prefix('%') {
                Some(beginning) if is_short(beginning.trim_end_matches('%')) => Self::AtWords(beginning.to_owned()),
                _ => Self::Anywhere(pattern),
            },
        }
    }

    pub fn anywhere(&self) -> Option<&str> {
        if let Self::Anywhere(pattern) = self { Some(pattern) } else { None }
    }

    pub fn at_words(&self) -> Option<&str> {
        if let Self::AtWords(pattern) = self { Some(pattern) } else { None }
    }
}

/// The query, understood. What it says of states or orders that there are not counts for nothing.
#[derive(Debug)]
pub struct Asked {
    pub search: Search,
    pub state: Option<State>,
    pub key: Key,
}

impl ListQuery {
    pub fn parse(&self) -> Asked {
        let key = match self.sort() {
            Sort::Newest => Key::Newest { before: self.before },
            Sort::Email => Key::Email { after: self.after.clone() },
            Sort::Name => Key::Name { after: self.after.clone().zip(self.after_id) },
        };
        Asked { search: Search::new(&self.q), state: self.state(), key: without_nul(key) }
    }

    pub fn sort(&self) -> Sort {
        Sort::ALL.into_iter().find(|sort| sort.as_str() == self.sort).unwrap_or(Sort::Newest)
    }

    pub fn state(&self) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == self.state)
    }

    pub fn is_narrowed(&self) -> bool {
        !self.q.trim().is_empty() || self.state().is_some()
    }

    /// Whether it is a later page.
    fn is_behind(&self) -> bool {
        self.before.is_some() || self.after.is_some()
    }

    /// The same list in another order, from its beginning.
    pub fn sorted(&self, sort: Sort) -> String {
        Self { q: self.q.clone(), state: self.state.clone(), sort: sort.as_str().to_owned(), ..Self::default() }.address()
    }

    fn behind(&self, last: &Recipient) -> String {
        let beginning = Self { before: None, after: None, after_id: None, ..self.clone() };
        match self.sort() {
            Sort::Newest => Self { before: Some(last.id), ..beginning },
            Sort::Email => Self { after: Some(last.email.clone()), ..beginning },
            Sort::Name => Self { after: Some(last.full_name.clone()), after_id: Some(last.id), ..beginning },
        }
        .address()
    }

    /// This page's own address.
    pub fn address(&self) -> String {
        let query = self.to_query();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }

    /// The part behind the question mark.
    pub fn to_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let state = self.state().map_or("", State::as_str);
        for (name, value) in [("q", self.q.as_str()), ("state", state), ("sort", self.sort().as_str())] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let (before, after_id) = (self.before.map(|id| id.to_string()), self.after_id.map(|id| id.to_string()));
        for (name, value) in [("before", before.as_deref()), ("after", self.after.as_deref()), ("after_id", after_id.as_deref())] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

/// No text of Postgres holds a NUL, and a query that does fails.
fn without_nul(key: Key) -> Key {
    match key {
        Key::Email { after } => Key::Email { after: after.map(|email| email.replace('\0', "")) },
        Key::Name { after } => Key::Name { after: after.map(|(name, id)| (name.replace('\0', ""), id)) },
        newest @ Key::Newest { .. } => newest,
    }
}

/// One page of the list.
pub struct Page<'a> {
    pub query: &'a ListQuery,
    pub rows: Vec<Recipient>,
    pub next: Option<String>,
    pub first: Option<String>,
}

impl<'a> Page<'a> {
    /// From up to one row more than a page shows.
    pub fn new(query: &'a ListQuery, mut rows: Vec<Recipient>) -> Self {
        let has_more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| has_more).map(|last| query.behind(last));
        let first = query.is_behind().then(|| query.sorted(query.sort()));
        Self { query, rows, next, first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_or_two_are_looked_for_at_the_beginning_of_words() {
        assert_eq!(Search::new(" "), Search::Nothing);
        assert_eq!(Search::new(" Ан "), Search::AtWords("ан%".into()));
        assert_eq!(Search::new("%"), Search::Anywhere("%\\%%".into()));
        assert_eq!(Search::new("a_"), Search::Anywhere("%a\\_%".into()));
        assert_eq!(Search::new("ann"), Search::Anywhere("%ann%".into()));
    }

    #[test]
    fn an_address_keeps_search_state_and_order_and_nothing_else() {
        let query = ListQuery {
            q: "a&b".into(),
            state: "gone".into(),
            sort: "email".into(),
            after: Some("x@y.org".into()),
            ..ListQuery::default()
        };
        assert_eq!(query.address(), "/recipients?q=a%26b&sort=email&after=x%40y.org");
        assert_eq!(query.sorted(Sort::Name), "/recipients?q=a%26b&sort=name");
        assert_eq!(ListQuery { sort: "size".into(), ..ListQuery::default() }.address(), "/recipients");
    }
}

//! A row becomes a recipient that can be saved, or a problem.

use std::{borrow::Cow, collections::HashMap, hash::BuildHasher};

use super::Column;
use crate::{recipients::model::NewRecipient, web::form};

/// What is wrong with a row, in the order in which it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    NoEmail,
    BadEmail,
    /// Longer than 200 characters, or with control characters.
    BadName,
    /// Longer than 2000 characters, or with control characters.
    BadComment,
    /// The address stood in an earlier line.
    Twice,
    /// A quote that is not closed, or in the middle of a cell.
    BrokenQuote,
    /// Longer than any recipient can be.
    TooLong,
    /// Bytes that are no characters.
    NoText,
}

impl Problem {
    const ALL: [Self; 8] =
        [Self::NoEmail, Self::BadEmail, Self::BadName, Self::BadComment, Self::Twice, Self::BrokenQuote, Self::TooLong, Self::NoText];

    /// As it is kept.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoEmail => "no_email",
            Self::BadEmail => "bad_email",
            Self::BadName => "bad_name",
            Self::BadComment => "bad_comment",
            Self::Twice => "twice",
            Self::BrokenQuote => "broken_quote",
            Self::TooLong => "too_long",
            Self::NoText => "no_text",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.as_str() == text)
    }
}

/// The most characters that are kept of what is wrong.
const VALUE_MAX: usize = 200;

/// A row that could not be taken in.
#[derive(Debug, PartialEq, Eq)]
pub struct Bad {
    pub line: u64,
    pub problem: Problem,
    /// The address, or what stands in its place.
    pub email: String,
    /// What is wrong; of an address that is there twice, the line of the first.
    pub value: String,
}

impl Bad {
    pub fn new(line: u64, problem: Problem, email: &str, value: &str) -> Self {
        let beginning = |text: &str| text.chars().take(VALUE_MAX).collect();
        Self { line, problem, email: beginning(email), value: beginning(value) }
    }
}

/// Makes recipients of rows.
pub struct Records {
    email: usize,
    full_name: Option<usize>,
    comment: Option<usize>,
    /// Hashes of the addresses so far, with their lines: of a million addresses some 30 MB.
    seen: HashMap<u64, u64>,
}

impl Records {
    /// None: no column holds addresses.
    pub fn new(columns: &[Column]) -> Option<Self> {
        let place = |wanted: Column| columns.iter().position(|column| *column == wanted);
        Some(Self {
            email: place(Column::Email)?,
            full_name: place(Column::FullName),
            comment: place(Column::Comment),
            seen: HashMap::new(),
        })
    }

    /// As [`parse`](Self::parse), for rows of which those with the address of an earlier one are bad.
    ///
    /// # Errors
    /// What is wrong with the row.
    pub fn parse_new(&mut self, line: u64, row: &csv::StringRecord) -> Result<NewRecipient, Bad> {
        let recipient = self.parse(line, row)?;
        match self.seen.insert(self.seen.hasher().hash_one(recipient.email.to_lowercase()), line) {
            Some(first) => Err(Bad::new(line, Problem::Twice, &recipient.email, &format!("{} ({first})", recipient.email))),
            None => Ok(recipient),
        }
    }

    /// # Errors
    /// What is wrong with the row.
    pub fn parse(&self, line: u64, row: &csv::StringRecord) -> Result<NewRecipient, Bad> {
        let cell = |place: Option<usize>| undefused(place.and_then(|place| row.get(place)).unwrap_or_default().trim());
        let (email, full_name, comment) = (cell(Some(self.email)), cell(self.full_name), cell(self.comment));
        let bad = |problem, value: &str| Bad::new(line, problem, &email, value);
        if email.is_empty() {
            return Err(bad(Problem::NoEmail, &row.iter().collect::<Vec<_>>().join(" ")));
        }
        if [&email, &full_name, &comment].into_iter().any(|cell| cell.contains(char::REPLACEMENT_CHARACTER)) {
            return Err(bad(Problem::NoText, &row.iter().collect::<Vec<_>>().join(" ")));
        }
        let address = form::email(&email).map_err(|_| bad(Problem::BadEmail, &email))?;
        // A cell may have lines, a name in a mail's header may not.
        let one_line = full_name.split_whitespace().collect::<Vec<_>>().join(" ");
        let full_name = form::optional_line(&one_line, 200).map_err(|_| bad(Problem::BadName, &full_name))?;
        let comment = form::optional_text(&comment, 2000).map_err(|_| bad(Problem::BadComment, &comment))?;
        let full_name = if full_name.is_empty() { name_of(&address).to_owned() } else { full_name };
        Ok(NewRecipient { email: address, full_name, comment })
    }
}

/// What stands in for a name that is not given: the part of the address before the `@`.
fn name_of(email: &str) -> &str {
    email.rsplit_once('@').map_or(email, |(name, _)| name)
}

/// An export's apostrophe before what a spreadsheet would calculate is none of the text.
fn undefused(cell: &str) -> Cow<'_, str> {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => Cow::Borrowed(rest),
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_recipient_or_says_what_is_wrong_with_it() {
        let columns = vec![Column::FullName, Column::Email, Column::Comment];
        let mut records = Records::new(&columns).unwrap();
        let mut parse = |line, row: &[&str]| records.parse_new(line, &csv::StringRecord::from(row.to_vec()));
        let anna = parse(1, &["Anna\nIvanova", " anna@example.org ", "'=2+2"]).unwrap();
        assert_eq!((anna.full_name.as_str(), anna.email.as_str(), anna.comment.as_str()), ("Anna Ivanova", "anna@example.org", "=2+2"));
        assert_eq!(parse(2, &["", "bob@example.org"]).unwrap().full_name, "bob");
        let problem = |parsed: Result<NewRecipient, Bad>| parsed.map(|_| ()).unwrap_err().problem;
        assert_eq!(problem(parse(3, &["Carl"])), Problem::NoEmail);
        assert_eq!(problem(parse(4, &["Carl", "carl"])), Problem::BadEmail);
        assert_eq!(problem(parse(5, &[&"x".repeat(201), "carl@example.org"])), Problem::BadName);
        assert_eq!(problem(parse(6, &["a\u{7}b", "carl@example.org"])), Problem::BadName);
        assert_eq!(problem(parse(7, &["", "carl@example.org", &"x".repeat(2001)])), Problem::BadComment);
        assert_eq!(problem(parse(7, &["An\u{fffd}a", "carl@example.org"])), Problem::NoText);
        let twice = parse(8, &["", "ANNA@example.org"]).unwrap_err();
        assert_eq!((twice.problem, twice.value.as_str()), (Problem::Twice, "ANNA@example.org (1)"));
        for problem in Problem::ALL {
            assert_eq!(Problem::parse(problem.as_str()), Some(problem));
        }
    }
}

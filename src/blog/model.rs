//! What a post is.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::pictures::model::Picture;
use crate::i18n::Language;

/// Whether and since when the public reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Draft,
    /// Published at that moment, by itself.
    Scheduled(OffsetDateTime),
    Published(OffsetDateTime),
}

impl State {
    /// As the columns `is_published` and `published_at` have it.
    pub fn of(is_published: bool, published_at: Option<OffsetDateTime>) -> Self {
        match (is_published, published_at) {
            (true, Some(at)) => Self::Published(at),
            (false, Some(at)) => Self::Scheduled(at),
            (_, None) => Self::Draft,
        }
    }

    /// The columns `is_published` and `published_at` of it.
    pub fn columns(self) -> (bool, Option<OffsetDateTime>) {
        match self {
            Self::Draft => (false, None),
            Self::Scheduled(at) => (false, Some(at)),
            Self::Published(at) => (true, Some(at)),
        }
    }

    pub fn is_published(self) -> bool {
        matches!(self, Self::Published(_))
    }
}

/// A published post as lists show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: i64,
    pub slug: String,
    pub language: Language,
    pub title: String,
    pub summary: String,
    pub published_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    /// Readings, each visitor once a day.
    pub views: i64,
    /// Reading it takes so many minutes.
    pub minutes: i64,
    pub cover: Option<Picture>,
}

impl Card {
    /// Where it is read.
    pub fn path(&self) -> String {
        format!("{PATH}/{}", self.slug)
    }

    /// When what stands there was last another.
    pub fn changed_at(&self) -> OffsetDateTime {
        self.published_at.max(self.updated_at)
    }
}

/// A published post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub card: Card,
    /// Markdown.
    pub content: String,
    /// Those that may stand in it.
    pub pictures: Vec<Picture>,
}

/// Where the blog is.
pub const PATH: &str = "/blog";

/// The address of the list in one language.
pub fn list_path(language: Language) -> String {
    format!("{PATH}?language={}", language.tag())
}

/// The address of a language's feed.
pub fn feed_path(language: Language) -> &'static str {
    match language {
        Language::English => "/blog/feed.en.xml",
        Language::Russian => "/blog/feed.ru.xml",
    }
}

/// How long a text takes to read, of so many characters: some 200 words a minute, with their spaces, in either language.
pub fn reading_minutes(characters: i32) -> i64 {
    const A_MINUTE: i64 = 1_200;
    ((i64::from(characters) + A_MINUTE / 2) / A_MINUTE).max(1)
}

/// Where a page of the list begins: behind the post of this moment and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub published_at: OffsetDateTime,
    pub id: i64,
}

impl Cursor {
    /// From an address; None for what no page of ours has linked.
    pub fn parse(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once('-')?;
        let published_at = OffsetDateTime::from_unix_timestamp_nanos(micros.parse::<i128>().ok()?.checked_mul(1_000)?).ok()?;
        Some(Self { published_at, id: id.parse().ok()? })
    }

    /// Of the page behind `card`.
    pub fn behind(card: &Card) -> Self {
        Self { published_at: card.published_at, id: card.id }
    }
}

/// As it stands in an address.
impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.published_at.unix_timestamp_nanos() / 1_000, self.id)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_cursor_comes_back_from_its_address_and_nonsense_is_none() {
        let moment = datetime!(2026-11-26 10:00:00.123456 UTC);
        let cursor = Cursor { published_at: moment, id: 17 };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        for nonsense in ["", "17", "-17", "x-17", "17-x", "99999999999999999999999999999999999999-1", "9999999999999999999-1"] {
            assert_eq!(Cursor::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn reading_takes_a_minute_at_the_least() {
        assert_eq!([0, 1_200, 1_900, 12_000].map(reading_minutes), [1, 1, 2, 10]);
    }
}

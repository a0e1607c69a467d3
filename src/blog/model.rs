//! What a post is.

use time::OffsetDateTime;

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

//! Many recipients at once. A file of comma-separated values, or what somebody pasted, is kept, looked at, and then taken in by a worker:
//! `file` makes text and rows of bytes, `columns` guesses what they hold, `record` makes a recipient of a row; what they give is stored by
//! `queries::upsert`, some thousands a statement. `run` does all that for a file that was uploaded.
//!
//! What a program sends is taken in while it comes and is never in memory, or kept, as a whole: `decoding` makes text of pieces, `rows` rows,
//! `record` recipients, `reading` the lines that Postgres copies; `stream` does all that, and stores what has come as a whole.

pub mod columns;
mod decoding;
pub mod file;
mod reading;
pub mod record;
mod rows;
pub mod run;
pub mod stream;

use serde::{Deserialize, Serialize};

/// Rows of an import from which on Postgres's picture of the recipients is worth renewing at once.
const WORTH_ANALYZING: u32 = 10_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    Email,
    FullName,
    Comment,
    Ignored,
}

impl Column {
    pub const ALL: [Self; 4] = [Self::Email, Self::FullName, Self::Comment, Self::Ignored];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::FullName => "full_name",
            Self::Comment => "comment",
            Self::Ignored => "ignored",
        }
    }
}

/// What becomes of recipients that exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// They stay as they are.
    Skip,
    /// Name and comment become those of the file, where it has some.
    Update,
}

/// How a file is to be taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// One a column; `Email` once, the others once at the most.
    pub columns: Vec<Column>,
    /// Whether the first line names the columns.
    pub has_header: bool,
    pub existing: Existing,
}

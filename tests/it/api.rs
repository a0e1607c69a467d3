//! What all of the JSON API shares; each noun's operations are tested with the noun.

mod document;
mod once;
mod problems;
mod rates;
mod rights;
mod strangers;

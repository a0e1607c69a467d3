//! The reason that programs give for what they do to others.

use poem_openapi::{Object, types::Example};
use serde::Deserialize;

use super::model::{Reason, ReasonForm};
use crate::web::api::Problem;

/// Why it is done.
#[derive(Debug, Object, Deserialize)]
#[oai(rename = "ReasonInput", deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The reason. Whom it concerns reads it.
    #[oai(validator(min_length = 1, max_length = 500))]
    #[serde(default)]
    reason: String,
}

impl Example for Input {
    fn example() -> Self {
        Self { reason: "Sends to people who never asked for it.".to_owned() }
    }
}

impl Input {
    /// # Errors
    /// What is wrong with the reason.
    pub fn parse(self) -> Result<Reason, Problem> {
        Ok(ReasonForm { reason: self.reason }.parse()?)
    }
}

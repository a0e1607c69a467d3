//! Why nothing was started by hand, for the reader.

use crate::{
    mailings::runs::{NotStarted, Repeat},
    t,
};

/// `nobody` says what it means here that there is nobody to send to.
pub fn words(why: &NotStarted, nobody: &str) -> String {
    match why {
        NotStarted::Running(_) => t!("attempts-refused-running"),
        NotStarted::Paused => t!("attempts-refused-paused"),
        NotStarted::Stopped => t!("attempts-refused-stopped"),
        NotStarted::Disabled(Some(reason)) => t!("attempts-refused-disabled-because", reason = reason.as_str()),
        NotStarted::Disabled(None) => t!("attempts-refused-disabled"),
        NotStarted::Blocked => t!("attempts-refused-blocked"),
        NotStarted::Ended => t!("attempts-refused-ended"),
        NotStarted::FileGone => t!("attempts-refused-file"),
        NotStarted::NobodyToSendTo => nobody.to_owned(),
    }
}

/// What it means that there is nobody to repeat an attempt to.
pub fn nobody_left(whom: Repeat) -> String {
    match whom {
        Repeat::Failed => t!("attempts-nobody-failed"),
        Repeat::Missing => t!("attempts-nobody-missing"),
    }
}

//! Mailings as managers see them.

use serde::Deserialize;

use crate::{mailings::model::Mailing, t, web::list::ListQuery};

/// Where a mailing stands for somebody who looks for one: its status, unless somebody has stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Created,
    Running,
    Completed,
    Paused,
    Disabled,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Created, Self::Running, Self::Completed, Self::Paused, Self::Disabled];

    /// As the list's address has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    /// For the reader.
    pub fn label(self) -> String {
        match self {
            Self::Created => t!("mailings-created"),
            Self::Running => t!("mailings-running"),
            Self::Completed => t!("mailings-completed"),
            Self::Paused => t!("mailings-paused"),
            Self::Disabled => t!("mailings-disabled"),
        }
    }

    /// None for anything else: every state.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What narrows the list, as its address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AllQuery {
    pub q: String,
    pub state: String,
    /// The last id of the page before.
    pub before: Option<i64>,
}

impl AllQuery {
    /// The list's address with what narrows it beside the search, and the rest of the position.
    pub fn position(&self) -> (String, ListQuery) {
        let path = match State::parse(&self.state) {
            Some(state) => format!("/mailings/all?state={}", state.as_str()),
            None => "/mailings/all".to_owned(),
        };
        (path, ListQuery { q: self.q.clone(), before: self.before })
    }
}

/// A mailing with its owner.
pub struct Overseen {
    pub mailing: Mailing,
    pub owner_email: String,
    pub owner_name: String,
    pub is_owner_blocked: bool,
}

//! What exactly was changed by a deed.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    mail::trial::Trial,
    mailings::schedule::{self, Zone},
    t,
    tokens::Scope,
    users::rights::Role,
};

/// A part of what was done, kept as it was and worded when it is read. Names are never changed: entries are kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    Email {
        from: String,
        to: String,
    },
    Name {
        from: String,
        to: String,
    },
    /// Names of roles.
    RolesGiven {
        roles: Vec<String>,
    },
    RolesTaken {
        roles: Vec<String>,
    },
    SessionsEnded,
    /// When the public will read a post.
    PublishedAt {
        #[serde(with = "time::serde::rfc3339")]
        moment: OffsetDateTime,
    },
    TestMail {
        to: String,
        trial: Trial,
    },
    /// Which one was made or revoked.
    Token {
        name: String,
        /// Names of scopes.
        scopes: Vec<String>,
    },
    /// Where a webhook leads. What stands behind the host may be a secret.
    Webhook {
        host: String,
    },
}

impl Change {
    /// For the reader; a sentence without its full stop, or several.
    pub fn label(&self) -> String {
        match self {
            Self::Email { from, to } => t!("audit-email-changed", from = from, to = to),
            Self::Name { from, to } => t!("audit-name-changed", from = from, to = to),
            Self::RolesGiven { roles } => t!("audit-roles-given", roles = role_labels(roles)),
            Self::RolesTaken { roles } => t!("audit-roles-taken", roles = role_labels(roles)),
            Self::SessionsEnded => t!("audit-sessions-ended"),
            Self::PublishedAt { moment } => t!("audit-published-at", moment = schedule::display(*moment, &Zone::utc())),
            Self::TestMail { to, trial } => {
                let answer = Self::answer(trial);
                let outcome = match trial.is_well() {
                    true => t!("audit-test-sent", answer = answer),
                    false => t!("audit-test-failed", answer = answer),
                };
                format!("{}. {outcome}", t!("audit-tested-address", email = to))
            }
            Self::Webhook { host } => t!("audit-webhook", host = host),
            Self::Token { name, scopes } => t!("audit-token", name = name, scopes = scope_labels(scopes)),
        }
    }
}

impl Change {
    /// The server's last words in a trial, or what went wrong without any.
    pub fn answer(trial: &Trial) -> String {
        let words = trial.reply.as_ref().map(ToString::to_string);
        words.or_else(|| trial.error.clone()).unwrap_or_default()
    }
}

/// A role of a later or an earlier program keeps its name.
fn role_labels(names: &[String]) -> String {
    let labels: Vec<String> = names.iter().map(|name| Role::parse(name).map_or(name.clone(), |role| role.label().to_owned())).collect();
    labels.join(", ")
}

/// A scope of a later program keeps its name.
fn scope_labels(names: &[String]) -> String {
    let labels: Vec<String> = names.iter().map(|name| Scope::parse(name).map_or(name.clone(), Scope::label)).collect();
    labels.join(", ")
}

//! Deeds that are on record, and the reason that goes with some of them.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{
    mail::trial::Trial,
    mailings::schedule::{self, Zone},
    t,
    tokens::Scope,
    users::{model::User, rights::Role},
    web::form::{self, FieldErrors},
};

/// The longest reason, in characters.
pub const REASON_MAX: usize = 500;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    BlockUser,
    UnblockUser,
    DisableMailing,
    EnableMailing,
    CreateUser,
    EditUser,
    ChangeRoles,
    SetPassword,
    SwitchOffTwoFactor,
    EndSessions,
    DeleteUser,
    SendTestMail,
    CreatePost,
    SchedulePost,
    PublishPost,
    UnpublishPost,
    DeletePost,
    CreateToken,
    RevokeToken,
}

impl Action {
    pub const ALL: [Self; 19] = [
        Self::BlockUser,
        Self::UnblockUser,
        Self::DisableMailing,
        Self::EnableMailing,
        Self::CreateUser,
        Self::EditUser,
        Self::ChangeRoles,
        Self::SetPassword,
        Self::SwitchOffTwoFactor,
        Self::EndSessions,
        Self::DeleteUser,
        Self::SendTestMail,
        Self::CreatePost,
        Self::SchedulePost,
        Self::PublishPost,
        Self::UnpublishPost,
        Self::DeletePost,
        Self::CreateToken,
        Self::RevokeToken,
    ];

    /// As the table has it. Never changed: entries are kept for ever.
    pub fn name(self) -> &'static str {
        match self {
            Self::BlockUser => "block_user",
            Self::UnblockUser => "unblock_user",
            Self::DisableMailing => "disable_mailing",
            Self::EnableMailing => "enable_mailing",
            Self::CreateUser => "create_user",
            Self::EditUser => "edit_user",
            Self::ChangeRoles => "change_roles",
            Self::SetPassword => "set_password",
            Self::SwitchOffTwoFactor => "switch_off_two_factor",
            Self::EndSessions => "end_sessions",
            Self::DeleteUser => "delete_user",
            Self::SendTestMail => "send_test_mail",
            Self::CreatePost => "create_post",
            Self::SchedulePost => "schedule_post",
            Self::PublishPost => "publish_post",
            Self::UnpublishPost => "unpublish_post",
            Self::DeletePost => "delete_post",
            Self::CreateToken => "create_token",
            Self::RevokeToken => "revoke_token",
        }
    }

    /// For the reader.
    pub fn label(self) -> String {
        match self {
            Self::BlockUser => t!("audit-block-user"),
            Self::UnblockUser => t!("audit-unblock-user"),
            Self::DisableMailing => t!("audit-disable-mailing"),
            Self::EnableMailing => t!("audit-enable-mailing"),
            Self::CreateUser => t!("audit-create-user"),
            Self::EditUser => t!("audit-edit-user"),
            Self::ChangeRoles => t!("audit-change-roles"),
            Self::SetPassword => t!("audit-set-password"),
            Self::SwitchOffTwoFactor => t!("audit-switch-off-two-factor"),
            Self::EndSessions => t!("audit-end-sessions"),
            Self::DeleteUser => t!("audit-delete-user"),
            Self::SendTestMail => t!("audit-test-mail"),
            Self::CreatePost => t!("audit-create-post"),
            Self::SchedulePost => t!("audit-schedule-post"),
            Self::PublishPost => t!("audit-publish-post"),
            Self::UnpublishPost => t!("audit-unpublish-post"),
            Self::DeletePost => t!("audit-delete-post"),
            Self::CreateToken => t!("audit-create-token"),
            Self::RevokeToken => t!("audit-revoke-token"),
        }
    }

    /// None for a name that is no action's.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    User(&'a User),
    /// Whoever has a shell on the machine.
    Shell,
}

impl Actor<'_> {
    pub fn id(&self) -> Option<i64> {
        match self {
            Self::User(user) => Some(user.id),
            Self::Shell => None,
        }
    }

    /// As the entry names them for ever, whatever becomes of the account.
    pub fn name(&self) -> &str {
        match self {
            Self::User(user) => &user.email,
            Self::Shell => "shell",
        }
    }
}

/// To whom or what it was done, with the address or name it had then.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    User {
        id: i64,
        email: &'a str,
    },
    Mailing {
        id: i64,
        name: &'a str,
    },
    Post {
        id: i64,
        title: &'a str,
    },
    /// By its host and port.
    MailServer {
        address: &'a str,
    },
}

impl Subject<'_> {
    /// As the table has it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Mailing { .. } => "mailing",
            Self::Post { .. } => "post",
            Self::MailServer { .. } => "mail_server",
        }
    }

    pub fn id(&self) -> i64 {
        match self {
            Self::User { id, .. } | Self::Mailing { id, .. } | Self::Post { id, .. } => *id,
            // There is one.
            Self::MailServer { .. } => 0,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::User { email, .. } => email,
            Self::Mailing { name, .. } => name,
            Self::Post { title, .. } => title,
            Self::MailServer { address } => address,
        }
    }
}

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

/// One entry as it is read.
#[derive(Debug)]
pub struct Entry {
    pub id: i64,
    pub done_at: OffsetDateTime,
    pub actor_id: Option<i64>,
    pub actor: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: i64,
    pub subject: String,
    pub reason: String,
    /// What was changed in the words of an earlier version, which kept words.
    pub details: String,
    pub changes: serde_json::Value,
}

impl Entry {
    /// The action in words; one of a later program keeps its name.
    pub fn label(&self) -> String {
        Action::parse(&self.action).map_or_else(|| self.action.clone(), Action::label)
    }

    /// Who did it, in words.
    pub fn actor_label(&self) -> String {
        // An address has an @, so nobody else is called like this.
        if self.actor == Actor::Shell.name() { t!("audit-shell") } else { self.actor.clone() }
    }

    /// What was changed. Of a later program's entry, what this one understands.
    pub fn changes(&self) -> Vec<Change> {
        let changes = self.changes.as_array().map(Vec::as_slice).unwrap_or_default();
        changes.iter().filter_map(|change| Change::deserialize(change).ok()).collect()
    }
}

/// Why somebody is blocked or a mailing disabled: never empty, and the one concerned reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReasonForm {
    pub reason: String,
}

impl ReasonForm {
    /// # Errors
    /// What is wrong with the reason.
    pub fn parse(&self) -> Result<Reason, FieldErrors> {
        match form::optional_text(&self.reason, REASON_MAX) {
            Ok(reason) if reason.is_empty() => Err(FieldErrors::of("reason", t!("audit-reason-missing"))),
            Ok(reason) => Ok(Reason(reason)),
            Err(error) => Err(FieldErrors::of("reason", error)),
        }
    }
}

/// What narrows the list, as its address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    pub actor: String,
    pub subject: String,
    pub action: String,
    /// Everything that was done to one user, whatever the address was then.
    pub user_id: Option<i64>,
    /// Everything that was done to one mailing.
    pub mailing_id: Option<i64>,
    pub before: Option<i64>,
}

impl AuditQuery {
    /// The list's address with what narrows it, from the top.
    pub fn path(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("actor", &self.actor), ("subject", &self.subject), ("action", &self.action)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for (name, id) in [("user_id", self.user_id), ("mailing_id", self.mailing_id)] {
            if let Some(id) = id {
                query.append_pair(name, &id.to_string());
            }
        }
        match query.finish() {
            query if query.is_empty() => "/admin/audit".to_owned(),
            query => format!("/admin/audit?{query}"),
        }
    }

    /// The one user or mailing asked for, as the table has it.
    pub fn subject_key(&self) -> Option<(&'static str, i64)> {
        self.user_id.map(|id| ("user", id)).or(self.mailing_id.map(|id| ("mailing", id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_found_by_its_name_and_no_two_share_one() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.name()), Some(action));
        }
        assert_eq!(Action::parse("nonsense"), None);
    }

    #[test]
    fn a_reason_is_never_empty_nor_longer_than_the_table_takes() {
        let parse = |reason: &str| ReasonForm { reason: reason.into() }.parse();
        assert_eq!(parse(" Spam.\r\nTwice. ").unwrap().as_str(), "Spam.\nTwice.");
        for bad in ["", " \n ", "\u{0}", "x".repeat(501).as_str()] {
            assert!(parse(bad).unwrap_err().get("reason").is_some(), "{bad:?}");
        }
        assert!(parse(&"é".repeat(500)).is_ok());
    }
}

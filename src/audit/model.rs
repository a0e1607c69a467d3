//! Deeds that are on record, and the reason that goes with some of them.

use serde::Deserialize;
use time::OffsetDateTime;

use super::change::Change;
use crate::{
    t,
    users::model::User,
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
    CreateWebhook,
    ReaddressWebhook,
    DeleteWebhook,
}

impl Action {
    pub const ALL: [Self; 22] = [
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
        Self::CreateWebhook,
        Self::ReaddressWebhook,
        Self::DeleteWebhook,
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
            Self::CreateWebhook => "create_webhook",
            Self::ReaddressWebhook => "readdress_webhook",
            Self::DeleteWebhook => "delete_webhook",
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
            Self::CreateWebhook => t!("audit-create-webhook"),
            Self::ReaddressWebhook => t!("audit-readdress-webhook"),
            Self::DeleteWebhook => t!("audit-delete-webhook"),
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

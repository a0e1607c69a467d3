//! Users as managers see them, and who may block whom.

use serde::Deserialize;
use time::OffsetDateTime;

use crate::{
    t,
    users::{
        model::User,
        rights::{self, Right, Role},
    },
    web::list::ListQuery,
};

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Active,
    /// The address was never confirmed.
    Unconfirmed,
    Blocked,
}

impl Status {
    pub const ALL: [Self; 3] = [Self::Active, Self::Unconfirmed, Self::Blocked];

    /// As the list's address has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Unconfirmed => "unconfirmed",
            Self::Blocked => "blocked",
        }
    }

    /// For the reader.
    pub fn label(self) -> String {
        match self {
            Self::Active => t!("management-active"),
            Self::Unconfirmed => t!("management-unconfirmed"),
            Self::Blocked => t!("management-blocked"),
        }
    }

    /// None for anything else: every status.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// What narrows the list of users, as its address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UsersQuery {
    pub q: String,
    pub status: String,
    /// The last id of the page before.
    pub before: Option<i64>,
}

impl UsersQuery {
    /// The list's address with what narrows it beside the search, and the rest of the position.
    pub fn position(&self, path: &str) -> (String, ListQuery) {
        let path = match Status::parse(&self.status) {
            Some(status) => format!("{path}?status={}", status.as_str()),
            None => path.to_owned(),
        };
        (path, ListQuery { q: self.q.clone(), before: self.before })
    }
}

/// A user as managers see them.
#[derive(Debug)]
pub struct Account {
    pub id: i64,
    pub email: String,
    pub full_name: String,
    pub roles: Vec<Role>,
    pub is_verified: bool,
    pub blocked_at: Option<OffsetDateTime>,
    pub blocked_reason: Option<String>,
    pub has_two_factor: bool,
    pub created_at: OffsetDateTime,
    pub last_signed_in_at: Option<OffsetDateTime>,
    pub mailings: i64,
}

impl Account {
    pub fn status(&self) -> Status {
        match (self.blocked_at, self.is_verified) {
            (Some(_), _) => Status::Blocked,
            (None, true) => Status::Active,
            (None, false) => Status::Unconfirmed,
        }
    }
}

/// Why somebody was not blocked or unblocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotBlocked {
    Yourself,
    /// Managers watch over users; over managers and administrators, administrators do.
    Colleague,
}

impl NotBlocked {
    /// For the reader.
    pub fn sentence(self) -> String {
        match self {
            Self::Yourself => t!("management-not-yourself"),
            Self::Colleague => t!("management-not-a-colleague"),
        }
    }
}

/// Whether `actor` may block or unblock somebody with these roles.
///
/// # Errors
/// Why not.
pub fn may_block(actor: &User, id: i64, roles: &[Role]) -> Result<(), NotBlocked> {
    let watches = rights::allows(roles, Right::BlockUsers);
    if actor.id == id {
        Err(NotBlocked::Yourself)
    } else if watches && !rights::allows(&actor.roles, Right::ManageUsers) {
        Err(NotBlocked::Colleague)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_block_users_and_editors_and_administrators_everybody_but_nobody_themselves() {
        let somebody = |id, roles: &[Role]| User {
            id,
            email: String::new(),
            full_name: String::new(),
            roles: roles.to_vec(),
            time_zone: None,
            language: None,
            has_two_factor: false,
        };
        let (manager, admin) = (somebody(1, &[Role::Manager]), somebody(2, &[Role::Admin]));
        for (roles, by_manager) in [
            (&[][..], Ok(())),
            (&[Role::Editor], Ok(())),
            (&[Role::Manager], Err(NotBlocked::Colleague)),
            (&[Role::Editor, Role::Admin], Err(NotBlocked::Colleague)),
        ] {
            assert_eq!(may_block(&manager, 3, roles), by_manager, "{roles:?}");
            assert_eq!(may_block(&admin, 3, roles), Ok(()), "{roles:?}");
        }
        assert_eq!(may_block(&manager, 1, &[Role::Manager]), Err(NotBlocked::Yourself));
        assert_eq!(may_block(&admin, 2, &[Role::Admin]), Err(NotBlocked::Yourself));
    }
}

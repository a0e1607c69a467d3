//! The form of an account, and what a change of it consists of.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    audit::Change,
    t,
    users::{management::model::Account, rights::Role},
    web::form::{self, FieldErrors},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    pub email: String,
    pub full_name: String,
    /// Names of roles; a ticked box each.
    pub roles: Vec<String>,
    /// The [`edition`] that the form was made from.
    pub edition: String,
}

/// An account as an administrator wants it.
#[derive(Debug, PartialEq, Eq)]
pub struct NewAccount {
    pub email: String,
    pub full_name: String,
    /// Sorted, each once.
    pub roles: Vec<Role>,
}

impl AccountForm {
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self) -> Result<NewAccount, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", form::email(&self.email));
        let full_name = errors.take("full_name", form::line(&self.full_name, 200));
        let roles = errors.take("roles", self.parse_roles());
        match (email, full_name, roles) {
            (Some(email), Some(full_name), Some(roles)) => Ok(NewAccount { email, full_name, roles }),
            _ => Err(errors),
        }
    }

    fn parse_roles(&self) -> Result<Vec<Role>, String> {
        let named = |name: &String| Role::parse(name).ok_or_else(|| t!("administration-no-such-role", name = name));
        let mut roles = self.roles.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        roles.sort_unstable();
        roles.dedup();
        Ok(roles)
    }
}

impl From<&Account> for AccountForm {
    fn from(account: &Account) -> Self {
        Self {
            email: account.email.clone(),
            full_name: account.full_name.clone(),
            roles: account.roles.iter().map(|role| role.name().to_owned()).collect(),
            edition: edition(account),
        }
    }
}

/// The address is typed once more, so that nobody deletes the wrong account.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeletionForm {
    pub email: String,
}

impl DeletionForm {
    /// # Errors
    /// It is another address.
    pub fn parse(&self, account: &Account) -> Result<(), FieldErrors> {
        // As the column compares: an address differs by more than its case.
        if self.email.trim().to_lowercase() == account.email.to_lowercase() {
            Ok(())
        } else {
            Err(FieldErrors::of("email", t!("administration-delete-other-address")))
        }
    }
}

/// What the form shows of an account, in short: another one once any of it has changed, whoever changed it. A number in the
/// row would miss roles, and would have to be counted wherever a name or an address is saved.
pub fn edition(account: &Account) -> String {
    let shown = format!("{:?}", (&account.email, &account.full_name, &account.roles));
    data_encoding::HEXLOWER.encode(&Sha256::digest(shown)[..16])
}

/// What an edit changes, for the record; empty where nothing.
pub fn changes(old: &Account, new: &NewAccount) -> Vec<Change> {
    let mut changes = Vec::new();
    if old.email != new.email {
        changes.push(Change::Email { from: old.email.clone(), to: new.email.clone() });
    }
    if old.full_name != new.full_name {
        changes.push(Change::Name { from: old.full_name.clone(), to: new.full_name.clone() });
    }
    changes
}

/// Which roles are given and which taken, for the record; empty where none.
pub fn role_changes(old: &[Role], new: &[Role]) -> Vec<Change> {
    let names = |of: &[Role], without: &[Role]| -> Vec<String> {
        of.iter().filter(|role| !without.contains(role)).map(|role| role.name().to_owned()).collect()
    };
    let (given, taken) = (names(new, old), names(old, new));
    let mut changes = Vec::new();
    if !given.is_empty() {
        changes.push(Change::RolesGiven { roles: given });
    }
    if !taken.is_empty() {
        changes.push(Change::RolesTaken { roles: taken });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(roles: &[&str]) -> AccountForm {
        AccountForm {
            email: "una@example.org".into(),
            full_name: "Una".into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            edition: String::new(),
        }
    }

    #[test]
    fn a_role_named_twice_counts_once_and_an_unknown_one_is_an_error() {
        assert_eq!(form(&["admin", "manager", "admin"]).parse().unwrap().roles, [Role::Manager, Role::Admin]);
        assert_eq!(form(&[]).parse().unwrap().roles, []);
        for bad in ["root", "", "Admin", "admin "] {
            assert!(form(&["manager", bad]).parse().unwrap_err().get("roles").is_some(), "{bad:?}");
        }
    }

    #[test]
    fn the_record_names_what_was_given_and_what_taken() {
        let given = Change::RolesGiven { roles: vec!["editor".into(), "admin".into()] };
        let taken = Change::RolesTaken { roles: vec!["manager".into()] };
        assert_eq!(role_changes(&[Role::Manager], &[Role::Editor, Role::Admin]), [given, taken]);
        assert_eq!(role_changes(&[Role::Admin], &[Role::Admin]), []);
    }
}

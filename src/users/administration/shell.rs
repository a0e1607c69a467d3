//! `create-admin` and `create-manager`: an account with a role, and the way back in for somebody locked out of theirs.

use crate::{
    app::App,
    audit::{self, Action, Actor, Change, Subject},
    error::Result,
    tokens,
    users::{self, management, model::Password, password, rights::Role},
    web,
};

/// What the command line asks for.
pub struct Wanted {
    pub email: String,
    pub full_name: String,
    pub password: Password,
    pub role: Role,
    pub reset_two_factor: bool,
}

/// What was found and done.
#[derive(Debug, PartialEq, Eq)]
pub struct Saved {
    pub is_new: bool,
    pub was_blocked: bool,
    pub had_two_factor: bool,
}

/// Makes a verified account with the role. One of that address gets the role and the password, its sessions and tokens end, and a block
/// is taken away; its name stays.
///
/// # Errors
/// The database's.
pub async fn save(app: &App, wanted: Wanted) -> Result<Saved> {
    let Wanted { email, full_name, password, role, reset_two_factor } = wanted;
    let hash = password::hash(password).await?;
    let mut transaction = app.db.begin().await?;
    users::queries::lock_roles(&mut *transaction).await?;
    let known = users::queries::id_by_email(&mut *transaction, &email).await?;
    let id = users::queries::upsert_verified(&mut *transaction, &email, &full_name, &hash).await?;
    let account = management::queries::lock(&mut transaction, id).await?;
    let subject = Subject::User { id, email: &account.email };
    let is_new = known.is_none();
    let was_blocked = management::blocking::lift(app, &mut transaction, Actor::Shell, &account).await?;
    if !account.roles.contains(&role) {
        users::queries::grant_role(&mut *transaction, id, role.name()).await?;
        let (action, given) = (
            if is_new { Action::CreateUser } else { Action::ChangeRoles },
            vec![Change::RolesGiven { roles: vec![role.name().to_owned()] }],
        );
        audit::record(&mut *transaction, Actor::Shell, action, subject, "", &given).await?;
    }
    if !is_new {
        web::session::end_all(&mut *transaction, id, None).await?;
        users::queries::kill_tokens(&mut *transaction, id).await?;
        tokens::queries::revoke_all(&mut *transaction, id).await?;
        audit::record(&mut *transaction, Actor::Shell, Action::SetPassword, subject, "", &[Change::SessionsEnded]).await?;
    }
    let had_two_factor = account.has_two_factor;
    if reset_two_factor && had_two_factor {
        users::queries::disable_totp(&mut *transaction, id).await?;
        audit::record(&mut *transaction, Actor::Shell, Action::SwitchOffTwoFactor, subject, "", &[]).await?;
    }
    transaction.commit().await?;
    Ok(Saved { is_new, was_blocked, had_two_factor })
}

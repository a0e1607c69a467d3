//! What administrators do to accounts, each in one transaction with its record.

use sqlx::PgTransaction;
use uuid::Uuid;

use super::{
    model::{self, NewAccount},
    queries,
};
use crate::{
    app::{App, Enqueue},
    audit::{self, Action, Actor, Subject},
    error::Result,
    t,
    users::{
        self, Admin,
        deletion::Begun,
        jobs::{Notice, Occasion, SendAccountMail},
        management::{self, model::Account},
        model::{Password, User},
        password,
        rights::Role,
    },
    web::{self, FieldErrors, Refusal},
};

/// Where the last administrator would be lost.
pub fn last_admin() -> String {
    t!("administration-last-admin")
}

/// Where one's own address would go without the password: whoever has found an open browser could take the account.
pub fn own_address() -> String {
    t!("administration-own-address")
}

/// Makes an account without a password: its owner gets a mail with a link to choose one.
///
/// # Errors
/// The address has an account already; forbidden where the actor may no longer.
pub async fn create(app: &App, actor: &User, new: &NewAccount) -> Result<i64, Refusal> {
    // Nobody knows it, and it is replaced by the one that is chosen behind the link.
    let unknown = Password::parse(&Uuid::new_v4().to_string()).map_err(|error| Refusal::Failed(anyhow::anyhow!(error).into()))?;
    let hash = password::hash(unknown).await?;
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Admin::RIGHTS).await?;
    let Some(id) = users::queries::insert(&mut *transaction, &new.email, &new.full_name, &hash).await? else {
        return Err(FieldErrors::of("email", t!("administration-address-taken")).into());
    };
    queries::replace_roles(&mut *transaction, id, &new.roles).await?;
    invite(app, &mut transaction, &new.email).await?;
    let subject = Subject::User { id, email: &new.email };
    let given = model::role_changes(&[], &new.roles);
    audit::record(&mut *transaction, Actor::User(actor), Action::CreateUser, subject, "", &given).await?;
    transaction.commit().await?;
    Ok(id)
}

async fn invite(app: &App, transaction: &mut PgTransaction<'_>, email: &str) -> Result<()> {
    let token_id = users::queries::insert_invitation(&mut **transaction, email).await?;
    app.enqueue(transaction, SendAccountMail::on(Occasion::Invitation { token_id }), Enqueue::default()).await
}

/// What came of saving an account.
#[derive(Debug, PartialEq, Eq)]
pub enum Updated {
    Saved,
    /// It is no longer what the form was made from; nothing was done.
    Outdated,
}

/// Saves name, address and roles of the account that was of this [`model::edition`]. Another address is told to both mailboxes, and links that went to the old one come to
/// nothing; other roles give the user's sessions other cookies.
///
/// # Errors
/// The address is another account's, or one's own in place of the present one, or nobody would be left to give roles; not found where there is no such account; forbidden where the actor may no longer.
pub async fn update(app: &App, actor: &User, id: i64, edition: &str, new: &NewAccount) -> Result<Updated, Refusal> {
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Admin::RIGHTS).await?;
    let is_last_admin = users::queries::is_last_admin(&mut transaction, id).await?;
    let old = management::queries::lock(&mut transaction, id).await?;
    let changes = model::changes(&old, new);
    let role_changes = model::role_changes(&old.roles, &new.roles);
    if changes.is_empty() && role_changes.is_empty() {
        return Ok(Updated::Saved);
    }
    if edition != model::edition(&old) {
        return Ok(Updated::Outdated);
    }
    // Another case of the letters reaches the same mailbox.
    if id == actor.id && new.email.to_lowercase() != old.email.to_lowercase() {
        return Err(FieldErrors::of("email", own_address()).into());
    }
    if is_last_admin && !new.roles.contains(&Role::Admin) {
        return Err(FieldErrors::of("roles", last_admin()).into());
    }
    let subject = Subject::User { id, email: &old.email };
    if !changes.is_empty() {
        save(app, &mut transaction, &old, new).await?;
        audit::record(&mut *transaction, Actor::User(actor), Action::EditUser, subject, "", &changes).await?;
    }
    if !role_changes.is_empty() {
        queries::replace_roles(&mut *transaction, id, &new.roles).await?;
        web::session::rotate_all(&mut *transaction, id).await?;
        audit::record(&mut *transaction, Actor::User(actor), Action::ChangeRoles, subject, "", &role_changes).await?;
    }
    transaction.commit().await?;
    Ok(Updated::Saved)
}

/// Saves address and name, with what follows from another address.
async fn save(app: &App, transaction: &mut PgTransaction<'_>, old: &Account, new: &NewAccount) -> Result<(), Refusal> {
    let is_moved = old.email != new.email;
    // None where the old one was never confirmed: there is nobody to tell.
    let former = if is_moved { users::queries::keep_address(&mut **transaction, old.id).await? } else { None };
    queries::update(&mut **transaction, old.id, &new.email, &new.full_name).await?;
    if !is_moved {
        return Ok(());
    }
    users::queries::kill_tokens(&mut **transaction, old.id).await?;
    let Some(former_address_id) = former else { return Ok(invite(app, transaction, &new.email).await?) };
    // A job each: the one that fails is repeated without the other.
    for mail in [
        SendAccountMail::on(Occasion::AddressTakenOut { former_address_id }),
        SendAccountMail::on(Occasion::AddressPutIn { user_id: old.id }),
    ] {
        app.enqueue(transaction, mail, Enqueue::default()).await?;
    }
    Ok(())
}

/// Lets somebody sign in with the password alone, who has lost the second factor and the codes.
///
/// # Errors
/// Not found where there is no such account; forbidden where the actor may no longer.
pub async fn switch_off_two_factor(app: &App, actor: &User, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Admin::RIGHTS).await?;
    let account = management::queries::lock(&mut transaction, id).await?;
    if account.has_two_factor {
        users::queries::disable_totp(&mut *transaction, id).await?;
        app.enqueue(
            &mut transaction,
            SendAccountMail::on(Occasion::Notice { user_id: id, notice: Notice::TwoFactorOff }),
            Enqueue::default(),
        )
        .await?;
        let subject = Subject::User { id, email: &account.email };
        audit::record(&mut *transaction, Actor::User(actor), Action::SwitchOffTwoFactor, subject, "", &[]).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Signs somebody out everywhere.
///
/// # Errors
/// Not found where there is no such account; forbidden where the actor may no longer.
pub async fn end_sessions(app: &App, actor: &User, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Admin::RIGHTS).await?;
    let account = management::queries::lock(&mut transaction, id).await?;
    web::session::end_all(&mut *transaction, id, None).await?;
    let subject = Subject::User { id, email: &account.email };
    audit::record(&mut *transaction, Actor::User(actor), Action::EndSessions, subject, "", &[]).await?;
    transaction.commit().await?;
    Ok(())
}

/// Closes an account for good; a job deletes what was theirs.
///
/// # Errors
/// Not found where there is no such account; forbidden where the actor may no longer.
pub async fn delete(app: &App, actor: &User, account: &Account) -> Result<Begun> {
    let mut transaction = app.db.begin().await?;
    let actor = &users::queries::still_may(&mut transaction, actor, Admin::RIGHTS).await?;
    let begun = users::deletion::begin(app, &mut transaction, account.id).await?;
    if begun == Begun::Closed {
        let subject = Subject::User { id: account.id, email: &account.email };
        audit::record(&mut *transaction, Actor::User(actor), Action::DeleteUser, subject, "", &[]).await?;
        transaction.commit().await?;
    }
    Ok(begun)
}

//! Making a token and revoking one, each in one transaction with its record.

use sqlx::PgTransaction;
use time::OffsetDateTime;

use super::{
    model::{AT_MOST, Kept, NewToken, Token},
    queries,
};
use crate::{
    app::{App, Enqueue},
    audit::{self, Action, Actor, Change, Subject},
    error::Result,
    users::{
        CurrentUser,
        jobs::{Occasion, SendAccountMail},
    },
};

/// A token that there is now.
#[derive(Debug)]
pub struct Made {
    pub token: Token,
    pub expires_at: OffsetDateTime,
}

/// Why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMade {
    /// [`AT_MOST`] of the user's work already.
    TooMany,
    /// The password was changed since it was asked for, or the account is blocked or about to go.
    NobodyToMakeItFor,
    /// This submission has made one, which was shown then.
    MadeBefore,
}

/// Makes a token for a user and writes to them that there is one. Where none was made the transaction has to be given up.
///
/// # Errors
/// The database's.
pub async fn make(
    app: &App,
    transaction: &mut PgTransaction<'_>,
    actor: Actor<'_>,
    user_id: i64,
    password_hash: Option<&str>,
    new: &NewToken,
) -> Result<Result<Made, NotMade>> {
    let Some(owner) = queries::lock_owner(&mut **transaction, user_id, password_hash).await? else {
        return Ok(Err(NotMade::NobodyToMakeItFor));
    };
    let token = Token::random();
    let Some((id, expires_at)) = queries::insert(&mut **transaction, owner.id, new, &token.hash()).await? else {
        return Ok(Err(NotMade::MadeBefore));
    };
    // Counted with this one: their owner's row is taken, so no two are the last.
    if queries::count_live(&mut **transaction, owner.id).await? > AT_MOST {
        return Ok(Err(NotMade::TooMany));
    }
    let subject = Subject::User { id: owner.id, email: &owner.email };
    let change = Change::Token { name: new.name.clone(), scopes: new.scopes.names() };
    audit::record(&mut **transaction, actor, Action::CreateToken, subject, "", &[change]).await?;
    app.enqueue(transaction, SendAccountMail::on(Occasion::TokenMade { token_id: id }), Enqueue::default()).await?;
    Ok(Ok(Made { token, expires_at }))
}

/// Ends a token of one's own. None where it has ended before.
///
/// # Errors
/// Not found where it is none of theirs.
pub async fn revoke(app: &App, user: &CurrentUser, id: i64) -> Result<Option<Kept>> {
    let mut transaction = app.db.begin().await?;
    let token = queries::get(&mut *transaction, user.id(), id).await?;
    if !queries::revoke(&mut *transaction, user.id(), id).await? {
        return Ok(None);
    }
    let subject = Subject::User { id: user.id(), email: &user.0.email };
    let change = Change::Token { name: token.name.clone(), scopes: token.scopes.names() };
    audit::record(&mut *transaction, Actor::User(&user.0), Action::RevokeToken, subject, "", &[change]).await?;
    transaction.commit().await?;
    tracing::info!(user.id = user.id(), token.id = id, "User {} has revoked token {id}", user.id());
    Ok(Some(token))
}

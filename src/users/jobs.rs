//! Account mails, sent by the queue: the page does not wait for the mail server, and shows nothing of what it does.

use anyhow::{anyhow, bail};
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    deletion,
    mails::{self, AccountMail},
    queries::{self, Addressee},
};
use crate::{
    app::{App, Enqueue},
    delivery::Engine,
    mail::{
        compose::{self, Mail},
        outcome::{self, Outcome},
    },
};

/// What is said to whom; ids alone, so that the queue holds neither tokens nor addresses. Where a token is nobody's, nothing
/// is sent: asking for an address without an account has taken as long.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum SendAccountMail {
    Verification {
        token_id: i64,
    },
    PasswordReset {
        token_id: i64,
    },
    /// To the new address.
    EmailChange {
        token_id: i64,
    },
    /// To the present one, at the same time.
    EmailChangeAsked {
        token_id: i64,
    },
    /// To the old one, afterwards.
    EmailChanged {
        former_address_id: i64,
    },
    AccountDeleted {
        former_address_id: i64,
    },
    /// An administrator has made the account; the password is chosen behind the link.
    Invitation {
        token_id: i64,
    },
    /// To the address that an administrator has replaced.
    AddressTakenOut {
        former_address_id: i64,
    },
    /// To the address in its place.
    AddressPutIn {
        user_id: i64,
    },
    Notice {
        user_id: i64,
        notice: Notice,
    },
}

/// What has happened to an account that its owner should know.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Notice {
    PasswordChanged,
    RecoveryCodeUsed { left: i64 },
    TwoFactorOn,
    TwoFactorOff,
}

impl TaskHandler for SendAccountMail {
    const IDENTIFIER: &'static str = "send_account_mail";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let engine = context.get_ext::<Engine>().ok_or_else(|| anyhow!("the worker was started without an Engine"))?.clone();
        send(&engine, self).await
    }
}

/// Deletes what belonged to a closed account.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeleteUser {
    pub user_id: i64,
}

impl TaskHandler for DeleteUser {
    const IDENTIFIER: &'static str = "delete_user";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let app = context.get_ext::<App>().ok_or_else(|| anyhow!("the worker was started without an App"))?;
        deletion::finish(app, self.user_id).await.map_err(anyhow::Error::from)
    }
}

/// 256 random bits, in the alphabet of URLs.
fn new_token() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is kept of a token.
pub fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

async fn send(engine: &Engine, job: SendAccountMail) -> anyhow::Result<()> {
    let app = &engine.app;
    if let Some((to, mail)) = write(app, job.clone()).await? {
        transmit(engine, &to.email, &to.full_name, &mail).await?;
    }
    if let SendAccountMail::EmailChanged { former_address_id }
    | SendAccountMail::AccountDeleted { former_address_id }
    | SendAccountMail::AddressTakenOut { former_address_id } = job
    {
        queries::forget_address(&app.db, former_address_id).await?;
    }
    Ok(())
}

/// The mail and whom it goes to; None where there is nobody to tell (any more).
async fn write(app: &App, job: SendAccountMail) -> anyhow::Result<Option<(Addressee, AccountMail)>> {
    let link = |path: &str| app.config.link(path);
    // Tokens are made here and not with the job: they are nowhere but in the mail. A repeated job makes another, and the link
    // of a mail that went out all the same is dead then; the later mail has the live one.
    let token = new_token();
    let token_hash = token_hash(&token);
    match job {
        SendAccountMail::Verification { token_id } => {
            if let Some(to) = queries::arm_verification(&app.db, token_id, &token_hash).await? {
                let mail = mails::verification(&to.full_name, &link(&format!("/verify/{token}")));
                return Ok(Some((to, mail)));
            }
            let known = queries::already_verified(&app.db, token_id).await?;
            Ok(known.map(|to| addressed(to, |name| mails::already_registered(name, &link("/login")))))
        }
        SendAccountMail::PasswordReset { token_id } => {
            let to = queries::arm_reset(&app.db, token_id, &token_hash).await?;
            Ok(to.map(|to| addressed(to, |name| mails::password_reset(name, &link(&format!("/password/reset/{token}"))))))
        }
        SendAccountMail::EmailChange { token_id } => match queries::arm_email_change(&app.db, token_id, &token_hash).await? {
            Some(to) => Ok(Some(addressed(to, |name| mails::email_change(name, &link(&format!("/account/email/{token}")))))),
            None => address_is_taken(app, token_id).await,
        },
        SendAccountMail::EmailChangeAsked { token_id } => {
            let asked = queries::asked_email_change(&app.db, token_id).await?;
            Ok(asked.map(|(to, new)| addressed(to, |name| mails::email_change_asked(name, &new, &link("/account/password")))))
        }
        SendAccountMail::EmailChanged { former_address_id } => {
            let to = queries::former_address(&app.db, former_address_id).await?;
            Ok(to.map(|to| addressed(to, mails::email_changed)))
        }
        SendAccountMail::AccountDeleted { former_address_id } => {
            let to = queries::former_address(&app.db, former_address_id).await?;
            Ok(to.map(|to| addressed(to, mails::account_deleted)))
        }
        SendAccountMail::Invitation { token_id } => {
            let to = queries::arm_verification(&app.db, token_id, &token_hash).await?;
            Ok(to.map(|to| addressed(to, |name| mails::invitation(name, &link(&format!("/verify/{token}"))))))
        }
        SendAccountMail::AddressTakenOut { former_address_id } => {
            let to = queries::former_address(&app.db, former_address_id).await?;
            Ok(to.map(|to| addressed(to, mails::address_taken_out)))
        }
        SendAccountMail::AddressPutIn { user_id } => {
            let to = queries::addressee(&app.db, user_id).await?;
            Ok(to.map(|to| addressed(to, |name| mails::address_put_in(name, &link("/login")))))
        }
        SendAccountMail::Notice { user_id, notice } => {
            let to = queries::addressee(&app.db, user_id).await?;
            Ok(to.map(|to| addressed(to, |name| noticed(notice, name, link))))
        }
    }
}

fn addressed(to: Addressee, write: impl FnOnce(&str) -> AccountMail) -> (Addressee, AccountMail) {
    let mail = write(&to.full_name);
    (to, mail)
}

fn noticed(notice: Notice, full_name: &str, link: impl Fn(&str) -> String) -> AccountMail {
    match notice {
        Notice::PasswordChanged => mails::password_changed(full_name, &link("/password/forgot")),
        Notice::RecoveryCodeUsed { left } => mails::recovery_code_used(full_name, left, &link("/account/two-factor")),
        Notice::TwoFactorOn => mails::two_factor_on(full_name, &link("/account/two-factor")),
        Notice::TwoFactorOff => mails::two_factor_off(full_name, &link("/account/two-factor")),
    }
}

/// Somebody has the address that another user wants: they get what they would get if it were registered.
async fn address_is_taken(app: &App, token_id: i64) -> anyhow::Result<Option<(Addressee, AccountMail)>> {
    let Some(holder) = queries::holder_of_new_email(&app.db, token_id).await? else { return Ok(None) };
    if holder.is_verified {
        let to = Addressee { email: holder.email, full_name: holder.full_name };
        return Ok(Some(addressed(to, |name| mails::already_registered(name, &app.config.link("/login")))));
    }
    let mut transaction = app.db.begin().await?;
    let token_id = queries::repeat_verification(&mut *transaction, &holder.email).await?;
    app.enqueue(&mut transaction, SendAccountMail::Verification { token_id }, Enqueue::default()).await?;
    transaction.commit().await?;
    Ok(None)
}

/// Sends an account mail ahead of all mailings. One that is refused for good is not repeated.
///
/// # Errors
/// It did not get out; the job runs again.
pub async fn transmit(engine: &Engine, email: &str, full_name: &str, mail: &AccountMail) -> anyhow::Result<()> {
    let config = &engine.app.config;
    let (envelope, message) = compose::compose(&Mail {
        from: &config.mail_from,
        to_email: email,
        to_name: full_name,
        subject: &mail.subject,
        body: &mail.body,
        message_id: &format!("<account.{}@{}>", Uuid::new_v4(), config.mail_domain()),
        list_id: None,
        reply_to: None,
        auto_submitted: true,
        date: OffsetDateTime::now_utc(),
    })?;
    match engine.send_one(envelope, message).await {
        Outcome::Sent { .. } => Ok(()),
        // For good: repeating it would only annoy the server. The reply names no address of ours but may of theirs.
        Outcome::BadAddress { code, .. } | Outcome::Failed { code: Some(code), .. } => {
            tracing::warn!(smtp.code = code, "An account mail was refused for good");
            Ok(())
        }
        other => bail!("an account mail did not get out, it is tried again: {}", outcome::without_addresses(other.text())),
    }
}

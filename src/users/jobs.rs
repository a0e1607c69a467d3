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
    queries,
};
use crate::{
    app::App,
    audit,
    delivery::Engine,
    mail::{
        compose::{self, Mail},
        outcome::{self, Outcome},
    },
};

/// What is said to whom; ids alone, so that the queue holds neither tokens nor addresses.
#[derive(Debug, Serialize, Deserialize)]
pub enum SendAccountMail {
    Verification {
        token_id: i64,
    },
    AlreadyRegistered {
        user_id: i64,
    },
    /// For an address without an account: nothing is sent, but asking took as long.
    Nobody,
    /// An administrator has made the account; the password is chosen behind the link.
    Invitation {
        token_id: i64,
    },
    EmailChangedByAdmin(EmailChanged),
}

/// To which of its two addresses an account's change is told; the entry of the audit trail has the old one.
#[derive(Debug, Serialize, Deserialize)]
pub enum EmailChanged {
    Old { entry_id: i64 },
    New { entry_id: i64 },
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
    let (email, full_name, mail) = match job {
        SendAccountMail::Verification { token_id } => {
            let Some((to, link)) = arm_verification(app, token_id).await? else { return Ok(()) };
            let mail = mails::verification(&to.full_name, &link);
            (to.email, to.full_name, mail)
        }
        SendAccountMail::Invitation { token_id } => {
            let Some((to, link)) = arm_verification(app, token_id).await? else { return Ok(()) };
            let mail = mails::invitation(&to.full_name, &link);
            (to.email, to.full_name, mail)
        }
        SendAccountMail::EmailChangedByAdmin(to) => {
            let (EmailChanged::Old { entry_id } | EmailChanged::New { entry_id }) = to;
            let Some(entry) = audit::queries::get(&app.db, entry_id).await? else { return Ok(()) };
            let Some(user) = queries::active(&app.db, entry.subject_id).await? else { return Ok(()) };
            let (email, other) = match to {
                EmailChanged::Old { .. } => (entry.subject, user.email),
                EmailChanged::New { .. } => (user.email, entry.subject),
            };
            let mail = match to {
                EmailChanged::Old { .. } => mails::address_taken_out(&user.full_name, &other),
                EmailChanged::New { .. } => mails::address_put_in(&user.full_name, &other, &app.config.link("/login")),
            };
            (email, user.full_name, mail)
        }
        SendAccountMail::AlreadyRegistered { user_id } => {
            let Some(user) = queries::active(&app.db, user_id).await? else { return Ok(()) };
            let mail = mails::already_registered(&user.full_name, &app.config.link("/login"));
            (user.email, user.full_name, mail)
        }
        SendAccountMail::Nobody => return Ok(()),
    };
    transmit(engine, &email, &full_name, &mail).await
}

/// Gives a verification its token, and whom to send the link to. None: it is no longer wanted.
///
/// Made here and not with the job: a token is nowhere but in the mail. A repeated job makes another, and the link of a mail
/// that went out all the same is dead then; the later mail has the live one.
async fn arm_verification(app: &App, token_id: i64) -> anyhow::Result<Option<(queries::VerificationMail, String)>> {
    let token = new_token();
    let to = queries::arm_verification(&app.db, token_id, &token_hash(&token)).await?;
    Ok(to.map(|to| (to, app.config.link(&format!("/verify/{token}")))))
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

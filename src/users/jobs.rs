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
    i18n::{self, Language},
    mail::{
        compose::{self, Mail},
        outcome::{self, Outcome},
    },
    tokens,
};

/// A mail about an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendAccountMail {
    #[serde(flatten)]
    occasion: Occasion,
    /// That of the request behind it, for whoever has chosen none in their profile.
    #[serde(default)]
    language: Language,
}

impl SendAccountMail {
    /// The mail to be sent on an occasion of this request.
    pub fn on(occasion: Occasion) -> Self {
        Self { occasion, language: i18n::current() }
    }
}

/// What is said to whom; ids, so that the queue holds neither tokens nor addresses of people. Where a token is nobody's, nothing
/// is sent: asking for an address without an account has taken as long.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Occasion {
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
    /// The token of a program, and not that of a mail.
    TokenMade {
        token_id: i64,
    },
    /// A webhook is new, or has another address.
    WebhookAddressed {
        user_id: i64,
        host: String,
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
    if let Occasion::EmailChanged { former_address_id }
    | Occasion::AccountDeleted { former_address_id }
    | Occasion::AddressTakenOut { former_address_id } = job.occasion
    {
        queries::forget_address(&app.db, former_address_id).await?;
    }
    Ok(())
}

/// The mail and whom it goes to; None where there is nobody to tell (any more).
async fn write(app: &App, SendAccountMail { occasion, language }: SendAccountMail) -> anyhow::Result<Option<(Addressee, AccountMail)>> {
    let link = |path: &str| app.config.link(path);
    // Tokens are made here and not with the job: they are nowhere but in the mail. A repeated job makes another, and the link
    // of a mail that went out all the same is dead then; the later mail has the live one.
    let token = new_token();
    let token_hash = token_hash(&token);
    let addressed = |to: Addressee, write: &dyn Fn(&str) -> AccountMail| {
        let mail = i18n::with(to.language().unwrap_or(language), || write(&to.full_name));
        (to, mail)
    };
    Ok(match occasion {
        Occasion::Verification { token_id } => match queries::arm_verification(&app.db, token_id, &token_hash).await? {
            Some(to) => Some(addressed(to, &|name| mails::verification(name, &link(&format!("/verify/{token}"))))),
            None => {
                let known = queries::already_verified(&app.db, token_id).await?;
                known.map(|to| addressed(to, &|name| mails::already_registered(name, &link("/login"))))
            }
        },
        Occasion::PasswordReset { token_id } => {
            let to = queries::arm_reset(&app.db, token_id, &token_hash).await?;
            to.map(|to| addressed(to, &|name| mails::password_reset(name, &link(&format!("/password/reset/{token}")))))
        }
        Occasion::EmailChange { token_id } => match queries::arm_email_change(&app.db, token_id, &token_hash).await? {
            Some(to) => Some(addressed(to, &|name| mails::email_change(name, &link(&format!("/account/email/{token}"))))),
            None => {
                let holder = address_is_taken(app, token_id, language).await?;
                holder.map(|to| addressed(to, &|name| mails::already_registered(name, &link("/login"))))
            }
        },
        Occasion::EmailChangeAsked { token_id } => {
            let asked = queries::asked_email_change(&app.db, token_id).await?;
            asked.map(|(to, new)| addressed(to, &|name| mails::email_change_asked(name, &new, &link("/account/password"))))
        }
        Occasion::EmailChanged { former_address_id } => {
            queries::former_address(&app.db, former_address_id).await?.map(|to| addressed(to, &mails::email_changed))
        }
        Occasion::AccountDeleted { former_address_id } => {
            queries::former_address(&app.db, former_address_id).await?.map(|to| addressed(to, &mails::account_deleted))
        }
        Occasion::Invitation { token_id } => {
            let to = queries::arm_verification(&app.db, token_id, &token_hash).await?;
            to.map(|to| addressed(to, &|name| mails::invitation(name, &link(&format!("/verify/{token}")))))
        }
        Occasion::AddressTakenOut { former_address_id } => {
            queries::former_address(&app.db, former_address_id).await?.map(|to| addressed(to, &mails::address_taken_out))
        }
        Occasion::AddressPutIn { user_id } => {
            let to = queries::addressee(&app.db, user_id).await?;
            to.map(|to| addressed(to, &|name| mails::address_put_in(name, &link("/login"))))
        }
        Occasion::Notice { user_id, notice } => {
            let to = queries::addressee(&app.db, user_id).await?;
            to.map(|to| addressed(to, &|name| noticed(notice, name, link)))
        }
        Occasion::TokenMade { token_id } => {
            let made = tokens::queries::announced(&app.db, token_id).await?;
            made.map(|(to, token)| addressed(to, &|name| mails::token_made(name, &token, &link("/account/tokens"))))
        }
        Occasion::WebhookAddressed { user_id, host } => {
            let to = queries::addressee(&app.db, user_id).await?;
            to.map(|to| addressed(to, &|name| mails::webhook_addressed(name, &host, &link("/webhooks"))))
        }
    })
}

fn noticed(notice: Notice, full_name: &str, link: impl Fn(&str) -> String) -> AccountMail {
    match notice {
        Notice::PasswordChanged => mails::password_changed(full_name, &link("/password/forgot")),
        Notice::RecoveryCodeUsed { left } => mails::recovery_code_used(full_name, left, &link("/account/two-factor")),
        Notice::TwoFactorOn => mails::two_factor_on(full_name, &link("/account/two-factor")),
        Notice::TwoFactorOff => mails::two_factor_off(full_name, &link("/account/two-factor")),
    }
}

/// Somebody has the address that another user wants: they get what they would get if it were registered. None: they have not
/// confirmed it, and get another link to do so.
async fn address_is_taken(app: &App, token_id: i64, language: Language) -> anyhow::Result<Option<Addressee>> {
    let Some(holder) = queries::holder_of_new_email(&app.db, token_id).await? else { return Ok(None) };
    if holder.is_verified {
        return Ok(Some(Addressee { email: holder.email, full_name: holder.full_name, locale: holder.locale }));
    }
    let mut transaction = app.db.begin().await?;
    let token_id = queries::repeat_verification(&mut *transaction, &holder.email).await?;
    let mail = SendAccountMail { occasion: Occasion::Verification { token_id }, language };
    app.enqueue(&mut transaction, mail, Enqueue::default()).await?;
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

//! The mail that tells an owner what a manager did.

use anyhow::anyhow;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};

use super::{
    mails,
    queries::{self, Told},
};
use crate::{
    audit::{self, Action, model::Entry},
    delivery::Engine,
    i18n::{self, Language},
    t,
    users::{jobs::transmit, mails::AccountMail},
};

/// Writes to the owner of a mailing about one entry of the audit trail.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOwner {
    pub entry_id: i64,
}

impl TaskHandler for TellOwner {
    const IDENTIFIER: &'static str = "tell_owner";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let engine = context.get_ext::<Engine>().ok_or_else(|| anyhow!("the worker was started without an Engine"))?.clone();
        tell(&engine, self.entry_id).await
    }
}

async fn tell(engine: &Engine, entry_id: i64) -> anyhow::Result<()> {
    let app = &engine.app;
    let Some(entry) = audit::queries::get(&app.db, entry_id).await? else { return Ok(()) };
    let Some(owner) = queries::told(&app.db, entry.subject_id).await? else { return Ok(()) };
    let link = app.config.link(&format!("/mailings/{}", entry.subject_id));
    let language = owner.locale.as_deref().and_then(Language::from_tag).unwrap_or(Language::English);
    let Some(mail) = i18n::with(language, || write(&entry, &owner, &link)) else { return Ok(()) };
    transmit(engine, &owner.email, &owner.full_name, &mail).await
}

/// The mail in the ambient language; None where there is nothing to say any more.
fn write(entry: &Entry, owner: &Told, link: &str) -> Option<AccountMail> {
    // A mail that comes late, after the opposite was done, would be the last word and wrong; the later one's mail says how it is.
    match Action::parse(&entry.action) {
        Some(Action::DisableMailing) if owner.is_disabled => Some(mails::disabled(&owner.full_name, &entry.subject, &entry.reason, link)),
        Some(Action::EnableMailing) if !owner.is_disabled => {
            let goes_on = match (owner.is_paused, owner.has_next_run) {
                (true, _) => t!("oversight-mail-paused"),
                (false, false) => t!("oversight-mail-over"),
                (false, true) => t!("oversight-mail-goes-on"),
            };
            Some(mails::enabled(&owner.full_name, &entry.subject, &goes_on, link))
        }
        _ => None,
    }
}

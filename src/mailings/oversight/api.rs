//! Everybody's mailings for the programs of managers.

use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi, Tags,
    param::{Path, Query},
    payload::Json as Plain,
};
use time::OffsetDateTime;

use super::{
    model::{Overseen, State},
    queries, suspension,
};
use crate::{
    app::App,
    audit::api::Input,
    db::like_pattern,
    mailings,
    tokens::{Caller, Reading, Sending, Writing},
    users::{self, Manager, rights::Reach},
    web::api::{Cursors, Deleted, Json, Limit, Listed, Page, Problem},
};

#[derive(Tags)]
enum Tag {
    /// Everybody's mailings, for managers.
    Oversight,
}

/// Where a mailing stands: its status, unless somebody has stopped it.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "MailingState", rename_all = "lowercase")]
enum StateName {
    Created,
    Running,
    Completed,
    /// By its owner.
    Paused,
    /// By a manager.
    Disabled,
}

impl From<StateName> for State {
    fn from(state: StateName) -> Self {
        match state {
            StateName::Created => Self::Created,
            StateName::Running => Self::Running,
            StateName::Completed => Self::Completed,
            StateName::Paused => Self::Paused,
            StateName::Disabled => Self::Disabled,
        }
    }
}

/// Whose a mailing is.
#[derive(Debug, Object)]
#[oai(rename = "MailingOwner")]
pub struct Owner {
    id: i64,
    email: String,
    /// The full name.
    name: String,
    /// Whether the owner is blocked, so that nothing of theirs goes out.
    is_blocked: bool,
}

/// A mailing of anybody, as managers see it: without its recipients and the message's text.
#[derive(Debug, Object)]
#[oai(rename = "OverseenMailing")]
pub struct Output {
    id: i64,
    name: String,
    /// Whose it is.
    owner: Owner,
    /// The message's subject.
    subject: String,
    /// `created`, `running` or `completed`.
    status: String,
    /// Since when it is paused by its owner.
    paused_at: Option<OffsetDateTime>,
    /// Since when it is disabled by a manager.
    disabled_at: Option<OffsetDateTime>,
    /// Why; the owner reads it.
    disabled_reason: Option<String>,
    /// Since when it is stopped for good.
    stopped_at: Option<OffsetDateTime>,
    /// The moment of its first run.
    starts_at: OffsetDateTime,
    /// From when on no run starts.
    ends_at: OffsetDateTime,
    /// `once`, `daily`, `weekly` or `monthly`.
    period: String,
    /// The IANA time zone that the runs keep their time of day in.
    time_zone: String,
    /// When it goes out next, if nobody keeps it from that.
    next_run_at: Option<OffsetDateTime>,
}

impl From<Overseen> for Output {
    fn from(overseen: Overseen) -> Self {
        let Overseen { mailing, owner_email, owner_name, is_owner_blocked } = overseen;
        Self {
            id: mailing.id,
            name: mailing.name,
            owner: Owner { id: mailing.user_id, email: owner_email, name: owner_name, is_blocked: is_owner_blocked },
            subject: mailing.subject,
            status: mailing.status.as_str().to_owned(),
            paused_at: mailing.paused_at,
            disabled_at: mailing.disabled_at,
            disabled_reason: mailing.disabled_reason,
            stopped_at: mailing.stopped_at,
            starts_at: mailing.starts_at,
            ends_at: mailing.ends_at,
            period: mailing.period,
            time_zone: mailing.time_zone,
            next_run_at: mailing.next_run_at,
        }
    }
}

pub struct Api;

#[OpenApi(tag = "Tag::Oversight")]
impl Api {
    /// List everybody's mailings
    ///
    /// The newest first. For managers.
    #[oai(path = "/oversight/mailings", method = "get", operation_id = "listEverybodysMailings")]
    async fn list(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// Only those in whose name, or in whose owner's address or name, this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Only those that stand so.
        state: Query<Option<StateName>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<Output>>, Problem> {
        caller.require(Manager::RIGHTS)?;
        let search = like_pattern(search.0.as_deref().unwrap_or_default());
        let state = state.0.map(State::from);
        let narrowed = ["oversight", state.map_or("", State::as_str), search.as_deref().unwrap_or_default()];
        let cursors = Cursors::new(&app.config, caller.id(), &narrowed);
        let before = cursors.open(cursor.0.as_deref())?;
        let rows = queries::list(&app.db, search.as_deref(), state, before, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |overseen| overseen.mailing.id, Output::from))))
    }

    /// Disable a mailing
    ///
    /// No run starts, one that is going out rests, and the owner, who is told by mail, cannot start it. Of one that is disabled the reason is
    /// changed. For managers.
    #[oai(path = "/mailings/:id/suspension", method = "put", operation_id = "disableMailing")]
    async fn disable(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
        input: Json<Input>,
    ) -> Result<Listed<Output>, Problem> {
        caller.require(Manager::RIGHTS)?;
        let reason = input.value.parse()?;
        suspension::disable(&app, &caller.user.0, id.0, &reason).await?;
        let mailing = mailings::queries::view(&app.db, Reach::Everybodys, id.0).await?;
        let owner = users::queries::owner(&app.db, mailing.user_id).await?;
        let overseen = Overseen { mailing, owner_email: owner.email, owner_name: owner.full_name, is_owner_blocked: owner.is_blocked };
        Ok(Listed::Ok(Plain(overseen.into())))
    }

    /// Enable a mailing
    ///
    /// It goes on as after a pause, which is why it takes the scope `send`. For managers.
    #[oai(path = "/mailings/:id/suspension", method = "delete", operation_id = "enableMailing")]
    async fn enable(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        /// The mailing.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        caller.require(Manager::RIGHTS)?;
        suspension::enable(&app, &caller.user.0, id.0).await?;
        Ok(Deleted::Gone)
    }
}

//! Users for the programs of managers.

use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi, Tags,
    param::{Path, Query},
    payload::Json as Plain,
};
use time::OffsetDateTime;

use super::{
    blocking,
    model::{Account, NotBlocked, Status},
    queries,
};
use crate::{
    app::App,
    audit::api::Input,
    db::like_pattern,
    tokens::{Caller, Reading, Sending, Writing},
    users::{Manager, rights::Role},
    web::api::{Cursors, Deleted, Json, Limit, Listed, Page, Problem},
};

#[derive(Tags)]
enum Tag {
    /// Everybody who has an account here, for managers.
    Users,
}

/// What somebody is beside a user, which everybody is.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "Role", rename_all = "lowercase")]
pub enum RoleName {
    /// Watches over users and mailings.
    Manager,
    /// Writes the blog.
    Editor,
    /// Has the accounts and the roles in hand.
    Admin,
}

impl RoleName {
    pub fn all_of(roles: &[Role]) -> Vec<Self> {
        roles
            .iter()
            .map(|role| match role {
                Role::Manager => Self::Manager,
                Role::Editor => Self::Editor,
                Role::Admin => Self::Admin,
            })
            .collect()
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "UserStatus", rename_all = "lowercase")]
enum StatusName {
    Active,
    /// The address was never confirmed.
    Unconfirmed,
    Blocked,
}

impl From<Status> for StatusName {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Unconfirmed => Self::Unconfirmed,
            Status::Blocked => Self::Blocked,
        }
    }
}

impl From<StatusName> for Status {
    fn from(status: StatusName) -> Self {
        match status {
            StatusName::Active => Self::Active,
            StatusName::Unconfirmed => Self::Unconfirmed,
            StatusName::Blocked => Self::Blocked,
        }
    }
}

/// A user as managers see them.
#[derive(Debug, Object)]
#[oai(rename = "User")]
pub struct Output {
    id: i64,
    email: String,
    /// The full name.
    name: String,
    /// What the user is beside a user.
    roles: Vec<RoleName>,
    /// Where the account stands.
    status: StatusName,
    /// Since when the user is blocked.
    blocked_at: Option<OffsetDateTime>,
    /// Why; the user reads it.
    blocked_reason: Option<String>,
    /// Whether signing in takes a second factor.
    has_two_factor: bool,
    /// When the account was made.
    created_at: OffsetDateTime,
    /// When somebody has signed in to it last.
    last_signed_in_at: Option<OffsetDateTime>,
    /// How many mailings the user has.
    mailings: i64,
}

impl From<Account> for Output {
    fn from(account: Account) -> Self {
        Self {
            status: account.status().into(),
            id: account.id,
            email: account.email,
            name: account.full_name,
            roles: RoleName::all_of(&account.roles),
            blocked_at: account.blocked_at,
            blocked_reason: account.blocked_reason,
            has_two_factor: account.has_two_factor,
            created_at: account.created_at,
            last_signed_in_at: account.last_signed_in_at,
            mailings: account.mailings,
        }
    }
}

fn refused(refusal: NotBlocked) -> Problem {
    Problem::conflict(refusal.sentence())
}

pub struct Api;

#[OpenApi(prefix_path = "/users", tag = "Tag::Users")]
impl Api {
    /// List users
    ///
    /// The newest first. For managers.
    #[oai(path = "/", method = "get", operation_id = "listUsers")]
    async fn list(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// Only those in whose address or name this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Only those whose account stands so.
        status: Query<Option<StatusName>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<Output>>, Problem> {
        caller.require(Manager::RIGHTS)?;
        let search = like_pattern(search.0.as_deref().unwrap_or_default());
        let status = status.0.map(Status::from);
        let narrowed = ["users", status.map_or("", Status::as_str), search.as_deref().unwrap_or_default()];
        let cursors = Cursors::new(&app.config, caller.id(), &narrowed);
        let before = cursors.open(cursor.0.as_deref())?;
        let rows = queries::list(&app.db, search.as_deref(), status, before, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |account| account.id, Output::from))))
    }

    /// Show a user
    ///
    /// For managers.
    #[oai(path = "/:id", method = "get", operation_id = "showUser")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The user.
        id: Path<i64>,
    ) -> Result<Listed<Output>, Problem> {
        caller.require(Manager::RIGHTS)?;
        Ok(Listed::Ok(Plain(queries::get(&app.db, id.0).await?.into())))
    }

    /// Block a user
    ///
    /// Their sessions end, their tokens are refused, and their mailings rest. Of somebody who is blocked the reason is changed. Nobody blocks
    /// themselves, and managers and administrators are blocked by administrators alone. For managers.
    #[oai(path = "/:id/block", method = "put", operation_id = "blockUser")]
    async fn block(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The user.
        id: Path<i64>,
        input: Json<Input>,
    ) -> Result<Listed<Output>, Problem> {
        caller.require(Manager::RIGHTS)?;
        let reason = input.value.parse()?;
        blocking::block(&app, &caller.user.0, id.0, &reason).await?.map_err(refused)?;
        Ok(Listed::Ok(Plain(queries::get(&app.db, id.0).await?.into())))
    }

    /// Unblock a user
    ///
    /// Their mailings go on as after a pause, which is why it takes the scope `send`. For managers.
    #[oai(path = "/:id/block", method = "delete", operation_id = "unblockUser")]
    async fn unblock(
        &self,
        caller: Caller<Sending>,
        app: Data<&App>,
        /// The user.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        caller.require(Manager::RIGHTS)?;
        blocking::unblock(&app, &caller.user.0, id.0).await?.map_err(refused)?;
        Ok(Deleted::Gone)
    }
}

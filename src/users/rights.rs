//! Who may do what beyond their own: one table. The extractors in `session.rs`, the menu, seeds/roles.sql and the table in
//! ARCHITECTURE.md follow it, and tests hold them against it.

use super::model::User;
use crate::{t, ui::MenuLink};

/// What somebody is beside a user, which everybody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Manager,
    Editor,
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Manager, Self::Editor, Self::Admin];

    /// As the table `roles` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// For the reader.
    pub fn label(self) -> String {
        match self {
            Self::Manager => t!("users-role-manager"),
            Self::Editor => t!("users-role-editor"),
            Self::Admin => t!("users-role-admin"),
        }
    }

    /// None for a name that is no role's.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Something that only some may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    ViewUsers,
    BlockUsers,
    ViewMailings,
    DisableMailings,
    EditBlog,
    ManageUsers,
    GiveRoles,
    ReadAudit,
    TestMailServer,
}

/// One right: what it is, who has it, and where the menu leads to it.
#[derive(Debug)]
pub struct Row {
    pub right: Right,
    /// As the table `rights` has it.
    pub name: &'static str,
    /// For the reader.
    pub what: fn() -> String,
    pub roles: &'static [Role],
    pub menu: Option<fn() -> MenuLink>,
}

const WATCHERS: &[Role] = &[Role::Manager, Role::Admin];
const WRITERS: &[Role] = &[Role::Editor, Role::Admin];
const ADMINS: &[Role] = &[Role::Admin];

/// The table. Nobody may edit, delete or send what belongs to somebody else: there is no right for it.
pub const TABLE: [Row; 9] = [
    row(
        Right::ViewUsers,
        "view_users",
        || t!("users-right-view-users"),
        WATCHERS,
        Some(|| MenuLink { label: t!("users-menu-users"), href: "/users" }),
    ),
    row(Right::BlockUsers, "block_users", || t!("users-right-block-users"), WATCHERS, None),
    row(
        Right::ViewMailings,
        "view_mailings",
        || t!("users-right-view-mailings"),
        WATCHERS,
        Some(|| MenuLink { label: t!("users-menu-mailings"), href: "/mailings/all" }),
    ),
    row(Right::DisableMailings, "disable_mailings", || t!("users-right-disable-mailings"), WATCHERS, None),
    row(
        Right::EditBlog,
        "edit_blog",
        || t!("users-right-edit-blog"),
        WRITERS,
        Some(|| MenuLink { label: t!("posts-menu"), href: "/admin/posts" }),
    ),
    row(
        Right::ManageUsers,
        "manage_users",
        || t!("users-right-manage-users"),
        ADMINS,
        Some(|| MenuLink { label: t!("users-menu-accounts"), href: "/admin/users" }),
    ),
    row(Right::GiveRoles, "give_roles", || t!("users-right-give-roles"), ADMINS, None),
    row(
        Right::ReadAudit,
        "read_audit",
        || t!("users-right-read-audit"),
        ADMINS,
        Some(|| MenuLink { label: t!("users-menu-audit"), href: "/admin/audit" }),
    ),
    row(
        Right::TestMailServer,
        "test_mail_server",
        || t!("users-right-test-mail"),
        ADMINS,
        Some(|| MenuLink { label: t!("mail-server-menu"), href: "/admin/mail-server" }),
    ),
];

const fn row(right: Right, name: &'static str, what: fn() -> String, roles: &'static [Role], menu: Option<fn() -> MenuLink>) -> Row {
    Row { right, name, what, roles, menu }
}

/// Whether any of the roles has the right.
pub fn allows(roles: &[Role], right: Right) -> bool {
    TABLE.iter().any(|row| row.right == right && row.roles.iter().any(|role| roles.contains(role)))
}

/// Where the menu leads this user, beside their own things.
pub fn menu(user: &User) -> Vec<MenuLink> {
    TABLE.iter().filter(|row| allows(&user.roles, row.right)).filter_map(|row| row.menu.map(|link| link())).collect()
}

/// Whether somebody's roles are worth more than a password, and they have nothing more.
pub fn should_have_two_factor(user: &User) -> bool {
    !user.has_two_factor && user.roles.iter().any(|role| matches!(role, Role::Manager | Role::Admin))
}

/// The table as ARCHITECTURE.md shows it.
pub fn markdown() -> String {
    let mut table = String::from("| right | what it is | manager | editor | admin |\n|---|---|---|---|---|\n");
    for row in &TABLE {
        let marks = Role::ALL.map(|role| if row.roles.contains(&role) { "yes" } else { "" });
        table.push_str(&format!("| `{}` | {} | {} |\n", row.name, (row.what)(), marks.join(" | ")));
    }
    table
}

/// Whose rows somebody may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of this user alone.
    Own(i64),
    Everybodys,
}

impl Reach {
    /// For a query's `$1::bigint is null or user_id = $1`.
    pub fn owner(self) -> Option<i64> {
        match self {
            Self::Own(user_id) => Some(user_id),
            Self::Everybodys => None,
        }
    }
}

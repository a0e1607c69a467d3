//! `seed`: the demo of `seeds/`. Everything in it has a fixed key, so loading it twice gives the same.

mod blog;

use anyhow::bail;
use sqlx::{AssertSqlSafe, PgPool};

use crate::{
    app::App,
    config, mailings,
    users::{self, model::Password},
};

/// What every demo account signs in with; that is why the demo is refused where strangers come.
const PASSWORD: &str = "periodical demo";

/// Address, name and role of the demo's people; the first two own its mailings, one in English and one in Russian.
const PEOPLE: [(&str, &str, Option<&str>); 6] = [
    ("demo@periodical.example", "Dora Demo", None),
    ("demo-ru@periodical.example", "Дарья Пример", None),
    ("manager@periodical.example", "Max Manager", Some("manager")),
    (EDITOR, "Edith Editor", Some("editor")),
    ("admin@periodical.example", "Ada Admin", Some("admin")),
    ("blocked@periodical.example", "Bella Blocked", None),
];

/// Who writes the demo's posts.
const EDITOR: &str = "editor@periodical.example";

/// Brings the roles and their rights up to date; at every start.
///
/// # Errors
/// The database's.
pub async fn load_roles(db: &PgPool) -> anyhow::Result<()> {
    // A script of several statements, ours and constant; in one transaction.
    sqlx::raw_sql(AssertSqlSafe(include_str!("../seeds/roles.sql"))).execute(db).await?;
    Ok(())
}

/// Loads the demo and says how to look at it.
///
/// # Errors
/// The site is open to others, or the database's.
pub async fn load(app: &App) -> anyhow::Result<String> {
    if !config::is_local(&app.config.public_url) {
        let host = app.config.public_url.host_str().unwrap_or_default();
        bail!(
            "the demo's accounts have a password that everybody knows; it is loaded only where PUBLIC_URL is this machine's own address, not {host}"
        );
    }
    let mut transaction = app.db.begin().await?;
    for (email, name, role) in PEOPLE {
        let id = match users::queries::id_by_email(&mut *transaction, email).await? {
            Some((id, _)) => id,
            None => {
                let password = Password::parse(PASSWORD).map_err(anyhow::Error::msg)?;
                let hash = users::password::hash(password).await?;
                users::queries::upsert_verified(&mut *transaction, email, name, &hash).await?
            }
        };
        if let Some(role) = role {
            users::queries::grant_role(&mut *transaction, id, role).await?;
        }
    }
    // A script of many statements, ours and constant.
    sqlx::raw_sql(AssertSqlSafe(include_str!("../seeds/demo.sql"))).execute(&mut *transaction).await?;
    blog::load(app, &mut transaction, EDITOR).await?;
    transaction.commit().await?;
    mailings::runs::enqueue_missing(app).await?;
    let (owner, ..) = PEOPLE[0];
    Ok(format!(
        "The demo is loaded. Sign in as {owner} (in Russian: demo-ru@; or manager@, editor@, admin@) with the password `{PASSWORD}`."
    ))
}

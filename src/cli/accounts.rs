//! `create-admin` and `create-manager`: verified accounts from the shell.

use std::{
    io::{IsTerminal, stdin},
    process::ExitCode,
};

use anyhow::{anyhow, bail};
use tokio_util::sync::CancellationToken;

use super::Backend;
use crate::{
    config::Config,
    users::{self, model::Password},
    web::form,
};

#[derive(clap::Args)]
pub struct Account {
    /// The address to sign in with; an existing account of it gets the role and the password
    #[arg(long)]
    email: String,
    /// Shown in the menu
    #[arg(long, default_value = "")]
    name: String,
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

pub async fn create(account: Account, role: &str, config: Config) -> anyhow::Result<ExitCode> {
    let email = form::email(&account.email).map_err(|problem| anyhow!("--email: {problem}"))?;
    let name = form::optional_line(&account.name, 200).map_err(|problem| anyhow!("--name: {problem}"))?;
    let name = if name.is_empty() { email.clone() } else { name };
    let password = Password::parse(&read_password(account.password_stdin)?).map_err(|problem| anyhow!("password: {problem}"))?;
    let backend = Backend::start(config, CancellationToken::new()).await?;
    let saved = save(&backend, &email, &name, password, role).await;
    let code = backend.stop().await?;
    saved?;
    println!("{email} can sign in now, as {role}.");
    Ok(code)
}

async fn save(backend: &Backend, email: &str, name: &str, password: Password, role: &str) -> anyhow::Result<()> {
    let hash = users::password::hash(password).await?;
    let mut transaction = backend.app.db.begin().await?;
    let id = users::queries::upsert_verified(&mut *transaction, email, name, &hash).await?;
    users::queries::grant_role(&mut *transaction, id, role).await?;
    transaction.commit().await?;
    Ok(())
}

/// Never an argument: those stand in the process list for everybody.
fn read_password(from_stdin: bool) -> anyhow::Result<String> {
    if from_stdin {
        let mut line = String::new();
        stdin().read_line(&mut line)?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !stdin().is_terminal() {
        bail!("there is no terminal to ask for the password; use --password-stdin");
    }
    let password = rpassword::prompt_password("Password: ")?;
    if rpassword::prompt_password("Once more: ")? != password {
        bail!("the two passwords differ");
    }
    Ok(password)
}

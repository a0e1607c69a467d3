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
    users::{
        administration::shell::{self, Saved, Wanted},
        model::Password,
        rights::Role,
    },
    web::form,
};

#[derive(clap::Args)]
pub struct Account {
    /// The address to sign in with. An existing account of it gets the role and the password; its sessions end, and it is unblocked
    #[arg(long)]
    email: String,
    /// Shown in the menu; an existing account keeps its own
    #[arg(long, default_value = "")]
    name: String,
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
    /// Switch off two-factor sign-in of an existing account, whose second factor is lost
    #[arg(long)]
    reset_two_factor: bool,
}

pub async fn create(account: Account, role: Role, config: Config) -> anyhow::Result<ExitCode> {
    let email = form::email(&account.email).map_err(|problem| anyhow!("--email: {problem}"))?;
    let name = form::optional_line(&account.name, 200).map_err(|problem| anyhow!("--name: {problem}"))?;
    let full_name = if name.is_empty() { email.clone() } else { name };
    let password = Password::parse(&read_password(account.password_stdin)?).map_err(|problem| anyhow!("password: {problem}"))?;
    let backend = Backend::start(config, CancellationToken::new()).await?;
    let wanted = Wanted { email: email.clone(), full_name, password, role, reset_two_factor: account.reset_two_factor };
    let saved = shell::save(&backend.app, wanted).await;
    let code = backend.stop().await?;
    println!("{}", summary(&email, role, account.reset_two_factor, &saved?));
    Ok(code)
}

fn summary(email: &str, role: Role, reset_two_factor: bool, saved: &Saved) -> String {
    let mut summary = format!("{email} can sign in now, as {}.", role.name());
    if !saved.is_new {
        summary.push_str(" The account was there already: its password is the new one, and its sessions have ended.");
    }
    if saved.was_blocked {
        summary.push_str(" It was blocked and is no longer; its mailings go on.");
    }
    match (saved.had_two_factor, reset_two_factor) {
        (true, true) => summary.push_str(" Two-factor sign-in is off."),
        (true, false) => summary.push_str(" It still asks for the second factor; --reset-two-factor switches that off."),
        (false, _) => {}
    }
    summary
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

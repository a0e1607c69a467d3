//! `token create`: a personal token from the shell. The token alone goes to standard output, so that it can be put into a variable;
//! everything that is said about it goes to standard error.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use tokio_util::sync::CancellationToken;

use super::Backend;
use crate::{
    app::App,
    audit::Actor,
    config::Config,
    mailings::schedule::{self, Zone},
    tokens::{
        Scope, Scopes,
        making::{self, Made, NotMade},
        model::{AT_MOST, DAYS_MAX, NAME_MAX, NewToken},
    },
    users,
    web::form,
};

#[derive(Subcommand)]
pub enum Token {
    /// Make a token and print it; it cannot be shown again
    Create(Create),
}

#[derive(clap::Args)]
pub struct Create {
    /// The address of the account that it belongs to
    #[arg(long)]
    email: String,
    /// What the token is called in the list of its owner's tokens
    #[arg(long)]
    name: String,
    /// What it may do, of: read, write, send
    #[arg(long, value_delimiter = ',', default_value = "read,write,send", value_parser = scope)]
    scopes: Vec<Scope>,
    /// How many days it lasts
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i32).range(1..=i64::from(DAYS_MAX)))]
    days: i32,
}

fn scope(name: &str) -> Result<Scope, String> {
    Scope::parse(name).ok_or_else(|| "it may be read, write or send, or several of them with commas between".to_owned())
}

pub async fn run(command: Token, config: Config) -> anyhow::Result<ExitCode> {
    let Token::Create(wanted) = command;
    let email = form::email(&wanted.email).map_err(|problem| anyhow!("--email: {problem}"))?;
    let name = form::line(&wanted.name, NAME_MAX).map_err(|problem| anyhow!("--name: {problem}"))?;
    let scopes = Scopes::of(wanted.scopes).ok_or_else(|| anyhow!("--scopes: name at least one of read, write, send"))?;
    let new = NewToken { name, scopes, days: wanted.days, submission_id: None };
    let backend = Backend::start(config, CancellationToken::new()).await?;
    let made = make(&backend.app, &email, &new).await;
    let code = backend.stop().await?;
    let Made { token, expires_at } = made?;
    let until = schedule::display(expires_at, &Zone::utc());
    eprintln!("A token of {email} that may {}, until {until}. It is shown this once:", new.scopes.names().join(", "));
    println!("{}", token.reveal());
    Ok(code)
}

async fn make(app: &App, email: &str, new: &NewToken) -> anyhow::Result<Made> {
    let Some(owner) = users::queries::credentials(&app.db, email).await? else { bail!("nobody has an account of {email}") };
    if owner.blocked.is_some() {
        bail!("{email} is blocked, and a token of theirs would be worth nothing");
    }
    if !owner.is_verified {
        bail!("{email} was never confirmed: its owner has to open the link in the mail first");
    }
    let mut transaction = app.db.begin().await?;
    match making::make(app, &mut transaction, Actor::Shell, owner.id, None, new).await? {
        Ok(made) => {
            transaction.commit().await?;
            Ok(made)
        }
        Err(NotMade::TooMany) => bail!("{email} has {AT_MOST} tokens that work, as many as there can be; revoke one on /account/tokens"),
        Err(NotMade::NobodyToMakeItFor | NotMade::MadeBefore) => bail!("{email} has just changed; try again"),
    }
}

//! `check`: whether the database and the mail server can be reached, in words.

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::Backend;
use crate::{config::Config, inbox, mail::connection::SmtpConnection};

pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let has_catcher = config.has_catcher();
    let smtp = inbox::smtp_settings(&config);
    let mut is_well = true;
    match Backend::start(config, CancellationToken::new()).await {
        Ok(backend) => {
            println!("Database     reached, up to date");
            backend.stop().await?;
        }
        Err(error) => {
            is_well = false;
            println!("Database     {error:#}");
        }
    }
    if has_catcher {
        println!("Mail server  none set (SMTP_URL): mail is caught and shown at /dev/inbox");
    } else {
        match SmtpConnection::open(&smtp).await {
            Ok(connection) => {
                let protection = if connection.is_encrypted() { "under TLS" } else { "without TLS" };
                println!("Mail server  {}:{} reached, {protection}", smtp.host, smtp.port);
                connection.quit().await;
            }
            Err(error) => {
                is_well = false;
                println!("Mail server  {}:{} {error}", smtp.host, smtp.port);
            }
        }
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

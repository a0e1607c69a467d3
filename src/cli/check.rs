//! `check`: whether the database, the mail server and Redis can be reached, in words.

use std::process::ExitCode;

use tokio_util::sync::CancellationToken;

use super::Backend;
use crate::{cache::shared, config::Config, inbox, mail::connection::SmtpConnection};

pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let has_catcher = config.has_catcher();
    let (smtp, redis) = (inbox::smtp_settings(&config), config.redis.clone());
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
    match redis {
        None => println!("Cache        within each process (REDIS_URL is not set)"),
        Some(url) => match shared::trial(&url).await {
            Ok(()) => println!("Cache        Redis at {url} reached"),
            Err(error) => {
                is_well = false;
                println!("Cache        Redis at {url}: {error:#}. Pages are served without it, a little slower");
            }
        },
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

//! The mail catcher: where mail goes while no server is set, and the page that shows it.

pub mod catcher;
mod handlers;
pub mod queries;
mod views;

use crate::{
    config::{Config, SmtpServer},
    mail::connection::SmtpSettings,
    web::UrlMap,
};

/// This slice's part of the URL map; only there while `SMTP_URL` is unset.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/dev/inbox", handlers::index)
        .delete("/dev/inbox", handlers::clear)
        .get("/dev/inbox/:id", handlers::show)
        .get("/dev/inbox/:id/html", handlers::html)
        .get("/dev/inbox/:id/source", handlers::source)
}

/// The mail server this process speaks to: that of `SMTP_URL`, or the catcher.
pub fn smtp_settings(config: &Config) -> SmtpSettings {
    match &config.smtp.server {
        SmtpServer::Url(settings) => (**settings).clone(),
        SmtpServer::Catcher => catcher::settings(&config.data_dir),
    }
}

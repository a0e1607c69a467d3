//! Where mail is handed in: shown to administrators, tried out with a connection and with a test mail.

mod handlers;
mod mails;
pub mod model;
pub mod views;

use crate::web::UrlMap;

/// This slice's part of the URL map.
pub fn routes(map: UrlMap) -> UrlMap {
    map.get("/admin/mail-server", handlers::show)
        .post("/admin/mail-server/connections", handlers::create_connection)
        .post("/admin/mail-server/mails", handlers::create_mail)
}

//! The test mail.

use lettre::address::Envelope;
use maud::html;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    config::Config,
    mail::compose::{self, Body, ComposeError, Mail},
    t,
};

/// A mail that says what it is, in the language of whoever sends it. `tester`: their address.
///
/// # Errors
/// The address is none that mail can be sent to.
pub fn compose(config: &Config, tester: &str, to: &str) -> Result<(Envelope, Vec<u8>), ComposeError> {
    let (works, asked) = (t!("mail-server-mail-works"), t!("mail-server-mail-asked", tester = tester));
    let html = html! { p { (works) } p { (asked) } };
    compose::compose(&Mail {
        from: &config.mail_from,
        to_email: to,
        to_name: "",
        subject: &t!("mail-server-mail-subject"),
        body: &Body::trusted(&html.into_string(), &format!("{works}\n\n{asked}\n")),
        message_id: &format!("<test.{}@{}>", Uuid::new_v4(), config.mail_domain()),
        list_id: None,
        reply_to: None,
        auto_submitted: true,
        date: OffsetDateTime::now_utc(),
    })
}

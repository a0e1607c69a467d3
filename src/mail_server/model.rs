//! A test as it was asked for, and what its outcome advises.

use serde::Deserialize;

use crate::{
    mail::{outcome::Reply, trial::Step},
    t,
    web::form::{self, FieldErrors},
};

/// Whom a test mail goes to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TestForm {
    pub email: String,
}

impl TestForm {
    /// # Errors
    /// What is wrong with the address.
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.take("email", form::email(&self.email)).ok_or(errors)
    }
}

/// What the page is asked to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShowQuery {
    /// The entry of the audit trail about a test whose outcome is shown in full.
    pub test: Option<i64>,
}

/// How far a test came, for the reader.
pub fn step_label(step: Step) -> String {
    match step {
        Step::Connect => t!("mail-server-step-connect"),
        Step::Greeting => t!("mail-server-step-greeting"),
        Step::Tls => t!("mail-server-step-tls"),
        Step::Login => t!("mail-server-step-login"),
        Step::Prepare => t!("mail-server-step-prepare"),
        Step::Sender => t!("mail-server-step-sender"),
        Step::Recipient => t!("mail-server-step-recipient"),
        Step::Content => t!("mail-server-step-content"),
        Step::Done => t!("mail-server-step-done"),
    }
}

/// What to do about a test that ended at `step` with this reply, or with none.
pub fn advice(step: Step, reply: Option<&Reply>, sender: &str) -> String {
    let is_temporary = reply.is_some_and(|reply| (400..500).contains(&reply.code));
    match step {
        Step::Connect => t!("mail-server-advice-connect"),
        Step::Greeting => t!("mail-server-advice-greeting"),
        Step::Tls => t!("mail-server-advice-tls"),
        Step::Login if is_temporary => t!("mail-server-advice-later"),
        Step::Login => t!("mail-server-advice-login"),
        Step::Prepare => t!("mail-server-advice-prepare"),
        Step::Sender | Step::Recipient | Step::Content if is_temporary => t!("mail-server-advice-later"),
        Step::Sender => t!("mail-server-advice-sender", sender = sender),
        Step::Recipient => t!("mail-server-advice-recipient"),
        Step::Content => t!("mail-server-advice-content"),
        Step::Done => t!("mail-server-advice-done"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_waited_for_and_the_rest_is_mended() {
        let reply = |code| Some(Reply { code, enhanced: None, text: String::new() });
        let waits = t!("mail-server-advice-later");
        for step in [Step::Login, Step::Sender, Step::Recipient, Step::Content] {
            assert_eq!(advice(step, reply(450).as_ref(), "me@example.org"), waits, "{step:?}");
            assert_ne!(advice(step, reply(550).as_ref(), "me@example.org"), waits, "{step:?}");
            assert_ne!(advice(step, None, "me@example.org"), waits, "{step:?}");
        }
    }
}

//! What every mail of an attempt shares: the template, and who is behind it.

use super::remark::Remark;
use crate::{
    attempts::queries::Work,
    config::Config,
    mail::compose::{Body, Sender, Template},
};

/// An attempt's message, encoded and checked once, as its mailing and owner are now.
pub struct Letter {
    pub work: Work,
    pub template: Template,
}

impl Letter {
    /// # Errors
    /// Why there can be no such mail. It is nobody's fault who should get it: the attempt waits with this reason.
    pub fn new(config: &Config, work: Work, subject: &str, body: &str) -> Result<Self, String> {
        let list_id = format!("mailing-{}.{}", work.mailing_id, config.mail_domain());
        let body = Body::from_author(body);
        let reply_to = Sender::new(&work.sender_name, &work.sender_email).ok();
        let template = Template::new(&config.mail_from, reply_to.as_ref(), subject, &body, Some((&work.mailing_name, &list_id)), false)
            .map_err(|error| Remark::UnmadeMessage(&error.to_string()).to_string())?;
        Ok(Self { work, template })
    }
}

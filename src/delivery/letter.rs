//! What every mail of an attempt shares: the template, and who is behind it.

use super::remark::Remark;
use crate::{
    attempts::queries::Work,
    config::Config,
    i18n::Language,
    mail::compose::Template,
    mailings::schedule::Zone,
    messages::{
        attachments::model::File,
        letter::{self, Occasion},
    },
};

/// An attempt's message, encoded and checked once, as its mailing and owner are now.
pub struct Letter {
    pub work: Work,
    pub template: Template,
}

impl Letter {
    /// # Errors
    /// Why there can be no such mail. It is nobody's fault who should get it: the attempt waits with this reason.
    pub fn new(config: &Config, work: Work, subject: &str, body: &str, files: &[File]) -> Result<Self, String> {
        let occasion = Occasion {
            mailing_id: Some(work.mailing_id),
            mailing_name: &work.mailing_name,
            sender_name: &work.sender_name,
            sender_email: &work.sender_email,
            moment: work.started_at,
            zone: &Zone::parse(&work.time_zone).unwrap_or_else(|_| Zone::utc()),
            language: work.locale.as_deref().and_then(Language::from_tag).unwrap_or(Language::English),
        };
        let template = letter::template(config, &occasion, subject, body, files)
            .map_err(|error| Remark::UnmadeMessage(&error.to_string()).to_string())?;
        Ok(Self { work, template })
    }
}

//! What every mail of an attempt shares: the template, and who is behind it.

use super::remark::Remark;
use crate::{
    attempts::queries::Work,
    config::Config,
    i18n::{self, Language, format},
    mail::compose::{Body, Frame, Marked, Markup, Sender, Template, Values},
    mailings::schedule::{self, Zone},
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
        let reply_to = Sender::new(&work.sender_name, &work.sender_email).ok();
        let frame = Frame {
            from: &config.mail_from,
            reply_to: reply_to.as_ref(),
            list_id: Some((&work.mailing_name, &list_id)),
            auto_submitted: false,
        };
        let language = work.locale.as_deref().and_then(Language::from_tag).unwrap_or(Language::English);
        let zone = Zone::parse(&work.time_zone).unwrap_or_else(|_| Zone::utc());
        let date = i18n::with(language, || format::date(schedule::civil(work.started_at, &zone).date()));
        let shared = Values { mailing: &work.mailing_name, date: &date, ..Values::default() };
        // What only looks like a placeholder was refused when the message was saved; one that is older stays as it was typed.
        let (subject, _) = Marked::parse(subject, Markup::Plain);
        let template = Template::new(&frame, &subject, &Body::from_author(body), &shared, &[])
            .map_err(|error| Remark::UnmadeMessage(&error.to_string()).to_string())?;
        Ok(Self { work, template })
    }
}

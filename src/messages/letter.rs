//! How a message becomes mails: the one way, for a run, for a preview and for a test.

use lettre::address::Envelope;
use time::OffsetDateTime;

use crate::{
    config::Config,
    i18n::{self, Language, format},
    mail::compose::{Attachment, Body, ComposeError, Frame, Marked, Markup, Recipient, Sender, Template, Values},
    mailings::schedule::{self, Zone},
    messages::attachments::model::File,
};

/// What a mail says beside the message.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The mailing's id; None: it belongs to none yet.
    pub mailing_id: Option<i64>,
    pub mailing_name: &'a str,
    /// Who gets the answers.
    pub sender_name: &'a str,
    pub sender_email: &'a str,
    /// When the run starts.
    pub moment: OffsetDateTime,
    /// The mailing's zone, in which that is a date.
    pub zone: &'a Zone,
    /// In whose words the date is written.
    pub language: Language,
}

/// What all mails of a run share.
///
/// # Errors
/// There can be no such mail.
pub fn template(config: &Config, occasion: &Occasion, subject: &str, body: &str, files: &[File]) -> Result<Template, ComposeError> {
    let list_id = occasion.mailing_id.map(|id| format!("mailing-{id}.{}", config.mail_domain()));
    let reply_to = Sender::new(occasion.sender_name, occasion.sender_email).ok();
    let frame = Frame {
        from: &config.mail_from,
        reply_to: reply_to.as_ref(),
        list_id: list_id.as_deref().map(|identifier| (occasion.mailing_name, identifier)),
        auto_submitted: false,
    };
    let date = i18n::with(occasion.language, || format::date(schedule::civil(occasion.moment, occasion.zone).date()));
    let shared = Values { mailing: occasion.mailing_name, date: &date, ..Values::default() };
    // What only looks like a placeholder was refused when the message was saved; one that is older stays as it was typed.
    let (subject, _) = Marked::parse(subject, Markup::Plain);
    let attachments: Vec<Attachment> =
        files.iter().map(|File { name, content_type, content }| Attachment { name, media_type: content_type, content }).collect();
    Template::new(&frame, &subject, &Body::from_author(body), &shared, &attachments)
}

/// One mail of it that belongs to no run.
///
/// # Errors
/// There can be no such mail.
pub fn single(
    config: &Config,
    template: &Template,
    recipient: &Recipient,
    moment: OffsetDateTime,
) -> Result<(Envelope, Vec<u8>), ComposeError> {
    let message_id = format!("<test.{}@{}>", uuid::Uuid::new_v4(), config.mail_domain());
    template.render(recipient, &message_id, moment)
}

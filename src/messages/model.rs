//! A message's form and what it becomes.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::drafts::Hold;
use crate::{
    mail::compose::{Body, BodyError, Marked, Markup, Placeholder, PlaceholderError},
    t,
    web::form::{self, FieldErrors},
};

/// The longest subject, in characters.
pub const SUBJECT_MAX: usize = 250;

/// The longest body, in bytes of UTF-8; Gmail clips a mail at a fifth of it.
pub const BODY_MAX_BYTES: usize = 512 * 1024;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MessageForm {
    pub subject: String,
    pub body: String,
    /// Names this filling-in of the form, so that sending it twice creates one message.
    pub submission_id: Option<Uuid>,
    /// The row's version that the form was made from.
    pub version: i32,
    /// What its editor has of a draft.
    pub draft_version: i32,
    pub draft_writer: Uuid,
}

/// A message that can be saved.
#[derive(Debug)]
pub struct NewMessage {
    pub subject: String,
    pub body: String,
}

impl MessageForm {
    /// An empty form.
    pub fn blank() -> Self {
        Self { submission_id: Some(Uuid::new_v4()), ..Self::default() }
    }

    pub fn hold(&self) -> Hold {
        Hold { writer: self.draft_writer, version: self.draft_version }
    }

    /// Takes half a second for the worst HTML that is accepted.
    ///
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self) -> Result<NewMessage, FieldErrors> {
        let mut errors = FieldErrors::default();
        let subject = errors.take("subject", parse_subject(&self.subject));
        let body = errors.take("body", parse_body(&self.body));
        match (subject, body) {
            (Some(subject), Some(body)) => Ok(NewMessage { subject, body }),
            _ => Err(errors),
        }
    }
}

/// What is wrong with the placeholders of a message that is still being written, by field.
#[derive(Debug, Serialize)]
pub struct PlaceholderFaults {
    subject: Option<String>,
    body: Option<String>,
}

impl PlaceholderFaults {
    /// Takes half a second for the worst HTML that is accepted.
    pub fn of(subject: &str, body: &str) -> Self {
        let (_, errors) = Marked::parse(subject, Markup::Plain);
        let body = match Body::cleaned(body) {
            Err(BodyError::Placeholder(error)) => Some(words(&error)),
            Ok(_) | Err(BodyError::Tangled) => None,
        };
        Self { subject: errors.first().map(words), body }
    }
}

fn parse_subject(text: &str) -> Result<String, String> {
    let subject = form::line(text, SUBJECT_MAX)?;
    let (marked, mut errors) = Marked::parse(&subject, Markup::Plain);
    if errors.is_empty() { Ok(marked.source()) } else { Err(words(&errors.swap_remove(0))) }
}

fn parse_body(text: &str) -> Result<String, String> {
    let body = form::optional_text(text, usize::MAX)?;
    if body.len() > BODY_MAX_BYTES {
        return Err(too_long(body.len()));
    }
    // Said now, at the field, and not when the mail is made; and what is kept is what will be sent.
    let body = Body::cleaned(&body).map_err(|error| match error {
        BodyError::Tangled => t!("messages-tangled"),
        BodyError::Placeholder(error) => words(&error),
    })?;
    if body.trim().is_empty() {
        return Err(t!("messages-no-body"));
    }
    // Cleaning adds a word or two to every link.
    if body.len() > BODY_MAX_BYTES { Err(too_long(body.len())) } else { Ok(body) }
}

fn too_long(bytes: usize) -> String {
    t!("messages-too-long", length = bytes.div_ceil(1024), most = BODY_MAX_BYTES / 1024)
}

/// What is wrong with a placeholder, and which there are.
fn words(error: &PlaceholderError) -> String {
    let known = Placeholder::ALL.map(|placeholder| format!("{{{{ {} }}}}", placeholder.word())).join(", ");
    match error {
        PlaceholderError::Unknown(word) => t!("messages-placeholder-unknown", word = word, known = known),
        PlaceholderError::Malformed(inside) => t!("messages-placeholder-malformed", inside = inside, known = known),
        PlaceholderError::Unclosed => t!("messages-placeholder-unclosed", known = known),
    }
}

impl From<&Message> for MessageForm {
    fn from(message: &Message) -> Self {
        Self { subject: message.subject.clone(), body: message.body.clone(), version: message.version, ..Self::default() }
    }
}

#[derive(Debug, Clone)]
pub struct Message {
    pub id: i64,
    pub subject: String,
    pub body: String,
    pub version: i32,
    pub updated_at: OffsetDateTime,
}

impl Message {
    /// What a copy of it begins as.
    pub fn copy(&self) -> NewMessage {
        let subject = t!("messages-copy-of", subject = self.subject);
        // Cut, it might end within a placeholder.
        let subject = if subject.chars().count() <= SUBJECT_MAX { subject } else { self.subject.clone() };
        NewMessage { subject, body: self.body.clone() }
    }
}

/// A message in a list: the beginning of its body is enough.
#[derive(Debug, Clone)]
pub struct Summary {
    pub id: i64,
    pub subject: String,
    pub excerpt: String,
    pub updated_at: OffsetDateTime,
}

impl Summary {
    /// The beginning in words: without HTML's tags, on one line.
    pub fn beginning(&self) -> String {
        let text = Body::from_author(&self.excerpt).text_as_written();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl From<&Message> for Summary {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id,
            subject: message.subject.clone(),
            excerpt: message.body.chars().take(300).collect(),
            updated_at: message.updated_at,
        }
    }
}

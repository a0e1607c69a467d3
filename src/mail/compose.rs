//! Mail as bytes: headers, encodings, line endings. No IO, no clock; lettre writes the headers, nothing here panics.
//!
//! Whatever a person typed (a name, a subject, a list's name) loses its control characters before lettre sees it: lettre
//! panics on a line break in a display name and passes a NUL through. And what comes out is checked before it is handed
//! on: lines end in CRLF and nowhere else (RFC 5322 section 2.3; a bare LF or CR is what SMTP smuggling is made of) and
//! have at most 998 characters (section 2.1.1).
//!
//! Dots at the beginning of a line are left alone: whoever speaks SMTP doubles them (RFC 5321 section 4.5.2).

use std::{fmt, str::FromStr};

use lettre::{
    address::{AddressError, Envelope},
    message::Mailbox,
};
use thiserror::Error;
use time::OffsetDateTime;

mod body;
mod encoding;
mod headers;
mod placeholder;
mod sanitizer;
mod tangle;
mod template;

pub use body::{Body, BodyError};
pub use placeholder::{Marked, Markup, Placeholder, PlaceholderError, Values};
pub use tangle::is_tangled;
pub use template::{Attachment, Frame, Recipient, Template};

/// Who the mail is from: the setting `MAIL_FROM`, such as `Periodical <news@example.org>`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sender(Mailbox);

impl Sender {
    pub fn new(name: &str, email: &str) -> Result<Self, AddressError> {
        Ok(Self(headers::mailbox(name, email)?))
    }

    pub fn mailbox(&self) -> &Mailbox {
        &self.0
    }

    /// The part behind the @, in ASCII: where Message-IDs are at home.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

impl FromStr for Sender {
    type Err = AddressError;

    /// Not lettre's parser: that one ignores whatever follows the address.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some(inside) = text.strip_suffix('>') else {
            return Self::new("", text);
        };
        let (name, email) = inside.rsplit_once('<').ok_or(AddressError::Unbalanced)?;
        let name = name.trim();
        let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        Self::new(&name.replace("\\\"", "\""), email)
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// One mail to one recipient.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    pub from: &'a Sender,
    pub to_email: &'a str,
    /// Empty where there is none.
    pub to_name: &'a str,
    pub subject: &'a str,
    pub body: &'a Body,
    /// With its angle brackets: see `delivery_message_id`.
    pub message_id: &'a str,
    /// The name and the identifier of a mailing, such as `("News", "42.lists.example.org")` (RFC 2919).
    pub list_id: Option<(&'a str, &'a str)>,
    /// Who gets the answers, where that is not the sender: the owner of a mailing (RFC 5322 section 3.6.2).
    pub reply_to: Option<&'a Sender>,
    /// Whether this answers something a person did here, so that no vacation notice comes back (RFC 3834 section 5).
    pub auto_submitted: bool,
    pub date: OffsetDateTime,
}

/// Why a mail could not be composed. Says what is wrong, never to whom it was addressed: errors are logged.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ComposeError {
    #[error("the recipient's address is not valid: {0}")]
    Recipient(AddressError),
    #[error("a Message-ID looks like <left@right>")]
    MessageId,
    #[error("a list identifier consists of letters, digits, dots and hyphens")]
    ListId,
    #[error("a mail can be dated from 1970 to 9999")]
    Date,
    #[error("the composed mail has a line break other than CRLF")]
    BareLineBreak,
    #[error("the composed mail has a line of more than 998 characters")]
    LineTooLong,
}

/// Composes a single mail. For many with the same content, make one `Template`.
pub fn compose(mail: &Mail<'_>) -> Result<(Envelope, Vec<u8>), ComposeError> {
    let frame = Frame { from: mail.from, reply_to: mail.reply_to, list_id: mail.list_id, auto_submitted: mail.auto_submitted };
    let template = Template::new(&frame, &Marked::literal(mail.subject), mail.body, &Values::default(), &[])?;
    let recipient = Recipient { to: mail.to_email, email: mail.to_email, name: mail.to_name, unsubscribe_link: None };
    template.render(&recipient, mail.message_id, mail.date)
}

/// The Message-ID of a delivery: the same at every try, so that a mail sent twice can be told to be one (RFC 5322
/// section 3.6.4).
pub fn delivery_message_id(attempt_id: i64, delivery_id: i64, domain: &str) -> String {
    format!("<periodical.{attempt_id}.{delivery_id}@{domain}>")
}

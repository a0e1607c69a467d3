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
    Address,
    address::{AddressError, Envelope},
    message::{
        Body as EncodedBody, Mailbox, Mailboxes, MultiPart, SinglePart,
        header::{self, ContentTransferEncoding, ContentType, HeaderName, HeaderValue, Headers},
    },
};
use thiserror::Error;
use time::OffsetDateTime;

mod body;
mod tangle;

pub use body::{Body, TangledHtml};

/// A display name is cut here; with the longest address (RFC 5321 section 4.5.3.1: 64 + 255) it still fits on a line.
const LONGEST_NAME: usize = 256;

/// RFC 5322 section 2.1.1, not counting the CRLF.
const LONGEST_LINE: usize = 998;

/// Who the mail is from: the setting `MAIL_FROM`, such as `Periodical <news@example.org>`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sender(Mailbox);

impl Sender {
    pub fn new(name: &str, email: &str) -> Result<Self, AddressError> {
        Ok(Self(mailbox(name, email)?))
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
    let template = Template::new(mail.from, mail.reply_to, mail.subject, mail.body, mail.list_id, mail.auto_submitted)?;
    template.render(mail.to_email, mail.to_name, mail.message_id, mail.date)
}

/// The Message-ID of a delivery: the same at every try, so that a mail sent twice can be told to be one (RFC 5322
/// section 3.6.4).
pub fn delivery_message_id(attempt_id: i64, delivery_id: i64, domain: &str) -> String {
    format!("<periodical.{attempt_id}.{delivery_id}@{domain}>")
}

/// What all mails of an attempt have in common, encoded and checked once. A header field may stand anywhere in the
/// header (RFC 5322 section 3.6), so the recipient's own three come first and the rest follows unchanged.
#[derive(Clone, Debug)]
pub struct Template {
    from: Address,
    rest: Vec<u8>,
}

impl Template {
    pub fn new(
        from: &Sender,
        reply_to: Option<&Sender>,
        subject: &str,
        body: &Body,
        list_id: Option<(&str, &str)>,
        auto_submitted: bool,
    ) -> Result<Self, ComposeError> {
        let mut headers = Headers::new();
        headers.set(header::From::from(Mailboxes::from(from.0.clone())));
        if let Some(reply_to) = reply_to {
            headers.set(header::ReplyTo::from(Mailboxes::from(reply_to.0.clone())));
        }
        headers.insert_raw(subject_header(subject));
        if let Some((name, identifier)) = list_id {
            headers.insert_raw(list_id_header(name, identifier)?);
        }
        if auto_submitted {
            let name = HeaderName::new_from_ascii_str("Auto-Submitted");
            headers.insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        }
        headers.set(header::MIME_VERSION_1_0);

        // The richest alternative stands last (RFC 2046 section 5.1.4).
        // Neither quoted-printable nor base64 can hold `=_` (RFC 2045 section 6.7), so this boundary needs no chance; and
        // a mail that is sent again is the same to the byte.
        let parts = MultiPart::alternative()
            .boundary("=_periodical")
            .singlepart(part(ContentType::TEXT_PLAIN, &body.text))
            .singlepart(part(ContentType::TEXT_HTML, &body.html));

        let mut rest = headers.to_string().into_bytes();
        rest.extend_from_slice(&parts.formatted());
        check_lines(&rest)?;
        Ok(Self { from: from.0.email.clone(), rest })
    }

    /// The mail to one recipient.
    pub fn render(
        &self,
        to_email: &str,
        to_name: &str,
        message_id: &str,
        date: OffsetDateTime,
    ) -> Result<(Envelope, Vec<u8>), ComposeError> {
        let to = mailbox(to_name, to_email).map_err(ComposeError::Recipient)?;
        let address = to.email.clone();

        let mut headers = Headers::with_capacity(3);
        headers.set(date_header(date)?);
        headers.insert_raw(message_id_header(message_id)?);
        headers.set(header::To::from(Mailboxes::from(to)));
        let own = headers.to_string();
        // Both halves consist of whole lines, so checking each of them checks the mail.
        check_lines(own.as_bytes())?;

        let mut bytes = Vec::with_capacity(own.len() + self.rest.len());
        bytes.extend_from_slice(own.as_bytes());
        bytes.extend_from_slice(&self.rest);
        // lettre refuses an envelope without recipients only, and here is one.
        let envelope =
            Envelope::new(Some(self.from.clone()), vec![address]).map_err(|_| ComposeError::Recipient(AddressError::MissingParts))?;
        Ok((envelope, bytes))
    }
}

/// A mailbox as lettre can print it: a clean name, and a domain in ASCII (RFC 5891), which needs no SMTPUTF8 on the way.
/// A local part beyond ASCII has no such form and stays (RFC 6531); whoever sends must look for the extension.
fn mailbox(name: &str, email: &str) -> Result<Mailbox, AddressError> {
    let email = email.trim();
    if email.chars().any(char::is_control) {
        return Err(AddressError::InvalidInput);
    }
    let (user, domain) = email.rsplit_once('@').ok_or(AddressError::MissingParts)?;
    let address = if domain.is_ascii() {
        Address::new(user, domain)?
    } else {
        let domain = url::Host::parse(domain).map_err(|_| AddressError::InvalidDomain)?;
        Address::new(user, domain.to_string())?
    };
    let name = display_name(name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address))
}

/// One line of text for a header: control characters and line separators count as spaces, and spaces do not repeat,
/// because folding could not keep them apart (RFC 5322 section 2.2.3).
fn tidy(text: &str) -> String {
    let is_space = |character: char| character == ' ' || character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn display_name(name: &str) -> String {
    let name: String = tidy(name).chars().take(LONGEST_NAME).collect();
    name.trim_end().to_owned()
}

fn subject_header(subject: &str) -> HeaderValue {
    let subject = tidy(subject);
    // Two things lettre leaves as they are: a word that looks encoded, which the reader's program would decode, and a
    // word too long for a line, which cannot be folded.
    if subject.contains("=?") || subject.split(' ').any(|word| word.is_ascii() && word.len() > 60) {
        let encoded = encoded_words(&subject);
        return HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str("Subject"), subject, encoded);
    }
    HeaderValue::new(HeaderName::new_from_ascii_str("Subject"), subject)
}

/// `List-Id: News <42.lists.example.org>` (RFC 2919 section 3). The name is a phrase: a quoted string or encoded words.
fn list_id_header(name: &str, identifier: &str) -> Result<HeaderValue, ComposeError> {
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if identifier.len() > 255 || !identifier.split('.').all(is_label) {
        return Err(ComposeError::ListId);
    }
    let name = display_name(name);
    let value = if name.is_empty() {
        format!("<{identifier}>")
    } else if name.len() <= 60 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'.')) {
        format!("\"{name}\"\r\n <{identifier}>")
    } else {
        format!("{}\r\n <{identifier}>", encoded_words(&name))
    };
    Ok(HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str("List-Id"), name, value))
}

/// Text as encoded words, one a line (RFC 2047 sections 2 and 4.2): only what is allowed in a phrase stands for itself.
fn encoded_words(text: &str) -> String {
    // With its ends 64 characters a word, so that “Subject: ” fits before it on a line of 76.
    const ROOM: usize = 52;
    let mut words = vec![String::new()];
    for character in text.chars() {
        let mut bytes = [0; 4];
        let encoded = match character {
            ' ' => "_".to_owned(),
            _ if character.is_ascii_alphanumeric() || "!*+-/".contains(character) => character.to_string(),
            _ => character.encode_utf8(&mut bytes).bytes().map(|byte| format!("={byte:02X}")).collect(),
        };
        // A character is never divided between two words (section 5).
        match words.last_mut() {
            Some(word) if word.len() + encoded.len() <= ROOM => word.push_str(&encoded),
            _ => words.push(encoded),
        }
    }
    let words: Vec<String> = words.iter().map(|word| format!("=?utf-8?q?{word}?=")).collect();
    words.join("\r\n ")
}

/// RFC 5322 section 3.6.4. Refused rather than mended: it must be the same at every try.
fn message_id_header(message_id: &str) -> Result<HeaderValue, ComposeError> {
    let inside = message_id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>@\"(),:;".contains(&byte));
    match inside.and_then(|inside| inside.split_once('@')) {
        Some((left, right)) if is_word(left) && is_word(right) => {
            Ok(HeaderValue::new(HeaderName::new_from_ascii_str("Message-ID"), message_id.to_owned()))
        }
        _ => Err(ComposeError::MessageId),
    }
}

/// RFC 5322 section 3.6.1. lettre's own conversion panics outside these years.
fn date_header(date: OffsetDateTime) -> Result<header::Date, ComposeError> {
    let date = date.to_utc();
    if !(1970..=9999).contains(&date.year()) {
        return Err(ComposeError::Date);
    }
    Ok(header::Date::new(date.into()))
}

/// Always encoded, even where every line would fit: nothing a person typed can then be taken for a line break, a `From `
/// line or a boundary (RFC 2045 section 6.7 and 6.8). The shorter of the two encodings, guessed by counting.
fn part(content_type: ContentType, text: &str) -> SinglePart {
    // Converted here because lettre moves the rest of the text for every single line break.
    let text = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n").into_bytes();
    let escaped = text.iter().filter(|byte| !byte.is_ascii() || **byte == b'=').count();
    let encoding = if escaped * 6 > text.len() { ContentTransferEncoding::Base64 } else { ContentTransferEncoding::QuotedPrintable };
    // lettre gives bytes back for 7bit and 8bit only; of bytes it makes base64.
    let encoded = EncodedBody::new_with_encoding(text, encoding).unwrap_or_else(EncodedBody::new);
    SinglePart::builder().header(content_type).body(encoded)
}

/// Whether these are whole lines: each ends in CRLF, and CR and LF stand nowhere else.
fn check_lines(bytes: &[u8]) -> Result<(), ComposeError> {
    let Some(lines) = bytes.strip_suffix(b"\r\n") else {
        return Err(ComposeError::BareLineBreak);
    };
    let mut lines = lines.split(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let line = match line.strip_suffix(b"\r") {
            Some(line) => line,
            None if lines.peek().is_none() => line,
            None => return Err(ComposeError::BareLineBreak),
        };
        if line.contains(&b'\r') {
            return Err(ComposeError::BareLineBreak);
        }
        if line.len() > LONGEST_LINE {
            return Err(ComposeError::LineTooLong);
        }
    }
    Ok(())
}

//! What many mails have in common, encoded once.

use lettre::{
    Address,
    address::{AddressError, Envelope},
    message::{
        Mailboxes,
        header::{self, HeaderName, HeaderValue, Headers},
    },
};
use time::OffsetDateTime;

use super::{
    Body, ComposeError, Sender,
    encoding::{base64, check_lines, is_shorter_as_base64, quoted_printable, soft_break},
    headers::{self, date_header, list_id_header, mailbox, message_id_header, subject_header, unsubscribe_headers},
    placeholder::{Marked, Markup, Piece, Place, Slot, Values, pieces, written},
};

/// Neither quoted-printable nor base64 can hold `=_` (RFC 2045 section 6.7), so boundaries need no chance; and a mail that is
/// sent again is the same to the byte.
const ALTERNATIVES: &str = "=_periodical";
const ATTACHMENTS: &str = "=_periodical_files";

/// Whose mails these are.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub from: &'a Sender,
    /// Who gets the answers, where that is not the sender.
    pub reply_to: Option<&'a Sender>,
    /// The name and the identifier of a mailing, such as `("News", "42.lists.example.org")` (RFC 2919).
    pub list_id: Option<(&'a str, &'a str)>,
    /// Whether this answers something a person did here.
    pub auto_submitted: bool,
}

/// A file that goes with every mail.
#[derive(Clone, Copy, Debug)]
pub struct Attachment<'a> {
    pub name: &'a str,
    /// As `application/pdf`.
    pub media_type: &'a str,
    pub content: &'a [u8],
}

/// Who one mail is for.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    /// Where it goes: their own address, unless somebody tries out what they would get.
    pub to: &'a str,
    pub email: &'a str,
    /// Empty where there is none.
    pub name: &'a str,
    /// Where they end it; a header offers it to their mail program as well (RFC 8058).
    pub unsubscribe_link: Option<&'a str>,
}

/// What all mails of an attempt have in common, encoded and checked once. A header field may stand anywhere in the
/// header (RFC 5322 section 3.6), so the recipient's own come first and the rest follows unchanged; of the bodies that is
/// everything between their placeholders.
#[derive(Clone, Debug)]
pub struct Template {
    from: Address,
    /// Where each has a subject of its own.
    subject: Option<Vec<Piece>>,
    mailing: String,
    date: String,
    chunks: Vec<Chunk>,
}

#[derive(Clone, Debug)]
enum Chunk {
    Fixed(Vec<u8>),
    /// A recipient's value in quoted-printable, on lines of its own.
    Own(Place, Slot, Markup),
    /// A part whose bytes depend on all that stands before them.
    Base64(Vec<Piece>, Markup),
}

impl Template {
    /// `shared` is what the placeholders mean that are the same for everybody: the mailing and the date.
    pub fn new(
        frame: &Frame<'_>,
        subject: &Marked,
        body: &Body,
        shared: &Values<'_>,
        attachments: &[Attachment<'_>],
    ) -> Result<Self, ComposeError> {
        let mut headers = Headers::new();
        headers.set(header::From::from(Mailboxes::from(frame.from.0.clone())));
        if let Some(reply_to) = frame.reply_to {
            headers.set(header::ReplyTo::from(Mailboxes::from(reply_to.0.clone())));
        }
        let subject = Piece::settle(subject.pieces(), shared, Markup::Plain);
        let is_own = |pieces: &[Piece]| pieces.iter().any(|piece| matches!(piece, Piece::Own(..)));
        let subject = if is_own(&subject) {
            Some(subject)
        } else {
            headers.insert_raw(subject_header(&Piece::join(&subject, shared, Markup::Plain)));
            None
        };
        if let Some((name, identifier)) = frame.list_id {
            headers.insert_raw(list_id_header(name, identifier)?);
        }
        if frame.auto_submitted {
            let name = HeaderName::new_from_ascii_str("Auto-Submitted");
            headers.insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
        }
        headers.set(header::MIME_VERSION_1_0);

        let mut chunks = Chunks(vec![Chunk::Fixed(headers.to_string().into_bytes())]);
        if !attachments.is_empty() {
            chunks.line(&format!("Content-Type: multipart/mixed; boundary=\"{ATTACHMENTS}\"\r\n\r\n--{ATTACHMENTS}"));
        }
        chunks.line(&format!("Content-Type: multipart/alternative; boundary=\"{ALTERNATIVES}\"\r\n"));
        // The richest alternative stands last (RFC 2046 section 5.1.4).
        for (kind, markup, text) in [("plain", Markup::Plain, &body.text), ("html", Markup::Html, &body.html)] {
            chunks.line(&format!("--{ALTERNATIVES}\r\nContent-Type: text/{kind}; charset=utf-8"));
            chunks.part(Piece::settle(pieces(text, body.slots()), shared, markup), markup);
        }
        chunks.line(&format!("--{ALTERNATIVES}--"));
        for attachment in attachments {
            chunks.line(&format!("--{ATTACHMENTS}"));
            chunks.attachment(attachment);
        }
        if !attachments.is_empty() {
            chunks.line(&format!("--{ATTACHMENTS}--"));
        }
        let template = Self {
            from: frame.from.0.email.clone(),
            subject,
            mailing: shared.mailing.to_owned(),
            date: shared.date.to_owned(),
            chunks: chunks.0,
        };
        let mut sample = Vec::new();
        template.add_rest(shared, &mut sample);
        check_lines(&sample)?;
        Ok(template)
    }

    /// The mail to one recipient.
    pub fn render(&self, recipient: &Recipient<'_>, message_id: &str, date: OffsetDateTime) -> Result<(Envelope, Vec<u8>), ComposeError> {
        let to = mailbox(recipient.name, recipient.to).map_err(ComposeError::Recipient)?;
        let address = to.email.clone();
        let values = Values {
            name: recipient.name,
            email: recipient.email,
            mailing: &self.mailing,
            date: &self.date,
            unsubscribe_link: recipient.unsubscribe_link.unwrap_or_default(),
        };

        let mut headers = Headers::with_capacity(6);
        headers.set(date_header(date)?);
        headers.insert_raw(message_id_header(message_id)?);
        headers.set(header::To::from(Mailboxes::from(to)));
        if let Some(subject) = &self.subject {
            headers.insert_raw(subject_header(&Piece::join(subject, &values, Markup::Plain)));
        }
        if let Some(link) = recipient.unsubscribe_link {
            unsubscribe_headers(link).into_iter().for_each(|header| headers.insert_raw(header));
        }
        let own = headers.to_string();
        // Both halves consist of whole lines, so checking each of them checks the mail.
        check_lines(own.as_bytes())?;

        let mut bytes = own.into_bytes();
        self.add_rest(&values, &mut bytes);
        // lettre refuses an envelope without recipients only, and here is one.
        let envelope =
            Envelope::new(Some(self.from.clone()), vec![address]).map_err(|_| ComposeError::Recipient(AddressError::MissingParts))?;
        Ok((envelope, bytes))
    }

    fn add_rest(&self, values: &Values<'_>, bytes: &mut Vec<u8>) {
        let fixed = |chunk: &Chunk| if let Chunk::Fixed(fixed) = chunk { fixed.len() } else { 200 };
        bytes.reserve(self.chunks.iter().map(fixed).sum());
        for chunk in &self.chunks {
            match chunk {
                Chunk::Fixed(fixed) => bytes.extend_from_slice(fixed),
                Chunk::Own(place, slot, markup) => {
                    let mut column = 0;
                    quoted_printable(&written(*place, slot, values, *markup), bytes, &mut column);
                    soft_break(bytes, &mut column);
                }
                Chunk::Base64(pieces, markup) => base64(Piece::join(pieces, values, *markup).as_bytes(), bytes),
            }
        }
    }
}

/// The chunks so far; what is fixed is added to what was fixed before.
struct Chunks(Vec<Chunk>);

impl Chunks {
    fn fixed(&mut self) -> &mut Vec<u8> {
        if !matches!(self.0.last(), Some(Chunk::Fixed(_))) {
            self.0.push(Chunk::Fixed(Vec::new()));
        }
        match self.0.last_mut() {
            Some(Chunk::Fixed(fixed)) => fixed,
            _ => unreachable!("it was put there a line above"),
        }
    }

    fn line(&mut self, line: &str) {
        let fixed = self.fixed();
        fixed.extend_from_slice(line.as_bytes());
        fixed.extend_from_slice(b"\r\n");
    }

    /// Always encoded, even where every line would fit: nothing a person typed can then be taken for a line break, a `From `
    /// line or a boundary (RFC 2045 section 6.7 and 6.8).
    fn part(&mut self, pieces: Vec<Piece>, markup: Markup) {
        let pieces: Vec<Piece> = pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Fixed(text) => Piece::Fixed(text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n")),
                own @ Piece::Own(..) => own,
            })
            .collect();
        let fixed = pieces.iter().filter_map(|piece| if let Piece::Fixed(text) = piece { Some(&**text) } else { None });
        if is_shorter_as_base64(fixed) {
            self.line("Content-Transfer-Encoding: base64\r\n");
            match &*pieces {
                [Piece::Fixed(text)] => base64(text.as_bytes(), self.fixed()),
                _ => self.0.push(Chunk::Base64(pieces, markup)),
            }
            return;
        }
        self.line("Content-Transfer-Encoding: quoted-printable\r\n");
        let mut column = 0;
        for piece in pieces {
            match piece {
                Piece::Fixed(text) => quoted_printable(&text, self.fixed(), &mut column),
                Piece::Own(place, slot) => {
                    soft_break(self.fixed(), &mut column);
                    self.0.push(Chunk::Own(place, slot, markup));
                }
            }
        }
        if self.fixed().ends_with(b" ") || self.fixed().ends_with(b"\t") {
            soft_break(self.fixed(), &mut column);
        }
        self.line("");
    }

    fn attachment(&mut self, attachment: &Attachment<'_>) {
        self.line(&headers::attachment_headers(attachment.name, attachment.media_type));
        base64(attachment.content, self.fixed());
    }
}

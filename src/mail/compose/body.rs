//! What the author typed, as the two alternatives of a mail.

use thiserror::Error;

use super::{
    placeholder::{Marked, Markup, Piece, PlaceholderError, Slot, pieces},
    sanitizer::{clean, has_element},
    tangle::is_tangled,
};

/// The width that plain-text mail is read at (RFC 5322 section 2.1.1 asks for less than 78).
const WIDTH: usize = 76;

/// The two alternatives of a mail. Made once for a message, however many recipients it has. Where there are placeholders,
/// characters of private use keep their places.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Body {
    /// A complete HTML document.
    pub html: String,
    /// The same to be read without HTML. Lines end in LF.
    pub text: String,
    slots: Vec<Slot>,
}

/// What a body cannot be made of. The form of a message says so beside its field.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum BodyError {
    /// No parser should be asked to read it: see `tangle`.
    #[error("the HTML is nested too deeply or has too many tags that are not closed")]
    Tangled,
    #[error(transparent)]
    Placeholder(PlaceholderError),
}

/// What an author typed, read once.
enum Read {
    Literal(Marked),
    /// Cleaned.
    Html(Marked),
}

impl Body {
    /// From what an author typed, in HTML or not.
    ///
    /// HTML is cleaned (see `sanitizer`): no scripts, no event handlers, links to http, https, mailto and tel only, images
    /// from http and https only. Text in which no HTML element occurs is taken literally: `<` is a less-than sign, a blank
    /// line divides paragraphs and a line break stays one; its text alternative is that very text.
    ///
    /// So is tangled HTML, source and all, and what only looks like a placeholder: the form refuses them with
    /// `try_from_author`, so none should come this far.
    pub fn from_author(typed: &str) -> Self {
        let typed = without_controls(typed);
        match read(&typed) {
            Ok((read, _)) => Self::of(read),
            Err(_) => Self::literal(&Marked::literal(&typed)),
        }
    }

    /// As `from_author`, for the form of a message to check what it is given.
    pub fn try_from_author(typed: &str) -> Result<Self, BodyError> {
        strictly_read(&without_controls(typed)).map(Self::of)
    }

    /// What is kept of what an author typed: HTML cleaned as it will be sent, so that cleaning it again changes nothing.
    pub fn cleaned(typed: &str) -> Result<String, BodyError> {
        Ok(match strictly_read(&without_controls(typed))? {
            Read::Literal(marked) => Piece::source(&marked.pieces(), Markup::Plain),
            Read::Html(marked) => Piece::source(&marked.pieces(), Markup::Html),
        })
    }

    fn of(read: Read) -> Self {
        match read {
            Read::Literal(marked) => Self::literal(&marked),
            Read::Html(Marked { text: fragment, slots }) => Self { html: document(&fragment), text: to_text(&fragment), slots },
        }
    }

    /// From HTML of our own making, such as a mail that confirms an address, with the same in words.
    pub fn trusted(fragment: &str, text: &str) -> Self {
        Self { html: document(fragment), text: text.to_owned(), slots: Vec::new() }
    }

    fn literal(marked: &Marked) -> Self {
        let text = marked.text.trim_end();
        Self { html: document(&paragraphs(text)), text: format!("{text}\n"), slots: marked.slots.clone() }
    }

    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The text alternative with its placeholders as they were written.
    pub fn text_as_written(&self) -> String {
        Piece::source(&pieces(&self.text, &self.slots), Markup::Plain)
    }
}

fn strictly_read(typed: &str) -> Result<Read, BodyError> {
    let (read, mut errors) = read(typed)?;
    if errors.is_empty() { Ok(read) } else { Err(BodyError::Placeholder(errors.swap_remove(0))) }
}

fn read(typed: &str) -> Result<(Read, Vec<PlaceholderError>), BodyError> {
    if !has_element(typed) {
        let (marked, errors) = Marked::parse(typed, Markup::Plain);
        return Ok((Read::Literal(marked), errors));
    }
    if is_tangled(typed) {
        return Err(BodyError::Tangled);
    }
    let (marked, errors) = Marked::parse(typed, Markup::Html);
    let mut fragment = clean(&marked.text);
    // Reopened elements again, and html2text needs some 3 KB for each of them.
    if fragment.len() > 4 * typed.len() + 10_000 {
        return Err(BodyError::Tangled);
    }
    // Of elements that go, words in HTML are left; read again they would be taken literally.
    if !has_element(&fragment) && !fragment.trim().is_empty() {
        fragment = format!("<div>{fragment}</div>");
    }
    Ok((Read::Html(Marked { text: fragment, slots: marked.slots }), errors))
}

/// Lines end in LF, and of the other control characters only tabs remain.
fn without_controls(typed: &str) -> String {
    let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
    typed.chars().filter(|&character| matches!(character, '\n' | '\t') || !character.is_control()).collect()
}

fn paragraphs(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|paragraph| !paragraph.is_empty());
    paragraphs
        .map(|paragraph| {
            let lines: Vec<String> = paragraph.iter().map(|line| escape(line)).collect();
            format!("<p>{}</p>\n", lines.join("<br>\n"))
        })
        .collect()
}

pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// HTML as text: links numbered and listed at the end in full, since a wrapped address cannot be followed.
fn to_text(fragment: &str) -> String {
    let text = html2text::config::plain()
        .no_table_borders()
        .no_link_wrapping()
        .allow_width_overflow()
        .string_from_read(fragment.as_bytes(), WIDTH)
        .unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_matches('\n'))
}

/// The least that makes a fragment a document which every mail program shows at a readable size. It names no language:
/// the author's is not known.
fn document(fragment: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n</head>\n<body>\n{}\n</body>\n</html>\n",
        fragment.trim_end()
    )
}

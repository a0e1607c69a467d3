//! What each mail says differently: `{{ name }}` in a subject or a body, or `{{ name | "friend" }}` with what stands there
//! where the recipient has no name.
//!
//! In the text each placeholder is one character of private use, so that neither the HTML parser nor the one that makes
//! plain text of it divides, wraps or escapes it. Which of three ranges the character is from says where it stands: a value
//! is written differently into text, into an attribute and into an address.

use std::collections::HashMap;

use thiserror::Error;

use super::body::escape;

/// The one-time value of a mail that an author may name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Placeholder {
    Name,
    Email,
    Mailing,
    Date,
    UnsubscribeLink,
}

impl Placeholder {
    pub const ALL: [Self; 5] = [Self::Name, Self::Email, Self::Mailing, Self::Date, Self::UnsubscribeLink];

    /// As it is written between the braces.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Mailing => "mailing",
            Self::Date => "date",
            Self::UnsubscribeLink => "unsubscribe_link",
        }
    }
}

/// A placeholder with its fallback.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Slot {
    pub placeholder: Placeholder,
    /// What stands in place of an empty value.
    pub fallback: String,
}

impl Slot {
    /// As an author writes it.
    fn source(&self) -> String {
        let word = self.placeholder.word();
        if self.fallback.is_empty() { format!("{{{{ {word} }}}}") } else { format!("{{{{ {word} | \"{}\" }}}}", self.fallback) }
    }
}

/// What is wrong with something between two braces.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PlaceholderError {
    #[error("there is no placeholder {{{{ {0} }}}}")]
    Unknown(String),
    #[error("{{{{{0}}}}} is no placeholder")]
    Malformed(String),
    #[error("a placeholder that begins with {{{{ has no }}}} behind it")]
    Unclosed,
}

/// What the placeholders of a mail stand for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub mailing: &'a str,
    pub date: &'a str,
    pub unsubscribe_link: &'a str,
}

impl<'a> Values<'a> {
    fn of(&self, placeholder: Placeholder) -> &'a str {
        match placeholder {
            Placeholder::Name => self.name,
            Placeholder::Email => self.email,
            Placeholder::Mailing => self.mailing,
            Placeholder::Date => self.date,
            Placeholder::UnsubscribeLink => self.unsubscribe_link,
        }
    }

    /// A slot's value on one line.
    fn fill(&self, slot: &Slot) -> String {
        let value = super::headers::tidy(self.of(slot.placeholder));
        if value.is_empty() { slot.fallback.clone() } else { value }
    }
}

/// The longest inside of a placeholder, in bytes.
const LONGEST: usize = 400;

/// A supplementary private use area, divided between two places: `ADDRESS` is the second half of the other one.
const TEXT: u32 = 0xF_0000;
const ATTRIBUTE: u32 = 0x10_0000;
const ADDRESS: u32 = 0x10_8000;
const ROOM: usize = 0x7000;

/// Where a placeholder stands, which decides how its value is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    Text,
    Attribute,
    Address,
}

/// Whether a text is HTML, in whose words a value is written, or to be read as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Markup {
    Html,
    Plain,
}

fn place_of(character: char) -> Option<(Place, usize)> {
    let number = u32::from(character);
    let (place, base) = match number {
        ..TEXT => return None,
        ADDRESS.. => (Place::Address, ADDRESS),
        ATTRIBUTE.. => (Place::Attribute, ATTRIBUTE),
        TEXT.. => (Place::Text, TEXT),
    };
    let index = (number - base) as usize;
    (index < ROOM).then_some((place, index))
}

/// Whether the character stands for a placeholder, or could be taken for one.
pub fn is_marker(character: char) -> bool {
    u32::from(character) >= TEXT
}

/// The same markers as characters of another place.
pub fn moved(text: &str, place: Place) -> String {
    let base = match place {
        Place::Text => TEXT,
        Place::Attribute => ATTRIBUTE,
        Place::Address => ADDRESS,
    };
    let moved = |character| place_of(character).and_then(|(_, index)| char::from_u32(base + index as u32)).unwrap_or(character);
    text.chars().map(moved).collect()
}

/// A text with markers, and what they stand for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Marked {
    pub text: String,
    pub slots: Vec<Slot>,
}

impl Marked {
    /// Finds the placeholders. What only looks like one stays in the text as it is and is among the errors.
    pub fn parse(text: &str, markup: Markup) -> (Self, Vec<PlaceholderError>) {
        let mut marked = Self { text: String::with_capacity(text.len()), slots: Vec::new() };
        let mut known: HashMap<Slot, usize> = HashMap::new();
        let mut errors = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("{{") {
            marked.push(&rest[..at]);
            let inside = &rest[at + 2..];
            // No further than a placeholder can be long: half a million braces would be looked through from each of them.
            let end = inside.as_bytes().windows(2).take(LONGEST + 1).position(|pair| pair == b"}}");
            let slot = match end {
                Some(end) => slot(&inside[..end], markup),
                None => Err(PlaceholderError::Unclosed),
            };
            let next = known.len();
            match (slot, end) {
                (Ok(slot), Some(end)) if next < ROOM || known.contains_key(&slot) => {
                    let index = *known.entry(slot.clone()).or_insert(next);
                    if index == next {
                        marked.slots.push(slot);
                    }
                    marked.text.extend(char::from_u32(TEXT + index as u32));
                    rest = &inside[end + 2..];
                    continue;
                }
                (Ok(_), _) => errors.push(PlaceholderError::Unclosed),
                (Err(error), _) => errors.push(error),
            }
            // `{{{ name }}` is a brace and a placeholder.
            marked.push("{");
            rest = &rest[at + 1..];
            if !rest.starts_with("{{") {
                marked.push("{");
                rest = &rest[1..];
            } else {
                errors.pop();
            }
        }
        marked.push(rest);
        (marked, errors)
    }

    /// Without placeholders, whatever it looks like.
    pub fn literal(text: &str) -> Self {
        Self { text: text.to_owned(), slots: Vec::new() }
    }

    /// Nobody's text has the characters that placeholders are kept in.
    fn push(&mut self, text: &str) {
        self.text.extend(text.chars().filter(|&character| !is_marker(character)));
    }

    /// As an author writes it.
    pub fn source(&self) -> String {
        Piece::source(&self.pieces(), Markup::Plain)
    }

    pub fn pieces(&self) -> Vec<Piece> {
        pieces(&self.text, &self.slots)
    }
}

/// A part of a text: as it is, or a recipient's own.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Piece {
    Fixed(String),
    Own(Place, Slot),
}

/// A text with markers, divided.
pub fn pieces(text: &str, slots: &[Slot]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut fixed = String::new();
    for character in text.chars() {
        match place_of(character).and_then(|(place, index)| Some((place, slots.get(index)?))) {
            Some((place, slot)) => {
                if !fixed.is_empty() {
                    pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
                }
                pieces.push(Piece::Own(place, slot.clone()));
            }
            None => fixed.push(character),
        }
    }
    if !fixed.is_empty() {
        pieces.push(Piece::Fixed(fixed));
    }
    pieces
}

impl Piece {
    /// What is known for all recipients is written into the text once: the mailing and the date.
    pub fn settle(pieces: Vec<Self>, shared: &Values, markup: Markup) -> Vec<Self> {
        let mut settled: Vec<Self> = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let text = match &piece {
                Self::Fixed(text) => text.clone(),
                Self::Own(place, slot) if matches!(slot.placeholder, Placeholder::Mailing | Placeholder::Date) => {
                    written(*place, slot, shared, markup)
                }
                Self::Own(..) => {
                    settled.push(piece);
                    continue;
                }
            };
            match settled.last_mut() {
                Some(Self::Fixed(before)) => before.push_str(&text),
                _ => settled.push(Self::Fixed(text)),
            }
        }
        settled
    }

    /// The text of a mail.
    pub fn join(pieces: &[Self], values: &Values, markup: Markup) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Self::Fixed(fixed) => text.push_str(fixed),
                Self::Own(place, slot) => text.push_str(&written(*place, slot, values, markup)),
            }
        }
        text
    }

    /// The text as its author wrote it.
    pub fn source(pieces: &[Self], markup: Markup) -> String {
        let source = |piece: &Self| match (piece, markup) {
            (Self::Fixed(fixed), _) => fixed.clone(),
            (Self::Own(Place::Text, slot), Markup::Html) => slot.source().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
            (Self::Own(_, slot), Markup::Html) => escape(&slot.source()),
            (Self::Own(_, slot), Markup::Plain) => slot.source(),
        };
        pieces.iter().map(source).collect()
    }
}

/// A value as it stands in its place.
pub fn written(place: Place, slot: &Slot, values: &Values, markup: Markup) -> String {
    let value = values.fill(slot);
    // The link is an address already; everything else in one is a part of it.
    let value = if place == Place::Address && slot.placeholder != Placeholder::UnsubscribeLink { percent_encoded(&value) } else { value };
    match markup {
        Markup::Html => escape(&value),
        Markup::Plain => value,
    }
}

/// RFC 3986, section 2.3; and the `@` of a mailto: address.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// What stands between the braces: a word, and maybe `| "a fallback"`.
fn slot(inside: &str, markup: Markup) -> Result<Slot, PlaceholderError> {
    let inside = if markup == Markup::Html { unescaped(inside) } else { inside.to_owned() };
    let malformed = || PlaceholderError::Malformed(inside.clone());
    let (word, fallback) = match inside.split_once('|') {
        Some((word, fallback)) => (word.trim(), Some(fallback.trim())),
        None => (inside.trim(), None),
    };
    if word.is_empty() || !word.chars().all(|character| character.is_alphanumeric() || character == '_') {
        return Err(malformed());
    }
    let placeholder = Placeholder::ALL
        .into_iter()
        .find(|placeholder| placeholder.word().eq_ignore_ascii_case(word))
        .ok_or_else(|| PlaceholderError::Unknown(word.to_owned()))?;
    let fallback = match fallback {
        Some(quoted) => unquoted(quoted).ok_or_else(malformed)?,
        None => "",
    };
    Ok(Slot { placeholder, fallback: super::headers::tidy(fallback) })
}

/// Phones and word processors put other quotation marks in place of the straight ones.
fn unquoted(text: &str) -> Option<&str> {
    let inside = [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»')]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)))?;
    (!inside.contains('"')).then_some(inside)
}

/// The entities that an editor of HTML writes inside of braces.
fn unescaped(text: &str) -> String {
    text.replace("&nbsp;", " ")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace('\u{a0}', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Marked, Vec<PlaceholderError>) {
        Marked::parse(text, Markup::Plain)
    }

    fn filled(text: &str) -> String {
        let values = Values { name: "Ann \"A\" <Lee>", email: "ann@example.org", mailing: "News", ..Values::default() };
        Piece::join(&parsed(text).0.pieces(), &values, Markup::Plain)
    }

    #[test]
    fn words_are_filled_in_and_empty_ones_get_their_fallback() {
        assert_eq!(filled("Dear {{ name }}, {{email}}!"), "Dear Ann \"A\" <Lee>, ann@example.org!");
        assert_eq!(filled("{{ date | \"today\" }} {{ Date|«сегодня»}} {{ name | \"x\" }}"), "today сегодня Ann \"A\" <Lee>");
        assert_eq!(filled("{{{ mailing }}}"), "{News}");
    }

    #[test]
    fn what_is_no_placeholder_is_an_error_and_stays_as_it_is() {
        let error = |text| parsed(text).1.remove(0);
        assert_eq!(error("{{ nmae }}"), PlaceholderError::Unknown("nmae".into()));
        assert_eq!(error("{{ name"), PlaceholderError::Unclosed);
        for bad in ["{{}}", "{{ name | friend }}", "{{ name | \"a\"b\" }}", "{{ first name }}", "{{ name || }}"] {
            assert!(matches!(error(bad), PlaceholderError::Malformed(_)), "{bad}");
            assert_eq!(filled(bad), bad);
        }
        assert!(parsed("{ name } }} and { {").1.is_empty());
    }

    #[test]
    fn nobody_types_a_marker() {
        assert_eq!(filled("a\u{F0000}{{ mailing }}\u{108000}"), "aNews");
    }

    #[test]
    fn a_text_is_given_back_as_it_was_written() {
        let marked = parsed("Hi {{name|\"you\"}} {{ date }}").0;
        assert_eq!(Piece::source(&marked.pieces(), Markup::Plain), "Hi {{ name | \"you\" }} {{ date }}");
    }
}

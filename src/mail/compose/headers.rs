//! Header fields that lettre does not write, or not well enough.

use lettre::{
    Address,
    address::AddressError,
    message::{
        Mailbox,
        header::{self, HeaderName, HeaderValue},
    },
};
use time::OffsetDateTime;

use super::ComposeError;

/// A display name is cut here; with the longest address (RFC 5321 section 4.5.3.1: 64 + 255) it still fits on a line.
const LONGEST_NAME: usize = 256;

/// A mailbox as lettre can print it: a clean name, and a domain in ASCII (RFC 5891), which needs no SMTPUTF8 on the way.
/// A local part beyond ASCII has no such form and stays (RFC 6531); whoever sends must look for the extension.
pub(super) fn mailbox(name: &str, email: &str) -> Result<Mailbox, AddressError> {
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
pub(super) fn tidy(text: &str) -> String {
    let is_space = |character: char| character == ' ' || character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

pub(super) fn display_name(name: &str) -> String {
    let name: String = tidy(name).chars().take(LONGEST_NAME).collect();
    name.trim_end().to_owned()
}

pub(super) fn subject_header(subject: &str) -> HeaderValue {
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
pub(super) fn list_id_header(name: &str, identifier: &str) -> Result<HeaderValue, ComposeError> {
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
pub(super) fn encoded_words(text: &str) -> String {
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
pub(super) fn message_id_header(message_id: &str) -> Result<HeaderValue, ComposeError> {
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
pub(super) fn date_header(date: OffsetDateTime) -> Result<header::Date, ComposeError> {
    let date = date.to_utc();
    if !(1970..=9999).contains(&date.year()) {
        return Err(ComposeError::Date);
    }
    Ok(header::Date::new(date.into()))
}

/// `List-Unsubscribe` with the one click that mail programs offer (RFC 8058, section 3.1; RFC 2369, section 3.2).
pub(super) fn unsubscribe_headers(link: &str) -> [HeaderValue; 2] {
    let name = HeaderName::new_from_ascii_str;
    let link = format!("<{link}>");
    [
        HeaderValue::dangerous_new_pre_encoded(name("List-Unsubscribe"), link.clone(), link),
        HeaderValue::new(name("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click".to_owned()),
    ]
}

/// The header of a file's part. A name beyond ASCII stands in the form of RFC 2231, and with the media type once more in ASCII
/// for programs that know nothing else; not beside each other, since some readers put the two together.
pub(super) fn attachment_headers(file_name: &str, media_type: &str) -> String {
    let file_name = tidy(file_name);
    let plain: String = file_name
        .chars()
        .map(|character| if character.is_ascii_graphic() && !"\"\\%".contains(character) || character == ' ' { character } else { '_' })
        .collect();
    let disposition = if plain == file_name { format!(";\r\n filename=\"{plain}\"") } else { extended("filename", &file_name) };
    format!(
        "Content-Type: {media_type};\r\n name=\"{plain}\"\r\nContent-Disposition: attachment{disposition}\r\nContent-Transfer-Encoding: base64\r\n"
    )
}

/// A parameter in as many lines as it takes: `name*0*=utf-8''…; name*1*=…` (RFC 2231, sections 3 and 4).
fn extended(parameter: &str, value: &str) -> String {
    let mut parts = vec![String::from("utf-8''")];
    for character in value.chars() {
        let mut bytes = [0; 4];
        let encoded: String = match character {
            _ if character.is_ascii_alphanumeric() || "-._".contains(character) => character.to_string(),
            _ => character.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect(),
        };
        match parts.last_mut() {
            Some(part) if part.len() + encoded.len() <= 60 => part.push_str(&encoded),
            _ => parts.push(encoded),
        }
    }
    match &*parts {
        [whole] => format!(";\r\n {parameter}*={whole}"),
        _ => parts.iter().enumerate().map(|(number, part)| format!(";\r\n {parameter}*{number}*={part}")).collect(),
    }
}

//! Forms: read as text, parsed by their slice once, given back with every error beside its field.

use std::collections::BTreeMap;

use poem::{FromRequest, Request, RequestBody};
use serde::de::DeserializeOwned;

use crate::{
    error::{Error, Wait},
    limits::BODY_BYTES,
    t,
};

/// A posted form. Unlike poem's `Form` it reads a name that comes several times (a list of ticked boxes) into a `Vec`.
pub struct FormData<T>(pub T);

impl<'a, T: DeserializeOwned> FromRequest<'a> for FormData<T> {
    async fn from_request(_request: &'a Request, body: &mut RequestBody) -> poem::Result<Self> {
        let bytes = body.take()?.into_bytes_limit(BODY_BYTES).await.map_err(|_| Error::TooLarge)?;
        let form = serde_html_form::from_bytes(&bytes).map_err(|_| Error::BadRequest { why: t!("form-incomplete") })?;
        Ok(Self(form))
    }
}

/// What concerns the form as a whole and stands above it, in [`FieldErrors`].
pub const WHOLE: &str = "";

/// What is wrong with a form, by field, in words for the reader.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FieldErrors {
    fields: BTreeMap<&'static str, String>,
    /// The form came too often; when it may come again.
    wait: Option<Wait>,
}

impl FieldErrors {
    /// One error alone.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// That the form came too often, above it.
    pub fn of_wait(wait: Wait) -> Self {
        Self { wait: Some(wait), ..Self::of(WHOLE, wait.to_string()) }
    }

    /// When the form may come again, where it came too often.
    pub fn wait(&self) -> Option<Wait> {
        self.wait
    }

    /// The first error of a field stays: it is the one to mend first.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        self.fields.entry(field).or_insert_with(|| message.into());
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }

    /// Every field with its error, by the field's name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().map(|(field, message)| (*field, message.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Takes a parser's value, or notes its error and gives nothing.
    pub fn take<T, E: Into<String>>(&mut self, field: &'static str, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.add(field, error)).ok()
    }
}

/// How saving a parsed form can end other than well.
#[derive(Debug)]
pub enum Refusal {
    /// The form's fields are at fault (a constraint said so).
    Invalid(FieldErrors),
    /// Not the form's fault.
    Failed(Error),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<FieldErrors> for Refusal {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Refusal {
    /// The fields' errors to show, or the failure that is no form's fault.
    ///
    /// # Errors
    /// That failure.
    pub fn into_field_errors(self) -> Result<FieldErrors, Error> {
        match self {
            Self::Invalid(errors) => Ok(errors),
            Self::Failed(error) => Err(error),
        }
    }
}

/// A line of text: trimmed, not empty, no control characters (they have no place in a header), at most `max` characters.
///
/// # Errors
/// A sentence for the reader.
pub fn line(text: &str, max: usize) -> Result<String, String> {
    let text = optional_line(text, max)?;
    if text.is_empty() { Err(t!("form-fill-in")) } else { Ok(text) }
}

/// As [`line`], but it may be empty.
///
/// # Errors
/// A sentence for the reader.
pub fn optional_line(text: &str, max: usize) -> Result<String, String> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(t!("form-one-line"));
    }
    within(text, max)?;
    Ok(text.to_owned())
}

/// Text of several lines: CRLF becomes LF; other control characters are refused.
///
/// # Errors
/// A sentence for the reader.
pub fn optional_text(text: &str, max: usize) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.chars().any(|character| character.is_control() && character != '\n' && character != '\t') {
        return Err(t!("form-control-characters"));
    }
    within(text, max)?;
    Ok(text.to_owned())
}

fn within(text: &str, max: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length > max { Err(t!("form-too-long", length = length, max = max)) } else { Ok(()) }
}

/// The longest local part a server has to take (RFC 5321, section 4.5.3.1.1).
const LOCAL_PART_MAX: usize = 64;

/// An e-mail address as lettre takes it (RFC 5321), at most 254 characters.
///
/// # Errors
/// A sentence for the reader.
pub fn email(text: &str) -> Result<String, String> {
    let text = line(text, 254)?;
    let Ok(address) = text.parse::<lettre::Address>() else {
        return Err(t!("form-not-an-email"));
    };
    if address.user().len() > LOCAL_PART_MAX {
        return Err(t!("form-local-part", max = LOCAL_PART_MAX));
    }
    Ok(text)
}

//! A recipient's form and what it becomes.

use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::import::{Choices, Column, Existing, columns::Recognised};
use crate::{
    mailings::model::Use,
    t,
    web::form::{self, FieldErrors},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RecipientForm {
    pub email: String,
    pub full_name: String,
    pub comment: String,
    /// Names this filling-in of the form, so that sending it twice creates one recipient.
    pub submission_id: Option<Uuid>,
    /// The row's version that the form was made from.
    pub version: i32,
}

/// A recipient that can be saved.
#[derive(Debug)]
pub struct NewRecipient {
    pub email: String,
    pub full_name: String,
    pub comment: String,
}

impl NewRecipient {
    /// Whether saving this would change nothing of what is stored.
    pub fn is_stored_as(&self, stored: &Recipient) -> bool {
        self.email == stored.email && self.full_name == stored.full_name && self.comment == stored.comment
    }
}

impl RecipientForm {
    /// An empty form.
    pub fn blank() -> Self {
        Self { submission_id: Some(Uuid::new_v4()), ..Self::default() }
    }

    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self) -> Result<NewRecipient, FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", form::email(&self.email));
        let full_name = errors.take("full_name", form::line(&self.full_name, 200));
        let comment = errors.take("comment", form::optional_text(&self.comment, 2000));
        match (email, full_name, comment) {
            (Some(email), Some(full_name), Some(comment)) => Ok(NewRecipient { email, full_name, comment }),
            _ => Err(errors),
        }
    }
}

impl From<&Recipient> for RecipientForm {
    fn from(recipient: &Recipient) -> Self {
        Self {
            email: recipient.email.clone(),
            full_name: recipient.full_name.clone(),
            comment: recipient.comment.clone(),
            submission_id: None,
            version: recipient.version,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Recipient {
    pub id: i64,
    pub email: String,
    pub full_name: String,
    pub comment: String,
    /// Since when mail servers say that the address does not exist.
    pub undeliverable_at: Option<OffsetDateTime>,
    pub undeliverable_reason: Option<String>,
    /// Since when the recipient wants no more mail.
    pub unsubscribed_at: Option<OffsetDateTime>,
    pub version: i32,
}

/// Why a recipient stays: for the reader.
pub fn used_by(mailings: &[Use]) -> String {
    let names: Vec<String> = mailings.iter().map(|mailing| t!("recipients-quoted", name = mailing.name)).collect();
    t!("recipients-used", count = mailings.len(), mailings = names.join(", "))
}

/// What is chosen before a file is taken in.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    /// One a column, as [`Column::as_str`] writes it.
    pub columns: Vec<String>,
    /// A checkbox: `true` or absent.
    pub has_header: String,
    pub existing: String,
}

impl From<&Recognised> for ImportForm {
    fn from(recognised: &Recognised) -> Self {
        Self {
            columns: recognised.columns.iter().map(|column| column.as_str().to_owned()).collect(),
            has_header: recognised.has_header.to_string(),
            existing: "skip".to_owned(),
        }
    }
}

impl ImportForm {
    /// `width` is how many columns the file has.
    ///
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self, width: usize) -> Result<Choices, FieldErrors> {
        let mut errors = FieldErrors::default();
        let column = |text: &String| Column::ALL.into_iter().find(|column| column.as_str() == text).unwrap_or(Column::Ignored);
        let columns: Vec<Column> = self.columns.iter().take(width).map(column).collect();
        let times = |wanted: Column| columns.iter().filter(|column| **column == wanted).count();
        match times(Column::Email) {
            0 => errors.add("columns", t!("recipients-import-choose-email")),
            1 => {}
            _ => errors.add("columns", t!("recipients-import-one-email")),
        }
        if times(Column::FullName) > 1 || times(Column::Comment) > 1 {
            errors.add("columns", t!("recipients-import-one-each"));
        }
        let existing = match self.existing.as_str() {
            "skip" => Some(Existing::Skip),
            "update" => Some(Existing::Update),
            _ => None,
        };
        let existing = errors.take("existing", existing.ok_or_else(|| t!("recipients-import-choose-existing")));
        match existing {
            Some(existing) if errors.is_empty() => Ok(Choices { columns, has_header: self.has_header == "true", existing }),
            _ => Err(errors),
        }
    }
}

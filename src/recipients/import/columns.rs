//! What the columns of a file hold, guessed from its first rows.

use super::Column;
use crate::web::form;

/// What was found at the beginning of a file.
pub struct Recognised {
    pub columns: Vec<Column>,
    pub has_header: bool,
    /// The first rows, the one that names the columns among them.
    pub rows: Vec<Vec<String>>,
}

/// So many columns are looked at and offered: nobody has more to say of a recipient.
pub const COLUMNS_MAX: usize = 30;

const EMAILS: [&str; 6] = ["email", "e-mail", "mail", "почта", "адрес", "address"];
const NAMES: [&str; 6] = ["name", "имя", "фио", "клиент", "recipient", "contact"];
const COMMENTS: [&str; 6] = ["comment", "note", "комментарий", "примечание", "заметка", "remark"];

pub fn recognise(rows: Vec<Vec<String>>) -> Recognised {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0).min(COLUMNS_MAX);
    let is_email = |cell: &String| form::email(cell).is_ok();
    let has_header = rows.len() > 1 && rows.first().is_some_and(|first| !first.iter().any(is_email)) && rows.iter().flatten().any(is_email);
    let headings: &[String] = if has_header { &rows[0] } else { &[] };
    let mut columns = vec![Column::Ignored; width];

    // Most addresses win; a heading alone decides only where there are none.
    let emails = |column: usize| rows.iter().filter(|row| row.get(column).is_some_and(is_email)).count();
    let email = (0..width).rev().max_by_key(|column| emails(*column)).filter(|column| emails(*column) > 0);
    let email = email.or_else(|| named(headings, &EMAILS, &columns));
    if let Some(email) = email {
        columns[email] = Column::Email;
    }
    let rest = |columns: &[Column]| if has_header { None } else { columns.iter().position(|column| *column == Column::Ignored) };
    if let Some(name) = named(headings, &NAMES, &columns).or_else(|| rest(&columns)) {
        columns[name] = Column::FullName;
    }
    if let Some(comment) = named(headings, &COMMENTS, &columns).or_else(|| rest(&columns)) {
        columns[comment] = Column::Comment;
    }
    Recognised { columns, has_header, rows }
}

/// What the columns hold by what a file's first row calls them; None: it calls none one of addresses, or is the row of somebody.
pub fn by_headings(headings: &csv::StringRecord) -> Option<Vec<Column>> {
    let headings: Vec<String> = headings.iter().take(COLUMNS_MAX).map(str::to_owned).collect();
    // What has an at sign or a brace is somebody's row, or no such file.
    if headings.iter().any(|heading| heading.contains(['@', '{', '[', '<'])) {
        return None;
    }
    let mut columns = vec![Column::Ignored; headings.len()];
    let email = named(&headings, &EMAILS, &columns)?;
    columns[email] = Column::Email;
    for (words, column) in [(&NAMES, Column::FullName), (&COMMENTS, Column::Comment)] {
        if let Some(place) = named(&headings, words, &columns) {
            columns[place] = column;
        }
    }
    Some(columns)
}

/// The first column that is free yet and whose heading has one of the words.
fn named(headings: &[String], words: &[&str], columns: &[Column]) -> Option<usize> {
    let free = headings.iter().zip(columns).enumerate().filter(|(_, (_, column))| **column == Column::Ignored);
    free.map(|(place, (heading, _))| (place, heading.to_lowercase()))
        .find(|(_, heading)| words.iter().any(|word| heading.contains(word)))
        .map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::{Column::*, *};

    fn recognised(rows: &[&[&str]]) -> (Vec<Column>, bool) {
        let rows = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        let Recognised { columns, has_header, .. } = recognise(rows);
        (columns, has_header)
    }

    #[test]
    fn columns_are_recognised_by_their_headings_and_by_what_they_hold() {
        assert_eq!(recognised(&[&["a@b.org"], &["c@d.org"]]), (vec![Email], false));
        assert_eq!(recognised(&[&["Anna", "a@b.org", "friend"]]), (vec![FullName, Email, Comment], false));
        assert_eq!(
            recognised(&[&["№", "Комментарий", "ФИО", "Почта"], &["1", "друг", "Анна", "a@b.org"]]),
            (vec![Ignored, Comment, FullName, Email], true)
        );
        assert_eq!(recognised(&[&["E-mail", "Phone"], &["a@b.org", "123"]]), (vec![Email, Ignored], true));
        assert_eq!(recognised(&[&["nobody", "here"]]), (vec![FullName, Comment], false));
        assert_eq!(recognised(&[]), (vec![], false));
    }

    #[test]
    fn a_heading_alone_says_what_columns_hold_but_a_row_of_somebody_is_none() {
        let columns = |headings: &[&str]| by_headings(&csv::StringRecord::from(headings.to_vec()));
        assert_eq!(columns(&["email", "name", "comment"]), Some(vec![Email, FullName, Comment]));
        assert_eq!(columns(&["State", "Имя", "Почта"]), Some(vec![Ignored, FullName, Email]));
        assert_eq!(columns(&["anna@mail.example", "Anna"]), None);
        assert_eq!(columns(&["{\"email\": 1}"]), None);
        assert_eq!(columns(&["name", "comment"]), None);
        assert_eq!(columns(&[]), None);
    }
}

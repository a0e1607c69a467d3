//! A file that comes in pieces becomes what Postgres copies, and a list of what could not be taken in.

use std::fmt::Write;

use encoding_rs::Encoding;

use super::{
    columns,
    decoding::Decoding,
    record::{Bad, Problem, Records},
    rows::{Row, Rows},
};
use crate::recipients::model::NewRecipient;

/// Bad lines that are kept; the others are counted.
pub const BAD_KEPT: usize = 1000;

/// How far a file has been read.
pub struct Reading {
    decoding: Decoding,
    rows: Rows,
    row: csv::StringRecord,
    /// None until the first row has named the columns.
    records: Option<Records>,
    /// In COPY's text format: what nobody has [taken](Self::take) yet.
    copy: String,
    found: Found,
}

/// What was in a file.
#[derive(Debug, Default)]
pub struct Found {
    /// The first [`BAD_KEPT`].
    pub bad: Vec<Bad>,
    pub bad_total: u64,
}

/// Nothing of the file can be taken in: its first row does not say where the addresses are.
#[derive(Debug, PartialEq, Eq)]
pub struct NoHeader;

impl Reading {
    pub fn new(declared: Option<&'static Encoding>) -> Self {
        Self {
            decoding: Decoding::new(declared),
            rows: Rows::new(),
            row: csv::StringRecord::new(),
            records: None,
            copy: String::new(),
            found: Found::default(),
        }
    }

    /// Reads the next piece; `is_end`: it was the last.
    ///
    /// # Errors
    /// The columns have no names.
    pub fn read(&mut self, bytes: &[u8], is_end: bool) -> Result<(), NoHeader> {
        self.decoding.read(bytes, is_end, self.rows.text());
        while let Some(row) = self.rows.next(is_end, &mut self.row) {
            self.take_in(row)?;
        }
        if is_end && self.records.is_none() { Err(NoHeader) } else { Ok(()) }
    }

    /// How many bytes there are to take.
    pub fn len(&self) -> usize {
        self.copy.len()
    }

    /// What was made since it was taken last.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.copy)
    }

    pub fn encoding(&self) -> &'static Encoding {
        self.decoding.encoding()
    }

    pub fn into_found(self) -> Found {
        self.found
    }

    fn take_in(&mut self, row: Row) -> Result<(), NoHeader> {
        let Some(records) = &self.records else {
            return self.name_columns(&row);
        };
        let parsed = match row {
            Row::Whole { .. } if self.row.iter().all(|cell| cell.trim().is_empty()) => return Ok(()),
            Row::Whole { line } => records.parse(line, &self.row).map(|recipient| (line, recipient)),
            Row::BrokenQuote { line, text } => Err(Bad::new(line, Problem::BrokenQuote, "", &text)),
            Row::TooLong { line, text } => Err(Bad::new(line, Problem::TooLong, "", &text)),
        };
        match parsed {
            Ok((line, recipient)) => add(&mut self.copy, line, &recipient),
            Err(bad) => {
                self.found.bad_total += 1;
                if self.found.bad.len() < BAD_KEPT {
                    self.found.bad.push(bad);
                }
            }
        }
        Ok(())
    }

    fn name_columns(&mut self, row: &Row) -> Result<(), NoHeader> {
        if !matches!(row, Row::Whole { .. }) {
            return Err(NoHeader);
        }
        let columns = columns::by_headings(&self.row).ok_or(NoHeader)?;
        self.records = Records::new(&columns);
        Ok(())
    }
}

/// A line of COPY's text format.
fn add(copy: &mut String, line: u64, recipient: &NewRecipient) {
    // Nothing that is written into memory fails.
    let _ = write!(copy, "{line}");
    for cell in [&recipient.email, &recipient.full_name, &recipient.comment] {
        copy.push('\t');
        for character in cell.chars() {
            match character {
                '\\' => copy.push_str("\\\\"),
                '\t' => copy.push_str("\\t"),
                '\n' => copy.push_str("\\n"),
                '\r' => copy.push_str("\\r"),
                other => copy.push(other),
            }
        }
    }
    copy.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is to be copied, the bad lines that are kept, and how many there were.
    type Read = (String, Vec<(u64, Problem)>, u64);

    fn read(content: &[u8]) -> Result<Read, NoHeader> {
        let mut reading = Reading::new(None);
        for piece in content.chunks(1000) {
            reading.read(piece, false)?;
        }
        reading.read(&[], true)?;
        let copy = reading.take();
        let found = reading.into_found();
        Ok((copy, found.bad.iter().map(|bad| (bad.line, bad.problem)).collect(), found.bad_total))
    }

    #[test]
    fn a_file_becomes_lines_to_copy_and_bad_ones_are_told() {
        let file = "\u{feff}Name;E-mail;State;Comment\r\n\r\nAnna;anna@example.org;ok;\"a\\b\tc\nd\"\r\n;;;\r\n;bob@example.org\r\nCarl;carl;;\r\n\"D;d@example.org\r\n";
        let (copy, bad, total) = read(file.as_bytes()).unwrap();
        assert_eq!(copy, "3\tanna@example.org\tAnna\ta\\\\b\\tc\\nd\n6\tbob@example.org\tbob\t\n");
        assert_eq!((bad, total), (vec![(7, Problem::BadEmail), (8, Problem::BrokenQuote)], 2));
    }

    #[test]
    fn a_file_that_does_not_name_its_columns_is_refused() {
        for file in ["", "\n\n", "anna@example.org,Anna\n", "name,comment\nAnna,x\n", "\"email\n", "{\"email\": 1}"] {
            assert_eq!(read(file.as_bytes()), Err(NoHeader), "{file}");
        }
        assert_eq!(read(b"email").unwrap(), (String::new(), vec![], 0));
    }

    #[test]
    fn of_very_many_bad_lines_the_first_are_kept_and_all_are_counted() {
        let (copy, bad, total) = read(format!("email\n{}", "nobody\n".repeat(BAD_KEPT + 500)).as_bytes()).unwrap();
        assert_eq!((copy.as_str(), bad.len(), total), ("", BAD_KEPT, BAD_KEPT as u64 + 500));
    }
}

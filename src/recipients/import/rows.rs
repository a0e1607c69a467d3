//! Text that comes in pieces becomes rows (RFC 4180). A quote that is never closed makes a cell of everything behind it, which is what it
//! would be in most readers; here the line where that begins is a bad one, and the next is read as if nothing had been.

use csv_core::ReaderBuilder;

use super::file::{self, SAMPLE};

/// Characters of name and comment take four bytes at the most, and their quotes may be doubled: what is longer is no recipient.
const ROW_BYTES: usize = 32 * 1024;

/// Cuts text into rows.
pub struct Rows {
    text: String,
    /// Where the next row begins in the text.
    start: usize,
    /// Its number, from 1.
    line: u64,
    separator: Option<u8>,
    /// The rest of a line that is too long is not kept.
    is_skipping: bool,
    /// What ended the row before was a carriage return: a line feed behind it is none of its own.
    is_behind_return: bool,
    reader: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

/// What comes next in a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Row {
    /// A row, which begins in this line.
    Whole {
        line: u64,
    },
    BrokenQuote {
        line: u64,
        text: String,
    },
    TooLong {
        line: u64,
        text: String,
    },
}

/// Where a row ends.
enum End {
    /// Behind so many bytes, and the next one begins behind so many.
    At(usize, usize),
    /// A quote was opened in its first line that is not closed, or is by something else than the cell's end.
    BrokenQuote,
    TooLong,
    /// It may go on in what has not come yet.
    Open,
}

impl Rows {
    pub fn new() -> Self {
        Self {
            text: String::new(),
            start: 0,
            line: 1,
            separator: None,
            is_skipping: false,
            is_behind_return: false,
            reader: csv_core::Reader::new(),
            cells: vec![0; ROW_BYTES],
            ends: vec![0; ROW_BYTES + 1],
        }
    }

    /// Where more text is to be added, behind what has been read.
    pub fn text(&mut self) -> &mut String {
        self.text.drain(..self.start);
        self.start = 0;
        &mut self.text
    }

    /// The next row that is there as a whole, with its cells in `cells`; `is_end`: no text comes any more.
    pub fn next(&mut self, is_end: bool, cells: &mut csv::StringRecord) -> Option<Row> {
        let separator = self.separator(is_end)?;
        self.skip();
        if self.is_skipping {
            return None;
        }
        let rest = &self.text[self.start..];
        if rest.is_empty() {
            return None;
        }
        let line = self.line;
        match end(rest.as_bytes(), separator, is_end) {
            End::Open => None,
            End::At(length, next) => {
                self.split(self.start..self.start + length, cells);
                self.pass(next);
                Some(Row::Whole { line })
            }
            End::BrokenQuote => {
                let first = rest.split_inclusive(['\r', '\n']).next().unwrap_or_default();
                let (text, length) = (first.trim_end().to_owned(), first.len());
                self.pass(length);
                Some(Row::BrokenQuote { line, text })
            }
            End::TooLong => {
                let text = rest.chars().take(ROW_BYTES / 8).collect();
                self.is_skipping = true;
                Some(Row::TooLong { line, text })
            }
        }
    }

    /// What separates columns, known from the first lines.
    fn separator(&mut self, is_end: bool) -> Option<u8> {
        if self.separator.is_none() && (is_end || self.text.len() >= SAMPLE) {
            let separator = file::separator(&self.text);
            self.reader = ReaderBuilder::new().delimiter(separator).build();
            self.separator = Some(separator);
        }
        self.separator
    }

    /// Passes empty lines, the second half of CRLF, and the rest of a line that is too long.
    fn skip(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.start) {
                Some(b'\n') if self.is_behind_return => self.is_behind_return = false,
                Some(byte @ (b'\r' | b'\n')) => {
                    self.is_skipping = false;
                    self.is_behind_return = *byte == b'\r';
                    self.line += 1;
                }
                Some(_) if self.is_skipping => self.is_behind_return = false,
                Some(_) | None => return,
            }
            self.start += 1;
        }
    }

    /// Passes so many bytes, which end with a line's end or the text's.
    fn pass(&mut self, length: usize) {
        let passed = &self.text.as_bytes()[self.start..self.start + length];
        for byte in passed {
            if *byte == b'\r' || *byte == b'\n' && !self.is_behind_return {
                self.line += 1;
            }
            self.is_behind_return = *byte == b'\r';
        }
        self.start += length;
    }

    fn split(&mut self, row: std::ops::Range<usize>, cells: &mut csv::StringRecord) {
        cells.clear();
        self.reader.reset();
        let (_, read, written, cells_read) = self.reader.read_record(&self.text.as_bytes()[row.clone()], &mut self.cells, &mut self.ends);
        debug_assert_eq!(read, row.len());
        // Without its end the row is open; nothing more ends it.
        let (_, _, _, last) = self.reader.read_record(&[], &mut self.cells[written..], &mut self.ends[cells_read..]);
        let mut start = 0;
        for end in &self.ends[..cells_read + last] {
            // Cells are cut at ASCII characters, so they are whole.
            cells.push_field(std::str::from_utf8(&self.cells[start..*end]).unwrap_or_default());
            start = *end;
        }
    }
}

/// Where the row ends that a text begins with.
fn end(text: &[u8], separator: u8, is_end: bool) -> End {
    #[derive(PartialEq)]
    enum At {
        CellStart,
        Plain,
        Quoted,
        /// Behind a quote in a quoted cell.
        Quote,
    }
    let mut at = At::CellStart;
    let mut has_lines = false;
    for (index, byte) in text.iter().enumerate().take(ROW_BYTES) {
        at = match (at, *byte) {
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, byte) => {
                has_lines |= byte == b'\n' || byte == b'\r';
                At::Quoted
            }
            (_, b'\r' | b'\n') => return End::At(index, index + 1),
            (_, byte) if byte == separator => At::CellStart,
            (At::CellStart | At::Quote, b'"') => At::Quoted,
            // Whoever forgets to double a quote does so within a line.
            (At::Quote, _) if has_lines => return End::BrokenQuote,
            (At::CellStart | At::Plain | At::Quote, _) => At::Plain,
        };
    }
    match at {
        At::Quoted if is_end || has_lines && text.len() > ROW_BYTES => End::BrokenQuote,
        _ if text.len() > ROW_BYTES => End::TooLong,
        _ if is_end => End::At(text.len(), text.len()),
        _ => End::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::{Row::*, *};

    /// The rows of a text that comes in pieces of so many characters: those that are whole as their cells, in one.
    fn rows(text: &str, piece: usize) -> Vec<(Row, String)> {
        let (mut rows, mut cells, mut found) = (Rows::new(), csv::StringRecord::new(), Vec::new());
        let characters: Vec<char> = text.chars().collect();
        for (piece, is_end) in characters.chunks(piece).map(|piece| (piece, false)).chain([(&[][..], true)]) {
            rows.text().extend(piece);
            while let Some(row) = rows.next(is_end, &mut cells) {
                let cells = if let Whole { .. } = row { cells.iter().collect::<Vec<_>>().join("|") } else { String::new() };
                found.push((row, cells));
            }
        }
        found
    }

    fn whole(line: u64, cells: &str) -> (Row, String) {
        (Whole { line }, cells.to_owned())
    }

    fn broken(line: u64, text: &str) -> (Row, String) {
        (BrokenQuote { line, text: text.to_owned() }, String::new())
    }

    #[test]
    fn rows_are_the_same_however_their_text_is_cut() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "", "\"c;\"\"", "d\";é", ";", "\"e\" f;g\"h\"", "i"].join(end);
            for piece in [1, 2, 5, 1000] {
                let inner = format!("c;\"{end}d|é");
                let expected = [whole(1, "a|b"), whole(3, &inner), whole(5, "|"), whole(6, "e f|g\"h\""), whole(7, "i")];
                assert_eq!(rows(&text, piece), expected, "{end:?} {piece}");
            }
        }
        assert_eq!(rows("", 1), []);
        assert_eq!(rows("\n\n", 1), []);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_line_and_no_other() {
        let more = "x@example.org,X\n".repeat(5000);
        let text = format!("a,A\n\"b,B\nc,C\n{more}");
        let found = rows(&text, 4096);
        assert_eq!(found[..3], [whole(1, "a|A"), broken(2, "\"b,B"), whole(3, "c|C")]);
        assert_eq!((found.len(), &found[5002]), (5003, &whole(5003, "x@example.org|X")));
        // One that is closed by the quote of another line's cell.
        assert_eq!(rows("\"b,B\r\nc,\"C, c\"\r\nd,D", 3), [broken(1, "\"b,B"), whole(2, "c|C, c"), whole(3, "d|D")]);
        // At the end, with more lines and without.
        assert_eq!(rows("a,\"A\nb,B\n", 3), [broken(1, "a,\"A"), whole(2, "b|B")]);
        assert_eq!(rows("a,\"A", 3), [broken(1, "a,\"A")]);
    }

    #[test]
    fn a_line_without_an_end_is_not_kept() {
        let text = format!("a,A\n{}\nb,B\n\"{}\n", "x".repeat(3 * ROW_BYTES), "y,".repeat(2 * ROW_BYTES));
        let found = rows(&text, 1000);
        let numbers = found.iter().map(|(row, _)| match row {
            Whole { line } => (*line, 'w'),
            BrokenQuote { line, .. } => (*line, 'b'),
            TooLong { line, .. } => (*line, 'l'),
        });
        let numbers: Vec<_> = numbers.collect();
        assert_eq!(numbers, [(1, 'w'), (2, 'l'), (3, 'w'), (4, 'l')]);
    }
}

//! Bytes become text, and text becomes rows.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a file is looked at to guess: more lines do not tell more.
pub const SAMPLE: usize = 64 * 1024;
/// Of which separator there is most evidence is said by so many rows.
const SAMPLE_ROWS: usize = 50;

/// The file's text, without the mark at its beginning. Bytes that are no characters become U+FFFD.
pub fn text(content: &[u8]) -> Cow<'_, str> {
    encoding(content, true).decode_with_bom_removal(content).0
}

/// By its mark, else by what its bytes look like: UTF-16, UTF-8, or one of the older ones, such as Windows-1251. A character that is cut
/// in two at the end speaks against its encoding only where that `is_all`.
pub fn encoding(content: &[u8], is_all: bool) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(content) {
        return encoding;
    }
    if let Some(encoding) = utf_16(&content[..content.len().min(SAMPLE)]) {
        return encoding;
    }
    match std::str::from_utf8(content) {
        Ok(_) => return UTF_8,
        Err(error) if !is_all && error.error_len().is_none() => return UTF_8,
        Err(_) => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (sample, is_end) = telling(content);
    detector.feed(sample, is_all && is_end);
    detector.guess(None, Utf8Detection::Deny)
}

/// As much as is looked at, from the line with the first letter that is not ASCII (what comes before tells nothing), and whether it
/// goes to the end.
fn telling(content: &[u8]) -> (&[u8], bool) {
    let first = content.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let line = content[..first].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    // In a line that does not end the letter itself is near.
    let start = line.max(first.saturating_sub(SAMPLE / 2));
    let end = content.len().min(start + SAMPLE);
    (&content[start..end], end == content.len())
}

/// Where every second byte of most characters is zero, as with Latin letters, digits and separators in UTF-16.
fn utf_16(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (_, low) if pairs > 0 && low * 3 > pairs => Some(UTF_16LE),
        (high, _) if pairs > 0 && high * 3 > pairs => Some(UTF_16BE),
        _ => None,
    }
}

/// Which of comma, semicolon and tab separates columns: the one that gives most rows the same number of them, more than one.
pub fn separator(text: &str) -> u8 {
    let sample = beginning(text);
    let evidence = |separator: u8| {
        let lengths: Vec<usize> = reader(sample, separator).records().flatten().take(SAMPLE_ROWS).map(|row| row.len()).collect();
        let most = |length: usize| lengths.iter().filter(|other| **other == length).count();
        lengths.iter().filter(|length| **length > 1).map(|length| most(*length)).max().unwrap_or(0)
    };
    // Of equals the last one wins: a comma may stand in a name, a tab hardly.
    [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|separator| evidence(*separator))
        .filter(|separator| evidence(*separator) > 0)
        .unwrap_or(b',')
}

/// As much as is looked at, ending with a whole line where there is one.
pub fn beginning(text: &str) -> &str {
    if text.len() <= SAMPLE {
        return text;
    }
    let mut end = SAMPLE;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = &text[..end];
    sample.rfind('\n').map_or(sample, |end| &sample[..end])
}

/// The rows of the text; empty lines are none.
pub fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes())
}

/// Whether a row has nothing in it but blanks.
pub fn is_blank(row: &csv::StringRecord) -> bool {
    row.iter().all(str::is_empty)
}

/// Numbers the lines of a text, for rows that follow each other: the reader's own numbers are one too low behind CRLF.
pub struct Lines<'a> {
    text: &'a [u8],
    byte: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), byte: 0, line: 1 }
    }

    /// The line, from 1, in which the row begins; line ends before it are skipped.
    pub fn of(&mut self, row: &csv::StringRecord) -> u64 {
        let mut byte = row.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(self.byte).max(self.byte);
        while matches!(self.text.get(byte), Some(b'\r' | b'\n')) {
            byte += 1;
        }
        let passed = self.text.get(self.byte..byte).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.byte = byte;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(content: &[u8]) -> Vec<Vec<String>> {
        let text = text(content);
        reader(&text, separator(&text)).records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn files_of_every_encoding_and_separator_are_read() {
        let expected = [["Почта", "Имя"], ["anna@example.org", "Анна, Иванова"]];
        for separator in [";", ",", "\t"] {
            let text = format!("Почта{separator}Имя\r\n\r\nanna@example.org{separator}\"Анна, Иванова\"\r\n");
            let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let (windows_1251, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
            let with_mark: Vec<u8> = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
            let utf_16_with_mark: Vec<u8> =
                [&[0xFE, 0xFF][..], &text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat();
            for content in [text.as_bytes(), &with_mark, &utf_16, &utf_16_with_mark, &windows_1251] {
                assert_eq!(rows(content), expected, "{separator:?} {content:?}");
            }
        }
    }

    #[test]
    fn an_encoding_is_told_by_the_first_letters_of_it_wherever_they_stand() {
        let text = format!("{}anna@example.org;Анна, Иванова из Риги\n", "bob@example.org;Bob\n".repeat(SAMPLE / 10));
        let (windows_1251, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
        assert_eq!(super::text(&windows_1251), text);
        let text = format!("{};Анна, Иванова из Риги\n", "x".repeat(2 * SAMPLE));
        let (windows_1251, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
        assert_eq!(super::text(&windows_1251), text);
    }

    #[test]
    fn rows_know_their_lines_whatever_ends_them() {
        for end in ["\n", "\r\n"] {
            let text = ["a", "b", "", "\"c", "d\"", "e"].join(end);
            let mut lines = Lines::new(&text);
            let numbers: Vec<u64> = reader(&text, b',').records().map(|row| lines.of(&row.unwrap())).collect();
            assert_eq!(numbers, [1, 2, 4, 6], "{end:?}");
        }
    }

    #[test]
    fn odd_files_are_rows_as_well_and_never_an_error() {
        assert_eq!(rows(b""), Vec::<Vec<String>>::new());
        assert_eq!(rows(b"anna@example.org"), [["anna@example.org"]]);
        assert_eq!(rows(b"a@b.org\nc@d.org\n").len(), 2);
        assert_eq!(rows(b"\"never closed, and\non").len(), 1);
        rows(&(0..=255).collect::<Vec<u8>>());
        assert_eq!(beginning(&"ж\n".repeat(SAMPLE)).len() % 3, 2, "whole lines of whole characters");
    }
}

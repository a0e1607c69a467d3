//! Bytes that come in pieces become text.

use encoding_rs::{Decoder, Encoding};

use super::file::{self, SAMPLE};

/// Makes text of bytes: in the encoding that was declared, else in the one that the file's mark or its first letters beyond ASCII tell, for
/// which up to [`SAMPLE`] bytes are kept back.
pub struct Decoding {
    /// What is kept back; always from the beginning of a line.
    sample: Vec<u8>,
    decoder: Option<Decoder>,
}

impl Decoding {
    pub fn new(declared: Option<&'static Encoding>) -> Self {
        Self { sample: Vec::new(), decoder: declared.map(Encoding::new_decoder) }
    }

    /// Adds to `text` what can be read by now; at the end, all.
    pub fn read(&mut self, bytes: &[u8], is_end: bool, text: &mut String) {
        if let Some(decoder) = &mut self.decoder {
            return decode(decoder, bytes, is_end, text);
        }
        self.sample.extend_from_slice(bytes);
        let plain = self.plain();
        let is_enough = self.sample.len() - plain >= SAMPLE || is_end;
        if plain == self.sample.len() && !is_end {
            // In nearly all encodings it is the same; which one it is may still be seen.
            let whole = self.sample.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            if self.sample.len() >= SAMPLE {
                // It is ASCII.
                text.push_str(std::str::from_utf8(&self.sample[..whole]).unwrap_or_default());
                self.sample.drain(..whole);
            }
            if self.sample.len() < SAMPLE {
                return;
            }
        } else if !is_enough {
            return;
        }
        let sample = std::mem::take(&mut self.sample);
        let decoder = self.decoder.insert(file::encoding(&sample, is_end).new_decoder());
        decode(decoder, &sample, is_end, text);
    }

    /// What it was read as; before that is known, what it can only be.
    pub fn encoding(&self) -> &'static Encoding {
        self.decoder.as_ref().map_or(encoding_rs::UTF_8, Decoder::encoding)
    }

    /// How many bytes there are before the line with the first letter that tells something: one beyond ASCII, or the zero that ASCII has in
    /// UTF-16.
    fn plain(&self) -> usize {
        let Some(first) = self.sample.iter().position(|byte| !byte.is_ascii() || *byte == 0) else { return self.sample.len() };
        self.sample[..first].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
    }
}

fn decode(decoder: &mut Decoder, bytes: &[u8], is_end: bool, text: &mut String) {
    // So much is enough at worst, so nothing is left over.
    text.reserve(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3 + 16));
    let (_, _, _) = decoder.decode_to_string(bytes, text, is_end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(content: &[u8], declared: Option<&'static Encoding>, piece: usize) -> (String, &'static str) {
        let (mut decoding, mut text) = (Decoding::new(declared), String::new());
        for piece in content.chunks(piece) {
            decoding.read(piece, false, &mut text);
        }
        decoding.read(&[], true, &mut text);
        (text, decoding.encoding().name())
    }

    #[test]
    fn text_is_the_same_however_its_bytes_are_cut() {
        let short = "почта,имя\nanna@example.org,Анна Иванова\n".to_owned();
        let late = format!("{}anna@example.org,Анна Иванова из Риги\n", "bob@example.org,Bob\n".repeat(SAMPLE / 7));
        let long = "anna@example.org,Анна Иванова из Риги\n".repeat(SAMPLE / 20);
        for text in [&short, &late, &long] {
            let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
            let (windows_1251, _, _) = encoding_rs::WINDOWS_1251.encode(text);
            let files = [(text.as_bytes(), "UTF-8"), (&marked, "UTF-8"), (&utf_16, "UTF-16LE"), (&windows_1251, "windows-1251")];
            for (content, encoding) in files {
                let shortest = if content.len() < 1000 { 1 } else { 4096 };
                for piece in [shortest, SAMPLE + 1, content.len()] {
                    let decoded = decoded(content, None, piece);
                    assert_eq!(decoded.1, encoding, "{piece}");
                    assert!(decoded.0 == *text, "{encoding} {piece} {}", decoded.0.len());
                }
            }
        }
    }

    #[test]
    fn what_was_declared_counts_and_what_is_no_text_in_it_can_be_seen() {
        let (windows_1251, _, _) = encoding_rs::WINDOWS_1251.encode("Анна");
        assert_eq!(decoded(&windows_1251, Some(encoding_rs::WINDOWS_1251), 1).0, "Анна");
        assert!(decoded(&windows_1251, Some(encoding_rs::UTF_8), 1).0.contains('\u{FFFD}'));
        assert_eq!(decoded(b"", None, 1), (String::new(), "UTF-8"));
        // A line without an end is no reason to keep everything back.
        assert_eq!(decoded(&vec![b'a'; SAMPLE * 3], None, 1000).0.len(), SAMPLE * 3);
    }
}

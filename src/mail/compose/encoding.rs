//! How bytes travel (RFC 2045, section 6), and whether what was made of them are lines.

use data_encoding::BASE64_MIME;

use super::ComposeError;

/// RFC 5322 section 2.1.1, not counting the CRLF.
const LONGEST_LINE: usize = 998;

/// RFC 2045 section 6.7: with the `=` that continues a line it has 76 characters at the most.
const LONGEST_ENCODED: usize = 75;

/// Quoted-printable of lines that end in CRLF. `column` is how far the present line has got.
pub fn quoted_printable(text: &str, encoded: &mut Vec<u8>, column: &mut usize) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at + 1..];
        if byte == b'\r' && rest.first() == Some(&b'\n') {
            encoded.extend_from_slice(b"\r\n");
            *column = 0;
            at += 2;
            continue;
        }
        let is_plain = match byte {
            // At a line's end they would be taken for the wire's own; behind the text's end comes a soft break.
            b' ' | b'\t' => !rest.starts_with(b"\r\n"),
            b'=' => false,
            _ => byte.is_ascii_graphic(),
        };
        let width = if is_plain { 1 } else { 3 };
        if *column + width > LONGEST_ENCODED {
            soft_break(encoded, column);
        }
        if is_plain {
            encoded.push(byte);
        } else {
            encoded.extend_from_slice(&[b'=', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        *column += width;
        at += 1;
    }
}

/// Goes on in the next line, where the text does not. Parts that are encoded each for itself fit together there.
pub fn soft_break(encoded: &mut Vec<u8>, column: &mut usize) {
    if *column > 0 {
        encoded.extend_from_slice(b"=\r\n");
        *column = 0;
    }
}

/// Base64 in lines of 76, each with its CRLF.
pub fn base64(bytes: &[u8], encoded: &mut Vec<u8>) {
    let from = encoded.len();
    encoded.resize(from + BASE64_MIME.encode_len(bytes.len()), 0);
    BASE64_MIME.encode_mut(bytes, &mut encoded[from..]);
}

/// Whether base64 makes less of a text than quoted-printable, guessed by counting.
pub fn is_shorter_as_base64<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let (mut escaped, mut length) = (0, 0);
    for text in texts {
        escaped += text.bytes().filter(|byte| !byte.is_ascii() || *byte == b'=').count();
        length += text.len();
    }
    escaped * 6 > length
}

/// Whether these are whole lines: each ends in CRLF, and CR and LF stand nowhere else.
pub fn check_lines(bytes: &[u8]) -> Result<(), ComposeError> {
    let Some(lines) = bytes.strip_suffix(b"\r\n") else {
        return Err(ComposeError::BareLineBreak);
    };
    let mut lines = lines.split(|&byte| byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        let line = match line.strip_suffix(b"\r") {
            Some(line) => line,
            None if lines.peek().is_none() => line,
            None => return Err(ComposeError::BareLineBreak),
        };
        if line.contains(&b'\r') {
            return Err(ComposeError::BareLineBreak);
        }
        if line.len() > LONGEST_LINE {
            return Err(ComposeError::LineTooLong);
        }
    }
    Ok(())
}

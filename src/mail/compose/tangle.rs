//! Whether HTML may be parsed at all. The HTML standard prescribes work that grows with the square of the markup, and
//! every parser does as prescribed: 1 MB of nested `<div>` took 50 s here, 400 KB of `<p><b id=1><p><b id=2>…`, where
//! each paragraph opens anew everything that was left open before it, more memory than the machine has.

/// Markup that is not well-formed may hide anything, so it may be only this big: 0.5 s and 260 MB at the worst.
const TAGS: usize = 2000;

/// Well-formed markup cannot do worse than to open everything it is nested in anew at every tag: 0.4 s and 260 MB.
const TAGS_TIMES_DEPTH: usize = 1_000_000;

/// What is left open is opened anew with its attributes: 256 KB in one of them, and 32,000 paragraphs within, are 8 GB. So many bytes of
/// attributes may be made of them, which are there twice while they are cleaned.
const COPIED_BYTES: usize = 100_000_000;

/// The elements that are opened anew (HTML standard, section 13.2.4.3, the list of active formatting elements).
const FORMATTING: [&str; 14] = ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "link", "wbr"];

/// Whether these tags could cost more than a mail is worth. Never says no where a parser would see more than this does:
/// whatever is not plainly well-formed counts as the worst that so many tags can be.
pub fn is_tangled(html: &str) -> bool {
    let mut well_formed = true;
    let mut tags = 0;
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    // Bytes of attributes of formatting elements: of those that are open, the most that were open at once, and of all.
    let (mut open_bytes, mut most_bytes, mut all_bytes) = (0, 0, 0);
    let mut pieces = html.split('<');
    let mut end = pieces.next().map_or(0, str::len);
    for after in pieces {
        end += 1 + after.len();
        let (closes, after) = after.strip_prefix('/').map_or((false, after), |after| (true, after));
        let length = after.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(after.len());
        let (name, rest) = after.split_at(length);
        let name = name.to_ascii_lowercase();
        if !name.starts_with(|character: char| character.is_ascii_alphabetic()) {
            // `a < b` is text. `<!` and `<?` and `</3` begin comments, in which tags may hide.
            well_formed &= !closes && !after.starts_with(['!', '?']);
            continue;
        }
        well_formed &= rest.split_once('>').is_some_and(|(attributes, _)| are_plain(attributes));
        if closes {
            // Demanded of what stands inside `<style>` or `<textarea>` too: a tag hidden there closes nothing outside.
            let opened = open.pop();
            open_bytes -= opened.as_ref().map_or(0, |(_, bytes)| *bytes);
            well_formed &= opened.is_some_and(|(opened, _)| opened == name);
        } else if !VOID.contains(&name.as_str()) {
            tags += 1;
            let bytes = if FORMATTING.contains(&name.as_str()) { attributes_length(&html[end - rest.len()..]) } else { 0 };
            all_bytes += bytes;
            open_bytes += bytes;
            most_bytes = most_bytes.max(open_bytes);
            open.push((name, bytes));
            depth = depth.max(open.len());
            // Before the next one is measured, which may be as long as the rest.
            if all_bytes > COPIED_BYTES {
                return true;
            }
        }
    }
    if well_formed {
        tags * depth > TAGS_TIMES_DEPTH || tags * most_bytes > COPIED_BYTES
    } else {
        tags > TAGS || tags * all_bytes > COPIED_BYTES
    }
}

/// How long a tag's attributes are, read as every parser reads them (HTML standard, sections 13.2.5.32 to 39): up to the first `>` that is
/// not in a quoted value. A quote begins one only right after `=`; elsewhere it is part of a name or of a value without quotes.
fn attributes_length(after_name: &str) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in after_name.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return at,
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (None, _) => {}
        }
        // Spaces may stand between the two.
        after_equals = quote.is_none() && (byte == b'=' || after_equals && byte.is_ascii_whitespace());
    }
    after_name.len()
}

/// Whether attributes are written as ` name="value"`, and so end where they seem to.
fn are_plain(attributes: &str) -> bool {
    let parts: Vec<&str> = attributes.trim_end_matches('/').split('"').collect();
    let Some((last, pairs)) = parts.split_last() else { return true };
    let is_name = |part: &str| {
        part.strip_suffix('=').is_some_and(|name| {
            let trimmed = name.trim_start();
            trimmed.len() < name.len()
                && !trimmed.is_empty()
                && trimmed.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
        })
    };
    last.trim().is_empty() && pairs.len() % 2 == 0 && pairs.iter().step_by(2).all(|part| is_name(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraphs_within(open: &str, close: &str, count: usize) -> String {
        format!("<p>{open}{}{close}</p>", "<p>x</p>".repeat(count))
    }

    #[test]
    fn attributes_that_would_be_copied_into_every_paragraph_are_refused() {
        let bold = format!("<b title=\"{}\">", "A".repeat(64 * 1024));
        assert!(is_tangled(&paragraphs_within(&bold, "</b>", 2_000)));
        assert!(!is_tangled(&paragraphs_within(&bold, "</b>", 100)));
        // An element that is not opened anew keeps what it has.
        assert!(!is_tangled(&paragraphs_within(&bold.replace("<b", "<div"), "</div>", 2_000)));
        // Not well-formed: what is copied is not known, so all counts.
        let hidden = format!("<b title='{}>'><p>x", "A".repeat(64 * 1024)).repeat(4);
        assert!(is_tangled(&format!("{hidden}{}", "<p>x".repeat(1_500))));
    }

    #[test]
    fn attributes_end_where_a_parser_ends_them() {
        for (tag, length) in [
            (" title=\"a>b\">", 12),
            (" title='a>\"b'>x", 13),
            (" a=b\"c>d\">", 6),
            (" a\"b>", 4),
            (" a = \">\" b>", 10),
            (">", 0),
            (" a=\"never closed>", 17),
        ] {
            assert_eq!(attributes_length(tag), length, "{tag}");
        }
    }

    #[test]
    fn an_ordinary_newsletter_is_read_with_its_comments() {
        let cell = "<tr><td style=\"padding: 12px 24px; font-family: Arial\"><font color=\"#333333\" face=\"Arial\"><a href=\"https://shop.example/offer?id=1234567&amp;utm_source=letter\" \
                    target=\"_blank\">An offer</a></font></td></tr>";
        let letter = format!("<!DOCTYPE html><!--[if mso]><x><![endif]--><table>{}</table>", cell.repeat(200));
        assert!(!is_tangled(&letter));
    }
}

//! The address and parameters of MAIL and RCPT (RFC 5321 section 4.1.2).

/// Reads `<path> PARAMETER PARAMETER=value`: the address without brackets and source route, and the parameters.
pub(super) fn parse_path(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    // A ">" may stand inside a quoted local part.
    let inner = text.strip_prefix('<')?;
    let mut quoted = false;
    let mut escaped = false;
    let end = inner.find(|character| {
        let ends = character == '>' && !quoted;
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        ends
    })?;
    let (path, parameters) = (&inner[..end], &inner[end + 1..]);
    if !(parameters.is_empty() || parameters.starts_with(' ')) {
        return None;
    }
    // Source routes (`@relay:user@host`) are to be ignored (RFC 5321 appendix C).
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':')?.1,
        None => path,
    };
    let outside_quotes = path.rsplit('"').next().unwrap_or(path);
    let blank = outside_quotes.contains(' ') || path.contains(char::is_control);
    (!blank).then_some((path, parameters.trim()))
}

/// Whether this can be a mailbox: something, an @, something.
pub(super) fn is_mailbox(path: &str) -> bool {
    path.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty()) || path.eq_ignore_ascii_case("postmaster")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_with_their_parameters() {
        let table = [
            ("<a@b.example>", Some(("a@b.example", ""))),
            (" <a@b.example> SIZE=3 BODY=8BITMIME", Some(("a@b.example", "SIZE=3 BODY=8BITMIME"))),
            ("<>", Some(("", ""))),
            ("<@r.example,@s.example:a@b.example>", Some(("a@b.example", ""))),
            ("<\"a>b c\"@b.example> X", Some(("\"a>b c\"@b.example", "X"))),
            ("<\"a\\\">b\"@b.example>", Some(("\"a\\\">b\"@b.example", ""))),
            ("a@b.example", None),
            ("<a@b.example", None),
            ("<a@b.example>x", None),
            ("<a b@c.example>", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_path(text), expected, "{text}");
        }
        assert!(is_mailbox("a@b") && is_mailbox("Postmaster"));
        assert!(!is_mailbox("") && !is_mailbox("a") && !is_mailbox("@b") && !is_mailbox("a@"));
    }
}

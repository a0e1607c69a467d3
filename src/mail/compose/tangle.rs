//! Whether HTML may be parsed at all. The HTML standard prescribes work that grows with the square of the markup, and
//! every parser does as prescribed: 1 MB of nested `<div>` took 50 s here, 400 KB of `<p><b id=1><p><b id=2>…`, where
//! each paragraph opens anew everything that was left open before it, more memory than the machine has.

/// Markup that is not well-formed may hide anything, so it may be only this big: 0.5 s and 260 MB at the worst.
const TAGS: usize = 2000;

/// Well-formed markup cannot do worse than to open everything it is nested in anew at every tag: 0.4 s and 260 MB.
const TAGS_TIMES_DEPTH: usize = 1_000_000;

const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "link", "wbr"];

/// Whether these tags could cost more than a mail is worth. Never says no where a parser would see more than this does:
/// whatever is not plainly well-formed counts as the worst that so many tags can be.
pub fn is_tangled(html: &str) -> bool {
    let mut well_formed = true;
    let mut tags = 0;
    let mut open: Vec<String> = Vec::new();
    let mut depth = 0;
    for after in html.split('<').skip(1) {
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
            well_formed &= open.pop().is_some_and(|opened| opened == name);
        } else if !VOID.contains(&name.as_str()) {
            tags += 1;
            open.push(name);
            depth = depth.max(open.len());
        }
    }
    if well_formed { tags * depth > TAGS_TIMES_DEPTH } else { tags > TAGS }
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

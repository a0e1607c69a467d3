//! What the author typed, as the two alternatives of a mail.

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use thiserror::Error;

use super::tangle::is_tangled;

/// The width that plain-text mail is read at (RFC 5322 section 2.1.1 asks for less than 78).
const WIDTH: usize = 76;

/// The two alternatives of a mail. Made once for a message, however many recipients it has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Body {
    /// A complete HTML document.
    pub html: String,
    /// The same to be read without HTML. Lines end in LF.
    pub text: String,
}

/// HTML that no parser should be asked to read: see `tangle`. The form of a message says so beside its field.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the HTML is nested too deeply or has too many tags that are not closed")]
pub struct TangledHtml;

impl Body {
    /// From what an author typed, in HTML or not.
    ///
    /// HTML is cleaned: no scripts, no event handlers, no styles, links to http, https and mailto only, images from http
    /// and https only. Text in which no HTML element occurs is taken literally: `<` is a less-than sign, a blank line
    /// divides paragraphs and a line break stays one; its text alternative is that very text.
    ///
    /// So is tangled HTML, source and all: the form refuses it with `try_from_author`, so none should come this far.
    pub fn from_author(typed: &str) -> Self {
        Self::try_from_author(typed).unwrap_or_else(|TangledHtml| Self::literal(&without_controls(typed)))
    }

    /// As `from_author`, for the form of a message to check what it is given.
    pub fn try_from_author(typed: &str) -> Result<Self, TangledHtml> {
        let typed = without_controls(typed);
        if !has_element(&typed) {
            return Ok(Self::literal(&typed));
        }
        if is_tangled(&typed) {
            return Err(TangledHtml);
        }
        let fragment = SANITIZER.clean(&typed).to_string();
        // Reopened elements again, and html2text needs some 3 KB for each of them.
        if fragment.len() > 4 * typed.len() + 10_000 {
            return Err(TangledHtml);
        }
        let text = to_text(&fragment);
        Ok(Self { html: document(&fragment), text })
    }

    /// From HTML of our own making, such as a mail that confirms an address, with the same in words.
    pub fn trusted(fragment: &str, text: &str) -> Self {
        Self { html: document(fragment), text: text.to_owned() }
    }

    fn literal(text: &str) -> Self {
        let text = text.trim_end();
        Self { html: document(&paragraphs(text)), text: format!("{text}\n") }
    }
}

/// Lines end in LF, and of the other control characters only tabs remain.
fn without_controls(typed: &str) -> String {
    let typed = typed.replace("\r\n", "\n").replace('\r', "\n");
    typed.chars().filter(|&character| matches!(character, '\n' | '\t') || !character.is_control()).collect()
}

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut sanitizer = Builder::default();
    sanitizer
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        // There is no page that a relative address could be relative to.
        .url_relative(ammonia::UrlRelative::Deny)
        .add_clean_content_tags(["title"])
        .attribute_filter(|element, attribute, value| {
            let is_remote_image = || {
                let scheme = value.trim_start().split(':').next().unwrap_or_default();
                scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
            };
            let is_shown = !(element == "img" && attribute == "src") || is_remote_image();
            is_shown.then(|| value.into())
        });
    sanitizer
});

/// The names by which HTML is told from text with a `<` in it: all that may stay, and the common ones that may not.
static ELEMENTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let mut names = Builder::default().clone_tags();
    names.extend([
        "body", "button", "center", "font", "form", "head", "html", "iframe", "input", "link", "meta", "object", "embed", "script",
        "section", "style", "svg", "title", "video", "audio", "base", "math", "textarea", "select", "template", "noscript", "main",
        "label", "big",
    ]);
    names
});

/// Whether a tag of HTML occurs: `<p>`, `</p>`, `<br/>`, `<a href…`. Not `a < b`, `<3` or `<ivan@example.org>`.
fn has_element(typed: &str) -> bool {
    typed.split('<').skip(1).any(|after| {
        let after = after.strip_prefix('/').unwrap_or(after);
        let length = after.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(after.len());
        let (name, rest) = after.split_at(length);
        (rest.starts_with(['>', '/']) || rest.starts_with(char::is_whitespace)) && ELEMENTS.contains(name.to_ascii_lowercase().as_str())
    })
}

fn paragraphs(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|paragraph| !paragraph.is_empty());
    paragraphs
        .map(|paragraph| {
            let lines: Vec<String> = paragraph.iter().map(|line| escape(line)).collect();
            format!("<p>{}</p>\n", lines.join("<br>\n"))
        })
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// HTML as text: links numbered and listed at the end in full, since a wrapped address cannot be followed.
fn to_text(fragment: &str) -> String {
    let text = html2text::config::plain()
        .no_table_borders()
        .no_link_wrapping()
        .allow_width_overflow()
        .string_from_read(fragment.as_bytes(), WIDTH)
        .unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n").trim_matches('\n'))
}

/// The least that makes a fragment a document which every mail program shows at a readable size. It names no language:
/// the author's is not known.
fn document(fragment: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n</head>\n<body>\n{}\n</body>\n</html>\n",
        fragment.trim_end()
    )
}

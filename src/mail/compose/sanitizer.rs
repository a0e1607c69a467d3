//! Which HTML a mail may have: all that marketers' templates need, nothing that does something by itself.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use ammonia::{Builder, UrlRelative};

use super::placeholder::{Place, is_marker, moved};

/// How things look, and not where they are: nothing of a mail lies over something else.
const STYLE_PROPERTIES: &[&str] = &[
    "background",
    "background-color",
    "background-image",
    "background-position",
    "background-repeat",
    "background-size",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "box-sizing",
    "clear",
    "color",
    "direction",
    "display",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "mso-line-height-rule",
    "mso-table-lspace",
    "mso-table-rspace",
    "opacity",
    "outline",
    "overflow-wrap",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
    "-webkit-text-size-adjust",
    "-ms-text-size-adjust",
];

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut sanitizer = Builder::default();
    sanitizer
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        // There is no page that a relative address could be relative to; but one may begin with a placeholder.
        .url_relative(UrlRelative::Custom(Box::new(placeholder_alone)))
        .add_tags(["font", "big", "main", "section", "address", "tfoot"])
        .add_clean_content_tags(["title"])
        .add_generic_attributes(["style", "align", "valign", "bgcolor", "width", "height", "dir", "role", "class", "border"])
        .add_tag_attributes("table", ["cellpadding", "cellspacing", "background"])
        .add_tag_attributes("td", ["nowrap", "background"])
        .add_tag_attributes("th", ["nowrap", "background"])
        .add_tag_attributes("font", ["color", "face", "size"])
        .add_tag_attributes("a", ["name", "target"])
        .add_tag_attributes("img", ["hspace", "vspace"])
        .add_tag_attributes("ul", ["type"])
        .add_tag_attributes("ol", ["type"])
        .filter_style_properties(HashSet::from_iter(STYLE_PROPERTIES.iter().copied()))
        .attribute_filter(|element, attribute, value| {
            let scheme = || value.trim_start().split(':').next().unwrap_or_default().to_ascii_lowercase();
            let is_remote = || matches!(&*scheme(), "http" | "https");
            match (element, attribute) {
                // Shown without a click, so from the web alone; ammonia does not know the second for an address.
                ("img", "src") | (_, "background") if !is_remote() => None,
                (_, "href" | "src" | "cite" | "background") => Some(Cow::Owned(moved(value, Place::Address))),
                _ => Some(Cow::Owned(moved(value, Place::Attribute))),
            }
        });
    sanitizer
});

/// An address that begins with a placeholder is none to clean: the link to unsubscribe by.
fn placeholder_alone(address: &str) -> Option<Cow<'_, str>> {
    address.starts_with(is_marker).then_some(Cow::Borrowed(address))
}

/// The HTML without what may not stay.
pub fn clean(html: &str) -> String {
    SANITIZER.clean(html).to_string()
}

/// The names by which HTML is told from text with a `<` in it: all that may stay, and the common ones that may not.
static ELEMENTS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let mut names = SANITIZER.clone_tags();
    names.extend([
        "body", "button", "form", "head", "html", "iframe", "input", "link", "meta", "object", "embed", "script", "style", "svg", "title",
        "video", "audio", "base", "math", "textarea", "select", "template", "noscript", "label",
    ]);
    names
});

/// Whether a tag of HTML occurs: `<p>`, `</p>`, `<br/>`, `<a href…`. Not `a < b`, `<3` or `<ivan@example.org>`.
pub fn has_element(typed: &str) -> bool {
    typed.split('<').skip(1).any(|after| {
        let after = after.strip_prefix('/').unwrap_or(after);
        let length = after.find(|character: char| !character.is_ascii_alphanumeric()).unwrap_or(after.len());
        let (name, rest) = after.split_at(length);
        (rest.starts_with(['>', '/']) || rest.starts_with(char::is_whitespace)) && ELEMENTS.contains(name.to_ascii_lowercase().as_str())
    })
}

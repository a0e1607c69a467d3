//! From an author's Markdown to HTML that is safe to show: CommonMark with tables, footnotes and strikethrough, sanitised.

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use maud::{Markup, PreEscaped};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use url::Url;
use uuid::Uuid;

use super::pictures::{
    model::{Picture, id_in},
    views,
};
use crate::mail::compose;

/// What a link may lead to.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// What the ids of footnotes begin with.
const NOTE: &str = "note-";

/// How wide a picture stands in the text.
const PICTURE_SIZES: &str = "(min-width: 800px) 720px, 100vw";

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.url_schemes(SCHEMES.into()).url_relative(UrlRelative::PassThrough).link_rel(Some("noopener nofollow ugc"));
    // Pictures come in when all else is clean, see `render`.
    builder.rm_tags(["img"]);
    // Footnotes are found by their ids; no other is let through, which might be one of the page's own.
    builder
        .add_tag_attributes("div", ["id"])
        .attribute_filter(|_, attribute, value| (attribute != "id" || value.starts_with(NOTE)).then(|| value.into()));
    builder.add_allowed_classes("div", ["footnote-definition"]);
    builder.add_allowed_classes("sup", ["footnote-reference", "footnote-definition-label"]);
    // What is too wide is moved along by itself, with the keyboard too.
    builder.set_tag_attribute_value("pre", "tabindex", "0").set_tag_attribute_value("table", "tabindex", "0");
    builder
});

/// The post's text as it is shown, with those of its pictures that it names; other images leave their words.
pub fn render(source: &str, pictures: &[Picture]) -> Markup {
    // Each picture is a mark until the rest is sanitised, which would leave neither `srcset` nor `sizes`. Nobody can write a mark
    // themselves (within an attribute, say, where a picture would tear it open), because it is another each time.
    let mark = Uuid::new_v4();
    let mut shown = Vec::new();
    let mut markup = String::with_capacity(source.len() * 2);
    let mut events = parse(source);
    let marked = std::iter::from_fn(|| {
        Some(match events.next()? {
            Event::Start(Tag::Image { dest_url, .. }) => {
                let words = words(&mut events);
                match find(&dest_url, pictures) {
                    Some(picture) => {
                        shown.push(picture_markup(picture, &words));
                        Event::Text(format!("{mark}-{};", shown.len()).into())
                    }
                    None => Event::Text(words.into()),
                }
            }
            Event::FootnoteReference(name) => Event::FootnoteReference(format!("{NOTE}{name}").into()),
            Event::Start(Tag::FootnoteDefinition(name)) => Event::Start(Tag::FootnoteDefinition(format!("{NOTE}{name}").into())),
            event => event,
        })
    });
    html::push_html(&mut markup, marked);
    let mut clean = SANITIZER.clean(&markup).to_string();
    for (number, picture) in (1..).zip(&shown) {
        clean = clean.replacen(&format!("{mark}-{number};"), picture, 1);
    }
    PreEscaped(clean)
}

/// As [`render`], for where the site's own addresses lead nowhere: all of them begin with `base`, the post's own.
pub fn render_for_elsewhere(source: &str, pictures: &[Picture], base: &Url) -> String {
    let mut builder = Builder::default();
    builder.url_schemes(SCHEMES.into()).url_relative(UrlRelative::RewriteWithBase(base.clone()));
    builder.clean(&render(source, pictures).into_string()).to_string()
}

/// The images that would not be shown, in the author's order: those from elsewhere, of other posts, and those written in HTML.
pub fn strange_images(source: &str, pictures: &[Picture]) -> Vec<String> {
    parse(source)
        .filter_map(|event| match event {
            Event::Start(Tag::Image { dest_url, .. }) if find(&dest_url, pictures).is_none() => Some(dest_url.into_string()),
            Event::Html(html) | Event::InlineHtml(html) if html.to_ascii_lowercase().contains("<img") => Some("<img>".to_owned()),
            _ => None,
        })
        .collect()
}

/// Whether there is a script in the text, as HTML or behind a link, and not only talk of one in code. It would not run: what is shown is
/// sanitised. But its author should hear of it, and not find a hole in the post.
pub fn has_script(source: &str) -> bool {
    let is_script = |address: &str| address.trim_start().to_ascii_lowercase().starts_with("javascript:");
    parse(source).any(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => html.to_ascii_lowercase().contains("<script"),
        Event::Start(Tag::Link { dest_url, .. }) => is_script(&dest_url),
        _ => false,
    })
}

/// Whether the text would cost more to clean than a post is worth: 200 KB of `>` are nested a hundred thousand deep.
pub fn is_tangled(source: &str) -> bool {
    let mut markup = String::with_capacity(source.len() * 2);
    html::push_html(&mut markup, parse(source));
    compose::is_tangled(&markup)
}

fn parse(source: &str) -> impl Iterator<Item = Event<'_>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION;
    // The page's first heading is the post's title.
    Parser::new_ext(source, options).map(|event| match event {
        Event::Start(Tag::Heading { level: HeadingLevel::H1, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, id, classes, attrs })
        }
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => Event::End(TagEnd::Heading(HeadingLevel::H2)),
        event => event,
    })
}

fn find<'a>(address: &str, pictures: &'a [Picture]) -> Option<&'a Picture> {
    let id = id_in(address)?;
    pictures.iter().find(|picture| picture.id == id)
}

/// The text up to the end of the image that has just begun.
fn words<'a>(events: &mut impl Iterator<Item = Event<'a>>) -> String {
    let mut words = String::new();
    let mut depth = 1;
    for event in events {
        match event {
            Event::Start(Tag::Image { .. }) => depth += 1,
            Event::End(TagEnd::Image) => depth -= 1,
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    words
}

fn picture_markup(picture: &Picture, words: &str) -> String {
    let alt = if words.is_empty() { &picture.alt } else { words };
    views::img_with_alt(picture, alt, PICTURE_SIZES, false).into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Picture {
        let id = Uuid::from_u128(7);
        Picture { id, post_id: 1, name: "lake.jpg".into(), alt: "A lake".into(), small: (640, 480), large: (1600, 1200) }
    }

    fn shown(source: &str) -> String {
        render(source, &[picture()]).into_string()
    }

    #[test]
    fn a_picture_of_the_post_comes_in_two_sizes_and_others_leave_their_words() {
        let address = "/blog/pictures/00000000-0000-0000-0000-000000000007";
        let own = shown(&format!("Look:\n\n![The *lake* at dawn]({address})"));
        assert!(own.contains(&format!(r#"srcset="{address}/small 640w, {address}/large 1600w""#)), "{own}");
        assert!(own.contains(r#"width="1600" height="1200" alt="The lake at dawn""#) && own.contains(r#"loading="lazy""#), "{own}");
        assert!(shown(&format!("![]({address})")).contains(r#"alt="A lake""#));

        let strange =
            "![a spy](https://tracker.example/p.gif) <img src='/x.png'> ![gone](/blog/pictures/00000000-0000-0000-0000-000000000008)";
        assert_eq!(shown(strange), "<p>a spy  gone</p>\n");
        let found = strange_images(&format!("{strange} ![ok]({address}/large)"), &[picture()]);
        assert_eq!(found, ["https://tracker.example/p.gif", "<img>", "/blog/pictures/00000000-0000-0000-0000-000000000008"]);
    }

    #[test]
    fn nothing_an_author_writes_gets_out_of_the_picture_it_is_in() {
        let address = "/blog/pictures/00000000-0000-0000-0000-000000000007";
        let markup =
            shown(&format!("![\"><script>alert(1)</script> ![inner](x)]({address} \"title\")\n\n<b title='![x]({address})'>b</b>"));
        assert_eq!(markup.matches("<img").count(), 1, "{markup}");
        assert!(!markup.contains("<script") && markup.contains("alt=\"“&gt;alert(1) inner\""), "{markup}");
    }

    #[test]
    fn a_heading_stands_below_the_title_of_the_page() {
        assert_eq!(shown("# One\n\n## Two\n\n### Three"), "<h2>One</h2>\n<h2>Two</h2>\n<h3>Three</h3>\n");
    }

    #[test]
    fn what_is_nested_too_deep_is_told_before_it_is_cleaned_and_a_long_text_is_not() {
        for bad in [">".repeat(100_000), "<p><b id=1>".repeat(10_000)] {
            assert!(is_tangled(&bad), "{bad:.10}");
        }
        let text = "## Head\n\nSome *words* with a [link](https://example.org) and `code`.\n\n- one\n  - two\n    - three\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n";
        assert!(!is_tangled(&text.repeat(200 * 1024 / text.len())));
    }
}

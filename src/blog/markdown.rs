//! From an author's Markdown to HTML that is safe to show: CommonMark with tables, footnotes and strikethrough, sanitised.

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use maud::{Markup, PreEscaped};
use pulldown_cmark::{Options, Parser, html};

/// What a link may lead to.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder.url_schemes(SCHEMES.into()).url_relative(UrlRelative::PassThrough).link_rel(Some("noopener nofollow ugc"));
    builder
});

/// The post's text as it is shown.
pub fn render(source: &str) -> Markup {
    let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION;
    let mut markup = String::with_capacity(source.len() * 2);
    html::push_html(&mut markup, Parser::new_ext(source, options));
    PreEscaped(SANITIZER.clean(&markup).to_string())
}

//! What a post will look like, in the list of a search engine and on its page.

use maud::{Markup, html};

use super::super::{
    super::{markdown, pictures::model::Picture, slug::Slug},
    model::{PostForm, SUMMARY_SHOWN, content_problem},
};
use crate::{
    limits::POST_CONTENT_BYTES,
    t,
    ui::{Tone, alert},
};

/// The words of a form as they stand, which need not be complete, with the pictures that the post has.
pub fn preview(form: &PostForm, pictures: &[Picture]) -> Markup {
    let title = form.title.trim();
    let slug = if form.slug.trim().is_empty() { Slug::of_title(title) } else { Slug::parse(&form.slug).ok() };
    html! {
        div .found {
            p .found-label { (t!("posts-preview-found")) }
            p .found-title { @if title.is_empty() { (t!("posts-preview-untitled")) } @else { (title) } }
            p .found-address { "/blog/" @match &slug { Some(slug) => (slug.as_str()), None => "…" } }
            p .found-summary { @if form.summary.trim().is_empty() { (t!("posts-preview-no-summary")) } @else { (beginning(form.summary.trim())) } }
        }
        @if let Some(problem) = content_problem(&form.content, pictures) { (alert(Tone::Warning, problem)) }
        article .prose lang=(form.language) {
            p .post-title { (title) }
            // What is too much to be saved is too much to be shown.
            @if form.content.len() <= POST_CONTENT_BYTES && !markdown::is_tangled(&form.content) { (markdown::render(&form.content, pictures)) }
        }
    }
}

/// As much as search engines show, up to the end of a word.
fn beginning(summary: &str) -> String {
    if summary.chars().count() <= SUMMARY_SHOWN {
        return summary.to_owned();
    }
    let cut: String = summary.chars().take(SUMMARY_SHOWN).collect();
    let words = cut.rsplit_once(char::is_whitespace).map_or(cut.as_str(), |(words, _)| words);
    format!("{words} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_summary_ends_with_a_word() {
        assert_eq!(beginning("Short."), "Short.");
        let long = beginning(&"слово ".repeat(40));
        assert!(long.ends_with("слово …") && long.chars().count() <= SUMMARY_SHOWN + 2, "{long}");
    }
}

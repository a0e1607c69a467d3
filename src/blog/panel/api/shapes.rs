//! What programs send and are answered about posts.

use poem_openapi::{Enum, Object, Tags, types::Example};
use serde::Deserialize;
use time::OffsetDateTime;

use super::super::{
    super::model::{PATH, State},
    model::{Filter, Post, PostForm, Summary},
};
use crate::i18n::Language;

#[derive(Tags)]
pub enum Tag {
    /// The blog, for editors.
    Posts,
}

/// A language that posts are written in.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "Language")]
pub enum LanguageName {
    /// English
    #[oai(rename = "en")]
    English,
    /// Russian
    #[oai(rename = "ru")]
    Russian,
}

impl From<LanguageName> for Language {
    fn from(language: LanguageName) -> Self {
        match language {
            LanguageName::English => Self::English,
            LanguageName::Russian => Self::Russian,
        }
    }
}

impl From<Language> for LanguageName {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::English,
            Language::Russian => Self::Russian,
        }
    }
}

/// Whether the public reads a post.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "PostState", rename_all = "lowercase")]
pub enum StateName {
    Draft,
    /// It is published at its moment by itself.
    Scheduled,
    Published,
}

impl StateName {
    fn of(state: State) -> Self {
        match state {
            State::Draft => Self::Draft,
            State::Scheduled(_) => Self::Scheduled,
            State::Published(_) => Self::Published,
        }
    }
}

impl From<StateName> for Filter {
    fn from(state: StateName) -> Self {
        match state {
            StateName::Draft => Self::Draft,
            StateName::Scheduled => Self::Scheduled,
            StateName::Published => Self::Published,
        }
    }
}

/// A post's words, to be created or changed.
#[derive(Debug, Object, Deserialize)]
#[oai(rename = "PostInput", deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The title, in one line.
    #[oai(validator(min_length = 1, max_length = 200))]
    #[serde(default)]
    title: String,
    /// The last part of its address: small letters, digits and hyphens. Left out: made from the title, or in a change as it was.
    #[oai(validator(max_length = 80))]
    #[serde(default)]
    slug: Option<String>,
    /// The language it is written in: `en` or `ru`.
    #[oai(validator(pattern = "^(en|ru)$"))]
    #[serde(default)]
    language: String,
    /// One or two sentences, for lists and search engines. What is published needs some.
    #[oai(validator(max_length = 300))]
    #[serde(default)]
    summary: Option<String>,
    /// The text, in Markdown: up to 200 KB, without scripts. What is published needs some.
    #[serde(default)]
    content: Option<String>,
}

impl Example for Input {
    fn example() -> Self {
        Self {
            title: "When a mail counts as sent".to_owned(),
            slug: Some("when-a-mail-counts-as-sent".to_owned()),
            language: "en".to_owned(),
            summary: Some("What a mail server says, and what it means.".to_owned()),
            content: Some("A mail server that has taken a mail says **250**.".to_owned()),
        }
    }
}

impl Input {
    /// The form of these words, for a post of which `form` says the rest.
    pub fn form(self, form: PostForm) -> PostForm {
        PostForm {
            title: self.title,
            slug: self.slug.unwrap_or(form.slug),
            language: self.language,
            summary: self.summary.unwrap_or_default(),
            content: self.content.unwrap_or_default(),
            ..form
        }
    }
}

/// When the public is to read a post.
#[derive(Debug, Object, Deserialize)]
#[oai(rename = "PublicationInput", deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct PublicationInput {
    /// The moment, in the future; left out: now.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
}

impl Example for PublicationInput {
    fn example() -> Self {
        Self { at: None }
    }
}

/// A post in a list: without its text.
#[derive(Debug, Object)]
#[oai(rename = "PostSummary")]
pub struct Item {
    id: i64,
    /// The last part of its address.
    slug: String,
    /// Where it is read, below this site.
    path: String,
    /// The language it is written in.
    language: LanguageName,
    /// The title.
    title: String,
    /// Whether the public reads it.
    state: StateName,
    /// Since when, or from when on, the public reads it.
    published_at: Option<OffsetDateTime>,
    /// Readings, each visitor once a day.
    views: i64,
}

impl From<Summary> for Item {
    fn from(post: Summary) -> Self {
        Self {
            id: post.id,
            path: format!("{PATH}/{}", post.slug),
            slug: post.slug,
            language: post.language.into(),
            title: post.title,
            state: StateName::of(post.state),
            published_at: post.state.columns().1,
            views: post.views,
        }
    }
}

/// A post.
#[derive(Debug, Object)]
#[oai(rename = "Post")]
pub struct Output {
    id: i64,
    /// The last part of its address.
    slug: String,
    /// Where it is read, below this site.
    path: String,
    /// The language it is written in.
    language: LanguageName,
    /// The title.
    title: String,
    /// One or two sentences, for lists and search engines.
    summary: String,
    /// The text, in Markdown.
    content: String,
    /// Whether the public reads it.
    state: StateName,
    /// Since when, or from when on, the public reads it.
    published_at: Option<OffsetDateTime>,
    /// Readings, each visitor once a day.
    views: i64,
    /// When somebody has changed it last.
    updated_at: OffsetDateTime,
}

impl From<Post> for Output {
    fn from(post: Post) -> Self {
        Self {
            id: post.id,
            path: format!("{PATH}/{}", post.slug),
            slug: post.slug,
            language: post.language.into(),
            title: post.title,
            summary: post.summary,
            content: post.content,
            state: StateName::of(post.state),
            published_at: post.state.columns().1,
            views: post.views,
            updated_at: post.updated_at,
        }
    }
}

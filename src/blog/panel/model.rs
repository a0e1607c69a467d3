//! A post's form and what it becomes.

use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::super::{
    markdown,
    model::State,
    pictures::model::Picture,
    slug::{self, Slug, SlugError},
};
use crate::{
    i18n::{self, Language},
    limits::POST_CONTENT_BYTES,
    mailings::{
        model::explain,
        schedule::{self, Zone},
    },
    t,
    web::{
        form::{self, FieldErrors},
        list,
    },
};

/// The longest title, in characters.
pub const TITLE_MAX: usize = 200;
/// The longest summary, in characters.
pub const SUMMARY_MAX: usize = 300;
/// About as much of a summary search engines show, in characters.
pub const SUMMARY_SHOWN: usize = 160;

/// How far ahead a publication may be set: beyond that the year is a slip of the pen.
const AHEAD: time::Duration = time::Duration::days(3653);

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct PostForm {
    pub title: String,
    /// Empty: made from the title.
    pub slug: String,
    pub language: String,
    pub summary: String,
    pub content: String,
    /// `draft`, `now` or `at`.
    pub publication: String,
    /// Of `at`: civil time in `time_zone`.
    pub published_at: String,
    pub time_zone: String,
    /// Names this filling-in of the form, so that sending it twice makes one post.
    pub submission_id: Option<Uuid>,
    /// The stored post's [`Post::version`] that the form was made from.
    pub updated_at: String,
    /// Present: only a preview is asked for, nothing is saved.
    pub preview: Option<String>,
}

/// When the public is to read a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    Draft,
    Now,
    At(OffsetDateTime),
}

/// A post that can be saved.
#[derive(Debug)]
pub struct NewPost {
    pub title: String,
    pub slug: Slug,
    pub language: Language,
    pub summary: String,
    pub content: String,
    pub publication: Publication,
}

impl PostForm {
    /// For a new post in the reader's language, with tomorrow as the moment to publish at.
    pub fn blank(now: OffsetDateTime, zone: &Zone) -> Self {
        Self {
            language: i18n::current().tag().to_owned(),
            publication: "draft".to_owned(),
            published_at: schedule::to_local_input(now + time::Duration::days(1), zone),
            time_zone: zone.name().to_owned(),
            submission_id: Some(Uuid::new_v4()),
            ..Self::default()
        }
    }

    /// Of a stored post.
    pub fn of(post: &Post, now: OffsetDateTime, zone: &Zone) -> Self {
        let (publication, moment) = match post.state {
            State::Draft => ("draft", now + time::Duration::days(1)),
            State::Scheduled(at) => ("at", at),
            State::Published(at) => ("now", at),
        };
        Self {
            title: post.title.clone(),
            slug: post.slug.clone(),
            language: post.language.tag().to_owned(),
            summary: post.summary.clone(),
            content: post.content.clone(),
            publication: publication.to_owned(),
            published_at: schedule::to_local_input(moment, zone),
            time_zone: zone.name().to_owned(),
            submission_id: None,
            updated_at: post.version(),
            preview: None,
        }
    }

    /// `stored` and `pictures` are what the post is and has already.
    ///
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self, stored: State, pictures: &[Picture], now: OffsetDateTime) -> Result<NewPost, FieldErrors> {
        let mut errors = FieldErrors::default();
        let title = errors.take("title", form::line(&self.title, TITLE_MAX));
        let slug = self.parse_slug(title.as_deref(), &mut errors);
        let language = errors.take("language", Language::from_tag(&self.language).ok_or_else(|| t!("posts-error-language")));
        let summary = errors.take("summary", form::optional_line(&self.summary.replace(['\r', '\n'], " "), SUMMARY_MAX));
        let content = errors.take("content", parse_content(&self.content, pictures));
        let publication = self.parse_publication(&mut errors);
        // Asked again where nobody else can change the post; here it is told with all the rest.
        if let Some(publication) = publication {
            errors.take("published_at", publication.state(stored, now));
        }
        if publication.is_some_and(|publication| publication != Publication::Draft) {
            // A draft may be anything; what is published is found and read.
            for (field, text) in [("summary", &summary), ("content", &content)] {
                if text.as_ref().is_some_and(String::is_empty) {
                    errors.add(field, t!("posts-error-needed"));
                }
            }
        }
        match (title, slug, language, summary, content, publication) {
            (Some(title), Some(slug), Some(language), Some(summary), Some(content), Some(publication)) if errors.is_empty() => {
                Ok(NewPost { title, slug, language, summary, content, publication })
            }
            _ => Err(errors),
        }
    }

    fn parse_slug(&self, title: Option<&str>, errors: &mut FieldErrors) -> Option<Slug> {
        if self.slug.trim().is_empty() {
            // Without a title that is the error to mend.
            let slug = Slug::of_title(title?).ok_or_else(|| t!("posts-error-no-slug"));
            return errors.take("slug", slug);
        }
        let slug = Slug::parse(&self.slug).map_err(|error| match error {
            SlugError::Malformed => t!("posts-error-slug"),
            SlugError::TooLong => t!("posts-error-slug-long", max = slug::MAX),
            SlugError::Reserved => t!("posts-error-slug-reserved", slug = self.slug.trim()),
        });
        errors.take("slug", slug)
    }

    fn parse_publication(&self, errors: &mut FieldErrors) -> Option<Publication> {
        match self.publication.as_str() {
            "draft" => Some(Publication::Draft),
            "now" => Some(Publication::Now),
            "at" => {
                let zone =
                    errors.take("time_zone", Zone::parse(&self.time_zone).map_err(|_| t!("mailings-error-zone", zone = self.time_zone)));
                // Without a zone a time means nothing yet; its own form is checked all the same.
                let checked_in = zone.clone().unwrap_or_else(Zone::utc);
                let moment =
                    errors.take("published_at", schedule::parse_local(&self.published_at, &checked_in).map_err(|error| explain(&error)));
                zone.and(moment).map(Publication::At)
            }
            _ => {
                errors.add("publication", t!("posts-error-publication"));
                None
            }
        }
    }
}

fn parse_content(text: &str, pictures: &[Picture]) -> Result<String, String> {
    let content = form::optional_text(text, usize::MAX)?;
    match content_problem(&content, pictures) {
        Some(problem) => Err(problem),
        None => Ok(content),
    }
}

/// What keeps a text from being saved, for the reader.
pub fn content_problem(content: &str, pictures: &[Picture]) -> Option<String> {
    if content.len() > POST_CONTENT_BYTES {
        return Some(t!("posts-error-content-long", length = content.len().div_ceil(1024), most = POST_CONTENT_BYTES / 1024));
    }
    if markdown::is_tangled(content) {
        return Some(t!("posts-error-tangled"));
    }
    if markdown::has_script(content) {
        return Some(t!("posts-error-script"));
    }
    markdown::strange_images(content, pictures).first().map(|address| t!("posts-error-picture", address = address))
}

impl NewPost {
    /// Whether a stored post reads the same.
    pub fn has_words_of(&self, stored: &Post) -> bool {
        (self.title.as_str(), self.summary.as_str(), self.content.as_str()) == (&stored.title, &stored.summary, &stored.content)
            && self.slug.as_str() == stored.slug
            && self.language == stored.language
    }
}

impl Publication {
    /// The state a post comes to that is in `stored` now.
    ///
    /// # Errors
    /// Why not, for the field `published_at`.
    pub fn state(self, stored: State, now: OffsetDateTime) -> Result<State, String> {
        match (self, stored) {
            (Self::Draft, _) => Ok(State::Draft),
            (Self::Now, State::Published(since)) => Ok(State::Published(since)),
            (Self::Now, _) => Ok(State::Published(now)),
            // Left as it was, and it may have been published meanwhile: forms know minutes.
            (Self::At(at), State::Scheduled(since) | State::Published(since)) if minute(at) == minute(since) => Ok(stored),
            (Self::At(at), _) if at <= now => Err(t!("posts-error-past")),
            (Self::At(at), _) if at - now > AHEAD => Err(t!("posts-error-far")),
            (Self::At(at), _) => Ok(State::Scheduled(at)),
        }
    }
}

fn minute(moment: OffsetDateTime) -> i64 {
    moment.unix_timestamp().div_euclid(60)
}

/// A stored post.
#[derive(Debug, Clone)]
pub struct Post {
    pub id: i64,
    pub slug: String,
    pub language: Language,
    pub title: String,
    pub summary: String,
    pub content: String,
    pub state: State,
    pub views: i64,
    pub updated_at: OffsetDateTime,
}

impl Post {
    /// Another one after every change by an editor; what a form names it by.
    pub fn version(&self) -> String {
        (self.updated_at.unix_timestamp_nanos() / 1000).to_string()
    }

    /// Whether it can be published as it is.
    pub fn is_complete(&self) -> bool {
        !self.summary.is_empty() && !self.content.is_empty()
    }
}

/// A post in the list.
#[derive(Debug, Clone)]
pub struct Summary {
    pub id: i64,
    pub slug: String,
    pub language: Language,
    pub title: String,
    pub state: State,
    pub views: i64,
}

/// What the list is narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    Draft,
    Scheduled,
    Published,
}

impl Filter {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Scheduled, Self::Published];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
        }
    }

    /// None: everything.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == text)
    }
}

/// What the list's address says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PostsQuery {
    pub q: String,
    pub state: String,
    pub language: String,
    pub before: Option<i64>,
}

impl PostsQuery {
    /// The list's address with what narrows it beside the search, and the position in it.
    pub fn position(&self, path: &str) -> (String, list::ListQuery) {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(filter) = Filter::parse(&self.state) {
            query.append_pair("state", filter.as_str());
        }
        if let Some(language) = Language::from_tag(&self.language) {
            query.append_pair("language", language.tag());
        }
        let query = query.finish();
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        (path, list::ListQuery { q: self.q.clone(), before: self.before })
    }

    /// Whether it asks for everything.
    pub fn is_wide(&self) -> bool {
        self.q.is_empty() && self.state.is_empty() && self.language.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-12-01 12:00:30 UTC);

    #[test]
    fn a_moment_in_the_past_or_beyond_ten_years_is_refused_and_one_that_was_left_as_it_was_is_not() {
        let at = |moment| Publication::At(moment);
        for bad in [NOW, datetime!(2026-12-01 12:00 UTC), datetime!(1970-01-01 0:00 UTC), datetime!(9999-12-31 23:59 UTC)] {
            assert!(at(bad).state(State::Draft, NOW).is_err(), "{bad}");
        }
        let soon = datetime!(2026-12-01 12:01 UTC);
        assert_eq!(at(soon).state(State::Draft, NOW), Ok(State::Scheduled(soon)));
        let was = datetime!(2026-12-01 12:00:07 UTC);
        for stored in [State::Scheduled(was), State::Published(was)] {
            assert_eq!(at(datetime!(2026-12-01 12:00 UTC)).state(stored, NOW), Ok(stored));
        }
    }

    #[test]
    fn publishing_what_is_published_leaves_its_date() {
        let since = datetime!(2026-11-01 9:00 UTC);
        assert_eq!(Publication::Now.state(State::Published(since), NOW), Ok(State::Published(since)));
        assert_eq!(Publication::Now.state(State::Scheduled(NOW + time::Duration::DAY), NOW), Ok(State::Published(NOW)));
        assert_eq!(Publication::Draft.state(State::Published(since), NOW), Ok(State::Draft));
    }
}

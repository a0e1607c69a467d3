//! The blog's posts for the programs of editors.

use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi, Tags,
    param::{Path, Query},
    payload::Json as Plain,
    types::Example,
};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    super::{
        model::{PATH, State},
        pictures,
    },
    model::{Filter, NewPost, Post, PostForm, Publication, Summary},
    posts,
    queries::{self, Narrowed},
};
use crate::{
    app::App,
    db::like_pattern,
    i18n::Language,
    mailings::schedule::Zone,
    t,
    tokens::{Caller, Reading, Writing},
    users::Editor,
    web::api::{
        Answer, Begun, Changed, Created, Cursors, Deleted, Found, IdempotencyKey, IfMatch, Json, Limit, Listed, Once, Page, Problem,
        etag::ETag,
    },
};

#[derive(Tags)]
enum Tag {
    /// The blog, for editors.
    Posts,
}

/// A language that posts are written in.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "Language")]
enum LanguageName {
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
enum StateName {
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
    fn form(self, form: PostForm) -> PostForm {
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
    at: Option<OffsetDateTime>,
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

/// A post's version is the microsecond of its last change; of that as much as a tag holds. Two changes with the same tag would have to lie a
/// whole number of thousand seconds apart, to the microsecond; and what a change is made of is looked at once more under the row's lock.
fn tag(post: &Post) -> ETag {
    let micros = (post.updated_at.unix_timestamp_nanos() / 1_000).rem_euclid(1_000_000_000);
    // Nine digits.
    ETag(i32::try_from(micros).unwrap_or_default())
}

/// The form that a stored post would have.
fn form_of(post: &Post) -> PostForm {
    PostForm::of(post, OffsetDateTime::now_utc(), &Zone::utc())
}

async fn parsed(app: &App, stored: &Post, form: &PostForm) -> Result<NewPost, Problem> {
    let pictures = pictures::queries::of_post(&app.db, stored.id).await?;
    Ok(form.parse(stored.state, &pictures, OffsetDateTime::now_utc())?)
}

async fn changed(app: &App, id: i64) -> Result<Changed<Output>, Problem> {
    let post = queries::get(&app.db, id).await?;
    let tag = tag(&post);
    Ok(Changed::Ok(Plain(post.into()), tag))
}

pub struct Api;

#[OpenApi(prefix_path = "/posts", tag = "Tag::Posts")]
impl Api {
    /// List posts
    ///
    /// All of them, published or not, the newest first. For editors.
    #[oai(path = "/", method = "get", operation_id = "listPosts")]
    async fn list(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// Only those in whose title or address this is found, in capitals or not.
        search: Query<Option<String>>,
        /// Only those that stand so.
        state: Query<Option<StateName>>,
        /// Only those in this language.
        language: Query<Option<LanguageName>>,
        /// Where the page before ended: its `next`.
        cursor: Query<Option<String>>,
        /// How many at the most.
        #[oai(default)]
        limit: Query<Limit>,
    ) -> Result<Listed<Page<Item>>, Problem> {
        caller.require(Editor::RIGHTS)?;
        let search = like_pattern(search.0.as_deref().unwrap_or_default());
        let narrowed = Narrowed { search: search.as_deref(), filter: state.0.map(Filter::from), language: language.0.map(Language::from) };
        let parts = ["posts", narrowed.filter.map_or("", Filter::as_str), narrowed.language.map_or("", Language::tag)];
        let cursors = Cursors::new(&app.config, caller.id(), &[&parts[..], &[search.as_deref().unwrap_or_default()]].concat());
        let before = cursors.open(cursor.0.as_deref())?;
        let rows = queries::list(&app.db, &narrowed, before, limit.0.fetch()).await?;
        Ok(Listed::Ok(Plain(cursors.page(rows, limit.0, |post| post.id, Item::from))))
    }

    /// Create a post
    ///
    /// It is a draft until it is published. For editors.
    #[oai(path = "/", method = "post", operation_id = "createPost")]
    async fn create(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        input: Json<Input>,
    ) -> Result<Answer<Created<Output>>, Problem> {
        caller.require(Editor::RIGHTS)?;
        let form = input.value.form(PostForm::blank(OffsetDateTime::now_utc(), &Zone::utc()));
        let new = form.parse(State::Draft, &[], OffsetDateTime::now_utc())?;
        let mut once = match Once::begin(&app.db, caller.id(), key, "createPost", input.fingerprint).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        let post = posts::draft(&mut once.transaction, &caller.user.0, &new, Uuid::new_v4()).await?;
        let (location, tag) = (format!("/api/v1/posts/{}", post.id), tag(&post));
        once.finish(Created::Created(Plain(post.into()), location, tag)).await
    }

    /// Show a post
    ///
    /// For editors.
    #[oai(path = "/:id", method = "get", operation_id = "showPost")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The post.
        id: Path<i64>,
    ) -> Result<Found<Output>, Problem> {
        caller.require(Editor::RIGHTS)?;
        let post = queries::get(&app.db, id.0).await?;
        let tag = tag(&post);
        Ok(Found::Ok(Plain(post.into()), tag))
    }

    /// Change a post
    ///
    /// All words are replaced; whether the public reads it stays. Pictures are added on the site, and their addresses stand in `content`. For
    /// editors.
    #[oai(path = "/:id", method = "put", operation_id = "changePost")]
    async fn change(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The post.
        id: Path<i64>,
        #[oai(name = "If-Match")] if_match: IfMatch,
        input: Json<Input>,
    ) -> Result<Changed<Output>, Problem> {
        caller.require(Editor::RIGHTS)?;
        let stored = queries::get(&app.db, id.0).await?;
        if_match.version(tag(&stored).0)?;
        let new = parsed(&app, &stored, &input.value.form(form_of(&stored))).await?;
        if !posts::update(&app, &caller.user.0, id.0, &stored.version(), &new).await? {
            return Err(Problem::changed());
        }
        changed(&app, id.0).await
    }

    /// Delete a post
    ///
    /// With its pictures. For editors.
    #[oai(path = "/:id", method = "delete", operation_id = "deletePost")]
    async fn delete(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The post.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        caller.require(Editor::RIGHTS)?;
        posts::delete(&app, &caller.user.0, id.0).await?;
        Ok(Deleted::Gone)
    }

    /// Publish a post
    ///
    /// Now, or by itself at a moment in the future. One that is published stays as it is. It needs a summary and a text. For editors.
    #[oai(path = "/:id/publication", method = "put", operation_id = "publishPost")]
    async fn publish(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The post.
        id: Path<i64>,
        input: Json<PublicationInput>,
    ) -> Result<Changed<Output>, Problem> {
        caller.require(Editor::RIGHTS)?;
        let done = match input.value.at {
            None => posts::publish(&app, &caller.user.0, id.0).await?,
            Some(at) => schedule(&app, &caller, id.0, at).await?,
        };
        if done { changed(&app, id.0).await } else { Err(Problem::conflict(t!("posts-not-complete"))) }
    }

    /// Make a post a draft again
    ///
    /// Whether it is published or waits for its moment. For editors.
    #[oai(path = "/:id/publication", method = "delete", operation_id = "unpublishPost")]
    async fn unpublish(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The post.
        id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        caller.require(Editor::RIGHTS)?;
        posts::unpublish(&app, &caller.user.0, id.0).await?;
        Ok(Deleted::Gone)
    }
}

/// Sets the moment that a post is published at. False: it is not complete.
async fn schedule(app: &App, caller: &Caller<Writing>, id: i64, at: OffsetDateTime) -> Result<bool, Problem> {
    let stored = queries::get(&app.db, id).await?;
    if !stored.is_complete() {
        return Ok(false);
    }
    let words = parsed(app, &stored, &form_of(&stored)).await?;
    let new = NewPost { publication: Publication::At(at), ..words };
    match posts::update(app, &caller.user.0, id, &stored.version(), &new).await {
        Ok(true) => Ok(true),
        Ok(false) => Err(Problem::changed()),
        Err(refusal) => {
            let errors = refusal.into_field_errors()?;
            Err(Problem::renamed(errors, &[("published_at", "at")]))
        }
    }
}

//! The blog's posts for the programs of editors. What is sent and answered stands in `api/shapes.rs`.

mod shapes;

use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
    payload::Json as Plain,
};
use time::OffsetDateTime;
use uuid::Uuid;

use self::shapes::{Input, Item, LanguageName, Output, PublicationInput, StateName, Tag};
use super::{
    super::{
        model::State,
        pictures::{self, model::Picture},
    },
    model::{Filter, NewPost, Post, PostForm, Publication},
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
    web::{
        api::{
            Answer, Begun, Created, Current, Cursors, Deleted, IdempotencyKey, IfMatch, Json, Limit, Listed, Once, Page, Problem,
            etag::ETag,
        },
        off_thread,
    },
};

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

async fn parsed(app: &App, stored: &Post, form: PostForm) -> Result<NewPost, Problem> {
    let pictures = pictures::queries::of_post(&app.db, stored.id).await?;
    parse(form, stored.state, pictures).await
}

/// Reading Markdown is no work for this thread.
async fn parse(form: PostForm, stored: State, pictures: Vec<Picture>) -> Result<NewPost, Problem> {
    Ok(off_thread::read(move || form.parse(stored, &pictures, OffsetDateTime::now_utc())).await??)
}

async fn current(app: &App, id: i64) -> Result<Current<Output>, Problem> {
    let post = queries::get(&app.db, id).await?;
    let tag = tag(&post);
    Ok(Current::Ok(Plain(post.into()), tag))
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
        let new = parse(form, State::Draft, Vec::new()).await?;
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
    ) -> Result<Current<Output>, Problem> {
        caller.require(Editor::RIGHTS)?;
        current(&app, id.0).await
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
    ) -> Result<Current<Output>, Problem> {
        caller.require(Editor::RIGHTS)?;
        let stored = queries::get(&app.db, id.0).await?;
        if_match.version(tag(&stored).0)?;
        let new = parsed(&app, &stored, input.value.form(form_of(&stored))).await?;
        if !posts::update(&app, &caller.user.0, id.0, &stored.version(), &new).await? {
            return Err(Problem::changed());
        }
        current(&app, id.0).await
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
    ) -> Result<Current<Output>, Problem> {
        caller.require(Editor::RIGHTS)?;
        let done = match input.value.at {
            None => posts::publish(&app, &caller.user.0, id.0).await?,
            Some(at) => schedule(&app, &caller, id.0, at).await?,
        };
        if done { current(&app, id.0).await } else { Err(Problem::conflict(t!("posts-not-complete"))) }
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
    let words = parsed(app, &stored, form_of(&stored)).await?;
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

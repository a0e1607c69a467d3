//! What editors do to posts, each in one transaction with its record and with the job that publishes at a moment.

use sqlx::PgTransaction;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    super::{
        jobs::{PublishPost, job_key},
        model::State,
    },
    model::{NewPost, Post},
    queries,
};
use crate::{
    app::{App, Enqueue},
    audit::{self, Action, Actor, Change, Subject},
    cache::versions,
    db::{self, ResultExt},
    error::Result,
    t,
    users::{self, Editor, model::User},
    web::{FieldErrors, Refusal},
};

/// What a new post's form came to.
#[derive(Debug)]
pub enum Created {
    /// This post, now or when the same form was sent before.
    Post(i64),
    /// The form was sent before with other words, which made this post: its answer was lost, and it was corrected meanwhile.
    Otherwise(i64),
}

/// Saves a new post. The same submission again gives the post it has made.
///
/// # Errors
/// The address is another post's, or the moment has passed; forbidden where the editor may no longer.
pub async fn create(app: &App, editor: &User, new: &NewPost, submission_id: Uuid) -> Result<Created, Refusal> {
    let mut transaction = app.db.begin().await?;
    let editor = &users::queries::still_may(&mut transaction, editor, Editor::RIGHTS).await?;
    let state = wanted_state(&mut transaction, new, State::Draft).await?;
    let Some(id) = queries::insert(&mut *transaction, editor.id, new, state, submission_id).await? else {
        let Some(id) = queries::by_submission(&mut *transaction, submission_id).await? else { return Err(slug_taken().into()) };
        let stored = queries::get(&mut *transaction, id).await?;
        let now = db::now(&mut *transaction).await?;
        let is_as_wanted = new.has_words_of(&stored) && new.publication.state(stored.state, now) == Ok(stored.state);
        return Ok(if is_as_wanted { Created::Post(id) } else { Created::Otherwise(id) });
    };
    let subject = Subject::Post { id, title: &new.title };
    audit::record(&mut *transaction, Actor::User(editor), Action::CreatePost, subject, "", &[]).await?;
    moved(app, transaction, editor, subject, (State::Draft, state)).await?;
    Ok(Created::Post(id))
}

/// Saves a new post as a draft, in a transaction of the caller's, who commits: the public reads nothing else than before.
///
/// # Errors
/// The address is another post's; forbidden where the editor may no longer.
pub async fn draft(transaction: &mut PgTransaction<'_>, editor: &User, new: &NewPost, submission_id: Uuid) -> Result<Post, Refusal> {
    let editor = &users::queries::still_may(&mut *transaction, editor, Editor::RIGHTS).await?;
    let Some(id) = queries::insert(&mut **transaction, editor.id, new, State::Draft, submission_id).await? else {
        return Err(slug_taken().into());
    };
    audit::record(&mut **transaction, Actor::User(editor), Action::CreatePost, Subject::Post { id, title: &new.title }, "", &[]).await?;
    Ok(queries::get(&mut **transaction, id).await?)
}

/// Saves a change that was made from the given version. False: the post has another by now.
///
/// # Errors
/// As [`create`]; `RowNotFound` where there is no such post.
pub async fn update(app: &App, editor: &User, id: i64, version: &str, new: &NewPost) -> Result<bool, Refusal> {
    let mut transaction = app.db.begin().await?;
    let editor = &users::queries::still_may(&mut transaction, editor, Editor::RIGHTS).await?;
    let stored = queries::lock(&mut transaction, id).await?;
    if stored.version() != version {
        return Ok(false);
    }
    let state = wanted_state(&mut transaction, new, stored.state).await?;
    queries::update(&mut *transaction, id, new, state).await.on_constraint("posts_slug_key", || Refusal::Invalid(slug_taken()))?;
    moved(app, transaction, editor, Subject::Post { id, title: &new.title }, (stored.state, state)).await?;
    Ok(true)
}

async fn wanted_state(transaction: &mut PgTransaction<'_>, new: &NewPost, stored: State) -> Result<State, Refusal> {
    let now = db::now(&mut **transaction).await?;
    Ok(new.publication.state(stored, now).map_err(|error| FieldErrors::of("published_at", error))?)
}

fn slug_taken() -> FieldErrors {
    FieldErrors::of("slug", t!("posts-error-slug-taken"))
}

/// Publishes a post now; one that is published stays as it is. False: it has no summary or no text yet.
///
/// # Errors
/// Not found, or forbidden where the editor may no longer.
pub async fn publish(app: &App, editor: &User, id: i64) -> Result<bool> {
    let (mut transaction, editor, post) = in_hand(app, editor, id).await?;
    if !post.is_complete() {
        return Ok(false);
    }
    if !post.state.is_published() {
        let state = State::Published(db::now(&mut *transaction).await?);
        queries::set_state(&mut *transaction, id, state).await?;
        moved(app, transaction, &editor, Subject::Post { id, title: &post.title }, (post.state, state)).await?;
    }
    Ok(true)
}

/// Makes a post a draft again, whether it is published or waits for its moment.
///
/// # Errors
/// Not found, or forbidden where the editor may no longer.
pub async fn unpublish(app: &App, editor: &User, id: i64) -> Result<()> {
    let (mut transaction, editor, post) = in_hand(app, editor, id).await?;
    if post.state != State::Draft {
        queries::set_state(&mut *transaction, id, State::Draft).await?;
        moved(app, transaction, &editor, Subject::Post { id, title: &post.title }, (post.state, State::Draft)).await?;
    }
    Ok(())
}

/// Deletes a post with its pictures.
///
/// # Errors
/// Not found, or forbidden where the editor may no longer.
pub async fn delete(app: &App, editor: &User, id: i64) -> Result<()> {
    let (mut transaction, editor, post) = in_hand(app, editor, id).await?;
    let subject = Subject::Post { id, title: &post.title };
    audit::record(&mut *transaction, Actor::User(&editor), Action::DeletePost, subject, "", &[]).await?;
    app.dequeue(&mut transaction, &job_key(id)).await?;
    queries::delete(&mut *transaction, id).await?;
    finish(app, transaction, post.state.is_published()).await
}

async fn in_hand(app: &App, editor: &User, id: i64) -> Result<(PgTransaction<'static>, User, Post)> {
    let mut transaction = app.db.begin().await?;
    let editor = users::queries::still_may(&mut transaction, editor, Editor::RIGHTS).await?;
    let post = queries::lock(&mut transaction, id).await?;
    Ok((transaction, editor, post))
}

/// What goes with a post's saved way from one state to another: its record, its job, and the public's version.
async fn moved(app: &App, mut transaction: PgTransaction<'_>, editor: &User, subject: Subject<'_>, way: (State, State)) -> Result<()> {
    let (from, to) = way;
    let (id, db) = (subject.id(), &mut transaction);
    let mut changes = Vec::new();
    let action = match (from, to) {
        (_, State::Scheduled(at)) if from != to => {
            changes.push(Change::PublishedAt { moment: at });
            Some(Action::SchedulePost)
        }
        (State::Draft | State::Scheduled(_), State::Published(_)) => Some(Action::PublishPost),
        (State::Published(_) | State::Scheduled(_), State::Draft) => Some(Action::UnpublishPost),
        _ => None,
    };
    if let Some(action) = action {
        audit::record(&mut **db, Actor::User(editor), action, subject, "", &changes).await?;
        match to {
            State::Scheduled(at) => enqueue(app, db, id, at).await?,
            _ => app.dequeue(db, &job_key(id)).await?,
        }
    }
    finish(app, transaction, from.is_published() || to.is_published()).await
}

async fn enqueue(app: &App, transaction: &mut PgTransaction<'_>, id: i64, at: OffsetDateTime) -> Result<()> {
    app.enqueue(transaction, PublishPost { post_id: id }, Enqueue { key: Some(job_key(id)), run_at: Some(at) }).await
}

/// Commits; where the public reads something else now, every process hears of it.
async fn finish(app: &App, mut transaction: PgTransaction<'_>, is_public: bool) -> Result<()> {
    // Last, because all such changes wait for each other here.
    let version = if is_public { Some(versions::raise(&mut transaction).await?) } else { None };
    transaction.commit().await?;
    if let Some(version) = version {
        app.cache.saw(version);
    }
    Ok(())
}

/// The body of the job: publishes the post if its moment has come and nobody has thought better of it. Repeating it changes nothing.
///
/// # Errors
/// The database's; the job runs again.
pub async fn publish_due(app: &App, id: i64) -> Result<()> {
    let mut transaction = app.db.begin().await?;
    let is_public = queries::publish_due(&mut *transaction, id).await?;
    finish(app, transaction, is_public).await
}

/// Publishes what should have been for a while: posts that came as fixtures have no job.
///
/// # Errors
/// The database's.
pub async fn rescue_forgotten(app: &App) -> Result<()> {
    for id in queries::forgotten(&app.db).await? {
        tracing::warn!(post.id = id, "Post {id} was due and had no job; it is published now");
        publish_due(app, id).await?;
    }
    Ok(())
}

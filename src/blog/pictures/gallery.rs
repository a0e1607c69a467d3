//! What editors do to a post's pictures, each in one transaction.

use sqlx::{PgConnection, PgExecutor, PgTransaction};
use uuid::Uuid;

use super::{
    model::{Fault, Gallery},
    queries,
    remaking::{Remade, remake},
};
use crate::{
    app::App,
    cache::versions,
    error::Result,
    limits::{PICTURE_BYTES, PICTURES_MAX},
    t,
    users::{self, Editor, model::User},
    web::{
        FieldErrors, Refusal,
        upload::{Upload, clean_name},
    },
};

/// The post with its pictures.
///
/// # Errors
/// Not found.
pub async fn of(db: impl PgExecutor<'_> + Copy, post_id: i64) -> sqlx::Result<Gallery> {
    let post = queries::post(db, post_id).await?;
    Ok(Gallery { pictures: queries::of_post(db, post_id).await?, ..post })
}

/// Takes files in, all of them or none; how many.
///
/// # Errors
/// A sentence for each file that is at fault; not found, or forbidden where the editor may no longer.
pub async fn add(app: &App, editor: &User, post_id: i64, uploads: Vec<Upload>) -> Result<usize, Refusal> {
    let many = || Refusal::Invalid(FieldErrors::of("files", t!("pictures-many", max = PICTURES_MAX)));
    if uploads.is_empty() {
        return Err(FieldErrors::of("files", t!("pictures-choose")).into());
    }
    // Before the work; and once more when nobody else can add any.
    let is_too_many = |present: i64| usize::try_from(present).is_ok_and(|present| present + uploads.len() > PICTURES_MAX);
    if is_too_many(queries::count(&app.db, post_id).await?) {
        return Err(many());
    }
    let count = uploads.len();
    let pictures = remake_all(uploads).await?;

    let mut transaction = app.db.begin().await?;
    users::queries::still_may(&mut transaction, editor, Editor::RIGHTS).await?;
    queries::lock_post(&mut *transaction, post_id).await?;
    let present = queries::count(&mut *transaction, post_id).await?;
    if usize::try_from(present).is_ok_and(|present| present + count > PICTURES_MAX) {
        return Err(many());
    }
    for (name, files) in &pictures {
        insert(&mut transaction, Uuid::new_v4(), post_id, (name, ""), files).await?;
    }
    // No text names them yet, so the public sees what it saw.
    transaction.commit().await?;
    Ok(count)
}

async fn remake_all(uploads: Vec<Upload>) -> Result<Vec<(String, [Remade; 2])>, Refusal> {
    let mut faults = Vec::new();
    let mut pictures = Vec::new();
    for upload in uploads {
        let name = clean_name(&upload.name);
        let files = if upload.content.len() > PICTURE_BYTES { Err(Fault::Bytes) } else { remake(upload.content).await? };
        match files {
            Ok(files) => pictures.push((name, files)),
            Err(fault) => faults.push(fault.words(&name)),
        }
    }
    if faults.is_empty() { Ok(pictures) } else { Err(FieldErrors::of("files", faults.join(" ")).into()) }
}

/// Keeps a picture with its name and its words.
///
/// # Errors
/// The database's.
pub async fn insert(db: &mut PgConnection, id: Uuid, post_id: i64, (name, alt): (&str, &str), files: &[Remade; 2]) -> sqlx::Result<()> {
    queries::insert(&mut *db, id, post_id, name, alt).await?;
    for file in files {
        queries::insert_file(&mut *db, id, file).await?;
    }
    Ok(())
}

/// Says what a picture shows.
///
/// # Errors
/// Not found, or forbidden where the editor may no longer.
pub async fn describe(app: &App, editor: &User, post_id: i64, id: Uuid, alt: &str) -> Result<()> {
    let (mut transaction, is_published) = in_hand(app, editor, post_id).await?;
    queries::set_alt(&mut *transaction, post_id, id, alt).await?;
    commit(app, transaction, is_published).await
}

/// Makes a picture the cover, or takes it from there.
///
/// # Errors
/// As [`describe`].
pub async fn cover(app: &App, editor: &User, post_id: i64, id: Uuid, is_cover: bool) -> Result<()> {
    let (mut transaction, is_published) = in_hand(app, editor, post_id).await?;
    if is_cover {
        queries::set_cover(&mut *transaction, post_id, id).await?;
    } else {
        queries::clear_cover(&mut *transaction, post_id, id).await?;
    }
    commit(app, transaction, is_published).await
}

/// # Errors
/// As [`describe`].
pub async fn delete(app: &App, editor: &User, post_id: i64, id: Uuid) -> Result<()> {
    let (mut transaction, is_published) = in_hand(app, editor, post_id).await?;
    queries::delete(&mut *transaction, post_id, id).await?;
    commit(app, transaction, is_published).await
}

/// A transaction in which the post is this editor's alone; whether it is published.
async fn in_hand(app: &App, editor: &User, post_id: i64) -> Result<(PgTransaction<'static>, bool)> {
    let mut transaction = app.db.begin().await?;
    users::queries::still_may(&mut transaction, editor, Editor::RIGHTS).await?;
    let is_published = queries::lock_post(&mut *transaction, post_id).await?;
    Ok((transaction, is_published))
}

/// Where the public sees the change, everything kept of what it saw is out of date from here on.
async fn commit(app: &App, mut transaction: PgTransaction<'static>, is_published: bool) -> Result<()> {
    if !is_published {
        return Ok(transaction.commit().await?);
    }
    let version = versions::raise(&mut transaction).await?;
    transaction.commit().await?;
    app.cache.saw(version);
    Ok(())
}

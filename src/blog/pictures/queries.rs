//! SQL over pictures.

use sqlx::PgExecutor;
use uuid::Uuid;

use super::{
    model::{Gallery, Picture, Size, Stored},
    remaking::Remade,
};

/// A picture with its two sizes as one row.
struct Row {
    id: Uuid,
    post_id: i64,
    name: String,
    alt: String,
    small_width: i32,
    small_height: i32,
    large_width: i32,
    large_height: i32,
}

impl From<Row> for Picture {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            post_id: row.post_id,
            name: row.name,
            alt: row.alt,
            small: (row.small_width, row.small_height),
            large: (row.large_width, row.large_height),
        }
    }
}

/// The pictures of a post, in the order they came.
pub async fn of_post(db: impl PgExecutor<'_>, post_id: i64) -> sqlx::Result<Vec<Picture>> {
    let rows = sqlx::query_as!(
        Row,
        "select p.id, p.post_id, p.name, p.alt, small.width as small_width, small.height as small_height,
                large.width as large_width, large.height as large_height
         from post_pictures p
         join post_picture_files small on small.picture_id = p.id and small.size = 'small'
         join post_picture_files large on large.picture_id = p.id and large.size = 'large'
         where p.post_id = $1 order by p.created_at, p.id",
        post_id
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Picture::from).collect())
}

/// The covers of several posts at once; [`Picture::post_id`] says whose each is.
pub async fn covers(db: impl PgExecutor<'_>, post_ids: &[i64]) -> sqlx::Result<Vec<Picture>> {
    let rows = sqlx::query_as!(
        Row,
        "select p.id, p.post_id, p.name, p.alt, small.width as small_width, small.height as small_height,
                large.width as large_width, large.height as large_height
         from posts
         join post_pictures p on p.id = posts.cover_id
         join post_picture_files small on small.picture_id = p.id and small.size = 'small'
         join post_picture_files large on large.picture_id = p.id and large.size = 'large'
         where posts.id = any($1)",
        post_ids
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Picture::from).collect())
}

/// What is known of a file without reading it.
pub async fn file(db: impl PgExecutor<'_>, picture_id: Uuid, size: Size) -> sqlx::Result<Stored> {
    sqlx::query_as!(
        Stored,
        r#"select media_type, digest, octet_length(content) as "length!" from post_picture_files where picture_id = $1 and size = $2"#,
        picture_id,
        size.name()
    )
    .fetch_one(db)
    .await
}

/// `length` bytes of a file's content from the byte `start` on, counted from zero. Being stored uncompressed, nothing else of it is read.
pub async fn bytes(db: impl PgExecutor<'_>, picture_id: Uuid, size: Size, start: i32, length: i32) -> sqlx::Result<Vec<u8>> {
    sqlx::query_scalar!(
        r#"select substr(content, $3::int + 1, $4::int) as "bytes!" from post_picture_files where picture_id = $1 and size = $2"#,
        picture_id,
        size.name(),
        start,
        length
    )
    .fetch_one(db)
    .await
}

/// What a post is to its pictures, which are read beside it ([`of_post`]).
pub async fn post(db: impl PgExecutor<'_>, post_id: i64) -> sqlx::Result<Gallery> {
    let row = sqlx::query!("select title, is_published, cover_id from posts where id = $1", post_id).fetch_one(db).await?;
    Ok(Gallery { post_id, title: row.title, is_published: row.is_published, cover_id: row.cover_id, pictures: Vec::new() })
}

/// Lets nobody else change the post or its pictures until the transaction ends; whether it is published.
pub async fn lock_post(db: impl PgExecutor<'_>, post_id: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar!("select is_published from posts where id = $1 for no key update", post_id).fetch_one(db).await
}

/// How many pictures the post has; it has no more than fifty or so.
pub async fn count(db: impl PgExecutor<'_>, post_id: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from post_pictures where post_id = $1"#, post_id).fetch_one(db).await
}

pub async fn insert(db: impl PgExecutor<'_>, id: Uuid, post_id: i64, name: &str, alt: &str) -> sqlx::Result<()> {
    // The clock and not the transaction's moment: several that come at once keep their order.
    sqlx::query!(
        "insert into post_pictures (id, post_id, name, alt, created_at) values ($1, $2, $3, $4, clock_timestamp())",
        id,
        post_id,
        name,
        alt
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn insert_file(db: impl PgExecutor<'_>, picture_id: Uuid, file: &Remade) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into post_picture_files (picture_id, size, width, height, media_type, digest, content) values ($1, $2, $3, $4, $5, $6, $7)",
        picture_id,
        file.size.name(),
        file.width,
        file.height,
        file.media_type,
        file.digest,
        file.content
    )
    .execute(db)
    .await?;
    Ok(())
}

/// `RowNotFound` where the post has no such picture.
pub async fn set_alt(db: impl PgExecutor<'_>, post_id: i64, id: Uuid, alt: &str) -> sqlx::Result<()> {
    sqlx::query!("update post_pictures set alt = $3 where post_id = $1 and id = $2 returning id", post_id, id, alt).fetch_one(db).await?;
    Ok(())
}

/// `RowNotFound` where the post has no such picture.
pub async fn set_cover(db: impl PgExecutor<'_>, post_id: i64, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update posts set cover_id = p.id from post_pictures p where posts.id = $1 and p.post_id = $1 and p.id = $2 returning posts.id",
        post_id,
        id
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Leaves the post without a cover, if it is this one.
pub async fn clear_cover(db: impl PgExecutor<'_>, post_id: i64, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update posts set cover_id = null where id = $1 and cover_id = $2", post_id, id).execute(db).await?;
    Ok(())
}

/// Its files go with it, and it is no cover any more. `RowNotFound` where the post has no such picture.
pub async fn delete(db: impl PgExecutor<'_>, post_id: i64, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from post_pictures where post_id = $1 and id = $2 returning id", post_id, id).fetch_one(db).await?;
    Ok(())
}

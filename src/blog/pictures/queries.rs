//! SQL over pictures.

use sqlx::PgExecutor;
use uuid::Uuid;

use super::model::{Picture, Size, Stored};

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

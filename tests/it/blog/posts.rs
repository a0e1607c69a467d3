//! Posts, straight into the table.

use periodical::cache::versions;
use uuid::Uuid;

use crate::support::TestApp;

/// A published post; the newest so far.
pub async fn publish(app: &TestApp, slug: &str, language: &str, title: &str, content: &str) -> i64 {
    let id = sqlx::query_scalar(
        "insert into posts (slug, language, title, summary, content, is_published, published_at)
         values ($1, $2, $3, case $2 when 'ru' then 'О том, что это.' else 'What it is about.' end, $4, true, now()) returning id",
    )
    .bind(slug)
    .bind(language)
    .bind(title)
    .bind(content)
    .fetch_one(&app.db)
    .await
    .unwrap();
    changed(app).await;
    id
}

/// Tells the app what the panel tells it: that what the public reads has changed.
pub async fn changed(app: &TestApp) {
    let mut transaction = app.db.begin().await.unwrap();
    let version = versions::raise(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    app.app.cache.saw(version);
}

/// Gives a post a cover.
pub async fn cover(app: &TestApp, post_id: i64) -> Uuid {
    let id = Uuid::new_v4();
    sqlx::query("insert into post_pictures (id, post_id, name, alt) values ($1, $2, 'lake.jpg', 'A lake')")
        .bind(id)
        .bind(post_id)
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query(
        "insert into post_picture_files (picture_id, size, width, height, media_type, digest, content) values
         ($1, 'small', 640, 480, 'image/jpeg', '', ''), ($1, 'large', 1600, 1200, 'image/jpeg', '', '')",
    )
    .bind(id)
    .execute(&app.db)
    .await
    .unwrap();
    sqlx::query("update posts set cover_id = $1 where id = $2").bind(id).bind(post_id).execute(&app.db).await.unwrap();
    changed(app).await;
    id
}

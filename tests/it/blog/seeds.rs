//! The demo's posts.

use periodical::seeds;
use reqwest::{Client, StatusCode};

use crate::support::TestApp;

/// All that is kept of the blog, as one line.
const EVERYTHING: &str = "
    select md5(concat(
      (select string_agg(p::text, ',' order by id) from posts p),
      (select string_agg(p::text, ',' order by id) from post_pictures p),
      (select string_agg(concat(picture_id, size, width, height, media_type, encode(digest, 'hex'), encode(sha256(content), 'hex')), ','
                         order by picture_id, size) from post_picture_files),
      (select string_agg(concat(key, run_at), ',' order by key) from graphile_worker.jobs where key like 'post:%')
    ))";

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_a_dozen_posts_in_each_language_with_covers_and_loading_it_twice_gives_the_same() {
    let app = TestApp::without_worker().await;
    seeds::load(&app.app).await.unwrap();
    let once: String = sqlx::query_scalar(EVERYTHING).fetch_one(&app.db).await.unwrap();
    seeds::load(&app.app).await.unwrap();
    let twice: String = sqlx::query_scalar(EVERYTHING).fetch_one(&app.db).await.unwrap();
    assert_eq!(once, twice);

    for language in ["en", "ru"] {
        let count = |narrowed: &str| format!("select count(*) from posts where language = '{language}' and {narrowed}");
        assert_eq!(app.count(&count("is_published and published_at < now() and views > 0")).await, 10, "{language}");
        assert_eq!(app.count(&count("not is_published and published_at > now()")).await, 1, "{language}");
        assert_eq!(app.count(&count("published_at is null and not is_published")).await, 1, "{language}");
        assert_eq!(app.count(&count("cover_id is not null and author_id is not null")).await, 12, "{language}");
        assert_eq!(app.count(&count("char_length(title) > 70")).await, 0, "{language}: titles that search engines would cut");
        assert_eq!(app.count(&count("char_length(summary) not between 80 and 200")).await, 0, "{language}");
    }
    let jobs = "select count(*) from graphile_worker.jobs j join posts p on j.key = 'post:' || p.id and j.run_at = p.published_at";
    assert_eq!(app.count(jobs).await, 2, "those that wait for their moment");
    let files = "select count(*) from post_picture_files where (size, width, height) in (('small', 640, 360), ('large', 1600, 900))";
    assert_eq!(app.count(files).await, 48);

    let cover = "5eed0000-0000-4000-8000-000000000201";
    let response = Client::new().get(format!("{}/blog/pictures/{cover}/small", app.base)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let picture = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((picture.width(), picture.height()), (640, 360));
}

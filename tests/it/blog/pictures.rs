//! Pictures of posts, as browsers get them; how they come in stands in `pictures/uploads.rs`.

mod uploads;

use reqwest::{
    Client, Method, Response, StatusCode,
    header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, SET_COOKIE},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::support::TestApp;

/// A draft with one picture, whose large file has these bytes.
async fn picture(app: &TestApp, content: &[u8]) -> Uuid {
    let post: i64 = sqlx::query_scalar(
        "insert into posts (slug, language, title, summary, content) values ('draft', 'en', 'Draft', '', '') returning id",
    )
    .fetch_one(&app.db)
    .await
    .unwrap();
    let id = Uuid::new_v4();
    sqlx::query("insert into post_pictures (id, post_id, name) values ($1, $2, 'p.jpg')")
        .bind(id)
        .bind(post)
        .execute(&app.db)
        .await
        .unwrap();
    for size in ["small", "large"] {
        sqlx::query(
            "insert into post_picture_files (picture_id, size, width, height, media_type, digest, content)
             values ($1, $2, 4, 3, 'image/jpeg', $3, $4)",
        )
        .bind(id)
        .bind(size)
        .bind(Sha256::digest(content).as_slice())
        .bind(content)
        .execute(&app.db)
        .await
        .unwrap();
    }
    id
}

async fn ask(app: &TestApp, method: Method, id: Uuid, headers: &[(&str, &str)]) -> Response {
    let mut request = Client::new().request(method, format!("{}/blog/pictures/{id}/large", app.base));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header(response: &Response, name: impl reqwest::header::AsHeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_picture_may_be_kept_for_ever_and_is_not_sent_twice() {
    let app = TestApp::without_worker().await;
    let content: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let id = picture(&app, &content).await;
    let first = ask(&app, Method::GET, id, &[]).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(header(&first, CONTENT_TYPE), "image/jpeg");
    assert_eq!(header(&first, CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(header(&first, ACCEPT_RANGES), "bytes");
    assert_eq!(header(&first, "x-content-type-options"), "nosniff");
    // What any cache may keep is nobody's session.
    assert_eq!(first.headers().get(SET_COOKIE), None);
    let etag = header(&first, ETAG).to_owned();
    assert_eq!(first.bytes().await.unwrap(), content);

    for known in [etag.as_str(), "*", &format!("\"other\", W/{etag}")] {
        let again = ask(&app, Method::GET, id, &[("if-none-match", known)]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!((header(&again, ETAG), header(&again, CACHE_CONTROL)), (etag.as_str(), "public, max-age=31536000, immutable"));
        assert!(again.bytes().await.unwrap().is_empty());
    }
    assert_eq!(ask(&app, Method::GET, id, &[("if-none-match", "\"other\"")]).await.status(), StatusCode::OK);
    let failed = ask(&app, Method::GET, id, &[("if-match", "\"other\"")]).await;
    assert_eq!((failed.status(), header(&failed, CACHE_CONTROL)), (StatusCode::PRECONDITION_FAILED, "no-store"));

    let head = ask(&app, Method::HEAD, id, &[("range", "bytes=0-9")]).await;
    assert_eq!(head.status(), StatusCode::OK, "ranges are for GET alone");
    assert_eq!((header(&head, CONTENT_LENGTH), header(&head, ETAG)), ("70000", etag.as_str()));
    assert_eq!(ask(&app, Method::HEAD, id, &[("if-none-match", &etag)]).await.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_part_of_a_picture_is_sent_where_it_is_still_the_same() {
    let app = TestApp::without_worker().await;
    let content: Vec<u8> = (0..=255).cycle().take(70_000).collect();
    let id = picture(&app, &content).await;
    let etag = header(&ask(&app, Method::HEAD, id, &[]).await, ETAG).to_owned();
    for (range, expected, part) in [
        ("bytes=0-0", "bytes 0-0/70000", 0..1),
        ("bytes=69990-", "bytes 69990-69999/70000", 69_990..70_000),
        ("bytes=-7", "bytes 69993-69999/70000", 69_993..70_000),
        ("bytes=60000-999999", "bytes 60000-69999/70000", 60_000..70_000),
    ] {
        let response = ask(&app, Method::GET, id, &[("range", range), ("if-range", &etag)]).await;
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!((header(&response, CONTENT_RANGE), header(&response, ETAG)), (expected, etag.as_str()), "{range}");
        assert_eq!(header(&response, CONTENT_LENGTH), part.len().to_string(), "{range}");
        assert_eq!(response.bytes().await.unwrap(), content[part], "{range}");
    }
    // Another file by now, a date (pictures have none), and a weak validator, which is not enough for parts.
    for condition in ["\"other\"", "Thu, 26 Nov 2026 10:00:00 GMT", &format!("W/{etag}"), "nonsense"] {
        let response = ask(&app, Method::GET, id, &[("range", "bytes=0-0"), ("if-range", condition)]).await;
        assert_eq!(response.status(), StatusCode::OK, "{condition}");
        assert_eq!(response.bytes().await.unwrap().len(), content.len(), "{condition}");
    }
    let beyond = ask(&app, Method::GET, id, &[("range", "bytes=70000-")]).await;
    assert_eq!((beyond.status(), header(&beyond, CONTENT_RANGE)), (StatusCode::RANGE_NOT_SATISFIABLE, "bytes */70000"));
    assert_eq!(header(&beyond, CACHE_CONTROL), "no-store");
    let several = ask(&app, Method::GET, id, &[("range", "bytes=0-1,5-6")]).await;
    assert_eq!(several.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_picture_is_found_by_its_whole_name_alone() {
    let app = TestApp::without_worker().await;
    let id = picture(&app, b"bytes").await;
    let base = &app.base;
    let at = |path: String| async move { Client::new().get(format!("{base}{path}")).send().await.unwrap().status() };
    assert_eq!(at(format!("/blog/pictures/{id}/small")).await, StatusCode::OK);
    // As random as a version 4 UUID is: 122 bits.
    assert_eq!(id.get_version_num(), 4);
    for path in [
        format!("/blog/pictures/{}/small", Uuid::new_v4()),
        format!("/blog/pictures/{id}/original"),
        format!("/blog/pictures/{id}"),
        "/blog/pictures/1/small".to_owned(),
        "/blog/pictures/".to_owned(),
        "/blog/picturesque".to_owned(),
    ] {
        assert_eq!(at(path.clone()).await, StatusCode::NOT_FOUND, "{path}");
    }
}

//! What editors' programs do with posts.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{deeds, state, version};
use crate::support::{Program, TestApp};

async fn editor(app: &TestApp) -> Program {
    let (id, program) = app.programmer("edda@example.org").await;
    periodical::users::queries::grant_role(&app.db, id, "editor").await.unwrap();
    program
}

fn words() -> Value {
    json!({ "title": "Spring news", "language": "en", "summary": "What spring brings.", "content": "It is **warm**." })
}

fn id(post: &Value) -> i64 {
    post["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_post_is_written_changed_published_taken_back_and_deleted() {
    let app = TestApp::without_worker().await;
    let program = editor(&app).await;
    let answer = program.post("/posts", &words()).await.expect(201);
    let post = answer.json();
    assert_eq!(answer.header("location"), Some(format!("/api/v1/posts/{}", id(&post)).as_str()));
    assert_eq!((&post["slug"], &post["state"], &post["published_at"]), (&json!("spring-news"), &json!("draft"), &Value::Null));
    let path = format!("/posts/{}", id(&post));
    let shown = program.get(&path).await.expect(200);
    assert_eq!((shown.json(), shown.header("etag")), (post.clone(), answer.header("etag")));

    let before = version(&app).await;
    let published = program.put(&format!("{path}/publication"), &json!({})).await.expect(200);
    assert_eq!(published.json()["state"], "published");
    assert!(version(&app).await > before, "the public reads something else");
    assert_ne!(published.header("etag"), answer.header("etag"));
    let since = published.json()["published_at"].clone();
    assert_eq!(program.put(&format!("{path}/publication"), &json!({})).await.expect(200).json()["published_at"], since);

    let mut changed = words();
    changed["title"] = "Summer news".into();
    let answer = program.put(&path, &changed).await.expect(200).json();
    assert_eq!((&answer["title"], &answer["state"], &answer["published_at"]), (&json!("Summer news"), &json!("published"), &since));
    assert_eq!(answer["slug"], "spring-news", "its address stays where none is given");

    program.delete(&format!("{path}/publication")).await.expect(204);
    assert_eq!(state(&app, id(&post)).await, "draft");
    program.delete(&path).await.expect(204);
    program.get(&path).await.expect(404);
    program.delete(&path).await.expect(404);
    assert_eq!(deeds(&app).await, ["create_post", "publish_post", "unpublish_post", "delete_post"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_post_is_said_field_by_field() {
    let app = TestApp::without_worker().await;
    let program = editor(&app).await;
    let bad =
        json!({ "title": " ", "slug": "Not An Address", "language": "de", "summary": "x".repeat(301), "content": "<script>x</script>" });
    let refused = program.post("/posts", &bad).await.expect(422);
    for field in ["title", "slug", "language", "summary", "content"] {
        refused.error(field);
    }
    let mut unknown = words();
    unknown["colour"] = "red".into();
    program.post("/posts", &unknown).await.expect(422);
    program.post("/posts", &words()).await.expect(201);
    program.post("/posts", &words()).await.expect(422).error("slug");
    assert_eq!(app.count("select count(*) from posts").await, 1);
}

#[tokio::test]
async fn a_post_that_is_created_under_a_key_is_created_once() {
    let app = TestApp::without_worker().await;
    let program = editor(&app).await;
    let create = async |body: &Value| {
        let request = program.request(reqwest::Method::POST, "/posts").header("Idempotency-Key", "one");
        program.send(crate::support::json(request, body)).await
    };
    let first = create(&words()).await.expect(201);
    let second = create(&words()).await.expect(201);
    assert_eq!((first.text, first.headers.get("etag")), (second.text, second.headers.get("etag")));
    assert_eq!(app.count("select count(*) from posts").await, 1);
    assert_eq!(deeds(&app).await, ["create_post"]);
    let mut other = words();
    other["title"] = "Other news".into();
    create(&other).await.expect(422).error("Idempotency-Key");
}

#[tokio::test]
async fn nobodys_change_of_a_post_is_lost() {
    let app = TestApp::without_worker().await;
    let program = editor(&app).await;
    let answer = program.post("/posts", &words()).await.expect(201);
    let path = format!("/posts/{}", id(&answer.json()));
    let tag = answer.header("etag").unwrap().to_owned();
    let change = async |tag: Option<&str>| {
        let request = crate::support::json(program.request(reqwest::Method::PUT, &path), &words());
        program.send(tag.into_iter().fold(request, |request, tag| request.header("If-Match", tag))).await
    };
    change(None).await.expect(428);
    let changed = change(Some(&tag)).await.expect(200);
    change(Some(&tag)).await.expect(412);
    change(changed.header("etag")).await.expect(200);
}

#[tokio::test]
async fn a_post_is_published_at_a_moment_and_not_before_it_is_complete() {
    let app = TestApp::without_worker().await;
    let program = editor(&app).await;
    let post = program.post("/posts", &json!({ "title": "Short", "language": "ru" })).await.expect(201).json();
    let path = format!("/posts/{}/publication", id(&post));
    let soon = OffsetDateTime::now_utc() + time::Duration::hours(1);
    let at = |moment: OffsetDateTime| json!({ "at": moment.format(&Rfc3339).unwrap() });
    for body in [json!({}), at(soon)] {
        let refused = program.put(&path, &body).await.expect(409).json();
        assert!(refused["detail"].as_str().unwrap().contains("summary"), "{refused}");
    }
    let mut complete = words();
    complete["slug"] = "short".into();
    program.put(&format!("/posts/{}", id(&post)), &complete).await.expect(200);
    for wrong in [OffsetDateTime::now_utc() - time::Duration::hours(1), soon + time::Duration::days(9_000)] {
        program.put(&path, &at(wrong)).await.expect(422).error("at");
    }
    program.put(&path, &json!({ "at": "tomorrow" })).await.expect(422).error("at");
    let scheduled = program.put(&path, &at(soon)).await.expect(200).json();
    assert_eq!(scheduled["state"], "scheduled");
    let key = format!("select count(*) from graphile_worker.jobs where key = 'post:{}'", id(&post));
    assert_eq!(app.count(&key).await, 1);
    // Other words leave the moment as it is.
    let changed = program.put(&format!("/posts/{}", id(&post)), &complete).await.expect(200).json();
    assert_eq!((&changed["state"], &changed["published_at"]), (&json!("scheduled"), &scheduled["published_at"]));
    program.delete(&path).await.expect(204);
    assert_eq!((app.count(&key).await, state(&app, id(&post)).await.as_str()), (0, "draft"));
}

#[tokio::test]
async fn posts_are_listed_narrowed_and_paged() {
    let app = TestApp::without_worker().await;
    let program = editor(&app).await;
    let mut posts = Vec::new();
    for (title, language) in [("First", "en"), ("Second", "en"), ("Третья", "ru")] {
        posts.push(id(&program.post("/posts", &json!({ "title": title, "language": language })).await.expect(201).json()));
    }
    let list = async |query: &str| -> (Vec<i64>, Option<String>) {
        let page = program.get(&format!("/posts{query}")).await.expect(200).json();
        (page["items"].as_array().unwrap().iter().map(id).collect(), page["next"].as_str().map(str::to_owned))
    };
    assert_eq!(list("").await, (vec![posts[2], posts[1], posts[0]], None));
    assert_eq!(list("?language=en&state=draft").await.0, [posts[1], posts[0]]);
    assert_eq!(list("?search=%D1%82%D1%80%D0%B5%D1%82").await.0, [posts[2]]);
    assert_eq!(list("?state=published").await.0, [0_i64; 0]);
    let (page, next) = list("?limit=2").await;
    assert_eq!(page, [posts[2], posts[1]]);
    assert_eq!(list(&format!("?limit=2&cursor={}", next.unwrap())).await, (vec![posts[0]], None));
    let item = program.get("/posts?limit=1").await.json()["items"][0].clone();
    assert!(item.get("content").is_none() && item["path"].as_str().unwrap().starts_with("/blog/"), "{item}");
}

//! Requests under an `Idempotency-Key`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Program, TestApp, json as with_json};

async fn create(program: &Program, key: &str, body: &Value) -> Answered {
    program.send(with_json(program.request(Method::POST, "/recipients"), body).header("Idempotency-Key", key)).await
}

#[tokio::test]
async fn the_same_key_gives_the_same_answer_and_does_nothing_again() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let body = json!({ "email": "anna@example.org", "name": "Anna" });
    let first = create(&program, "key-1", &body).await.expect(201);
    // Even if what was created is another by now, or gone.
    program.delete(first.header("location").unwrap().strip_prefix("/api/v1").unwrap()).await.expect(204);
    let second = create(&program, "key-1", &body).await.expect(201);
    assert_eq!(first.text, second.text);
    for header in ["etag", "location", "content-type"] {
        assert_eq!(first.header(header), second.header(header));
        assert!(first.header(header).is_some(), "{header}");
    }
    assert_eq!(app.count("select count(*) from recipients").await, 0);
    // The key is one's own.
    let (_, other) = app.programmer("otto@example.org").await;
    create(&other, "key-1", &json!({ "email": "berta@example.org", "name": "Berta" })).await.expect(201);
    assert_eq!(app.count("select count(*) from recipients").await, 1);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    create(&program, "key-1", &json!({ "email": "anna@example.org", "name": "Anna" })).await.expect(201);
    create(&program, "key-1", &json!({ "email": "berta@example.org", "name": "Berta" })).await.expect(422).error("Idempotency-Key");
    for wrong in ["", "two words", &"k".repeat(256), "клюк"] {
        create(&program, wrong, &json!({ "email": "berta@example.org", "name": "Berta" })).await.expect(422).error("Idempotency-Key");
    }
    assert_eq!(app.count("select count(*) from recipients").await, 1);
}

#[tokio::test]
async fn what_has_failed_may_be_tried_again_under_its_key() {
    let app = TestApp::without_worker().await;
    let (una, program) = app.programmer("una@example.org").await;
    let ids = app.recipients(una, &["anna@example.org"]).await;
    let body = json!({ "email": "anna@example.org", "name": "Anna" });
    create(&program, "key-1", &body).await.expect(422).error("email");
    program.delete(&format!("/recipients/{}", ids[0])).await.expect(204);
    create(&program, "key-1", &body).await.expect(201);
}

#[tokio::test]
async fn of_many_at_once_under_one_key_one_is_done() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let body = json!({ "email": "anna@example.org", "name": "Anna" });
    let answers = futures_util::future::join_all((0..8).map(|_| create(&program, "key-1", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.text), (201, &answers[0].text));
    }
    assert_eq!(app.count("select count(*) from recipients").await, 1);
}

//! Recipients as programs list, show, change and delete them. What all operations share is in `api/`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, TestApp, json as with_json};

fn emails(page: &Answered) -> Vec<String> {
    page.json()["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_recipient_is_created_shown_changed_and_deleted() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let created = program.post("/recipients", &json!({ "email": "anna@example.org", "name": "Anna" })).await.expect(201);
    let id = created.json()["id"].as_i64().unwrap();
    let expected = json!({
        "id": id, "email": "anna@example.org", "name": "Anna", "comment": "",
        "undeliverable_at": null, "undeliverable_reason": null, "unsubscribed_at": null,
    });
    let without_nulls = |answer: &Answered| {
        let mut value = answer.json();
        for name in ["undeliverable_at", "undeliverable_reason", "unsubscribed_at"] {
            value.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
        }
        value
    };
    assert_eq!(without_nulls(&created), expected);
    assert_eq!((created.header("location"), created.header("etag")), (Some(&*format!("/api/v1/recipients/{id}")), Some("\"1\"")));
    let path = format!("/recipients/{id}");
    assert_eq!(without_nulls(&program.get(&path).await.expect(200)), expected);

    let other = json!({ "email": "anna@example.net", "name": "Anna Kern", "comment": "met\nin Riga" });
    let change = |tag: &'static str| with_json(program.request(Method::PUT, &path), &other).header("If-Match", tag);
    let changed = program.send(change("\"1\"")).await.expect(200);
    assert_eq!((changed.header("etag"), changed.json()["comment"].as_str()), (Some("\"2\""), Some("met\nin Riga")));
    program.send(change("\"1\"")).await.expect(412);
    let bad = program.put(&path, &json!({ "email": "nobody", "name": "" })).await.expect(422);
    assert!(!bad.error("email").is_empty() && !bad.error("name").is_empty());
    program.post("/recipients", &json!({ "email": "ANNA@example.net", "name": "Twice" })).await.expect(422).error("email");

    program.delete(&path).await.expect(204);
    program.get(&path).await.expect(404);
    program.delete(&path).await.expect(404);
}

#[tokio::test]
async fn who_is_picked_by_a_mailing_stays_and_the_mailing_is_named() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let picked = app.recipients(user, &["anna@example.org"]).await[0];
    let mailing = app.due_mailing(user).await;
    sqlx::query("insert into mailing_recipients (mailing_id, recipient_id, user_id) values ($1, $2, $3) on conflict do nothing")
        .bind(mailing)
        .bind(picked)
        .bind(user)
        .execute(&app.db)
        .await
        .unwrap();
    let answer = program.delete(&format!("/recipients/{picked}")).await.expect(409);
    let name: String = sqlx::query_scalar("select name from mailings where id = $1").bind(mailing).fetch_one(&app.db).await.unwrap();
    assert!(answer.json()["detail"].as_str().unwrap().contains(&name), "{}", answer.text);
}

#[tokio::test]
async fn the_list_is_searched_and_narrowed_as_on_the_page_and_turned_over_by_cursors() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    app.recipients(user, &["anna@example.org", "hanna@example.org", "bob@example.net"]).await;
    sqlx::query("update recipients set undeliverable_at = now() where email = 'bob@example.net'").execute(&app.db).await.unwrap();
    assert_eq!(emails(&program.get("/recipients").await.expect(200)), ["bob@example.net", "hanna@example.org", "anna@example.org"]);
    assert_eq!(emails(&program.get("/recipients?search=ANNA").await.expect(200)), ["hanna@example.org", "anna@example.org"]);
    assert_eq!(emails(&program.get("/recipients?search=an").await.expect(200)), ["anna@example.org"], "words that begin so");
    assert_eq!(emails(&program.get("/recipients?search=%00%25").await.expect(200)), [""; 0]);
    assert_eq!(emails(&program.get("/recipients?state=undeliverable").await.expect(200)), ["bob@example.net"]);
    assert_eq!(emails(&program.get("/recipients?state=deliverable&search=hanna").await.expect(200)), ["hanna@example.org"]);
    program.get("/recipients?state=gone").await.expect(422);

    let first = program.get("/recipients?state=deliverable&limit=1").await.expect(200);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = program.get(&format!("/recipients?state=deliverable&limit=1&cursor={next}")).await.expect(200);
    assert_eq!((emails(&first), emails(&second)), (vec!["hanna@example.org".to_owned()], vec!["anna@example.org".to_owned()]));
    assert!(second.json()["next"].is_null());
    // It is one of another list than that.
    program.get(&format!("/recipients?limit=1&cursor={next}")).await.expect(422).error("cursor");
}

#[tokio::test]
async fn what_was_thought_of_a_recipient_is_taken_back() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let id = app.recipients(user, &["anna@example.org"]).await[0];
    sqlx::query("update recipients set undeliverable_at = now(), undeliverable_reason = '5.1.1 no', unsubscribed_at = now()")
        .execute(&app.db)
        .await
        .unwrap();
    let shown = program.get(&format!("/recipients/{id}")).await.expect(200).json();
    assert_eq!(shown["undeliverable_reason"], "5.1.1 no");
    assert!(shown["unsubscribed_at"].as_str().unwrap().ends_with('Z'), "{shown}");
    let answer = program.delete(&format!("/recipients/{id}/undeliverable")).await.expect(200);
    assert!(answer.json()["undeliverable_at"].is_null() && answer.json()["unsubscribed_at"].is_string());
    assert_eq!(answer.header("etag"), Some("\"2\""));
    let answer = program.delete(&format!("/recipients/{id}/unsubscription")).await.expect(200);
    assert!(answer.json()["unsubscribed_at"].is_null());
    assert_eq!(answer.header("etag"), Some("\"3\""));
}

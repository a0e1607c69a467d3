//! Messages over the API.

use reqwest::Method;
use serde_json::json;

use crate::support::{TestApp, json as with_json};

#[tokio::test]
async fn a_message_is_created_shown_changed_and_deleted_by_a_program() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let body = json!({ "subject": " Spring, {{name}} ", "body": "<p onclick=\"x()\">Hello<script>alert(1)</script></p>" });
    let created = program.post("/messages", &body).await.expect(201);
    let message = created.json();
    let path = format!("/messages/{}", message["id"]);
    assert_eq!(created.header("location").unwrap(), format!("/api/v1{path}"));
    // As the form takes it: what no mail shows is out, and what is kept is answered.
    assert_eq!((&message["subject"], &message["body"]), (&json!("Spring, {{ name }}"), &json!("<p>Hello</p>")));
    assert_eq!((app.count("select user_id from messages").await, &message["attachments"]), (user, &json!([])));

    let shown = program.get(&path).await.expect(200);
    assert_eq!(shown.json(), message);
    assert_eq!(shown.header("etag"), created.header("etag"));
    let listed = program.get("/messages?search=SPRING").await.expect(200).json();
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["excerpt"]), (&message["id"], &json!("Hello")));
    assert_eq!(listed["items"][0].get("body"), None);
    assert_eq!(program.get("/messages?search=summer").await.expect(200).json()["items"], json!([]));

    let change = |tag: &str| {
        let body = json!({ "subject": "Summer", "body": "Hello" });
        program.send(with_json(program.request(Method::PUT, &path), &body).header("If-Match", tag))
    };
    let changed = change(created.header("etag").unwrap()).await.expect(200);
    assert_eq!(changed.json()["subject"], "Summer");
    change(created.header("etag").unwrap()).await.expect(412);
    program.delete(&path).await.expect(204);
    program.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_message_that_will_not_do_is_answered_with_every_error() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let answer = program.post("/messages", &json!({})).await.expect(422);
    answer.error("subject");
    answer.error("body");
    let answer = program.post("/messages", &json!({ "subject": "{{ nmae }}", "body": "a".repeat(600 * 1024) })).await.expect(422);
    assert!(answer.error("subject").contains("nmae"), "{}", answer.text);
    assert!(answer.error("body").contains("512"), "{}", answer.text);
    assert_eq!(app.count("select count(*) from messages").await, 0);
}

#[tokio::test]
async fn a_message_that_a_mailing_sends_is_not_deleted_and_the_answer_names_the_mailing() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    app.due_mailing(user).await;
    let message = app.count("select message_id from mailings").await;
    let name: String = sqlx::query_scalar("select name from mailings").fetch_one(&app.db).await.unwrap();
    let answer = program.delete(&format!("/messages/{message}")).await.expect(409);
    assert!(answer.json()["detail"].as_str().unwrap().contains(&name), "{}", answer.text);
    assert_eq!(app.count("select count(*) from messages").await, 1);
}

#[tokio::test]
async fn a_preview_is_the_mail_that_a_recipient_would_get() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let body = json!({ "subject": "For {{ name }}", "body": "<p>Hi <b>{{ name }}</b></p>" });
    let id = program.post("/messages", &body).await.expect(201).json()["id"].as_i64().unwrap();
    let path = format!("/messages/{id}/preview");
    let made_up = program.post(&path, &json!({})).await.expect(200).json();
    assert_eq!((&made_up["recipient_id"], &made_up["to"]), (&json!(null), &json!("Anna Example <anna@example.org>")));

    let rita = app.recipients(user, &["rita@example.org"]).await[0];
    app.recipients(user, &["newer@example.org"]).await;
    let preview = program.post(&path, &json!({ "recipient_id": rita })).await.expect(200).json();
    assert_eq!((&preview["recipient_id"], &preview["to"]), (&json!(rita), &json!("Rita Recipient <rita@example.org>")));
    assert_eq!(preview["subject"], "For Rita Recipient");
    assert!(preview["html"].as_str().unwrap().contains("<b>Rita Recipient</b>"), "{preview}");
    assert!(preview["text"].as_str().unwrap().contains("Hi **Rita Recipient**"), "{preview}");

    let other = app.user("otto@example.org").await;
    let theirs = app.recipients(other, &["theirs@example.org"]).await[0];
    program.post(&path, &json!({ "recipient_id": theirs })).await.expect(422).error("recipient_id");
    assert!(app.mails().is_empty());
}

#[tokio::test]
async fn a_test_goes_out_at_once_and_what_the_mail_server_says_is_the_answer() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let path = format!("/messages/{}/test", app.message(user).await);
    let answer = program.post(&path, &json!({})).await.expect(200).json();
    assert_eq!(answer["email"], "una@example.org");
    assert!(answer["reply"].as_str().unwrap().contains("250"), "{answer}");
    assert!(app.mail_to("una@example.org").await.contains("Subject: [Test] Hello"));

    let refused = program.post(&path, &json!({ "email": "bad-550.1@example.com" })).await.expect(502);
    assert_eq!(refused.json()["type"], "/api/docs#problem-mail-server");
    assert!(refused.json()["detail"].as_str().unwrap().contains("550"), "{}", refused.text);
    program.post(&path, &json!({ "email": "nobody" })).await.expect(422).error("email");
    program.post(&path, &json!({ "recipient_id": i64::MAX })).await.expect(422).error("recipient_id");
    assert_eq!(app.count("select count(*) from attempts").await, 0);
}

#[tokio::test]
async fn as_many_tests_may_be_sent_as_on_the_page() {
    let app = TestApp::configured(crate::support::quick(), |config| config.limits.throttle = periodical::limits::allowances).await;
    let (user, program) = app.programmer("una@example.org").await;
    let path = format!("/messages/{}/test", app.message(user).await);
    for _ in 0..10 {
        program.post(&path, &json!({})).await.expect(200);
    }
    let answer = program.post(&path, &json!({})).await.expect(429);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(app.mails().len(), 10);
}

#[tokio::test]
async fn a_file_is_attached_downloaded_and_taken_off_by_a_program() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let message = format!("/messages/{}", app.message(user).await);
    let attach = async |name: &str, content: Vec<u8>| {
        let name_of_file = url::form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>();
        let request = program.request(Method::POST, &format!("{message}/attachments?name={name_of_file}"));
        program.send(request.header("Content-Type", "application/pdf").header("Idempotency-Key", name).body(content)).await
    };
    let created = attach("../price*list.pdf", b"%PDF-1.7".to_vec()).await.expect(201);
    let file = created.json();
    assert_eq!((&file["name"], &file["size"]), (&json!("price*list.pdf"), &json!(8)));
    assert_eq!(program.get(&message).await.expect(200).json()["attachments"], json!([file]));
    let path = created.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let download = program.get(&path).await.expect(200);
    assert_eq!(download.text, "%PDF-1.7");
    assert_eq!(download.header("content-type"), Some("application/octet-stream"));
    assert_eq!(download.header("content-disposition"), Some("attachment; filename*=UTF-8''price%2Alist.pdf"));
    // The same request again: what it has made is the answer.
    assert_eq!(attach("../price*list.pdf", b"%PDF-1.7".to_vec()).await.expect(201).json(), file);
    assert_eq!(app.count("select count(*) from attachments").await, 1);
    let kept: String = sqlx::query_scalar("select content_type from attachments").fetch_one(&app.db).await.unwrap();
    assert_eq!(kept, "application/pdf");

    let packed = program.request(Method::POST, &format!("{message}/attachments?name=packed.pdf"));
    program.send(packed.header("Content-Encoding", "gzip").body("%PDF-1.7")).await.expect(415);
    assert!(attach("virus.exe", b"MZ".to_vec()).await.expect(422).error("").contains(".exe"));
    attach("nothing.txt", Vec::new()).await.expect(422);
    attach("much.txt", vec![b'a'; 5 * 1024 * 1024 + 1]).await.expect(413);
    attach("rest.txt", vec![b'a'; 5 * 1024 * 1024]).await.expect(422);
    program.delete(&path).await.expect(204);
    program.get(&path).await.expect(404);
    assert_eq!(program.get(&message).await.expect(200).json()["attachments"], json!([]));
}

//! Webhooks for programs.

use serde_json::json;

use super::once;
use crate::support::{Receiver, TestApp, json as with_json, quick};

const HOOK: &str = "https://example.org/hook";

#[tokio::test]
async fn a_program_makes_a_webhook_tries_it_out_reads_its_log_and_sends_something_again() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let (_, program) = app.programmer("una@example.org").await;
    let made =
        program.post("/webhooks", &json!({ "url": receiver.url(), "events": ["attempt.finished", "attempt.started"] })).await.expect(201);
    let webhook = made.json();
    assert!(webhook["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(webhook["events"], json!(["attempt.started", "attempt.finished"]));
    let id = webhook["id"].as_i64().unwrap();
    assert_eq!(made.header("location"), Some(format!("/api/v1/webhooks/{id}").as_str()));
    let shown = program.get(&format!("/webhooks/{id}")).await.expect(200).json();
    assert_eq!((&shown["secret"], &shown["url"]), (&json!(null), &json!(receiver.url())));
    assert_eq!(program.get("/webhooks").await.expect(200).json()["items"], json!([shown]));

    let sent = program.post(&format!("/webhooks/{id}/tests"), &json!({})).await.expect(202).json();
    assert_eq!((&sent["event"], &sent["state"]), (&json!("webhook.test"), &json!("waiting")));
    let calls = receiver.called(1).await;
    assert_eq!(
        (calls[0].header("webhook-id"), &calls[0].body),
        (sent["message_id"].as_str().unwrap(), &sent["payload"].as_str().unwrap().to_owned())
    );
    once(&app, id, "the answer", |sent| sent.state == "sent").await;
    let delivery = format!("/webhooks/{id}/deliveries/{}", sent["id"]);
    let taken = program.get(&delivery).await.expect(200).json();
    assert_eq!((&taken["state"], &taken["status"], &taken["tries"]), (&json!("sent"), &json!(200), &json!(1)));

    program.post(&format!("{delivery}/redelivery"), &json!({})).await.expect(202);
    assert_eq!(receiver.called(2).await[1].header("webhook-id"), calls[0].header("webhook-id"));
    for _ in 0..2 {
        program.post(&format!("/webhooks/{id}/tests"), &json!({})).await.expect(202);
    }
    let page = program.get(&format!("/webhooks/{id}/deliveries?limit=2")).await.expect(200).json();
    let next = page["next"].as_str().unwrap();
    let rest = program.get(&format!("/webhooks/{id}/deliveries?limit=2&cursor={next}")).await.expect(200).json();
    assert_eq!(
        (page["items"].as_array().unwrap().len(), rest["items"][0]["id"].clone(), &rest["next"]),
        (2, sent["id"].clone(), &json!(null))
    );
}

#[tokio::test]
async fn a_webhook_is_changed_switched_off_and_on_given_another_secret_and_deleted() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let made = program.post("/webhooks", &json!({ "url": HOOK, "events": ["attempt.started"] })).await.expect(201);
    let (path, tag) = (format!("/webhooks/{}", made.json()["id"]), made.header("etag").unwrap().to_owned());
    let input = json!({ "url": "https://example.com/", "events": ["recipient.undeliverable"] });
    let put = || with_json(program.request(reqwest::Method::PUT, &path), &input).header("If-Match", &tag);
    let changed = program.send(put()).await.expect(200);
    assert_eq!(changed.json()["events"], json!(["recipient.undeliverable"]));
    program.send(put()).await.expect(412);

    let off = program.put(&format!("{path}/pause"), &json!({})).await.expect(200).json();
    assert_eq!(off["disabled_why"], "owner");
    program.post(&format!("{path}/tests"), &json!({})).await.expect(409);
    let on = program.delete(&format!("{path}/pause")).await.expect(200).json();
    assert_eq!((&on["disabled_at"], &on["disabled_why"]), (&json!(null), &json!(null)));
    let secret = program.post(&format!("{path}/secret"), &json!({})).await.expect(200).json()["secret"].clone();
    assert!(secret != made.json()["secret"] && secret.as_str().unwrap().starts_with("whsec_"));
    program.delete(&path).await.expect(204);
    program.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_creation_that_is_repeated_makes_no_second_webhook_and_its_secret_is_kept_nowhere_in_the_open() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    let input = json!({ "url": HOOK, "events": ["attempt.started"] });
    let create = || with_json(program.request(reqwest::Method::POST, "/webhooks"), &input).header("Idempotency-Key", "the-key");
    let first = program.send(create()).await.expect(201).json();
    let second = program.send(create()).await.expect(201).json();
    assert_eq!((&first["id"], &second["secret"]), (&second["id"], &json!(null)));
    let secret = first["secret"].as_str().unwrap();
    let kept: Vec<u8> = sqlx::query_scalar("select body from api_answers where user_id = $1").bind(user).fetch_one(&app.db).await.unwrap();
    assert!(!String::from_utf8(kept).unwrap().contains(secret.trim_start_matches("whsec_")));

    for _ in 0..9 {
        program.post("/webhooks", &input).await.expect(201);
    }
    let refused = program.post("/webhooks", &input).await.expect(409);
    assert!(refused.json()["detail"].as_str().unwrap().contains("10 webhooks"), "{}", refused.text);
}

#[tokio::test]
async fn what_will_not_do_is_named_field_by_field() {
    let app = TestApp::configured(quick(), |config| config.webhooks_private = false).await;
    let (_, program) = app.programmer("una@example.org").await;
    let refused = program.post("/webhooks", &json!({ "url": "https://10.0.0.1/", "events": [] })).await.expect(422);
    assert!(refused.error("url").contains("private network") && refused.error("events").contains("at least one"));
    let refused = program.post("/webhooks", &json!({ "url": HOOK, "events": ["attempt.started", "attempt.exploded"] })).await.expect(422);
    assert!(refused.error("events[1]").contains("one of attempt.started, attempt.finished, rec"), "{}", refused.text);
    let refused = program.post("/webhooks", &json!({ "url": HOOK, "events": [{ "attempt.started": null }] })).await.expect(422);
    assert!(!refused.error("events[0]").is_empty(), "{}", refused.text);
}

#[tokio::test]
async fn nobody_reaches_what_was_sent_to_somebody_elses_webhook_by_way_of_their_own() {
    let app = TestApp::without_worker().await;
    let (una, otto) = (app.programmer("una@example.org").await.1, app.programmer("otto@example.org").await.1);
    let input = json!({ "url": HOOK, "events": ["attempt.started"] });
    let (hers, his) = (una.post("/webhooks", &input).await.json()["id"].clone(), otto.post("/webhooks", &input).await.json()["id"].clone());
    let sent = una.post(&format!("/webhooks/{hers}/tests"), &json!({})).await.expect(202).json()["id"].clone();
    for path in [
        format!("/webhooks/{hers}/deliveries"),
        format!("/webhooks/{hers}/deliveries/{sent}"),
        format!("/webhooks/{his}/deliveries/{sent}"),
    ] {
        otto.get(&path).await.expect(404);
    }
    otto.post(&format!("/webhooks/{his}/deliveries/{sent}/redelivery"), &json!({})).await.expect(404);
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 1);
}

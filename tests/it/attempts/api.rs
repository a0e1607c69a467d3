//! Attempts and deliveries for programs.

use periodical::users::queries::grant_role;
use reqwest::Method;
use serde_json::{Value, json};

use super::mixed;
use crate::support::{Answered, Program, TestApp, until};

async fn post(program: &Program, path: &str) -> Answered {
    program.send(program.request(Method::POST, path)).await
}

/// Everything of a list, two rows a page.
async fn all(program: &Program, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = program.get(&format!("{path}limit=2{cursor}")).await.expect(200).json();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { return items };
        cursor = format!("&cursor={next}");
    }
}

fn emails(deliveries: &[Value]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery["email"].as_str().unwrap()).collect()
}

async fn finished(program: &Program, path: &str) -> Value {
    until("the attempt's end", || async {
        Some(program.get(path).await.expect(200).json()).filter(|attempt| attempt["status"] != "running")
    })
    .await
}

#[tokio::test]
async fn from_a_new_mailing_to_the_repetition_for_those_who_failed() {
    let app = TestApp::start().await;
    let (user, program) = app.programmer("una@example.org").await;
    let addresses = ["anna@example.org", "policy.1@example.org", "bert@example.org", "spam-554.2@example.org", "policy.3@example.org"];
    let ids = app.recipients(user, &addresses).await;
    let message = app.message(user).await;
    let body = json!({
        "name": "News", "message_id": message, "recipients": { "ids": ids }, "starts_at": "2099-01-10T06:00:00Z",
        "ends_at": "2099-04-01T00:00:00Z", "period": "daily", "time_zone": "UTC",
    });
    let mailing = program.post("/mailings", &body).await.expect(201).json();
    let answer = post(&program, &format!("/mailings/{}/attempts", mailing["id"])).await.expect(201);
    let begun = answer.json();
    let path = format!("/attempts/{}", begun["id"]);
    assert_eq!(answer.header("location").unwrap(), format!("/api/v1{path}"));
    assert_eq!((&begun["mailing_id"], &begun["trigger"], &begun["total"]), (&mailing["id"], &json!("manual"), &json!(5)));

    let attempt = finished(&program, &path).await;
    let figures = ["status", "total", "sent", "failed", "waiting", "unknown", "skipped"].map(|name| attempt[name].clone());
    assert_eq!(figures, [json!("partial"), json!(5), json!(2), json!(3), json!(0), json!(0), json!(0)]);
    assert!(attempt["finished_at"].is_string() && attempt["last_reply"].is_string(), "{attempt}");
    let failed = all(&program, &format!("{path}/deliveries?state=failed&")).await;
    assert_eq!(emails(&failed), [addresses[1], addresses[3], addresses[4]]);
    assert_eq!((&failed[0]["code"], &failed[0]["tries"], &failed[0]["recipient_id"]), (&json!(550), &json!(1), &json!(ids[1])));
    assert!(failed[0]["reply"].as_str().unwrap().contains("5.7.1"), "{}", failed[0]);
    let sent = all(&program, &format!("{path}/deliveries?state=sent&")).await;
    assert_eq!(emails(&sent), [addresses[0], addresses[2]]);
    let everybody = all(&program, &format!("{path}/deliveries?")).await;
    assert_eq!(emails(&everybody), addresses);
    let refused = all(&program, &format!("{path}/deliveries?search=POLICY.3&")).await;
    assert_eq!(emails(&refused), [addresses[4]]);

    // The mail server has changed its mind.
    app.faults().set_by_address(false);
    let answer = post(&program, &format!("{path}/retry")).await.expect(201);
    assert_eq!((&answer.json()["retry_of"], &answer.json()["trigger"]), (&begun["id"], &json!("retry")));
    let again = answer.header("location").unwrap().strip_prefix("/api/v1").unwrap();
    let repeated = finished(&program, again).await;
    assert_eq!((&repeated["status"], &repeated["total"], &repeated["sent"]), (&json!("succeeded"), &json!(3), &json!(3)));
    let mut expected = addresses.to_vec();
    expected.sort_unstable();
    assert_eq!(app.delivered(), expected, "each has got it once");
    let answer = post(&program, &format!("{path}/retry")).await.expect(409);
    assert!(answer.text.contains("Nobody is left to try again"), "{}", answer.text);
    let answer = post(&program, &format!("{path}/retry?whom=missing")).await.expect(409);
    assert!(answer.text.contains("has got this message"), "{}", answer.text);
    post(&program, &format!("{path}/retry?whom=all")).await.expect(422).error("whom");
}

#[tokio::test]
async fn a_run_that_may_not_be_is_refused_with_the_reason() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    app.recipients(user, &["policy@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let paths = [format!("/mailings/{mailing}/attempts"), format!("/attempts/{attempt}/retry")];
    let refused = async |words: &str| {
        for path in &paths {
            let answer = post(&program, path).await.expect(409);
            assert!(answer.json()["detail"].as_str().unwrap().contains(words), "{path}: {}", answer.text);
            assert_eq!(answer.json()["type"], "/api/docs#problem-conflict");
        }
    };
    refused("still running").await;
    app.drain(attempt).await;
    program.put(&format!("/mailings/{mailing}/pause"), &json!({})).await.expect(200);
    refused("is paused").await;
    sqlx::query("update mailings set disabled_at = now(), disabled_reason = 'Too much of it'").execute(&app.db).await.unwrap();
    refused("Too much of it").await;
    let shown = program.get(&format!("/mailings/{mailing}")).await.json();
    assert_eq!(shown["disabled_reason"], "Too much of it");
    sqlx::query("update mailings set disabled_at = null, disabled_reason = null").execute(&app.db).await.unwrap();
    program.put(&format!("/mailings/{mailing}/stop"), &json!({})).await.expect(200);
    refused("stopped for good").await;
    sqlx::query("update mailings set stopped_at = null, paused_at = null, ends_at = now()").execute(&app.db).await.unwrap();
    let answer = post(&program, &paths[0]).await.expect(409);
    assert!(answer.text.contains("end has passed"), "{}", answer.text);
    sqlx::query("update mailings set ends_at = now() + interval '1 day'").execute(&app.db).await.unwrap();
    sqlx::query("update recipients set unsubscribed_at = now()").execute(&app.db).await.unwrap();
    let answer = post(&program, &paths[0]).await.expect(409);
    assert!(answer.text.contains("nobody to send to"), "{}", answer.text);
    assert_eq!(app.count("select count(*) from attempts").await, 1, "what was begun was taken back");
    // The token of somebody who is blocked is none.
    sqlx::query("update users set blocked_at = now()").execute(&app.db).await.unwrap();
    for path in &paths {
        post(&program, path).await.expect(401);
    }
}

#[tokio::test]
async fn a_run_and_a_repetition_under_a_key_count_once() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    app.recipients(user, &["policy@example.org", "anna@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let ask = async |path: &str, key: &str| program.send(program.request(Method::POST, path).header("Idempotency-Key", key)).await;
    let run = format!("/mailings/{mailing}/attempts");
    let answers = futures_util::future::join_all((0..4).map(|_| ask(&run, "run-1"))).await;
    for answer in &answers {
        assert_eq!((answer.status.as_u16(), &answer.text), (201, &answers[0].text));
        assert_eq!(answer.header("location"), answers[0].header("location"));
    }
    ask(&run, "run-2").await.expect(409);
    let attempt = answers[0].json()["id"].as_i64().unwrap();
    app.drain(attempt).await;
    // Though it could start again by now.
    assert_eq!(ask(&run, "run-1").await.expect(201).text, answers[0].text);
    let retry = format!("/attempts/{attempt}/retry");
    ask(&retry, "run-1").await.expect(422).error("Idempotency-Key");
    let first = ask(&retry, "retry-1").await.expect(201);
    app.drain(first.json()["id"].as_i64().unwrap()).await;
    assert_eq!(ask(&retry, "retry-1").await.expect(201).text, first.text);
    ask(&format!("{retry}?whom=missing"), "retry-1").await.expect(422).error("Idempotency-Key");
    // A refusal is not kept: what stood in the way may be gone.
    assert_eq!(ask(&run, "run-2").await.expect(201).json()["trigger"], "manual");
    assert_eq!(app.count("select count(*) from attempts").await, 3);
}

#[tokio::test]
async fn attempts_are_listed_by_mailing_status_and_name() {
    let app = TestApp::without_worker().await;
    let (user, program) = app.programmer("una@example.org").await;
    app.recipients(user, &["anna@example.org"]).await;
    let (first, second) = (app.due_mailing(user).await, app.due_mailing(user).await);
    sqlx::query("update mailings set name = 'Offers' where id = $1").bind(second).execute(&app.db).await.unwrap();
    let mut attempts = Vec::new();
    for mailing in [first, second, first] {
        let attempt = app.run_now(user, mailing).await;
        app.drain(attempt).await;
        attempts.insert(0, attempt);
    }
    let running = app.run_now(user, second).await;
    attempts.insert(0, running);
    let ids = async |query: &str| {
        let found = all(&program, &format!("/attempts?{query}")).await;
        found.iter().map(|attempt| attempt["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, attempts);
    assert_eq!(ids(&format!("mailing_id={first}&")).await, [attempts[1], attempts[3]]);
    assert_eq!(ids("status=running&").await, [running]);
    assert_eq!(ids("status=succeeded&search=OFFERS&").await, [attempts[2]]);
    assert!(ids("mailing_id=-7&").await.is_empty());
    program.get("/attempts?status=done").await.expect(422).error("status");
    program.get("/attempts?mailing_id=99999999999999999999").await.expect(422).error("mailing_id");
    // A cursor belongs to what the list is narrowed to.
    let next = program.get("/attempts?limit=1").await.json()["next"].as_str().unwrap().to_owned();
    program.get(&format!("/attempts?status=succeeded&cursor={next}")).await.expect(422).error("cursor");
    let (_, other) = app.programmer("otto@example.org").await;
    assert!(all(&other, &format!("/attempts?mailing_id={first}&")).await.is_empty());
}

#[tokio::test]
async fn deliveries_are_listed_by_state_in_the_order_in_which_they_go_out() {
    let app = TestApp::without_worker().await;
    let (user, _, attempt) = mixed(&app).await;
    let program = app.program(user, &["read"]).await;
    let path = format!("/attempts/{attempt}/deliveries");
    for (state, expected) in
        [("", 60), ("state=sent&", 30), ("state=failed&", 12), ("state=unknown&", 3), ("state=skipped&", 2), ("state=waiting&", 13)]
    {
        let found = all(&program, &format!("{path}?{state}")).await;
        let numbers: Vec<i64> = found.iter().map(|delivery| delivery["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers.len(), expected, "{state}");
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }
    program.get(&format!("{path}?state=lost")).await.expect(422).error("state");
    let next = program.get(&format!("{path}?limit=1")).await.json()["next"].as_str().unwrap().to_owned();
    program.get(&format!("{path}?state=sent&cursor={next}")).await.expect(422).error("cursor");
}

#[tokio::test]
async fn managers_see_how_an_attempt_went_and_nobodys_address() {
    let app = TestApp::without_worker().await;
    let (_, _, attempt) = mixed(&app).await;
    let said = "550 5.1.1 <reader1@example.org>: unknown";
    sqlx::query("update attempts set last_reply = $1").bind(said).execute(&app.db).await.unwrap();
    let mailing = app.count("select mailing_id from attempts").await;
    let (max, manager) = app.programmer("max@example.org").await;
    grant_role(&app.db, max, "manager").await.unwrap();
    for found in [
        manager.get(&format!("/attempts/{attempt}")).await.expect(200).json(),
        manager.get(&format!("/attempts?mailing_id={mailing}")).await.expect(200).json()["items"][0].clone(),
    ] {
        assert_eq!((&found["id"], &found["failed"]), (&json!(attempt), &json!(12)));
        assert!(found["last_reply"].as_str().unwrap().contains("unknown"), "{found}");
        assert!(!found.to_string().contains("reader1"), "{found}");
    }
    assert_eq!(manager.get("/attempts").await.json()["items"], json!([]));
    assert_eq!(manager.get("/attempts?mailing_id=999999").await.expect(200).json()["items"], json!([]));
    manager.get(&format!("/attempts/{attempt}/deliveries")).await.expect(404);
    post(&manager, &format!("/attempts/{attempt}/retry")).await.expect(404);
}

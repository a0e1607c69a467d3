//! Mailings for programs.

use periodical::users::queries::grant_role;
use reqwest::Method;
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};

use crate::support::{Program, TestApp, json as with_json};

/// A weekly mailing far ahead, at nine o'clock in Moscow, to everybody.
fn weekly(message: i64) -> Value {
    json!({
        "name": "Weekly news", "message_id": message, "recipients": { "all": true },
        "starts_at": "2099-01-10T06:00:00Z", "ends_at": "2099-04-01T00:00:00+03:00", "period": "weekly", "time_zone": "Europe/Moscow",
    })
}

/// With other fields in place of its own.
fn with(mut body: Value, changes: Value) -> Value {
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

/// A user with a recipient and a message, and their program.
async fn equipped(app: &TestApp) -> (i64, Program, i64, i64) {
    let (user, program) = app.programmer("una@example.org").await;
    let rita = app.recipients(user, &["rita@example.org"]).await[0];
    let message = app.message(user).await;
    (user, program, rita, message)
}

async fn created(program: &Program, body: &Value) -> i64 {
    program.post("/mailings", body).await.expect(201).json()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_mailing_is_created_shown_changed_and_deleted() {
    let app = TestApp::without_worker().await;
    let (user, program, rita, message) = equipped(&app).await;
    let answer = program.post("/mailings", &weekly(message)).await.expect(201);
    let mailing = answer.json();
    let path = format!("/mailings/{}", mailing["id"]);
    assert_eq!(answer.header("location").unwrap(), format!("/api/v1{path}"));
    assert_eq!(
        mailing,
        json!({
            "id": mailing["id"], "user_id": user, "name": "Weekly news", "message_id": message, "subject": "Hello", "recipients": { "all": true },
            "starts_at": "2099-01-10T06:00:00Z", "ends_at": "2099-03-31T21:00:00Z", "period": "weekly", "time_zone": "Europe/Moscow",
            "resend_unknown": true, "status": "created", "next_run_at": "2099-01-10T06:00:00Z",
            "paused_at": null, "disabled_at": null, "disabled_reason": null, "stopped_at": null,
        })
    );
    assert_eq!(app.job_of(mailing["id"].as_i64().unwrap()).await, Some(datetime!(2099-01-10 06:00 UTC)));
    let shown = program.get(&path).await.expect(200);
    assert_eq!((shown.json(), shown.header("etag")), (mailing, answer.header("etag")));

    let tag = answer.header("etag").unwrap();
    let change = with(weekly(message), json!({ "recipients": { "ids": [rita] }, "period": "daily", "resend_unknown": false }));
    let put = || with_json(program.request(Method::PUT, &path), &change);
    program.send(put()).await.expect(428);
    let changed = program.send(put().header("If-Match", tag)).await.expect(200);
    assert_eq!(changed.json()["recipients"], json!({ "ids": [rita] }));
    assert_eq!((&changed.json()["period"], &changed.json()["resend_unknown"]), (&json!("daily"), &json!(false)));
    program.send(put().header("If-Match", tag)).await.expect(412);
    // What is shown can be sent back.
    let mut same = program.get(&path).await.expect(200).json();
    same.as_object_mut().unwrap().retain(|name, _| change.get(name).is_some());
    assert_eq!(program.put(&path, &same).await.expect(200).json()["next_run_at"], "2099-01-10T06:00:00Z");

    program.delete(&path).await.expect(204);
    program.get(&path).await.expect(404);
    program.delete(&path).await.expect(404);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);
}

#[tokio::test]
async fn mailings_are_listed_page_by_page_and_searched_by_name() {
    let app = TestApp::without_worker().await;
    let (_, program, _, message) = equipped(&app).await;
    let mut ids = Vec::new();
    for name in ["Weekly news", "Offers 100%", "Weekly offers"] {
        ids.push(created(&program, &with(weekly(message), json!({ "name": name }))).await);
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut path = "/mailings?limit=2".to_owned();
    loop {
        let page = program.get(&path).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/mailings?limit=2&cursor={next}");
    }
    assert_eq!(seen, ids);
    for (search, count) in [("WEEKLY", 2), ("%25", 1), ("_", 0), ("%00", 3), ("offers", 2)] {
        let page = program.get(&format!("/mailings?search={search}")).await.expect(200).json();
        assert_eq!(page["items"].as_array().unwrap().len(), count, "{search}");
    }
    program.put(&format!("/mailings/{}/pause", ids[0]), &json!({})).await.expect(200);
    program.put(&format!("/mailings/{}/stop", ids[1]), &json!({})).await.expect(200);
    for (state, expected) in [("waiting", vec![ids[2]]), ("paused", vec![ids[0]]), ("completed", vec![ids[1]]), ("running", vec![])] {
        let page = program.get(&format!("/mailings?state={state}")).await.expect(200).json();
        let found: Vec<i64> = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect();
        assert_eq!(found, expected, "{state}");
    }
    program.get("/mailings?state=disabled").await.expect(422).error("state");
    let next = program.get("/mailings?limit=1").await.json()["next"].as_str().unwrap().to_owned();
    program.get(&format!("/mailings?state=paused&cursor={next}")).await.expect(422).error("cursor");
    assert!(program.get("/mailings").await.json()["items"][0].get("recipients").is_none(), "10,000 of each would be too many");
}

#[tokio::test]
async fn the_next_runs_keep_the_clocks_of_the_zone_and_the_last_day_of_the_month() {
    let app = TestApp::without_worker().await;
    let (_, program, _, message) = equipped(&app).await;
    let monthly = json!({
        "starts_at": "2099-01-31T09:00:00+01:00", "ends_at": "2100-01-01T00:00:00Z", "period": "monthly", "time_zone": "europe/berlin",
    });
    let id = created(&program, &with(weekly(message), monthly)).await;
    let schedule = program.get(&format!("/mailings/{id}/schedule?count=4")).await.expect(200).json();
    assert_eq!(
        schedule["next_runs"],
        json!(["2099-01-31T08:00:00Z", "2099-02-28T08:00:00Z", "2099-03-31T07:00:00Z", "2099-04-30T07:00:00Z"])
    );
    assert!(schedule["words"].as_str().unwrap().contains("Europe/Berlin"), "{schedule}");
    let runs = async |count: &str| {
        let answer = program.get(&format!("/mailings/{id}/schedule{count}")).await.expect(200);
        answer.json()["next_runs"].as_array().unwrap().len()
    };
    assert_eq!((runs("").await, runs("?count=100").await, runs("?count=1").await), (5, 12, 1));
    for wrong in ["0", "101", "-1", "x", "", "256", "99999999999999999999"] {
        program.get(&format!("/mailings/{id}/schedule?count={wrong}")).await.expect(422).error("count");
    }
    program.put(&format!("/mailings/{id}/stop"), &json!({})).await.expect(200);
    assert_eq!(runs("").await, 0);
}

#[tokio::test]
async fn what_will_not_do_is_said_field_by_field() {
    let app = TestApp::without_worker().await;
    let (_, program, rita, message) = equipped(&app).await;
    let (otto, _) = app.programmer("otto@example.org").await;
    let (others_message, others_recipient) = (app.message(otto).await, app.recipients(otto, &["rolf@example.org"]).await[0]);
    let many: Vec<i64> = (1..=10_001).collect();
    for (changes, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "name": "a\nb" }), "name"),
        (json!({ "name": "a\u{0}" }), "name"),
        (json!({ "name": "n".repeat(201) }), "name"),
        (json!({ "message_id": others_message }), "message_id"),
        (json!({ "message_id": i64::MAX }), "message_id"),
        (json!({ "message_id": -1 }), "message_id"),
        (json!({ "message_id": "1" }), "message_id"),
        (json!({ "recipients": {} }), "recipients"),
        (json!({ "recipients": { "all": false } }), "recipients"),
        (json!({ "recipients": { "all": true, "ids": [rita] } }), "recipients"),
        (json!({ "recipients": { "ids": [] } }), "recipients"),
        (json!({ "recipients": { "ids": [rita, others_recipient] } }), "recipients"),
        (json!({ "recipients": { "ids": many } }), "recipients"),
        (json!({ "recipients": { "ids": [rita, "x"] } }), "recipients.ids[1]"),
        (json!({ "recipients": { "some": true } }), "recipients.some"),
        (json!({ "recipients": [rita] }), "recipients"),
        (json!({ "recipients": [true] }), "recipients"),
        (json!({ "starts_at": "9999-12-31T23:59:59Z" }), "starts_at"),
        (json!({ "starts_at": "0001-01-01T00:00:00Z" }), "starts_at"),
        (json!({ "starts_at": "9999-12-31T23:59:59-23:59" }), "starts_at"),
        (json!({ "starts_at": "0000-01-01T00:00:00+23:59" }), "starts_at"),
        (json!({ "starts_at": "2099-01-10T09:00" }), "starts_at"),
        (json!({ "starts_at": 4_071_600_000_i64 }), "starts_at"),
        (json!({ "ends_at": "9999-12-31T23:59:59Z" }), "ends_at"),
        (json!({ "ends_at": "2099-01-10T06:00:00Z" }), "ends_at"),
        (json!({ "ends_at": "2020-01-10T06:00:00Z", "starts_at": "2019-01-10T06:00:00Z" }), "ends_at"),
        (json!({ "period": "yearly" }), "period"),
        (json!({ "period": { "weekly": null } }), "period"),
        (json!({ "time_zone": "Mars/Base" }), "time_zone"),
        (json!({ "time_zone": "" }), "time_zone"),
        (json!({ "time_zone": "\u{0}" }), "time_zone"),
        (json!({ "resend_unknown": "yes" }), "resend_unknown"),
        (json!({ "status": "running" }), "status"),
    ] {
        let answer = program.post("/mailings", &with(weekly(message), changes)).await.expect(422);
        assert!(!answer.error(field).is_empty(), "{field}");
    }
    for field in ["name", "message_id", "recipients", "starts_at", "ends_at", "period", "time_zone"] {
        let mut body = weekly(message);
        body.as_object_mut().unwrap().remove(field);
        program.post("/mailings", &body).await.expect(422).error(field);
    }
    // Whoever has no recipients yet cannot send to all of them.
    app.many_recipients(otto, 0).await;
    sqlx::query("delete from recipients where user_id = $1").bind(otto).execute(&app.db).await.unwrap();
    let otto = app.program(otto, &["send"]).await;
    otto.post("/mailings", &weekly(others_message)).await.expect(422).error("recipients");
    assert_eq!(app.count("select count(*) from mailings").await, 0);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);
}

#[tokio::test]
async fn times_are_known_to_the_edge_of_the_year_9999() {
    let app = TestApp::without_worker().await;
    let (_, program, _, message) = equipped(&app).await;
    let edges = json!({ "starts_at": "1970-01-01T00:00:00Z", "ends_at": "9999-12-30T22:00:00.999999Z", "period": "daily", "time_zone": "Pacific/Kiritimati" });
    let id = created(&program, &with(weekly(message), edges)).await;
    assert_eq!(program.get(&format!("/mailings/{id}")).await.json()["ends_at"], "9999-12-30T22:00:00.999999Z");
    program.get(&format!("/mailings/{id}/schedule?count=100")).await.expect(200);
    let copy = program.send(program.request(Method::POST, &format!("/mailings/{id}/copies"))).await.expect(201).json();
    assert!(copy["ends_at"].as_str().unwrap().starts_with("9999-12-"), "{copy}");
    let late = json!({ "starts_at": "9999-12-30T20:00:00Z", "ends_at": "9999-12-30T22:00:00Z", "period": "monthly", "time_zone": "Pacific/Kiritimati" });
    let id = created(&program, &with(weekly(message), late)).await;
    let schedule = program.get(&format!("/mailings/{id}/schedule")).await.expect(200).json();
    assert_eq!(schedule["next_runs"], json!(["9999-12-30T20:00:00Z"]));
}

#[tokio::test]
async fn a_mailing_is_paused_resumed_stopped_and_copied() {
    let app = TestApp::without_worker().await;
    let (_, program, rita, message) = equipped(&app).await;
    let id = created(&program, &with(weekly(message), json!({ "recipients": { "ids": [rita] } }))).await;
    let path = format!("/mailings/{id}");
    for _ in 0..2 {
        let paused = program.put(&format!("{path}/pause"), &json!({})).await.expect(200).json();
        assert!(paused["paused_at"].is_string(), "{paused}");
        assert_eq!(app.job_of(id).await, None);
    }
    for _ in 0..2 {
        let resumed = program.delete(&format!("{path}/pause")).await.expect(200).json();
        assert!(resumed["paused_at"].is_null(), "{resumed}");
        assert!(app.job_of(id).await.is_some());
    }
    for _ in 0..2 {
        let stopped = program.put(&format!("{path}/stop"), &json!({})).await.expect(200).json();
        assert_eq!((&stopped["status"], &stopped["next_run_at"]), (&json!("completed"), &Value::Null));
        assert!(stopped["stopped_at"].is_string(), "{stopped}");
    }
    let answer = program.put(&path, &weekly(message)).await.expect(409);
    assert!(answer.text.contains("stopped for good"), "{}", answer.text);

    let copying = || program.request(Method::POST, &format!("{path}/copies")).header("Idempotency-Key", "copy-1");
    let copy = program.send(copying()).await.expect(201);
    assert_eq!(copy.json()["name"], "Copy of Weekly news");
    assert_eq!((&copy.json()["status"], &copy.json()["recipients"]), (&json!("created"), &json!({ "ids": [rita] })));
    assert_eq!((&copy.json()["starts_at"], &copy.json()["stopped_at"]), (&json!("2099-01-10T06:00:00Z"), &Value::Null));
    let again = program.send(copying()).await.expect(201);
    assert_eq!((copy.text.as_str(), copy.header("location")), (again.text.as_str(), again.header("location")));
    assert_eq!(app.count("select count(*) from mailings").await, 2);
    assert!(app.job_of(copy.json()["id"].as_i64().unwrap()).await.is_some());
}

#[tokio::test]
async fn a_creation_under_a_key_counts_once() {
    let app = TestApp::without_worker().await;
    let (_, program, _, message) = equipped(&app).await;
    let create = async |body: &Value| {
        program.send(with_json(program.request(Method::POST, "/mailings"), body).header("Idempotency-Key", "key-1")).await
    };
    let body = weekly(message);
    let answers = futures_util::future::join_all((0..4).map(|_| create(&body))).await;
    for answer in answers {
        let answer = answer.expect(201);
        assert!(answer.header("location").is_some() && answer.header("etag").is_some());
    }
    create(&with(body, json!({ "name": "Another" }))).await.expect(422).error("Idempotency-Key");
    assert_eq!(app.count("select count(*) from mailings").await, 1);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 1);
}

#[tokio::test]
async fn while_a_run_goes_out_what_it_sends_cannot_change() {
    let app = TestApp::without_worker().await;
    let (user, program, _, message) = equipped(&app).await;
    let id = created(&program, &weekly(message)).await;
    let attempt = app.run_now(user, id).await;
    let path = format!("/mailings/{id}");
    let other = app.message(user).await;
    let change = with(weekly(message), json!({ "message_id": other, "starts_at": "2099-01-11T06:00:00Z" }));
    let answer = program.put(&path, &change).await.expect(422);
    assert!(!answer.error("message_id").is_empty() && !answer.error("starts_at").is_empty());
    let renamed = program.put(&path, &with(weekly(message), json!({ "name": "Renamed" }))).await.expect(200).json();
    assert_eq!((&renamed["name"], &renamed["status"]), (&json!("Renamed"), &json!("running")));
    app.drain(attempt).await;
    program.put(&path, &change).await.expect(200);
}

#[tokio::test]
async fn managers_see_everybodys_mailings_and_change_none() {
    let app = TestApp::without_worker().await;
    let (una, program, _, message) = equipped(&app).await;
    let id = created(&program, &weekly(message)).await;
    let (max, manager) = app.programmer("max@example.org").await;
    grant_role(&app.db, max, "manager").await.unwrap();
    let path = format!("/mailings/{id}");
    let seen = manager.get(&path).await.expect(200).json();
    assert_eq!((&seen["user_id"], &seen["recipients"]), (&json!(una), &json!(null)));
    manager.get(&format!("{path}/schedule")).await.expect(200);
    assert_eq!(manager.get("/mailings").await.expect(200).json()["items"], json!([]));
    manager.put(&path, &weekly(message)).await.expect(404);
    manager.delete(&path).await.expect(404);
    for (method, act) in
        [(Method::PUT, "pause"), (Method::DELETE, "pause"), (Method::PUT, "stop"), (Method::POST, "copies"), (Method::POST, "attempts")]
    {
        manager.send(manager.request(method, &format!("{path}/{act}"))).await.expect(404);
    }
    assert_eq!(app.count("select count(*) from mailings where paused_at is null and stopped_at is null").await, 1);
}

#[tokio::test]
async fn a_form_that_knows_no_seconds_leaves_them_as_a_program_has_set_them() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    let message = app.message(user).await;
    let program = app.program(user, &["read", "send"]).await;
    // The second two o'clock of that night, which the form would take for the first.
    let night = json!({
        "starts_at": "2099-10-25T01:15:30Z", "ends_at": "2099-11-01T00:00:30Z", "period": "once", "time_zone": "Europe/Berlin",
    });
    let id = created(&program, &with(weekly(message), night)).await;
    let (page, action) = (format!("/mailings/{id}/edit"), format!("/mailings/{id}"));
    let answer = browser.submit(&page, &action, &[("name", "Renamed")]).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    let stored: (String, OffsetDateTime, OffsetDateTime, Option<OffsetDateTime>) =
        sqlx::query_as("select name, starts_at, ends_at, next_run_at from mailings").fetch_one(&app.db).await.unwrap();
    let start = datetime!(2099-10-25 01:15:30 UTC);
    assert_eq!(stored, ("Renamed".into(), start, datetime!(2099-11-01 00:00:30 UTC), Some(start)));
    let answer = browser.submit(&page, &action, &[("starts_at", "2099-10-25T02:16")]).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    assert_eq!(program.get(&action).await.json()["starts_at"], "2099-10-25T00:16:00Z");
}

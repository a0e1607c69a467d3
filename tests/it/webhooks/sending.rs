//! What is sent when, and again.

use std::time::Duration;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use periodical::webhooks::{
    model::Event::{AttemptFinished, AttemptStarted, RecipientUndeliverable},
    queries, registration,
};
use serde_json::json;
use sha2::Sha256;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{HOUR, at_rest, hook, once, run, sent, waiting};
use crate::support::{Call, Receiver, Reply, TestApp, quick, until};

/// As a receiver does it by the specification.
fn verify(call: &Call, secret: &str) {
    let key = BASE64.decode(secret.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    assert!((24..=64).contains(&key.len()));
    let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
    let age = OffsetDateTime::now_utc().unix_timestamp() - timestamp.parse::<i64>().unwrap();
    assert!((0..300).contains(&age), "{age}");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{timestamp}.{}", call.body).as_bytes());
    let expected = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    assert!(call.header("webhook-signature").split(' ').any(|signature| signature == expected));
}

#[tokio::test]
async fn an_attempts_start_and_end_are_told_signed_and_with_the_fields_of_the_api() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, secret) = hook(&app, user, &receiver.url(), &[AttemptStarted, AttemptFinished]).await;
    app.recipients(user, &["a@example.org", "b@example.org", "bad-550@example.org"]).await;
    let (mailing, attempt) = run(&app, user).await;
    let calls = receiver.called(2).await;
    for call in &calls {
        verify(call, &secret);
        assert_eq!(call.path, "/hook?from=periodical");
        assert_eq!(call.header("content-type"), "application/json");
        assert!(call.header("user-agent").starts_with("Periodical-Webhooks/"));
    }
    let (started, finished) = (calls[0].json(), calls[1].json());
    assert_eq!((&started["type"], &finished["type"]), (&"attempt.started".into(), &"attempt.finished".into()));
    assert_ne!(calls[0].header("webhook-id"), calls[1].header("webhook-id"));
    let mut fields: Vec<&String> = finished["data"].as_object().unwrap().keys().collect();
    fields.sort();
    let expected = "failed finished_at id last_reply mailing_id scheduled_at sent skipped started_at status total unknown waiting";
    assert_eq!(fields, expected.split(' ').collect::<Vec<_>>());
    assert_eq!((&started["data"]["status"], &started["data"]["waiting"]), (&"running".into(), &3.into()));
    assert_eq!(started["data"]["finished_at"], serde_json::Value::Null);
    let data = &finished["data"];
    assert_eq!((&data["id"], &data["mailing_id"], &data["status"]), (&attempt.into(), &mailing.into(), &"partial".into()));
    assert_eq!((&data["total"], &data["sent"], &data["failed"], &data["waiting"]), (&3.into(), &2.into(), &1.into(), &0.into()));
    for moment in [&finished["timestamp"], &data["scheduled_at"], &data["started_at"], &data["finished_at"]] {
        let moment = moment.as_str().unwrap();
        assert!(moment.ends_with('Z'), "{moment}");
        OffsetDateTime::parse(moment, &Rfc3339).unwrap();
    }
    app.jobs_done().await;
    assert_eq!(receiver.calls().len(), 2);
    assert!(sent(&app, id).await.iter().all(|sent| (sent.state.as_str(), sent.tries, sent.status) == ("sent", 1, Some(200))));
}

#[tokio::test]
async fn recipients_whose_address_does_not_exist_are_told_one_by_one_to_those_alone_who_ask() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let (user, other) = (app.user("una@example.org").await, app.user("other@example.org").await);
    hook(&app, user, &receiver.url(), &[RecipientUndeliverable]).await;
    hook(&app, other, &receiver.url(), &[AttemptStarted]).await;
    let bad: Vec<String> = (0..30).map(|number| format!("bad-550.{number}@example.org")).collect();
    let bad: Vec<&str> = bad.iter().map(String::as_str).collect();
    for owner in [user, other] {
        app.recipients(owner, &bad).await;
        app.recipients(owner, &["good@example.org", "policy@example.org"]).await;
    }
    sqlx::query("update recipients set comment = 'from the fair'").execute(&app.db).await.unwrap();
    for owner in [user, other] {
        let (_, attempt) = run(&app, owner).await;
        app.finished(attempt).await;
    }
    let calls = receiver.called(31).await;
    app.jobs_done().await;
    let told: Vec<serde_json::Value> =
        calls.iter().filter(|call| call.kind() == "recipient.undeliverable").map(|call| call.json()["data"].clone()).collect();
    let mut emails: Vec<&str> = told.iter().map(|data| data["email"].as_str().unwrap()).collect();
    emails.sort_unstable();
    let mut expected = bad.clone();
    expected.sort_unstable();
    assert_eq!(emails, expected);
    let data = &told[0];
    assert_eq!((&data["name"], &data["comment"]), (&"Rita Recipient".into(), &"from the fair".into()));
    assert!(data["undeliverable_reason"].as_str().unwrap().contains("5.1.1") && data["undeliverable_at"].is_string(), "{data}");
    let id = data["id"].as_i64().unwrap();
    assert_eq!(app.count(&format!("select count(*) from recipients where id = {id} and user_id = {user}")).await, 1);
    assert_eq!(receiver.calls().len(), 31, "and one attempt of the other's");
}

#[tokio::test]
async fn nothing_is_written_for_whoever_has_no_webhook_for_it() {
    let app = TestApp::start().await;
    let user = app.user("una@example.org").await;
    let (off, _) = hook(&app, user, "https://example.org/", &[AttemptStarted, AttemptFinished, RecipientUndeliverable]).await;
    queries::pause(&app.db, user, off).await.unwrap();
    app.recipients(user, &["bad-550@example.org"]).await;
    let (_, attempt) = run(&app, user).await;
    app.finished(attempt).await;
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 0);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs where key like 'webhook:%'").await, 0);
}

#[tokio::test]
async fn a_run_that_does_not_come_about_is_told_to_nobody() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    hook(&app, user, "https://example.org/", &[AttemptStarted]).await;
    let ids = app.recipients(user, &["gone@example.org"]).await;
    let tomorrow = OffsetDateTime::now_utc() + time::Duration::DAY;
    let mailing = app.mailing(user, "once", tomorrow, tomorrow + time::Duration::DAY).await;
    sqlx::query("delete from recipients where id = any($1)").bind(&ids).execute(&app.db).await.unwrap();
    let run = periodical::mailings::runs::run_now(&app.app, user, mailing, uuid::Uuid::new_v4()).await.unwrap();
    assert!(run.is_err(), "{run:?}");
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 0);
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_with_the_same_id_and_the_same_bytes_until_it_is() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, secret) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.next([Reply::Saying(500, "no\0t today".into()), Reply::Status(404)]);
    registration::test(&app.app, user, id).await.unwrap().unwrap();
    let calls = receiver.called(3).await;
    app.jobs_done().await;
    assert_eq!(receiver.calls().len(), 3);
    for call in &calls {
        verify(call, &secret);
        assert_eq!((call.header("webhook-id"), &call.body), (calls[0].header("webhook-id"), &calls[0].body));
    }
    assert_eq!(calls[0].kind(), "webhook.test");
    let sent = &sent(&app, id).await[0];
    assert_eq!((sent.state.as_str(), sent.tries, sent.status), ("sent", 3, Some(200)));
    let healed = "select count(*) from webhooks where failures = 0 and failing_since is null and rests_until is null";
    assert_eq!(app.count(healed).await, 1, "one success, and all is well");
}

#[tokio::test]
async fn what_is_never_taken_is_given_up_and_can_be_sent_once_more_by_hand() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.always(Some(Reply::Saying(500, "out of order".into())));
    let delivery = registration::test(&app.app, user, id).await.unwrap().unwrap();
    let given_up = once(&app, id, "giving up", |sent| sent.state == "failed").await;
    assert_eq!((given_up.tries, given_up.status, given_up.answer.as_deref()), (4, Some(500), Some("out of order")));
    app.jobs_done().await;
    assert_eq!(receiver.calls().len(), 4);

    receiver.always(None);
    assert!(registration::redeliver(&app.app, user, id, delivery).await.unwrap());
    let calls = receiver.called(5).await;
    assert_eq!((calls[4].header("webhook-id"), &calls[4].body), (calls[0].header("webhook-id"), &calls[0].body));
    let taken = once(&app, id, "the answer", |sent| sent.state == "sent").await;
    assert_eq!((taken.tries, taken.status), (1, Some(200)));
}

#[tokio::test]
async fn a_receiver_that_is_down_is_not_called_for_everything_that_waits() {
    let app = waiting(HOUR).await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.always(Some(Reply::Status(503)));
    let many =
        "insert into webhook_deliveries (webhook_id, event, payload) select $1, 'attempt.started', '{}' from generate_series(1, 200)";
    sqlx::query(many).bind(id).execute(&app.db).await.unwrap();
    registration::test(&app.app, user, id).await.unwrap();
    receiver.called(3).await;
    at_rest(&app, id).await;
    assert_eq!(receiver.calls().len(), 3, "and then it is left alone");
    assert_eq!(app.count("select count(*) from webhook_deliveries where tries = 0 and state = 'waiting'").await, 198);
    let job = "select count(*) from webhooks w join graphile_worker.jobs j on j.key = 'webhook:' || w.id and j.run_at = w.rests_until";
    assert_eq!(app.count(job).await, 1, "the job waits as long");

    receiver.always(None);
    registration::test(&app.app, user, id).await.unwrap();
    receiver.called(3 + 199).await;
    until("all but what waits for its next try", || async {
        (app.count("select count(*) from webhook_deliveries where state = 'sent'").await == 199).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_asks_for_time_gets_it() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.always(Some(Reply::With(429, "retry-after", "3600".into())));
    registration::test(&app.app, user, id).await.unwrap();
    once(&app, id, "the answer", |sent| sent.status == Some(429)).await;
    at_rest(&app, id).await;
    let rests = "select count(*) from webhooks where rests_until between now() + interval '59 minutes' and now() + interval '61 minutes'";
    assert_eq!(app.count(rests).await, 1);
    assert_eq!(receiver.calls().len(), 1);
}

#[tokio::test]
async fn receivers_that_say_nothing_hold_up_neither_mail_nor_each_other() {
    let app = TestApp::start().await;
    let (mute, well) = (Receiver::start().await, Receiver::start().await);
    mute.always(Some(Reply::Never));
    let user = app.user("una@example.org").await;
    // More of them than the queue has places.
    for _ in 0..6 {
        let (id, _) = hook(&app, user, &mute.url(), &[AttemptStarted]).await;
        registration::test(&app.app, user, id).await.unwrap();
    }
    mute.called(6).await;
    hook(&app, user, &well.url(), &[AttemptFinished]).await;
    app.recipients(user, &["a@example.org"]).await;
    let (_, attempt) = run(&app, user).await;
    assert_eq!(app.finished(attempt).await.sent, 1);
    well.called(1).await;
    let answered = "select count(*) from webhook_deliveries where event = 'webhook.test' and tried_at is not null";
    assert_eq!(app.count(answered).await, 0, "they hang all the while");
    mute.let_go();
}

#[tokio::test]
async fn another_address_holds_from_the_next_request_on_and_the_old_one_says_nothing_of_it() {
    let app = TestApp::start().await;
    let (old, new) = (Receiver::start().await, Receiver::start().await);
    let (user, program) = app.programmer("una@example.org").await;
    let (id, _) = hook(&app, user, &old.url(), &[AttemptStarted]).await;
    // The first is on its way while the others wait.
    old.next([Reply::Never]);
    for _ in 0..3 {
        registration::test(&app.app, user, id).await.unwrap();
    }
    old.called(1).await;
    program.put(&format!("/webhooks/{id}"), &json!({ "url": new.url(), "events": ["attempt.started"] })).await.expect(200);
    // The one on its way goes there as well: nobody knows whether it was taken.
    new.called(3).await;
    old.let_go();
    at_rest(&app, id).await;
    assert_eq!((old.calls().len(), new.calls().len()), (1, 3));
    assert_eq!(app.count("select count(*) from webhooks where disabled_at is null and failures = 0").await, 1);
}

#[tokio::test]
async fn what_is_not_answered_in_time_has_failed() {
    let mut app = TestApp::configured(quick(), |config| config.limits.webhook_answer = Duration::from_millis(200)).await;
    app.start_worker();
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.next([Reply::Never]);
    registration::test(&app.app, user, id).await.unwrap();
    let failed = once(&app, id, "the end of patience", |sent| sent.failure.is_some() || sent.state == "sent").await;
    assert_eq!(failed.failure.as_deref(), Some("timeout"));
    let taken = once(&app, id, "the next try", |sent| sent.state == "sent").await;
    assert_eq!((taken.tries, taken.failure), (2, None));
}

#[tokio::test]
async fn of_a_long_answer_only_the_beginning_is_kept() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.always(Some(Reply::Saying(200, "x".repeat(10_000_000))));
    for _ in 0..3 {
        registration::test(&app.app, user, id).await.unwrap();
    }
    receiver.called(3).await;
    app.jobs_done().await;
    let sent = sent(&app, id).await;
    assert!(sent.iter().all(|sent| sent.state == "sent" && sent.answer.as_deref() == Some("x".repeat(500).as_str())), "{}", sent.len());
}

#[tokio::test]
async fn a_crash_between_event_and_delivery_loses_nothing() {
    let mut app = TestApp::without_worker().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted, AttemptFinished]).await;
    app.recipients(user, &["a@example.org"]).await;
    let (_, attempt) = run(&app, user).await;
    app.drain(attempt).await;
    assert_eq!(sent(&app, id).await.iter().filter(|sent| sent.state == "waiting").count(), 2);
    // Somebody took the turn and died with it; the job that stood in for them is there.
    let dead = "update webhooks set claim = gen_random_uuid(), claimed_until = now() + interval '1 second'";
    sqlx::query(dead).execute(&app.db).await.unwrap();
    app.start_worker();
    let calls = receiver.called(2).await;
    assert_eq!(calls.iter().map(Call::kind).collect::<Vec<_>>(), ["attempt.started", "attempt.finished"], "in their order");
}

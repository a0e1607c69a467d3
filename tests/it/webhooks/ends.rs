//! When nothing is sent any more, and what is kept.

use std::collections::BTreeSet;

use mail_parser::MessageParser;
use periodical::{
    config::SecretKey,
    webhooks::{
        jobs,
        model::Event::{AttemptStarted, RecipientUndeliverable},
        queries, registration, secret,
    },
};

use super::{HOUR, at_rest, hook, once, owner, run, sent, waiting};
use crate::support::{Receiver, Reply, TestApp, until};

#[tokio::test]
async fn a_webhook_that_fails_for_days_is_switched_off_its_owner_is_told_and_switches_it_on_again() {
    let app = waiting(HOUR).await;
    let receiver = Receiver::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.always(Some(Reply::Status(500)));
    let failing = "update webhooks set failures = 9, failing_since = now() - interval '4 days 23 hours'";
    sqlx::query(failing).execute(&app.db).await.unwrap();
    registration::test(&app.app, user, id).await.unwrap();
    once(&app, id, "a try", |sent| sent.tries == 1).await;
    at_rest(&app, id).await;
    assert_eq!(app.count("select count(*) from webhooks where disabled_at is null").await, 1, "not after four days");
    assert!(browser.get(&format!("/webhooks/{id}")).await.text_of(".alert-warning").unwrap().contains("Nothing has got through since"));

    sqlx::query("update webhooks set failing_since = failing_since - interval '1 hour'").execute(&app.db).await.unwrap();
    registration::test(&app.app, user, id).await.unwrap();
    let mail = app.mail_about("una@example.org", "A webhook of yours was switched off").await;
    assert!(mail.contains("for 5 days") && mail.contains(&receiver.url()) && mail.contains(&format!("/webhooks/{id}")), "{mail}");
    let page = browser.get(&format!("/webhooks/{id}")).await;
    assert!(page.text_of(".alert-danger").unwrap().contains("nothing got through for days"), "{}", page.text);
    assert!(browser.get("/webhooks").await.text_of(&format!("#webhook-{id}")).unwrap().contains("Off after failures"));

    let calls = receiver.calls().len();
    at_rest(&app, id).await;
    assert_eq!(registration::test(&app.app, user, id).await.unwrap(), None, "nothing is sent to one that is off");
    receiver.always(None);
    let action = format!("/webhooks/{id}/pause");
    let page = browser.submit(&format!("/webhooks/{id}"), &action, &[]).await;
    assert!(page.contains("The webhook is on again."), "{}", page.text);
    assert_eq!(app.count("select count(*) from webhooks where disabled_at is null and failures = 0").await, 1);
    // What waits has its time; sent by hand it goes at once.
    let waiting: i64 = sqlx::query_scalar("select min(id) from webhook_deliveries").fetch_one(&app.db).await.unwrap();
    registration::redeliver(&app.app, user, id, waiting).await.unwrap();
    receiver.called(calls + 1).await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_switched_off_at_once() {
    let app = waiting(HOUR).await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    sqlx::query("update users set locale = 'ru'").execute(&app.db).await.unwrap();
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    receiver.always(Some(Reply::Status(410)));
    for _ in 0..2 {
        registration::test(&app.app, user, id).await.unwrap();
    }
    until("the switch", || async { (app.count("select count(*) from webhooks where disabled_why = 'gone'").await == 1).then_some(()) })
        .await;
    let subjects = || -> BTreeSet<String> {
        let subject = |data: &[u8]| MessageParser::default().parse(data).unwrap().subject().unwrap().to_owned();
        app.mails().iter().map(|mail| subject(&mail.data)).collect()
    };
    let expected = ["У вашего вебхука новый адрес", "Ваш вебхук отключён"].map(str::to_owned).into();
    until("the mails, in their language", || async { (subjects() == expected).then_some(()) }).await;
    at_rest(&app, id).await;
    assert_eq!(app.mails().len(), 2, "told once");
    assert_eq!(receiver.calls().len(), 1);
    assert_eq!(sent(&app, id).await.iter().filter(|sent| sent.state == "waiting").count(), 2);
}

#[tokio::test]
async fn nothing_is_sent_for_a_blocked_user_and_what_waited_goes_out_afterwards() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    sqlx::query("update users set blocked_at = now()").execute(&app.db).await.unwrap();
    registration::test(&app.app, user, id).await.unwrap();
    app.jobs_done().await;
    jobs::tidy(&app.app).await.unwrap();
    app.jobs_done().await;
    assert_eq!((receiver.calls().len(), sent(&app, id).await[0].tries), (0, 0));

    sqlx::query("update users set blocked_at = null").execute(&app.db).await.unwrap();
    sqlx::query("update webhook_deliveries set again_at = now() - interval '2 minutes'").execute(&app.db).await.unwrap();
    jobs::tidy(&app.app).await.unwrap();
    receiver.called(1).await;
}

#[tokio::test]
async fn a_webhook_that_is_deleted_or_switched_off_gets_nothing_more() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let (deleted, _) = hook(&app, user, "https://example.org/", &[AttemptStarted]).await;
    registration::test(&app.app, user, deleted).await.unwrap();
    registration::delete(&app.app, &owner(&app, user).await, deleted).await.unwrap();
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 0);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs where key like 'webhook:%'").await, 0);

    let mut app = app;
    let receiver = Receiver::start().await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    registration::test(&app.app, user, id).await.unwrap();
    queries::pause(&app.db, user, id).await.unwrap();
    app.start_worker();
    app.jobs_done().await;
    assert!(receiver.calls().is_empty());
    registration::resume(&app.app, user, id).await.unwrap();
    receiver.called(1).await;
}

#[tokio::test]
async fn where_too_much_waits_recipients_are_left_out_and_attempts_are_not() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, "https://example.org/", &[AttemptStarted, RecipientUndeliverable]).await;
    let many = "insert into webhook_deliveries (webhook_id, event, payload) select $1, 'x', '{}' from generate_series(1, 11)";
    sqlx::query(many).bind(id).execute(&app.db).await.unwrap();
    assert_eq!(queries::mark_overflowing(&app.db, 11).await.unwrap(), 0);
    assert_eq!(queries::mark_overflowing(&app.db, 10).await.unwrap(), 1);
    app.recipients(user, &["bad-550@example.org"]).await;
    let (_, attempt) = run(&app, user).await;
    app.drain(attempt).await;
    let told: Vec<String> = sqlx::query_scalar("select event from webhook_deliveries where event <> 'x'").fetch_all(&app.db).await.unwrap();
    assert_eq!(told, ["attempt.started"]);
    sqlx::query("delete from webhook_deliveries").execute(&app.db).await.unwrap();
    assert_eq!(queries::mark_overflowing(&app.db, 10).await.unwrap(), 1, "and no longer");
}

#[tokio::test]
async fn the_log_is_kept_for_a_month_and_has_a_bound() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let (id, _) = hook(&app, user, "https://example.org/", &[AttemptStarted]).await;
    let log = "insert into webhook_deliveries (webhook_id, event, payload, state, again_at, created_at)
               select $1, 'x', '{}', case when n = 3 then 'waiting' else 'sent' end, case when n = 3 then now() end,
                      now() - case when n <= 2 then interval '31 days' else interval '29 days' end
               from generate_series(1, 10) n";
    sqlx::query(log).bind(id).execute(&app.db).await.unwrap();
    jobs::tidy(&app.app).await.unwrap();
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 8);
    queries::trim(&app.db, 4).await.unwrap();
    assert_eq!(app.count("select count(*) from webhook_deliveries").await, 5, "the newest four, and what waits");
    assert_eq!(app.count("select count(*) from webhook_deliveries where state = 'waiting'").await, 1);
}

#[tokio::test]
async fn a_secret_lies_sealed_in_the_database_and_outlives_another_key() {
    let app = TestApp::without_worker().await;
    let user = app.user("una@example.org").await;
    let (id, shown) = hook(&app, user, "https://example.org/", &[AttemptStarted]).await;
    let sealed: Vec<u8> = sqlx::query_scalar("select secret from webhooks").fetch_one(&app.db).await.unwrap();
    let raw = data_encoding::BASE64.decode(shown.strip_prefix("whsec_").unwrap().as_bytes()).unwrap();
    assert!(!sealed.windows(raw.len()).any(|window| window == raw));

    let mut config = (*app.app.config).clone();
    config.old_secret_key = Some(config.secret_key.clone());
    config.secret_key = SecretKey::new("another key for tests that is long enough".into());
    let renewed = periodical::app::App::new(config.clone(), app.db.clone(), app.app.stop.clone());
    secret::anew(&renewed).await.unwrap();
    config.old_secret_key = None;
    let sealed: Vec<u8> = sqlx::query_scalar("select secret from webhooks where id = $1").bind(id).fetch_one(&app.db).await.unwrap();
    assert_eq!(secret::shown(&config, user, &sealed).as_deref(), Some(shown.as_str()));
    assert_eq!(secret::shown(&config, user + 1, &sealed), None, "and is nobody else's");
}

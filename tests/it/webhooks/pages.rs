//! The pages of webhooks.

use periodical::webhooks::{
    model::Event::{AttemptFinished, AttemptStarted},
    registration,
};
use reqwest::StatusCode;
use serde_json::json;

use super::{hook, once, sent};
use crate::support::{Receiver, Reply, TestApp, quick};

#[tokio::test]
async fn a_webhook_is_made_its_secret_is_shown_once_and_a_test_event_is_sent_by_a_click() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    assert!(browser.get("/account").await.contains(r#"href="/webhooks""#));
    let page = browser.submit("/webhooks/new", "/webhooks", &[("url", &receiver.url()), ("events", "attempt.finished")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let secret = page.attr("#secret", "value").unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let (id, events): (i64, Vec<String>) =
        sqlx::query_as("select id, events from webhooks where user_id = $1").bind(user).fetch_one(&app.db).await.unwrap();
    assert_eq!(events, ["attempt.finished"]);

    let page = browser.post(&format!("/webhooks/{id}/tests"), page.form(&format!("/webhooks/{id}/tests")), &[]).await;
    assert!(page.path.starts_with(&format!("/webhooks/{id}/deliveries/")), "{}", page.path);
    let call = receiver.called(1).await.remove(0);
    once(&app, id, "the answer", |sent| sent.state == "sent").await;
    let page = browser.get(&page.path).await;
    assert!(page.contains(call.header("webhook-id")) && page.contains("HTTP 200"), "{}", page.text);
    assert_eq!(page.texts("pre").first(), Some(&call.body), "byte for byte");
    for path in ["/webhooks".to_owned(), format!("/webhooks/{id}"), format!("/webhooks/{id}/edit")] {
        assert!(!browser.get(&path).await.contains(&secret), "{path}");
    }

    // Another one for it, and the old one signs nothing more.
    let action = format!("/webhooks/{id}/secret");
    let page = browser.submit(&format!("/webhooks/{id}"), &action, &[]).await;
    let other = page.attr("#secret", "value").unwrap();
    assert!(other.starts_with("whsec_") && other != secret);
}

#[tokio::test]
async fn its_owner_is_told_where_a_webhook_leads_and_administrators_find_it_on_record() {
    let app = TestApp::start().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let form = |url: &'static str| [("url", url), ("events", "attempt.finished")];
    browser.submit("/webhooks/new", "/webhooks", &form("https://hooks.example.org/services/s3cret")).await;
    let mail = app.mail_about("una@example.org", "A webhook of yours has a new address").await;
    assert!(mail.contains("hooks.example.org") && mail.contains("/webhooks") && !mail.contains("s3cret"), "{mail}");
    let page = format!("/webhooks/{}", app.count("select id from webhooks").await);
    let edit = format!("{page}/edit");
    browser.submit(&edit, &page, &[("events", "attempt.started")]).await;
    browser.submit(&edit, &page, &form("https://elsewhere.example.org/")).await;
    app.mail_about("una@example.org", "leads to elsewhere.example.org").await;
    browser.submit(&page, &page, &[]).await;
    let recorded: Vec<(String, Option<i64>, i64, String)> =
        sqlx::query_as("select action, actor_id, subject_id, changes::text from audit_entries order by id")
            .fetch_all(&app.db)
            .await
            .unwrap();
    let expected = [
        ("create_webhook", "hooks.example.org"),
        // What it is told about alone is nobody else's matter.
        ("readdress_webhook", "elsewhere.example.org"),
        ("delete_webhook", "elsewhere.example.org"),
    ];
    let expected = expected.map(|(action, host)| (action.into(), Some(una), una, format!(r#"[{{"host": "{host}", "what": "webhook"}}]"#)));
    assert_eq!(recorded, expected);
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let trail = ada.get("/admin/audit").await.texts("#audit tbody tr");
    assert!(trail[0].contains("Deleted a webhook") && trail[0].ends_with("At elsewhere.example.org"), "{trail:?}");
}

#[tokio::test]
async fn a_program_that_changes_an_address_again_and_again_does_not_fill_its_owners_mailbox() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let mut path = String::new();
    for number in 0..15 {
        let input = json!({ "url": format!("https://host{number}.example.org/"), "events": ["attempt.started"] });
        if number == 0 {
            path = format!("/webhooks/{}", program.post("/webhooks", &input).await.expect(201).json()["id"]);
        } else {
            program.put(&path, &input).await.expect(200);
        }
    }
    assert_eq!(app.count("select count(*) from graphile_worker.jobs where task_identifier = 'send_account_mail'").await, 10);
    assert_eq!(app.count("select count(*) from audit_entries").await, 15);
}

#[tokio::test]
async fn the_log_shows_what_was_sent_and_sends_it_again() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (id, _) = hook(&app, user, &receiver.url(), &[AttemptStarted, AttemptFinished]).await;
    receiver.always(Some(Reply::Saying(500, "<b>broken</b>".into())));
    let delivery = registration::test(&app.app, user, id).await.unwrap().unwrap();
    once(&app, id, "giving up", |sent| sent.state == "failed").await;
    let row = browser.get(&format!("/webhooks/{id}")).await.text_of(&format!("#delivery-{delivery}")).unwrap();
    assert!(row.contains("webhook.test") && row.contains("Given up") && row.contains("HTTP 500"), "{row}");
    let path = format!("/webhooks/{id}/deliveries/{delivery}");
    let page = browser.get(&path).await;
    assert!(page.texts("pre").iter().any(|text| text == "<b>broken</b>"), "as text and no markup: {}", page.text);

    receiver.always(None);
    let page = browser.submit(&path, &format!("{path}/redelivery"), &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    let taken = once(&app, id, "the answer", |sent| sent.state == "sent").await;
    assert_eq!(taken.tries, 1);
    let ids: std::collections::BTreeSet<String> = receiver.calls().iter().map(|call| call.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 1, "the same message");

    // Not found below another webhook of one's own.
    let (other, _) = hook(&app, user, &receiver.url(), &[AttemptStarted]).await;
    assert_eq!(browser.get(&format!("/webhooks/{other}/deliveries/{delivery}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_long_log_has_pages() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (id, _) = hook(&app, user, "https://example.org/", &[AttemptStarted]).await;
    let log = "insert into webhook_deliveries (webhook_id, event, payload, state, again_at) select $1, 'x', '{}', 'sent', null from generate_series(1, 60)";
    sqlx::query(log).bind(id).execute(&app.db).await.unwrap();
    let page = browser.get(&format!("/webhooks/{id}")).await;
    let rows = page.rows("delivery");
    assert_eq!(rows.len(), 50);
    assert!(rows.is_sorted_by(|newer, older| newer > older));
    let next = page.attr("a[rel=next]", "href").unwrap();
    assert_eq!(browser.get(&next).await.rows("delivery").len(), 10);
}

#[tokio::test]
async fn a_wrong_form_comes_back_with_everything_typed_and_every_error() {
    let app = TestApp::configured(quick(), |config| config.webhooks_private = false).await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get("/webhooks/new").await.form("/webhooks");
    let without: Vec<(String, String)> = fields.into_iter().filter(|(name, _)| name != "events").collect();
    let page = browser.post("/webhooks", without, &[("url", "http://example.org/hook")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("url").unwrap().contains("https://") && page.error("events").unwrap().contains("at least one"), "{}", page.text);
    assert_eq!(page.attr("#url", "value").as_deref(), Some("http://example.org/hook"));

    let page = browser.submit("/webhooks/new", "/webhooks", &[("url", "https://2130706433/"), ("events", "attempt.exploded")]).await;
    assert!(page.error("url").unwrap().contains("private network") && page.error("events").unwrap().contains("no such event"));
    assert_eq!(app.count("select count(*) from webhooks").await, 0);
}

#[tokio::test]
async fn a_double_click_makes_one_webhook_and_nobody_has_more_than_ten() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let form = browser.get("/webhooks/new").await.form("/webhooks");
    let change = [("url", "https://example.org/")];
    let first = browser.post("/webhooks", form.clone(), &change).await;
    let second = browser.post("/webhooks", form, &change).await;
    assert_eq!(first.attr("#secret", "value"), second.attr("#secret", "value"), "whichever answer arrives has the secret");
    assert_eq!(app.count("select count(*) from webhooks").await, 1);

    for _ in 0..9 {
        assert_eq!(browser.submit("/webhooks/new", "/webhooks", &change).await.status, StatusCode::OK);
    }
    let page = browser.submit("/webhooks/new", "/webhooks", &change).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text_of(".alert").unwrap().contains("You have 10 webhooks"), "{}", page.text);
    assert_eq!(app.count("select count(*) from webhooks").await, 10);
}

#[tokio::test]
async fn two_tabs_do_not_overwrite_each_other_unseen_and_another_address_begins_anew() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (id, _) = hook(&app, user, "https://example.org/", &[AttemptStarted]).await;
    sqlx::query("update webhooks set failures = 7, failing_since = now(), rests_until = now() + interval '1 day'")
        .execute(&app.db)
        .await
        .unwrap();
    let (path, edit) = (format!("/webhooks/{id}"), format!("/webhooks/{id}/edit"));
    let form = browser.get(&edit).await.form(&path);
    let saved = browser.post(&path, form.clone(), &[("url", "https://example.com/")]).await;
    assert!(saved.contains("Saved.") && saved.contains("https://example.com/"), "{}", saved.text);
    assert_eq!(app.count("select count(*) from webhooks where failures = 0 and rests_until is null and failing_since is null").await, 1);
    let late = browser.post(&path, form, &[("url", "https://example.net/")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text_of(".alert").unwrap().contains("https://example.com/"));
    assert_eq!(late.attr("#url", "value").as_deref(), Some("https://example.net/"));
    let page = browser.post(&path, late.form(&path), &[]).await;
    assert!(page.contains("https://example.net/"), "{}", page.text);
}

#[tokio::test]
async fn an_owner_switches_a_webhook_off_and_on_and_deletes_it() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (id, _) = hook(&app, user, "https://example.org/", &[AttemptStarted]).await;
    let (path, pause) = (format!("/webhooks/{id}"), format!("/webhooks/{id}/pause"));
    let page = browser.submit(&path, &pause, &[]).await;
    assert!(page.text_of(".alert-info").unwrap().contains("You switched this webhook off"), "{}", page.text);
    let page = browser.post(&pause, page.form(&pause), &[]).await;
    assert!(page.contains("The webhook is on again."));
    let page = browser.post(&path, page.form(&path), &[]).await;
    assert_eq!(page.path, "/webhooks");
    assert_eq!(app.count("select count(*) from webhooks").await, 0);
    assert!(sent(&app, id).await.is_empty());
}

//! Drafts: what is typed and not saved yet.

use reqwest::{Method, StatusCode};
use uuid::Uuid;

use super::row;
use crate::support::TestApp;

/// What editor.js sends.
async fn keep(browser: &crate::support::Browser, path: &str, subject: &str, draft_version: &str) -> crate::support::Page {
    keep_by(browser, path, subject, draft_version, &Uuid::new_v4().to_string(), None).await
}

/// The same, of a certain editor.
async fn keep_by(
    browser: &crate::support::Browser,
    path: &str,
    subject: &str,
    draft_version: &str,
    writer: &str,
    submission: Option<&str>,
) -> crate::support::Page {
    let mut fields = vec![("subject", subject), ("body", "half a thou"), ("version", "1"), ("draft_version", draft_version)];
    fields.extend([("draft_writer", writer), ("with_text", "true")]);
    fields.extend(submission.map(|submission| ("submission_id", submission)));
    browser.htmx_request(Method::PUT, path, &fields).await
}

#[tokio::test]
async fn a_draft_is_offered_when_its_author_comes_back_and_changes_no_message() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.message(user).await;
    let (path, edit) = (format!("/messages/{id}"), format!("/messages/{id}/edit"));
    let kept = keep(&browser, &format!("{path}/draft"), "Half written {{ x", "0").await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text);
    assert!(kept.contains("\"version\":1") && kept.contains("Draft kept at") && kept.contains("half a thou"), "{}", kept.text);
    assert_eq!(row(&app, id).await.unwrap(), ("Hello".into(), "Good morning".into(), 1));

    let page = browser.get(&edit).await;
    assert!(page.text_of(".alert").unwrap().contains("unsaved draft"), "{}", page.text);
    assert!(page.contains("value=\"Hello\"") && page.attr("[data-mail-editor]", "data-draft-waits").is_some());
    let page = browser.get(&format!("{edit}?draft=true")).await;
    assert!(page.contains("Half written {{ x") && page.count("main .alert") == 0, "{}", page.text);
    assert!(browser.get(&format!("{path}/preview?draft=true")).await.contains("half a thou"));

    let saved = browser.post(&path, page.form(&path), &[("subject", "Whole")]).await;
    assert_eq!((saved.status, saved.path.as_str()), (StatusCode::OK, "/messages"));
    assert_eq!(row(&app, id).await.unwrap(), ("Whole".into(), "half a thou".into(), 2));
    assert_eq!(app.count("select count(*) from message_drafts").await, 0);
}

#[tokio::test]
async fn while_a_message_is_written_an_unknown_placeholder_is_told_in_the_readers_language() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let faults = |kept: &crate::support::Page| serde_json::from_str::<serde_json::Value>(&kept.text).unwrap()["faults"].clone();
    let kept = keep(&browser, "/messages/draft", "Hello {{ nmae }}", "0").await;
    assert!(faults(&kept)["subject"].as_str().unwrap().contains("nmae"), "{}", kept.text);
    assert!(faults(&kept)["body"].is_null(), "{}", kept.text);
    let kept = keep(&browser, "/messages/draft", "Hello {{ name }}", "1").await;
    assert!(faults(&kept)["subject"].is_null(), "{}", kept.text);

    sqlx::query("update users set locale = 'ru'").execute(&app.db).await.unwrap();
    let kept = keep(&browser, "/messages/draft", "Hello {{ nmae }}", "2").await;
    assert!(faults(&kept)["subject"].as_str().unwrap().contains("Подстановки"), "{}", kept.text);
}

#[tokio::test]
async fn a_draft_of_a_new_message_goes_with_it_or_is_thrown_away() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    keep(&browser, "/messages/draft", "First", "0").await;
    let page = browser.get("/messages/new").await;
    let page = browser.post("/messages/draft", page.form("/messages/draft"), &[]).await;
    assert_eq!((page.path.as_str(), page.count("main .alert")), ("/messages/new", 0));
    assert_eq!(app.count("select count(*) from message_drafts").await, 0);

    keep(&browser, "/messages/draft", "Second", "0").await;
    assert!(browser.get("/messages/draft/preview").await.contains("Second"));
    browser.submit("/messages/new?draft=true", "/messages", &[]).await;
    assert_eq!(app.count("select count(*) from messages where subject = 'Second'").await, 1);
    assert_eq!(app.count("select count(*) from message_drafts").await, 0);
}

#[tokio::test]
async fn the_second_of_two_tabs_keeps_no_draft_over_the_first() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    assert!(keep(&browser, "/messages/draft", "One", "0").await.contains("\"version\":1"));
    let second = keep(&browser, "/messages/draft", "Two", "0").await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.contains("another tab"), "{}", second.text);
    assert!(keep(&browser, "/messages/draft", "One more", "1").await.contains("\"version\":2"));
    assert_eq!(app.count("select count(*) from message_drafts where subject = 'One more'").await, 1);
}

#[tokio::test]
async fn a_draft_that_nobody_comes_back_to_is_forgotten_after_a_month() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    keep(&browser, "/messages/draft", "Old", "0").await;
    let id = app.message(user).await;
    keep(&browser, &format!("/messages/{id}/draft"), "Young", "0").await;
    sqlx::query("update message_drafts set saved_at = now() - interval '31 days' where subject = 'Old'").execute(&app.db).await.unwrap();
    periodical::messages::drafts::delete_old(&app.db).await.unwrap();
    assert_eq!(app.count("select count(*) from message_drafts where subject = 'Young'").await, 1);
    assert_eq!(app.count("select count(*) from message_drafts").await, 1);
}

#[tokio::test]
async fn a_copy_is_a_message_of_its_own() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.message(user).await;
    let copies = format!("/messages/{id}/copies");
    let page = browser.submit(&format!("/messages/{id}"), &copies, &[]).await;
    assert!(page.path.ends_with("/edit") && page.contains("Copy of Hello"), "{}", page.path);
    assert_eq!(app.count("select count(*) from messages where body = 'Good morning'").await, 2);
}

#[tokio::test]
async fn saving_another_message_leaves_the_offered_draft_alone_and_so_does_a_form_with_errors() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    keep(&browser, "/messages/draft", "Long thought about", "0").await;
    let offered = browser.get("/messages/new").await;
    assert!(offered.text_of(".alert").unwrap().contains("unsaved draft"), "{}", offered.text);

    let wrong = browser.post("/messages", offered.form("/messages"), &[("subject", ""), ("body", "Another one")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.contains("unsaved draft") && wrong.attr("[data-mail-editor]", "data-draft-waits").is_some(), "{}", wrong.text);
    let saved = browser.post("/messages", wrong.form("/messages"), &[("subject", "Another"), ("body", "Another one")]).await;
    assert_eq!(saved.path, "/messages", "{}", saved.text);
    assert_eq!(app.count("select count(*) from message_drafts where subject = 'Long thought about'").await, 1);
}

#[tokio::test]
async fn an_editor_whose_answer_was_lost_goes_on_and_another_one_is_told() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let (one, other) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
    let first = keep_by(&browser, "/messages/draft", "One", "0", &one, None).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let again = keep_by(&browser, "/messages/draft", "One, again", "0", &one, None).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    let stranger = keep_by(&browser, "/messages/draft", "Other", "1", &other, None).await;
    assert_eq!(stranger.status, StatusCode::CONFLICT, "{}", stranger.text);
    assert_eq!(app.count("select count(*) from message_drafts where subject = 'One, again'").await, 1);
}

#[tokio::test]
async fn what_still_comes_of_a_saved_message_is_no_draft() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let page = browser.get("/messages/new").await;
    let fields = page.form("/messages");
    let hidden = |name: &str| page.attr(&format!("[name={name}]"), "value").unwrap();
    let (writer, submission) = (hidden("draft_writer"), hidden("submission_id"));
    keep_by(&browser, "/messages/draft", "Letter", "0", &writer, Some(&submission)).await;
    let saved = browser.post("/messages", fields, &[("subject", "Letter"), ("body", "Good morning")]).await;
    assert_eq!(saved.path, "/messages", "{}", saved.text);
    assert_eq!(app.count("select count(*) from message_drafts").await, 0, "its own draft went with it");
    for version in ["0", "1"] {
        let late = keep_by(&browser, "/messages/draft", "Letter", version, &writer, Some(&submission)).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    }
    let id = app.message(user).await;
    let late = keep_by(&browser, &format!("/messages/{id}/draft"), "Letter", "3", &writer, None).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
    assert_eq!(app.count("select count(*) from message_drafts").await, 0);
}

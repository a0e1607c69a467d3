//! Messages and mailings, from their lists.

use crate::{
    browser::Browser,
    support::{TestApp, until},
};

#[tokio::test]
async fn a_message_is_written_changed_and_deleted() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in("una@example.org").await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.goto("/messages").await;
    browser.follow("/messages/new").await;
    browser.see("[name=subject]").await;
    browser.write_body("Good morning").await;
    browser.submit("/messages").await;
    browser.see(".invalid-feedback").await;
    browser.holds("the first error has the focus", "return document.activeElement.name === 'subject'").await;
    let written = "return [...document.querySelectorAll('[name=body]')].some((body) => body.value.includes('Good morning'))";
    browser.holds("what was written is still there", written).await;
    browser.fill("subject", "A letter").await;
    browser.submit("/messages").await;
    browser.reads("A letter").await;
    assert_eq!(app.count("select count(*) from messages where body like '%Good morning%'").await, 1);

    let id = app.count("select max(id) from messages").await;
    browser.goto("/messages").await;
    browser.follow(&format!("/messages/{id}/edit")).await;
    browser.fill("subject", "A better letter").await;
    browser.submit(&format!("/messages/{id}")).await;
    browser.reads("A better letter").await;

    browser.goto("/messages").await;
    browser.click(&format!("[popovertarget='delete-message-{id}']")).await;
    browser.click(&format!("#delete-message-{id} button[type=submit]")).await;
    browser.gone(&format!("#message-{id}")).await;
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn a_mailing_is_made_changed_paused_and_deleted() {
    let app = TestApp::without_worker().await;
    let (user, person) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    let message = app.message(user).await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.goto("/mailings").await;
    browser.follow("/mailings/new").await;
    browser.fill("name", "News").await;
    browser.set("message_id", &message.to_string()).await;
    browser.set("starts_at", "2001-01-01T09:00").await;
    browser.set("ends_at", "2000-01-01T09:00").await;
    browser.submit("/mailings").await;
    browser.see(".invalid-feedback").await;
    assert_eq!(browser.value("name").await, "News");
    assert_eq!(browser.value("starts_at").await, "2001-01-01T09:00");
    browser.holds("the first error has the focus", "return document.activeElement.name === 'ends_at'").await;
    browser.set("starts_at", "2099-01-01T09:00").await;
    browser.set("ends_at", "2099-12-01T09:00").await;
    browser.submit("/mailings").await;
    browser.reads("News").await;

    let id = app.count("select max(id) from mailings").await;
    browser.goto("/mailings").await;
    browser.follow(&format!("/mailings/{id}/edit")).await;
    browser.fill("name", "Better news").await;
    browser.submit(&format!("/mailings/{id}")).await;
    browser.reads("Better news").await;

    browser.goto(&format!("/mailings/{id}")).await;
    browser.submit(&format!("/mailings/{id}/pause")).await;
    browser.reads("paused").await;
    assert_eq!(app.count("select count(*) from mailings where paused_at is not null").await, 1);

    browser.goto("/mailings").await;
    browser.click(&format!("[popovertarget='delete-mailing-{id}']")).await;
    browser.click(&format!("#delete-mailing-{id} button[type=submit]")).await;
    browser.gone(&format!("#mailing-{id}")).await;
    assert_eq!(app.count("select count(*) from mailings").await, 0);
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn what_is_ticked_while_the_picker_searches_stays_so() {
    let app = TestApp::without_worker().await;
    let (user, person) = app.signed_in("una@example.org").await;
    let ids = app.recipients(user, &["anna@example.org", "bob@example.org", "carl@example.org"]).await;
    app.message(user).await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    let box_of = |id: i64| format!("[name=recipient_ids][value='{id}']");
    browser.goto("/mailings/new").await;
    browser.click(".form-selectgroup-item:has([name=all_recipients][value=false]) .choice-card").await;
    browser.click(&box_of(ids[2])).await;
    browser.holds("what it leads to is foretold", "return document.querySelectorAll('.htmx-request').length === 0").await;

    let lock = app.standing("lock table recipients in access exclusive mode").await;
    browser.fill("recipient_search", "anna").await;
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    until("the search is under way", || async { (app.count(waiting).await >= 2).then_some(()) }).await;
    browser.click(&box_of(ids[1])).await;
    browser.click(&box_of(ids[2])).await;
    lock.rollback().await.unwrap();
    let first = format!("return document.querySelector('[name=recipient_ids]').value === '{}'", ids[0]);
    browser.holds("the answer is there", &first).await;
    let ticked = "return [...document.querySelectorAll('[name=recipient_ids]:checked')].map((box) => box.value).join()";
    assert_eq!(browser.script(ticked, serde_json::json!([])).await, ids[1].to_string());
    assert!(browser.see("[data-picker] [role=status]").await.starts_with("1 of 3"));
    browser.has_nothing_to_complain().await;
}

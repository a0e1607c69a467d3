//! Writing a message.

use crate::{axe, browser::Browser, support::TestApp};

#[tokio::test]
async fn an_unknown_placeholder_is_told_beside_its_field_while_one_writes_and_no_longer_once_it_is_right() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in("una@example.org").await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.on_every_page(axe::source()).await;
    browser.goto("/messages/new").await;
    browser.fill("subject", "Hello {{ nmae }}").await;
    browser.reads("There is no placeholder").await;
    assert_eq!(browser.count(".invalid-feedback").await, 1);
    let found = axe::look(&browser).await;
    assert!(found.violations.is_empty(), "{}: {}", found.violations[0].what, found.violations[0].details);
    browser.write_body("Dear {{ nobody }},").await;
    browser.holds("both", "return document.querySelectorAll('.invalid-feedback').length === 2").await;
    browser.fill("subject", "Hello {{ name }}").await;
    let mended =
        "const f = document.querySelector('[name=subject]'); return !f.classList.contains('is-invalid') && !f.hasAttribute('aria-invalid')";
    browser.holds("the subject is right", mended).await;
    browser.submit("/messages").await;
    // Not saved: the body is still wrong, and both fields are as they were typed.
    browser.see(".invalid-feedback").await;
    assert_eq!(browser.value("subject").await, "Hello {{ name }}");
    assert_eq!(app.count("select count(*) from messages").await, 0);
}

//! JavaScript off: the same forms, and pages instead of fragments.

use crate::{
    browser::Browser,
    support::{self, TestApp},
};

#[tokio::test]
async fn the_main_path_works_with_javascript_off() {
    let mut app = TestApp::without_worker().await;
    app.start_worker();
    app.user("una@example.org").await;
    let Some(browser) = Browser::open(&app).await else { return };
    browser.without_scripts().await;
    browser.goto("/login").await;
    assert_eq!(browser.count("html[data-bs-theme]").await, 0, "no script of the page has run");
    browser.fill("email", "una@example.org").await;
    browser.fill("password", support::Browser::PASSWORD).await;
    browser.submit("/login").await;
    browser.arrives(|path| path == "/").await;

    browser.goto("/recipients").await;
    browser.follow("/recipients/new").await;
    browser.arrives(|path| path == "/recipients/new").await;
    browser.fill("email", "rita at example").await;
    browser.fill("full_name", "Rita Recipient").await;
    browser.submit("/recipients").await;
    browser.see(".invalid-feedback").await;
    assert_eq!(browser.value("full_name").await, "Rita Recipient");
    browser.fill("email", "rita@example.org").await;
    browser.submit("/recipients").await;
    browser.see("tr[id^='recipient-'] a[href^='/recipients/']").await;

    browser.goto("/messages/new").await;
    browser.fill("subject", "The first letter").await;
    browser.fill("body", "Good morning to all of you.").await;
    browser.submit("/messages").await;
    browser.reads("The first letter").await;

    browser.goto("/mailings/new").await;
    browser.fill("name", "Greetings").await;
    browser.set("message_id", &app.count("select max(id) from messages").await.to_string()).await;
    browser.submit("/mailings").await;
    browser.reads("Greetings").await;
    support::until("the letter", || async { (app.delivered() == ["rita@example.org"]).then_some(()) }).await;
    browser.goto("/attempts").await;
    browser.click("main a[href^='/attempts/']").await;
    browser.reads("rita@example.org").await;

    // Deleting asks first, and signing out is a form in a menu that opens by itself.
    let id = app.count("select max(id) from recipients").await;
    browser.goto("/recipients").await;
    browser.click(&format!("[popovertarget='delete-recipient-{id}']")).await;
    browser.click(&format!("#delete-recipient-{id} button[type=submit]")).await;
    browser.gone(&format!("#recipient-{id}")).await;
    browser.click(".user-button").await;
    browser.submit("/logout").await;
    browser.see("a[href='/login']").await;
    browser.has_nothing_to_complain().await;
}

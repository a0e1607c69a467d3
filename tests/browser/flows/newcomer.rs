//! From nothing to a delivered mail.

use crate::{
    axe,
    browser::{Browser, Size, Theme},
    stage,
    support::{self, TestApp},
};

#[tokio::test]
async fn whoever_starts_a_new_site_becomes_its_administrator() {
    let app = TestApp::with_inbox().await;
    let Some(browser) = Browser::open(&app).await else { return };
    browser.on_every_page(axe::source()).await;
    browser.goto("/").await;
    browser.arrives(|path| path == "/setup").await;
    for (size, theme) in Size::ALL.into_iter().zip(Theme::ALL) {
        browser.size(size).await;
        browser.theme(theme).await;
        let found = axe::look(&browser).await;
        assert!(found.violations.is_empty(), "{}: {}", found.violations[0].what, found.violations[0].details);
        assert!(browser.overflow().await <= 0);
    }
    browser.fill("full_name", "Ada Admin").await;
    browser.fill("email", "ada@example.org").await;
    browser.fill("password", "short").await;
    browser.submit("/setup").await;
    browser.see(".invalid-feedback").await;
    assert_eq!(browser.value("email").await, "ada@example.org");
    browser.fill("password", support::Browser::PASSWORD).await;
    browser.submit("/setup").await;
    browser.arrives(|path| path == "/").await;
    browser.goto("/admin/users").await;
    browser.reads("ada@example.org").await;
    browser.has_nothing_to_complain().await;
}

// The catcher blocks a thread when it is looked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_comes_from_registering_to_the_delivered_mail() {
    let (app, catcher) = stage::with_catcher().await;
    // Whoever has set the site up.
    app.user("ada@example.org").await;
    let Some(browser) = Browser::open(&app).await else { return };
    browser.goto("/").await;
    browser.follow("/register").await;
    browser.arrives(|path| path == "/register").await;
    browser.fill("full_name", "Nora Newcomer").await;
    browser.fill("email", "nora@example.org").await;
    browser.fill("password", support::Browser::PASSWORD).await;
    browser.submit("/register").await;
    browser.gone("form[action='/register']").await;

    // The mail with the link is in the inbox, in a frame that may not lead anywhere; its text has the address.
    support::until("the mail", || async { (app.count("select count(*) from caught_mails").await > 0).then_some(()) }).await;
    browser.goto("/dev/inbox").await;
    browser.click("a[href^='/dev/inbox/']").await;
    browser.arrives(|path| path.starts_with("/dev/inbox/")).await;
    let link = browser.holds("a link", "return /http\\S+\\/verify\\/[0-9a-f]+/.exec(document.body.innerText)?.[0]").await;
    browser.goto(link.as_str().unwrap()).await;
    browser.arrives(|path| path.starts_with("/login")).await;
    browser.fill("email", "nora@example.org").await;
    browser.fill("password", support::Browser::PASSWORD).await;
    browser.submit("/login").await;
    browser.arrives(|path| path == "/").await;

    browser.click("main a[href='/recipients/new']").await;
    browser.fill("email", "rita@example.org").await;
    browser.fill("full_name", "Rita Recipient").await;
    browser.submit("/recipients").await;
    browser.see("tr[id^='recipient-'] a[href^='/recipients/']").await;

    browser.goto("/messages/new").await;
    browser.fill("subject", "The first letter").await;
    browser.write_body("Good morning to all of you.").await;
    browser.submit("/messages").await;
    browser.reads("The first letter").await;

    browser.goto("/mailings/new").await;
    browser.fill("name", "Greetings").await;
    browser.set("message_id", &app.count("select max(id) from messages").await.to_string()).await;
    browser.submit("/mailings").await;
    browser.arrives(|path| path.starts_with("/mailings/") && path != "/mailings/new").await;
    // Its start is now: it goes out by itself.
    support::until("the letter", || async {
        (app.count("select count(*) from caught_mails where recipient = 'rita@example.org'").await == 1).then_some(())
    })
    .await;
    browser.goto("/attempts").await;
    browser.click("main a[href^='/attempts/']").await;
    browser.reads("rita@example.org").await;
    browser.has_nothing_to_complain().await;
    catcher.stop().await;
}

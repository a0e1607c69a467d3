//! Without a mouse.

use crate::{
    browser::{Browser, key},
    support::{self, TestApp},
};

#[tokio::test]
async fn the_keyboard_alone_signs_in_and_adds_a_recipient() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let Some(browser) = Browser::open(&app).await else { return };
    browser.goto("/").await;
    browser.tab_to("header a[href='/login']").await;
    browser.keys(&[key::ENTER]).await;
    browser.arrives(|path| path.starts_with("/login")).await;
    browser.tab_to("[name=email]").await;
    browser.keys(&["una@example.org", key::TAB, support::Browser::PASSWORD, key::ENTER]).await;
    browser.arrives(|path| path == "/").await;

    // The first stop of every page leads past the menu.
    browser.keys(&[key::TAB, key::ENTER]).await;
    browser.holds("the focus in the page's content", "return document.activeElement.id === 'main'").await;
    browser.tab_to("a[href='/recipients/new']").await;
    browser.keys(&[key::ENTER]).await;
    browser.see("[name=full_name]").await;
    browser.tab_to("[name=email]").await;
    browser.keys(&["rita@example.org", key::TAB, "Rita Recipient", key::ENTER]).await;
    browser.reads("rita@example.org").await;

    // Its question opens, closes and gives the focus back.
    browser.goto("/recipients").await;
    let opener = "tr [popovertarget^='delete-recipient-']";
    browser.tab_to(opener).await;
    browser.keys(&[key::SPACE]).await;
    browser.see(".ask").await;
    browser.keys(&[key::ESCAPE]).await;
    browser.gone(".ask").await;
    browser.holds("the focus where it was", &format!("return document.activeElement.matches(\"{opener}\")")).await;
    browser.keys_with(key::SHIFT, key::TAB).await;
    browser.keys(&[key::ENTER]).await;
    browser.see("tr.editor").await;
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn the_keyboard_alone_writes_a_message_and_makes_a_mailing_of_it() {
    let app = TestApp::without_worker().await;
    let (user, person) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    let send = |action: &str| format!("form[method=post][action='{action}'] button[type=submit]:not([name])");
    browser.goto("/messages/new").await;
    browser.tab_to("[name=subject]").await;
    browser.keys(&["The first letter"]).await;
    browser.tab_to(Browser::EDITOR).await;
    browser.keys(&["Good morning"]).await;
    browser.tab_to(&send("/messages")).await;
    browser.keys(&[key::ENTER]).await;
    browser.arrives(|path| path != "/messages/new").await;
    browser.reads("The first letter").await;

    browser.goto("/mailings/new").await;
    browser.tab_to("[name=name]").await;
    browser.keys(&["Greetings"]).await;
    browser.tab_to("[name=message_id]").await;
    // A list of choices goes to the one that begins so.
    browser.keys(&["The"]).await;
    browser.tab_to(&send("/mailings")).await;
    browser.keys(&[key::ENTER]).await;
    browser.arrives(|path| path != "/mailings/new").await;
    browser.reads("Greetings").await;
    assert_eq!(app.count("select count(*) from mailings").await, 1);
    browser.has_nothing_to_complain().await;
}

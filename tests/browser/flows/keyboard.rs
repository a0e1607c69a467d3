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

//! On a phone.

use crate::{
    browser::{Browser, Size},
    support::TestApp,
};

#[tokio::test]
async fn the_menu_of_a_phone_opens_leads_on_and_closes() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in("una@example.org").await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.size(Size::Phone).await;
    browser.goto("/").await;
    assert_eq!(browser.count("nav a[href='/recipients']").await, 0, "closed at first");
    browser.click("[popovertarget=sections]").await;
    browser.click("nav a[href='/recipients']").await;
    browser.arrives(|path| path == "/recipients").await;
    assert_eq!(browser.count("nav a[href='/messages']").await, 0, "closed again");
    browser.click("main a[href='/recipients/new']").await;
    browser.see("[name=full_name]").await;
    assert_eq!(browser.overflow().await.max(0), 0, "the form fits the phone");
    browser.has_nothing_to_complain().await;
}

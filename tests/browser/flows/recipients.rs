//! The list of recipients, edited in its place.

use crate::{browser::Browser, support::TestApp};

#[tokio::test]
async fn a_recipient_is_added_changed_and_deleted_in_the_list() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in("una@example.org").await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.goto("/recipients").await;
    browser.follow("/recipients/new").await;
    browser.see("#recipient-new").await;
    assert_eq!(browser.path().await, "/recipients", "the form opens in the list");
    assert_eq!(browser.focused().await, "email", "and takes the focus");
    browser.fill("email", "rita@example.org").await;
    browser.fill("full_name", "Rita Recipient").await;
    browser.submit("/recipients").await;
    let row = browser.see("tr[id^='recipient-']:not(.editor)").await;
    assert!(row.contains("rita@example.org") && row.contains("Rita Recipient"), "{row}");
    browser.gone("#recipient-new").await;

    let id = app.count("select max(id) from recipients").await;
    browser.follow(&format!("/recipients/{id}/edit")).await;
    browser.see(&format!("#recipient-{id}-editor")).await;
    browser.fill("full_name", "Rita Reader").await;
    browser.submit(&format!("/recipients/{id}")).await;
    browser.reads("Rita Reader").await;
    assert!(browser.focused().await != "BODY", "the focus stays where the reader was");

    browser.click(&format!("[popovertarget='delete-recipient-{id}']")).await;
    browser.click(&format!("#delete-recipient-{id} button[type=submit]")).await;
    browser.gone("tr[id^='recipient-']").await;
    assert_eq!(app.count("select count(*) from recipients").await, 0);
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn a_wrong_address_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in("una@example.org").await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.goto("/recipients").await;
    browser.follow("/recipients/new").await;
    browser.fill("email", "rita at example").await;
    browser.fill("full_name", "Rita Recipient").await;
    browser.fill("comment", "Met at the fair").await;
    browser.submit("/recipients").await;
    browser.see("#recipient-new .invalid-feedback").await;
    browser.holds("the first error has the focus", "return document.activeElement.name === 'email'").await;
    assert_eq!(browser.value("email").await, "rita at example");
    assert_eq!(browser.value("full_name").await, "Rita Recipient");
    assert_eq!(browser.value("comment").await, "Met at the fair");
    browser.fill("email", "rita@example.org").await;
    browser.submit("/recipients").await;
    browser.gone("#recipient-new").await;
    browser.reads("rita@example.org").await;
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn of_two_tabs_that_edit_one_recipient_the_second_is_told() {
    let app = TestApp::without_worker().await;
    let (user, person) = app.signed_in("una@example.org").await;
    let id = app.recipients(user, &["rita@example.org"]).await[0];
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    let (list, edit, action) = ("/recipients", format!("/recipients/{id}/edit"), format!("/recipients/{id}"));
    browser.goto(list).await;
    browser.follow(&edit).await;
    browser.see(&format!("#recipient-{id}-editor")).await;
    let first = browser.this_tab().await;
    let second = browser.new_tab().await;
    browser.goto(list).await;
    browser.follow(&edit).await;
    browser.fill("full_name", "Of the second tab").await;
    browser.submit(&action).await;
    browser.reads("Of the second tab").await;

    browser.tab(&first).await;
    browser.fill("full_name", "Of the first tab").await;
    browser.submit(&action).await;
    let told = browser.see(&format!("#recipient-{id}-editor .alert")).await;
    assert!(told.contains("Of the second tab"), "{told}");
    assert_eq!(browser.value("full_name").await, "Of the first tab", "what was typed stays");
    // Having read it, the reader saves all the same.
    browser.submit(&action).await;
    browser.gone(&format!("#recipient-{id}-editor")).await;
    browser.reads("Of the first tab").await;
    browser.has_nothing_to_complain().await;
    browser.tab(&second).await;
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn back_and_forward_lead_through_a_search() {
    let app = TestApp::without_worker().await;
    let (user, person) = app.signed_in("una@example.org").await;
    app.recipients(user, &["anna@example.org", "boris@example.org"]).await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.goto("/recipients").await;
    browser.see("tr[id^='recipient-']").await;
    browser.fill("q", "anna").await;
    browser.holds("one is left", "return all(\"tr[id^='recipient-']\").length === 1").await;
    browser.arrives(|path| path.contains("q=anna")).await;
    browser.click("tr[id^='recipient-'] a[href^='/recipients/']").await;
    browser.arrives(|path| !path.contains("q=")).await;
    browser.back().await;
    browser.arrives(|path| path.contains("q=anna")).await;
    browser.holds("the search's result", "return all(\"tr[id^='recipient-']\").length === 1").await;
    assert_eq!(browser.value("q").await, "anna");
    browser.forward().await;
    browser.arrives(|path| !path.contains("q=")).await;
    browser.see("h1").await;
    browser.has_nothing_to_complain().await;
}

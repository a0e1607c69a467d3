//! What a page says while it waits for the server, and when there is none.

use serde_json::json;

use crate::{browser::Browser, support::TestApp};

async fn network(browser: &Browser, offline: bool, latency: u32) {
    browser.cdp("Network.enable", json!({})).await;
    let conditions = json!({ "offline": offline, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.cdp("Network.emulateNetworkConditions", conditions).await;
}

#[tokio::test]
async fn a_slow_answer_shows_a_bar_and_a_lost_network_is_said_in_words() {
    let app = TestApp::without_worker().await;
    let (id, person) = app.signed_in("una@example.org").await;
    app.recipients(id, &["rita@example.org"]).await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    for (language, words) in [("en", "The server could not be reached."), ("ru", "Сервер не отвечает.")] {
        sqlx::query("update users set locale = $2 where id = $1").bind(id).bind(language).execute(&app.db).await.unwrap();
        network(&browser, false, 0).await;
        browser.goto("/recipients").await;
        assert_eq!(browser.count("#busy").await, 0);
        network(&browser, false, 2000).await;
        browser.click("main a[href='/recipients/new']").await;
        browser.holds("a bar", "return document.getElementById('busy').hidden === false").await;
        browser.holds("no bar", "return document.getElementById('busy').hidden").await;
        browser.see("[name=full_name]").await;

        network(&browser, true, 0).await;
        browser.fill("email", "nora@example.org").await;
        browser.fill("full_name", "Nora").await;
        browser.submit("/recipients").await;
        browser.see("#notices .alert-danger").await;
        browser.reads(words).await;
        assert_eq!(browser.value("full_name").await, "Nora", "nothing typed is lost");
        browser.click("#notices .btn-close").await;
        browser.gone("#notices .alert").await;
    }
}

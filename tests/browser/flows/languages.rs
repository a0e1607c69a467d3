//! Two languages, two themes.

use serde_json::json;

use crate::{
    browser::{Browser, Theme},
    support::TestApp,
};

async fn language(browser: &Browser) -> String {
    browser.script("return document.documentElement.lang", json!([])).await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_language_is_the_browsers_until_the_reader_chooses_and_then_stays() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in("una@example.org").await;
    let Some(browser) = Browser::asking_for(&app, "ru-RU,ru,en").await else { return };
    browser.goto("/login").await;
    assert_eq!(language(&browser).await, "ru");
    browser.become_(&person).await;
    browser.goto("/recipients").await;
    browser.click("footer button[name=language][value=en]").await;
    browser.holds("English", "return document.documentElement.lang === 'en'").await;
    assert_eq!(browser.path().await, "/recipients", "the page comes back in it");
    browser.goto("/messages").await;
    assert_eq!(language(&browser).await, "en");
    // In the profile: another browser of theirs has it too.
    let Some(other) = Browser::asking_for(&app, "ru").await else { return };
    other.become_(&person).await;
    other.goto("/").await;
    assert_eq!(language(&other).await, "en");
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn the_theme_is_the_systems_and_follows_it() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let Some(browser) = Browser::open(&app).await else { return };
    let ground = async || browser.script("return getComputedStyle(document.body).backgroundColor", json!([])).await.to_string();
    browser.goto("/").await;
    let light = ground().await;
    browser.theme(Theme::Dark).await;
    let dark = ground().await;
    assert_ne!(light, dark);
    browser.reload().await;
    assert_eq!(ground().await, dark, "from the first paint on");
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn a_chosen_theme_holds_against_the_systems_and_without_scripts() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let Some(browser) = Browser::open(&app).await else { return };
    let ground = async || browser.script("return getComputedStyle(document.body).backgroundColor", json!([])).await.to_string();
    browser.goto("/login").await;
    let light = ground().await;
    browser.click(".page-foot button[name=theme][value=dark]").await;
    browser.holds("dark", "return document.documentElement.dataset.bsTheme === 'dark'").await;
    let dark = ground().await;
    assert_ne!(light, dark);
    browser.without_scripts().await;
    browser.reload().await;
    assert_eq!(ground().await, dark);
    browser.click(".page-foot button[name=theme][value=light]").await;
    browser.holds("light", "return document.documentElement.dataset.bsTheme === 'light'").await;
    assert_eq!(ground().await, light);
    browser.has_nothing_to_complain().await;
}

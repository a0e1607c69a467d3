//! What the first page costs whoever has never been here.

use std::io::Write;

use serde_json::json;

use crate::{browser::Browser, support::TestApp};

/// Bytes of the answer's head and body as they came, by address.
const TRANSFERRED: &str = "
    const of = (entry) => [new URL(entry.name).pathname, entry.transferSize];
    return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(of);";

#[tokio::test]
async fn the_first_page_is_below_150_kilobytes() {
    let app = TestApp::without_worker().await;
    // Before there is anybody the site leads to its first administrator's page.
    app.user("una@example.org").await;
    let Some(browser) = Browser::open(&app).await else { return };
    browser.goto("/").await;
    browser.holds("the first paint", "return performance.getEntriesByName('first-contentful-paint').length > 0").await;
    let parts = browser.script(TRANSFERRED, json!([])).await;
    let parts: Vec<(String, u64)> =
        parts.as_array().unwrap().iter().map(|part| (part[0].as_str().unwrap().to_owned(), part[1].as_u64().unwrap())).collect();
    let total: u64 = parts.iter().map(|(_, bytes)| bytes).sum();
    let paint = browser.script("return performance.getEntriesByName('first-contentful-paint')[0].startTime", json!([])).await;
    let said = format!("the first page: {total} bytes {parts:?}; first paint after {:.0} ms\n", paint.as_f64().unwrap());
    // Past the harness, which keeps what a passing test prints to itself.
    let _ = std::io::stderr().write_all(said.as_bytes());
    let has = |end: &str| parts.iter().any(|(path, bytes)| path.ends_with(end) && *bytes > 0);
    assert!(has("/") && has("app.css") && has("app.js"), "{said}");
    assert!(total < 150_000, "{said}");

    // A second page fetches nothing but itself.
    browser.goto("/login").await;
    let again = browser.script(TRANSFERRED, json!([])).await;
    let fetched: Vec<_> = again.as_array().unwrap().iter().filter(|part| part[1] != json!(0)).collect();
    assert_eq!(fetched.len(), 1, "{fetched:?}");
    browser.has_nothing_to_complain().await;
}

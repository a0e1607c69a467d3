//! What is shown out of the cache is what is there, and nobody's but the reader's.

use reqwest::{Method, StatusCode};

use super::posts;
use crate::support::{TestApp, until};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// Until the process hears of changes, and so keeps what it has made.
async fn hears(app: &TestApp) {
    app.app.notifications.subscribe(0);
    until("the process hears of changes", || async { app.app.notifications.public_version() }).await;
}

async fn rename(app: &TestApp, title: &str) {
    sqlx::query("update posts set title = $1").bind(title).execute(&app.db).await.unwrap();
}

const PAGES: [&str; 3] = ["/", "/blog", "/blog/post"];

#[tokio::test]
async fn a_kept_page_shows_a_change_at_once_and_else_is_not_made_anew() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    posts::publish(&app, "post", "en", "First", "Text").await;
    hears(&app).await;
    let browser = app.browser();
    for path in PAGES {
        assert!(browser.get(path).await.contains("First"), "{path}");
    }
    // Behind the cache's back.
    rename(&app, "Second").await;
    for path in PAGES {
        let page = browser.get(path).await;
        assert!(page.contains("First") && !page.contains("Second"), "{path} was made anew");
    }
    posts::changed(&app).await;
    for path in PAGES.into_iter().chain(["/blog/feed.en.xml"]) {
        let page = browser.get(path).await;
        assert!(page.contains("Second") && !page.contains("First"), "{path} is an old one");
    }
    sqlx::query("update posts set is_published = false").execute(&app.db).await.unwrap();
    posts::changed(&app).await;
    assert_eq!(browser.get("/blog/post").await.status, StatusCode::NOT_FOUND);
    for path in ["/", "/blog", "/blog/feed.en.xml", "/sitemap.xml"] {
        assert!(!browser.get(path).await.contains("/blog/post"), "{path}");
    }
}

#[tokio::test]
async fn nothing_of_a_signed_in_reader_is_kept_nor_anything_kept_shown_to_them() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "post", "en", "First", "Text").await;
    let (_, una) = app.signed_in("una@example.org").await;
    let (_, edna) = app.signed_in_as("edna@example.org", "editor").await;
    hears(&app).await;
    let of = |page: &crate::support::Page| {
        ["una@example.org", "edna@example.org", "Una User", "/admin/posts", "Sign out"]
            .into_iter()
            .filter(|word| page.contains(word))
            .count()
    };
    // Whoever comes first, nobody gets another's.
    for _ in 0..2 {
        for path in ["/blog", "/blog/post"] {
            let (first, visitor, second, again) =
                (edna.get(path).await, app.browser().get(path).await, una.get(path).await, app.browser().get(path).await);
            assert!(first.contains("edna@example.org") && first.contains("/admin/posts"), "{path}");
            assert!(second.contains("una@example.org") && !second.contains("edna@") && !second.contains("/admin/posts"), "{path}");
            assert_eq!((of(&visitor), of(&again)), (0, 0), "{path}");
            assert!(visitor.contains("/register"), "{path}");
        }
    }
    // A signed-in reader sees what is there even where a kept page would not.
    rename(&app, "Second").await;
    assert!(una.get("/blog/post").await.contains("Second"));
    assert!(app.browser().get("/blog/post").await.contains("First"));
}

#[tokio::test]
async fn the_page_that_all_visitors_share_holds_no_token_and_sets_no_cookie() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    posts::publish(&app, "post", "en", "First", "Text").await;
    hears(&app).await;
    for path in PAGES {
        let (una, eve) = (app.browser(), app.browser());
        let (hers, other) = (una.get(path).await, eve.get(path).await);
        assert_eq!(hers.text, other.text, "{path}");
        assert!(!hers.contains("csrf_token"), "{path}");
        let answer = una.request(reqwest::Method::GET, path).send().await.unwrap();
        assert!(answer.headers().get("set-cookie").is_none(), "{path}: {:?}", answer.headers());
    }
}

#[tokio::test]
async fn a_page_is_kept_for_each_language_and_theme() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    posts::publish(&app, "post", "en", "First", "Text").await;
    hears(&app).await;
    for path in PAGES {
        for _ in 0..2 {
            for (language, theme) in [("en", "dark"), ("ru", "light"), ("en", "light"), ("ru", "dark")] {
                let browser = app.browser();
                let cookies = format!("language={language}; theme={theme}");
                let page = browser.send(browser.request(Method::GET, path).header("cookie", cookies)).await;
                assert_eq!(page.attr("html", "lang").as_deref(), Some(language), "{path}");
                assert_eq!(page.attr("html", "data-bs-theme").as_deref(), Some(theme), "{path}");
            }
        }
    }
}

#[tokio::test]
async fn who_reads_a_kept_page_is_counted() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "post", "en", "First", "Text").await;
    hears(&app).await;
    let browser = app.browser();
    for n in 0..5 {
        let request = browser.request(Method::GET, "/blog/post").header("user-agent", format!("{FIREFOX} {n}"));
        assert_eq!(browser.send(request).await.status, StatusCode::OK);
    }
    until("all are counted", || async { (app.count("select views from posts").await == 5).then_some(()) }).await;
}

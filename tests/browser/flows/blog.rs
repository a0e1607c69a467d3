//! Writing for the blog.

use serde_json::json;

use crate::{
    axe,
    browser::{Browser, Size, Theme},
    support::TestApp,
};

const CONTENT: &str = "return document.querySelector('#post-preview .prose')?.innerText ?? ''";

#[tokio::test]
async fn a_post_is_written_before_its_preview_and_published() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in_as("edda@example.org", "editor").await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.on_every_page(axe::source()).await;
    browser.goto("/").await;
    browser.click(".user-button").await;
    browser.click("#user-menu a[href='/admin/posts']").await;
    browser.arrives(|path| path == "/admin/posts").await;
    browser.follow("/admin/posts/new").await;
    browser.arrives(|path| path == "/admin/posts/new").await;

    browser.fill("title", "Весенние новости").await;
    browser
        .holds("an address made of it", "return document.querySelector('.found-address').textContent === '/blog/vesennie-novosti'")
        .await;
    browser.fill("summary", "What spring brings.").await;
    browser.holds("the count", "return document.querySelector('[data-counts=summary]').textContent === '19'").await;
    browser.fill("content", "## Warm\n\nIt is **warm** <script>document.title = 'broken in'</script> again.").await;
    browser.holds("the preview", "return document.querySelector('#post-preview strong')?.textContent === 'warm'").await;
    assert_eq!(browser.count("#post-preview script").await, 0);
    // What is typed further shows, and neither the words nor the place in them are lost.
    browser.fill("content", "## Warm\n\nIt is *mild*.").await;
    browser.holds("the later preview", "return document.querySelector('#post-preview em')?.textContent === 'mild'").await;
    assert!(!browser.script(CONTENT, json!([])).await.as_str().unwrap().contains("warm **"));
    assert_eq!(browser.focused().await, "content");
    assert_eq!(browser.value("content").await, "## Warm\n\nIt is *mild*.");
    for size in Size::ALL {
        browser.size(size).await;
        assert_eq!(browser.overflow().await, 0);
        for theme in Theme::ALL {
            browser.theme(theme).await;
            let found = axe::look(&browser).await;
            assert!(found.violations.is_empty(), "{}: {}", found.violations[0].what, found.violations[0].details);
        }
    }

    // The moment is asked for once somebody wants one.
    let is_shown = "return document.querySelector('[name=published_at]').checkVisibility()";
    assert_eq!(browser.script(is_shown, json!([])).await, json!(false));
    browser.click("label:has([name=publication][value=at])").await;
    browser.holds("the moment", is_shown).await;
    browser.click("label:has([name=publication][value=now])").await;
    browser.submit("/admin/posts").await;
    browser.reads("The post was saved.").await;
    browser.see(".page-head .status-green").await;

    // Taken back and published again where it stands in the list, and deleted there.
    browser.goto("/admin/posts").await;
    for (method, state) in [("delete", ".status-secondary"), ("put", ".status-green")] {
        browser.click(&format!("tr[id^=post-] form:has([name=_method][value={method}]):has([name=back]) button")).await;
        browser.see(&format!("tr[id^=post-] {state}")).await;
    }
    assert_eq!(browser.path().await, "/admin/posts");
    browser.click("tr[id^=post-] [popovertarget^=delete-post]").await;
    browser.click("tr[id^=post-] .ask .btn-danger").await;
    browser.gone("tr[id^=post-]").await;
    assert_eq!(app.count("select count(*) from posts").await, 0);
    browser.has_nothing_to_complain().await;
}

#[tokio::test]
async fn a_post_is_previewed_and_scheduled_with_javascript_off() {
    let app = TestApp::without_worker().await;
    let (_, person) = app.signed_in_as("edda@example.org", "editor").await;
    let Some(browser) = Browser::signed_in(&app, &person).await else { return };
    browser.without_scripts().await;
    browser.goto("/admin/posts/new").await;
    browser.fill("title", "Spring news").await;
    browser.fill("summary", "What spring brings.").await;
    browser.fill("content", "It is **warm**.").await;
    browser.click("button[name=preview]").await;
    assert_eq!(browser.see("#post-preview strong").await, "warm");
    assert_eq!(browser.value("title").await, "Spring news");
    browser.click("label:has([name=publication][value=at])").await;
    browser.click(".post-form .btn-primary").await;
    browser.reads("The post was saved.").await;
    browser.see(".page-head .status-azure").await;
    assert_eq!(app.count("select count(*) from graphile_worker.jobs where key like 'post:%'").await, 1);
    assert_eq!(app.count("select count(*) from posts where published_at > now()").await, 1);
}

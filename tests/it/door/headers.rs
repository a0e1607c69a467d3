//! What every answer carries; `home.rs` walks the kinds of answers over http.

use reqwest::{Method, StatusCode};

use crate::support::{Page, TestApp, quick};

fn carries(page: &Page, what: &str) {
    assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000"), "{what}");
    assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"), "{what}");
    assert!(page.header("permissions-policy").unwrap().contains("camera=()"), "{what}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{what}");
    let policy = page.header("content-security-policy").unwrap_or_else(|| panic!("no policy on {what}"));
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors "), "{what}: {policy}");
    assert!(!policy.contains("script-src 'unsafe") && !policy.contains("unsafe-eval"), "{what}: {policy}");
}

#[tokio::test]
async fn over_https_every_kind_of_answer_insists_on_it_and_carries_the_other_headers() {
    let app = TestApp::configured(quick(), |config| config.public_url = "https://periodical.example".parse().unwrap()).await;
    app.user("una@example.org").await;
    let browser = crate::support::Browser::without_redirects(&app.base);
    let style = browser.get("/").await.attr("link[rel=stylesheet]", "href").unwrap();
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/recipients", StatusCode::SEE_OTHER),
        ("/attempts/1/live", StatusCode::SEE_OTHER),
        ("/nothing", StatusCode::NOT_FOUND),
        ("/logout", StatusCode::METHOD_NOT_ALLOWED),
        ("/recipients?before=abc", StatusCode::SEE_OTHER),
        ("/verify/nonsense", StatusCode::UNPROCESSABLE_ENTITY),
        ("/healthz", StatusCode::OK),
        ("/readyz", StatusCode::OK),
        (style.as_str(), StatusCode::OK),
        ("/static/nothing.css", StatusCode::NOT_FOUND),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, status, "{path}");
        carries(&page, path);
    }
    let page = browser.send(browser.request(Method::POST, "/login")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    carries(&page, "a refusal");
    let page = browser.send(browser.request(Method::GET, "/recipients").header("HX-Request", "true")).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    carries(&page, "an answer for htmx");
    app.db.close().await;
    let page = browser.get("/verify/nonsense").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    carries(&page, "a failure");
}

#[tokio::test]
async fn a_live_page_carries_them_too_and_over_http_nobody_is_sent_to_https() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.recipients(user, &["rita@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let answer = browser.request(Method::GET, &format!("/attempts/{attempt}/live")).send().await.unwrap();
    let headers = answer.headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    assert!(headers.contains_key("content-security-policy") && headers.contains_key("permissions-policy"));
    assert!(!headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_caught_mail_is_framed_by_our_own_page_alone_and_runs_nothing() {
    let app = TestApp::with_inbox().await;
    let source = b"Content-Type: text/html\r\n\r\n<p>Hello</p><script>alert(1)</script>".as_slice();
    let query = "insert into caught_mails (sender, recipient, subject, source) values ('a@b.c', 'd@e.f', 'S', $1) returning id";
    let id: i64 = sqlx::query_scalar(query).bind(source).fetch_one(&app.db).await.unwrap();
    let page = app.browser().get(&format!("/dev/inbox/{id}/html")).await;
    assert_eq!((page.status, page.header("x-frame-options")), (StatusCode::OK, Some("SAMEORIGIN")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("sandbox;") && policy.contains("frame-ancestors 'self'") && !policy.contains("script"), "{policy}");
}

//! The browsers one is signed in with.

use reqwest::{Method, StatusCode};

use crate::support::{Browser, TestApp};

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";

async fn sign_in_as(browser: &Browser, email: &str, agent: &str) {
    let token = browser.token().await;
    let fields = [("csrf_token", token.as_str()), ("email", email), ("password", Browser::PASSWORD)];
    browser.send(browser.request(Method::POST, "/login").header("user-agent", agent).form(&fields)).await;
}

#[tokio::test]
async fn ones_sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let elsewhere = app.browser();
    sign_in_as(&elsewhere, "una@example.org", FIREFOX).await;
    app.signed_in("other@example.org").await;
    let page = browser.get("/account/sessions").await;
    let rows = page.rows("session");
    assert_eq!(rows.len(), 2, "nobody else's: {}", page.text);
    let words = page.texts("td[data-label=Browser]");
    assert!(words[0].contains("This one") && !words[1].contains("This one"), "{words:?}");
    assert_eq!(words[1], "Firefox on Windows");
    assert!(page.contains("(UTC)"));

    let page = browser.submit("/account/sessions", &format!("/account/sessions/{}", rows[1]), &[]).await;
    assert_eq!((page.path.as_str(), page.rows("session")), ("/account/sessions", vec![rows[0]]));
    assert!(page.contains("That browser was signed out."));
    assert_eq!(elsewhere.get("/recipients").await.path, "/login?next=%2Frecipients");
    // It has ended, here or in its own browser: that is what was wanted.
    let fields = [("csrf_token", browser.token().await), ("_method", "delete".to_owned())];
    let page = browser.send(browser.request(Method::POST, &format!("/account/sessions/{}", rows[1])).form(&fields)).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/account/sessions"));
    assert!(page.contains("signed out already"), "{}", page.text);

    // One's own: signed out.
    let page = browser.submit("/account/sessions", &format!("/account/sessions/{}", rows[0]), &[]).await;
    assert_eq!(page.path, "/login?next=%2Faccount%2Fsessions");
}

#[tokio::test]
async fn somebody_elses_session_is_answered_like_one_that_has_ended_and_goes_on() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let (other, others) = app.signed_in("other@example.org").await;
    let id: i64 = sqlx::query_scalar("select id from sessions where user_id = $1").bind(other).fetch_one(&app.db).await.unwrap();
    let token = browser.token().await;
    let mut answers = Vec::new();
    for path in [format!("/account/sessions/{id}"), "/account/sessions/999999".into()] {
        let fields = [("csrf_token", token.as_str()), ("_method", "delete")];
        let page = browser.send(browser.request(Method::POST, &path).form(&fields)).await;
        assert!(page.contains("signed out already"), "{path}: {}", page.text);
        answers.push(page.without_token());
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(others.get("/recipients").await.path, "/recipients");
}

#[tokio::test]
async fn all_others_are_signed_out_at_once_and_this_one_stays() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let (_, others) = app.signed_in("other@example.org").await;
    let mut elsewhere = Vec::new();
    for agent in ["", "<script>alert(1)</script>", &"x".repeat(5000)] {
        let another = app.browser();
        sign_in_as(&another, "una@example.org", agent).await;
        elsewhere.push(another);
    }
    assert_eq!(browser.get("/account/sessions").await.texts("td[data-label=Browser]")[1..], ["An unknown browser"; 3]);
    let page = browser.submit("/account/sessions", "/account/sessions", &[]).await;
    assert!(page.contains("3 browsers were signed out."), "{}", page.text);
    assert_eq!(page.rows("session").len(), 1);
    for another in elsewhere {
        assert_eq!(another.get("/recipients").await.path, "/login?next=%2Frecipients");
    }
    assert_eq!(others.get("/recipients").await.path, "/recipients");
}

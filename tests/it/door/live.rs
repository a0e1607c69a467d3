//! Live pages: how many, and until when.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::limited;
use crate::support::{Browser, Live, TestApp, until};

async fn watched(app: &TestApp, email: &str) -> (i64, Browser, String) {
    let (user, browser) = app.signed_in(email).await;
    app.recipients(user, &["rita@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    (user, browser, format!("/attempts/{attempt}/live"))
}

/// Reads to the stream's end.
async fn ended(mut live: Live) {
    let end = async { while live.next().await.is_some() {} };
    tokio::time::timeout(Duration::from_secs(25), end).await.expect("the stream ends");
}

#[tokio::test]
async fn a_user_has_only_so_many_live_pages_and_a_closed_one_makes_room() {
    let app = TestApp::without_worker().await;
    let (_, browser, path) = watched(&app, "una@example.org").await;
    let (_, other, others) = watched(&app, "eve@example.org").await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(Live::open(&browser, &path).await);
    }
    // Not read to its end: it would have none.
    let answer = browser.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers()["retry-after"], "5");
    let mut others = Live::open(&other, &others).await;
    assert!(others.next().await.is_some());
    open.pop();
    let again = until("a place", || async {
        let answer = browser.request(Method::GET, &path).send().await.unwrap();
        (answer.status() == StatusCode::OK).then_some(answer)
    });
    again.await;
}

#[tokio::test]
async fn a_live_page_ends_with_its_session_and_those_of_others_go_on() {
    let app = limited(|limits| limits.stream_check = Duration::from_millis(50)).await;
    let (user, browser, path) = watched(&app, "una@example.org").await;
    let elsewhere = app.browser();
    elsewhere.sign_in("una@example.org").await;
    let (_, other, others) = watched(&app, "eve@example.org").await;
    let mut others = Live::open(&other, &others).await;

    let here = Live::open(&browser, &path).await;
    let mut there = Live::open(&elsewhere, &path).await;
    browser.submit("/", "/logout", &[]).await;
    ended(here).await;
    there.next().await.unwrap();
    sqlx::query("select pg_notify('attempts', $1)").bind(path.split('/').nth(2).unwrap()).execute(&app.db).await.unwrap();
    assert!(there.next().await.is_some(), "the other session is as good as before");

    sqlx::query("update users set blocked_at = now() where id = $1").bind(user).execute(&app.db).await.unwrap();
    ended(there).await;
    assert!(others.next().await.is_some());
}

#[tokio::test]
async fn a_live_page_that_changes_all_the_time_ends_with_its_session_too() {
    let app = limited(|limits| limits.stream_check = Duration::from_millis(50)).await;
    let (_, browser, path) = watched(&app, "una@example.org").await;
    let mut live = Live::open(&browser, &path).await;
    let (db, attempt) = (app.db.clone(), path.split('/').nth(2).unwrap().to_owned());
    let changes = tokio::spawn(async move {
        loop {
            sqlx::query("update attempts set last_reply = clock_timestamp()::text").execute(&db).await.unwrap();
            sqlx::query("select pg_notify('attempts', $1)").bind(&attempt).execute(&db).await.unwrap();
        }
    });
    for _ in 0..5 {
        live.next().await.unwrap();
    }
    sqlx::query("update sessions set user_id = null, expires_at = now()").execute(&app.db).await.unwrap();
    ended(live).await;
    changes.abort();
}

#[tokio::test]
async fn a_download_ends_with_its_session() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 5000).await;
    let whole = browser.get("/recipients/export").await;
    assert_eq!(whole.text.lines().count(), 5001);
    let lock = app.standing("lock table recipients in access exclusive mode").await;
    let download = tokio::spawn(async move { browser.request(Method::GET, "/recipients/export").send().await?.text().await });
    app.waiting(1).await;
    sqlx::query("update users set blocked_at = now() where id = $1").bind(user).execute(&app.db).await.unwrap();
    lock.rollback().await.unwrap();
    let broken_off = download.await.unwrap();
    assert!(broken_off.is_err(), "{} lines", broken_off.unwrap().lines().count());
}

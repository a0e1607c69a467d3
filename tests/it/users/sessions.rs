//! How long sessions last, and what becomes of them when rights change.

use periodical::web::session::{self, end_all, rotate_all};
use reqwest::{Method, StatusCode};

use crate::support::{Browser, TestApp};

const SESSION: &str = "periodical_session";

async fn change(app: &TestApp, set: &str) {
    sqlx::query(sqlx::AssertSqlSafe(format!("update sessions set {set}"))).execute(&app.db).await.unwrap();
}

async fn is(app: &TestApp, condition: &str) -> bool {
    let query = format!("select bool_and({condition}) from sessions where expires_at > now()");
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_session_lasts_a_week_after_its_last_request_and_a_request_makes_it_last() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let week = "expires_at between now() + interval '6 days 23 hours' and now() + interval '7 days'";
    assert!(is(&app, week).await);

    change(&app, "expires_at = now() + interval '1 minute', seen_at = now() - interval '1 hour'").await;
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
    assert!(is(&app, week).await);
    assert!(is(&app, "seen_at > now() - interval '1 minute'").await);

    change(&app, "expires_at = now() - interval '1 second'").await;
    assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
}

#[tokio::test]
async fn a_session_ends_a_month_after_signing_in_however_much_it_is_used() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    assert!(is(&app, "ends_at between now() + interval '29 days 23 hours' and now() + interval '30 days'").await);

    change(&app, "ends_at = now() + interval '1 hour', seen_at = now() - interval '1 hour'").await;
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
    assert!(is(&app, "expires_at = ends_at").await);
    // Nor by being written to, as a message to the next page does.
    let a_month_ago =
        "entries = jsonb_set(entries, '{signed_in_at}', to_jsonb(extract(epoch from now() - interval '29 days 1 minute')::bigint))";
    change(&app, a_month_ago).await;
    let fields = browser.get("/recipients/new").await.form("/recipients");
    browser.post("/recipients", fields, &[("email", "rita@example.org"), ("full_name", "Rita")]).await;
    assert!(is(&app, "ends_at <= now() + interval '1 day' and expires_at <= ends_at").await);
}

#[tokio::test]
async fn a_request_that_reads_is_no_reason_to_write() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    browser.get("/recipients").await;
    let version = "select xmin::text from sessions where user_id is not null";
    let before: String = sqlx::query_scalar(version).fetch_one(&app.db).await.unwrap();
    browser.get("/recipients").await;
    browser.get("/messages").await;
    assert_eq!(sqlx::query_scalar::<_, String>(version).fetch_one(&app.db).await.unwrap(), before);
}

#[tokio::test]
async fn a_change_of_rights_gives_the_session_another_cookie_and_the_old_one_dies() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let before = browser.cookie(SESSION).unwrap();
    rotate_all(&app.db, id).await.unwrap();

    let page = browser.get("/recipients").await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
    let after = browser.cookie(SESSION).unwrap();
    assert_ne!(after, before);
    assert!(is(&app, "not rotate").await);
    let thief = Browser::without_redirects(&app.base);
    let page = thief.send(thief.request(Method::GET, "/recipients").header("cookie", format!("{SESSION}={before}"))).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    // Once: the next request keeps it.
    browser.get("/recipients").await;
    assert_eq!(browser.cookie(SESSION).unwrap(), after);
}

#[tokio::test]
async fn all_sessions_of_a_user_can_be_ended_but_one_and_nobody_elses() {
    let app = TestApp::without_worker().await;
    let (id, here) = app.signed_in("una@example.org").await;
    let there = app.browser();
    there.sign_in("una@example.org").await;
    let (_, other) = app.signed_in("otto@example.org").await;
    end_all(&app.db, id, Some(&session::hash(&here.cookie(SESSION).unwrap()))).await.unwrap();

    assert_eq!(here.get("/recipients").await.path, "/recipients");
    assert_eq!(there.get("/recipients").await.path, "/login?next=%2Frecipients");
    assert_eq!(other.get("/recipients").await.path, "/recipients");
    end_all(&app.db, id, None).await.unwrap();
    assert_eq!(here.get("/recipients").await.path, "/login?next=%2Frecipients");
}

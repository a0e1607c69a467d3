//! What ends a token.

use reqwest::StatusCode;

use super::{TOKENS, made, works};
use crate::support::{Browser, TestApp};

const ANOTHER: &str = "quite another few words";

#[tokio::test]
async fn a_revoked_token_works_no_more_and_stays_in_the_list() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let (first, second) = (made(&browser).await, made(&browser).await);
    let rows = browser.get(TOKENS).await.rows("token");
    // The newest first.
    let path = format!("{TOKENS}/{}", rows[1]);
    let fields = browser.get(TOKENS).await.form(&path);
    let page = browser.post(&path, fields.clone(), &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, TOKENS));
    assert!(page.contains("worth nothing from now on"), "{}", page.text);
    assert!(!works(&app, &first).await && works(&app, &second).await);
    assert_eq!(page.rows("token"), rows);
    assert!(page.texts("td[data-label=Until]")[1].starts_with("Revoked"));
    let page = browser.post(&path, fields, &[]).await;
    assert!(page.contains("has ended already"), "{}", page.text);
    assert_eq!(app.count("select count(*) from audit_entries where action = 'revoke_token'").await, 1);
}

#[tokio::test]
async fn somebody_elses_token_is_not_there_and_goes_on_working() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let token = made(&browser).await;
    let id = browser.get(TOKENS).await.rows("token")[0];
    let (_, other) = app.signed_in("other@example.org").await;
    assert!(other.get(TOKENS).await.rows("token").is_empty());
    let csrf = other.token().await;
    let fields = [("csrf_token", csrf.as_str()), ("_method", "delete")];
    let page = other.send(other.request(reqwest::Method::POST, &format!("{TOKENS}/{id}")).form(&fields)).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(works(&app, &token).await);
}

#[tokio::test]
async fn another_password_ends_all_tokens_of_its_user_and_nobody_elses() {
    let app = TestApp::start().await;
    let (_, una) = app.signed_in("una@example.org").await;
    let (_, other) = app.signed_in("other@example.org").await;
    let (token, others) = (made(&una).await, made(&other).await);
    let page =
        una.submit("/account/password", "/account/password", &[("current_password", Browser::PASSWORD), ("password", ANOTHER)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(!works(&app, &token).await && works(&app, &others).await);

    other.submit("/password/forgot", "/password/forgot", &[("email", "other@example.org")]).await;
    let link = app.nth_link("other@example.org", "/password/reset/", 1).await;
    app.browser().submit(&link, &link, &[("password", ANOTHER)]).await;
    assert!(!works(&app, &others).await);
    assert_eq!(app.count("select count(*) from api_tokens where revoked_at is not null").await, 2);
}

#[tokio::test]
async fn of_a_password_that_is_changed_while_a_token_is_made_no_token_is_left() {
    let app = TestApp::without_worker().await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get(super::NEW).await.form(TOKENS);
    // The password was right when it was looked at, and is another one when the row is taken.
    let mut change = app.db.begin().await.unwrap();
    sqlx::query("update users set password_hash = 'another' where id = $1").bind(una).execute(&mut *change).await.unwrap();
    let posted = tokio::spawn({
        let changes = [("name", "Late"), ("password", Browser::PASSWORD)];
        async move { browser.post(TOKENS, fields, &changes).await }
    });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    crate::support::until("a token waits for its owner's row", || async { (app.count(waits).await > 0).then_some(()) }).await;
    change.commit().await.unwrap();
    let page = posted.await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("password").is_some(), "{}", page.text);
    assert_eq!(app.count("select count(*) from api_tokens").await, 0);
}

#[tokio::test]
async fn a_token_that_ended_a_month_ago_is_forgotten() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    for days in [1, 29, 31] {
        made(&browser).await;
        let query = "update api_tokens set expires_at = now() - make_interval(days => $1) where expires_at > now()";
        sqlx::query(query).bind(days).execute(&app.db).await.unwrap();
    }
    made(&browser).await;
    assert_eq!(periodical::tokens::queries::delete_old(&app.db).await.unwrap(), 1);
    assert_eq!(app.count("select count(*) from api_tokens").await, 3);
}

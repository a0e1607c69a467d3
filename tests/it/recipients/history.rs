//! A recipient's page: what was sent to them, and whether mail reaches them.

use reqwest::StatusCode;

use crate::support::TestApp;

#[tokio::test]
async fn a_recipients_page_shows_every_delivery_to_them_and_to_nobody_else() {
    let app = TestApp::start().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let ids = app.recipients(user, &["bad-550.1@example.org", "rita@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.attempt_of(mailing).await;
    app.finished(attempt).await;
    let page = browser.get(&format!("/recipients/{}", ids[0])).await;
    assert_eq!(page.rows("delivery"), [attempt]);
    assert!(page.contains("Test mailing") && page.contains("failed") && page.contains("550 5.1.1"), "{}", page.text);
    assert!(page.contains("Mail servers say that this address does not exist."), "{}", page.text);
    assert!(!page.contains("rita@example.org"));

    // What was skipped since, and why; newest first.
    let second = app.run_now(user, mailing).await;
    app.finished(second).await;
    sqlx::query("update recipients set email = 'new@example.org' where id = $1").bind(ids[0]).execute(&app.db).await.unwrap();
    let page = browser.get(&format!("/recipients/{}", ids[0])).await;
    assert_eq!(page.rows("delivery"), [second, attempt]);
    assert!(page.contains("to bad-550.1@example.org") && page.contains("skipped"), "{}", page.text);

    let (_, eve) = app.signed_in("eve@example.org").await;
    assert_eq!(eve.get(&format!("/recipients/{}", ids[0])).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_long_history_has_pages() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let id = app.recipients(user, &["rita@example.org"]).await[0];
    assert!(browser.get(&format!("/recipients/{id}")).await.contains("Nothing was sent to this recipient yet."));
    let mailing = app.due_mailing(user).await;
    sqlx::query(
        "with attempt as (
           insert into attempts (mailing_id, user_id, scheduled_at, trigger, status, subject, body)
           select $1, $2, now() + n * interval '1 second', 'manual', 'succeeded', 's', 'b' from generate_series(1, 60) n returning id
         )
         insert into deliveries (attempt_id, number, recipient_id, email, full_name, state) select id, 1, $3, 'rita@example.org', 'R', 'sent' from attempt",
    )
    .bind(mailing)
    .bind(user)
    .bind(id)
    .execute(&app.db)
    .await
    .unwrap();
    let page = browser.get(&format!("/recipients/{id}")).await;
    let next = page.attr("#history a[rel=next]", "href").unwrap();
    let rest = browser.get(&next).await;
    assert_eq!((page.rows("delivery").len(), rest.rows("delivery").len()), (50, 10));
    assert!(page.rows("delivery").iter().min() > rest.rows("delivery").iter().max());
}

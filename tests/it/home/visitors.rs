//! The start page of visitors.

use crate::support::TestApp;

async fn figures(app: &TestApp) -> Vec<String> {
    app.browser().get("/").await.texts(".home-number")
}

#[tokio::test]
async fn a_visitor_sees_how_much_the_service_has_in_hand() {
    let app = TestApp::without_worker().await;
    let una = app.user("una@example.org").await;
    let max = app.user("max@example.org").await;
    let blocked = app.user("blocked@example.org").await;
    // Three addresses, two of them known to two users, in another spelling.
    app.recipients(una, &["rita@example.org", "rob@example.org"]).await;
    app.recipients(max, &["Rita@Example.org", "ron@example.org"]).await;
    app.recipients(blocked, &["RON@example.org"]).await;
    for (user, state) in [
        (una, "status = 'running'"),
        (una, "status = 'created'"),
        (una, "status = 'completed', next_run_at = null"),
        (una, "status = 'running', paused_at = now()"),
        (una, "status = 'running', disabled_at = now(), disabled_reason = 'x'"),
        (una, "status = 'running', stopped_at = now(), next_run_at = null"),
        (max, "status = 'running'"),
        (blocked, "status = 'running'"),
    ] {
        let mailing = app.due_mailing(user).await;
        sqlx::query(sqlx::AssertSqlSafe(format!("update mailings set {state} where id = {mailing}"))).execute(&app.db).await.unwrap();
    }
    sqlx::query("update users set blocked_at = now() where id = $1").bind(blocked).execute(&app.db).await.unwrap();
    assert_eq!(figures(&app).await, ["8", "2", "3"]);
}

#[tokio::test]
async fn it_names_three_posts_of_the_readers_language_and_the_way_in() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let page = app.browser().get("/").await;
    assert_eq!(page.count(".post-card"), 0);
    assert!(page.count("main a[href='/register']") > 1);
    sqlx::query(
        "insert into posts (slug, language, title, summary, content, is_published, published_at)
         select language || n, language, 'T', 'S', 'C', n > 2, now() from generate_series(1, 9) n, unnest('{en,ru}'::text[]) language",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let mut transaction = app.db.begin().await.unwrap();
    let version = periodical::cache::versions::raise(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    app.app.cache.saw(version);
    let page = app.browser().get("/").await;
    assert_eq!(page.count(".post-card[lang=en]"), 3);
    assert_eq!(page.count(".post-card[lang=ru]"), 0);
    assert_eq!(page.attr("link[rel=canonical]", "href"), Some(format!("{}/", app.base)));
}

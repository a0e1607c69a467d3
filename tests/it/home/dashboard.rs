//! The start page of the signed-in: what runs, what comes, what went wrong, how much there is.

use time::{Duration, OffsetDateTime};

use crate::support::TestApp;

#[tokio::test]
async fn what_runs_is_shown_with_how_far_it_is_and_the_page_asks_again_by_itself() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 60).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let query = "update attempts set sent = 25, failed = 5, started_at = now() - interval '60 seconds'";
    sqlx::query(query).execute(&app.db).await.unwrap();
    let page = browser.get("/").await;
    assert_eq!(page.count(&format!("li#attempt-{attempt}")), 1);
    assert_eq!(page.text_of("#board .figures").as_deref(), Some("60 recipients: 25 sent, 5 failed, 30 waiting"));
    assert!(page.text_of("#board .moment").unwrap().contains(" a minute, about 1 min"), "{}", page.text);
    assert_eq!(page.attr("#board", "hx-trigger").unwrap(), "every 3s");
    assert_eq!(page.texts("#board .stat-value"), ["60", "1", "1", "25"]);

    sqlx::query("update attempts set held_reason = 'no', held_until = now() + interval '1 minute'").execute(&app.db).await.unwrap();
    let page = browser.get("/").await;
    assert!(page.contains("nobody has been failed for this") && !page.contains(" a minute, about"), "{}", page.text);
    sqlx::query("update mailings set paused_at = now()").execute(&app.db).await.unwrap();
    assert_eq!(browser.get("/").await.text_of("#board .status").unwrap(), "stopped");
    sqlx::query("update attempts set status = 'partial', finished_at = now()").execute(&app.db).await.unwrap();
    let page = browser.get("/").await;
    assert!(page.contains("Nothing is being sent.") && page.count("#board .figures") == 0, "{}", page.text);
}

#[tokio::test]
async fn what_comes_next_stands_under_its_day_in_the_readers_zone() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 1).await;
    let now = OffsetDateTime::now_utc();
    let tomorrow = (now + Duration::days(1)).date().with_hms(23, 30, 0).unwrap().assume_utc();
    let mailing = app.mailing(user, "daily", tomorrow, now + Duration::days(30)).await;
    let page = browser.get("/").await;
    // The week ends at this time of day: late in the evening one run more is within it.
    let runs = if now.time() < tomorrow.time() { 6 } else { 7 };
    assert_eq!(page.texts(".timeline-date").len(), runs, "{}", page.text);
    assert_eq!(page.texts(".timeline-date")[0], "Tomorrow");
    assert_eq!(page.texts(".timeline-time")[0], "23:30");
    // In Moscow that is the day after tomorrow.
    sqlx::query("update users set time_zone = 'Europe/Moscow', locale = 'ru' where id = $1").bind(user).execute(&app.db).await.unwrap();
    let page = browser.get("/").await;
    assert_eq!(page.texts(".timeline-time")[0], "02:30");
    assert_ne!(page.texts(".timeline-date")[0], "Сегодня");
    assert!(page.contains("Время по поясу Europe/Moscow"), "{}", page.text);
    // What is paused goes nowhere.
    sqlx::query("update mailings set paused_at = now() where id = $1").bind(mailing).execute(&app.db).await.unwrap();
    assert_eq!(browser.get("/").await.count(".timeline-date"), 0);
}

#[tokio::test]
async fn what_went_wrong_is_shown_with_the_step_to_take() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 10).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    assert!(browser.get("/").await.contains("All well"));
    let query = "update attempts set sent = 7, failed = 3, status = 'partial', finished_at = now() where id = $1";
    sqlx::query(query).bind(attempt).execute(&app.db).await.unwrap();
    sqlx::query("update deliveries set state = case when number <= 3 then 'failed' else 'sent' end").execute(&app.db).await.unwrap();
    sqlx::query("update slices set failed = 3, claimable_at = null").execute(&app.db).await.unwrap();
    let marked = "update recipients set undeliverable_at = now() where email in ('reader1@example.org', 'reader2@example.org')";
    sqlx::query(marked).execute(&app.db).await.unwrap();
    let disabled = app.due_mailing(user).await;
    let query = "update mailings set disabled_at = now(), disabled_reason = 'Asked for', name = 'Stopped' where id = $1";
    sqlx::query(query).bind(disabled).execute(&app.db).await.unwrap();
    let page = browser.get("/").await;
    assert_eq!(page.count(".wrong"), 3, "{}", page.text);
    assert!(page.contains("3 of 10 failed") && page.contains("2 recipients cannot be reached") && page.contains("Asked for"));
    assert!(page.count(&format!(".wrong a[href='/mailings/{disabled}']")) == 1);
    // The step that is offered works, and then it is no news any more.
    let retry = format!("/attempts/{attempt}/retry");
    let page = browser.submit("/", &retry, &[("whom", "failed")]).await;
    assert_eq!(app.count("select total::bigint from attempts where retry_of is not null").await, 3, "{}", page.text);
    assert_eq!(browser.get("/").await.count(".wrong"), 2);
    // Nothing of it is anybody else's.
    let (other, eve) = app.signed_in("eve@example.org").await;
    app.many_recipients(other, 1).await;
    app.due_mailing(other).await;
    let page = eve.get("/").await;
    assert_eq!((page.count(".wrong"), page.texts(".stat-value")[0].as_str()), (0, "1"));
}

#[tokio::test]
async fn the_last_thirty_days_are_a_picture_with_its_table() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    app.many_recipients(user, 4).await;
    let mailing = app.due_mailing(user).await;
    assert_eq!(browser.get("/").await.count("figure.chart"), 0, "nothing has run yet");
    app.run_now(user, mailing).await;
    sqlx::query("update attempts set sent = 3, failed = 1").execute(&app.db).await.unwrap();
    let page = browser.get("/").await;
    assert_eq!((page.count("figure.chart"), page.count(".chart-table tbody tr")), (1, 30));
    assert!(page.contains("3 sent and 1 failed in 1 attempt."), "{}", page.text);
    let today = page.texts(".chart-table tbody tr:last-child td.number");
    assert_eq!(today, ["3", "1"]);
}

//! Mailings that are stopped, gone on with and deleted while they go out.

use periodical::mailings::{queries, runs};
use time::Duration;
use uuid::Uuid;

use super::{now, only, status_of};
use crate::support::{TestApp, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_disabled_or_blocked_mailing_does_not_send() {
    let app = TestApp::without_worker().await;
    for stop in [
        "update mailings set paused_at = now() where id = $1",
        "update mailings set disabled_at = now() where id = $1",
        "update users set blocked_at = now() where id = (select user_id from mailings where id = $1)",
    ] {
        let user = app.user(&format!("{}@example.org", Uuid::new_v4().simple())).await;
        app.many_recipients(user, 2).await;
        let mailing = app.due_mailing(user).await;
        let started = app.run_now(user, mailing).await;
        sqlx::query(stop).bind(mailing).execute(&app.db).await.unwrap();
        app.rests(started).await;
        assert_eq!(app.figures(started).await.unwrap().waiting, 2, "{stop}: the running attempt rests");
        assert!(runs::run_due(&app.app, mailing).await.unwrap().is_empty(), "{stop}: no run starts");
    }
    assert_eq!(app.delivered(), ["marker@example.org"; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_rests_the_attempt_and_a_resume_goes_on_where_it_was() {
    const RECIPIENTS: i32 = 400;
    let app = TestApp::start().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(30));
    let mailing = app.due_mailing(user).await;
    let attempt = app.attempt_of(mailing).await;
    until("the first mails", || async { (app.mails().len() > 2).then_some(()) }).await;
    runs::pause(&app.app, user, mailing).await.unwrap();
    until("everything given back", || async { (app.held_slices().await == 0).then_some(()) }).await;
    app.faults().set_command_delay(std::time::Duration::ZERO);
    app.rests(attempt).await;
    let figures = app.figures(attempt).await.unwrap();
    assert!(figures.sent < RECIPIENTS && figures.status == "running", "{figures:?}");
    assert_eq!(usize::try_from(figures.sent).unwrap() + 1, app.mails().len(), "every mail is on record");

    runs::resume(&app.app, user, mailing).await.unwrap();
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.total), (RECIPIENTS, RECIPIENTS));
    assert_eq!(app.mails().len(), RECIPIENTS as usize + 1, "nobody got it twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_skips_what_fell_due_meanwhile_but_not_a_first_run() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let now = now();
    let never_ran = app.mailing(user, "once", now - Duration::hours(1), now + Duration::hours(1)).await;
    runs::pause(&app.app, user, never_ran).await.unwrap();
    runs::resume(&app.app, user, never_ran).await.unwrap();
    only(&runs::run_due(&app.app, never_ran).await.unwrap());

    let ran = app.mailing(user, "daily", now - Duration::hours(1), now + Duration::days(9)).await;
    runs::run_due(&app.app, ran).await.unwrap();
    runs::pause(&app.app, user, ran).await.unwrap();
    sqlx::query("update mailings set next_run_at = now() - interval '1 minute' where id = $1").bind(ran).execute(&app.db).await.unwrap();
    runs::resume(&app.app, user, ran).await.unwrap();
    assert!(runs::run_due(&app.app, ran).await.unwrap().is_empty());
    assert_eq!(status_of(&app, ran).await.1, Some(now - Duration::hours(1) + Duration::days(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_deleted_in_mid_attempt_stops_sending() {
    let mut app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 400).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(30));
    let mailing = app.due_mailing(user).await;
    app.start_worker();
    until("the first mails", || async { (!app.mails().is_empty()).then_some(()) }).await;
    runs::delete(&app.app, user, mailing).await.unwrap();
    assert_eq!(app.count("select count(*) from deliveries").await + app.held_slices().await, 0);
    // Its slice in this process ends when it finds its lease gone.
    until("no journal left", || async { app.journals().is_empty().then_some(()) }).await;
    app.faults().set_command_delay(std::time::Duration::ZERO);
    until("no job left", || async { (app.count("select count(*) from graphile_worker.jobs").await == 0).then_some(()) }).await;
    let sent = app.mails().len();
    assert!(sent < 400, "{sent} went out");
    assert!(queries::lock_due(&mut app.db.acquire().await.unwrap(), mailing, 0).await.unwrap().is_empty());

    // The same engine goes on with others.
    let other = app.user("other@example.org").await;
    app.recipients(other, &["other-reader@example.org"]).await;
    let other_mailing = app.due_mailing(other).await;
    app.finished(app.attempt_of(other_mailing).await).await;
    assert_eq!(app.mails().len(), sent + 1, "nothing of the deleted one");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_mailing_has_not_sent_is_skipped_and_what_it_has_is_on_record() {
    const RECIPIENTS: i32 = 600;
    let app = TestApp::start().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(30));
    let mailing = app.due_mailing(user).await;
    let attempt = app.attempt_of(mailing).await;
    until("the first mails", || async { (app.mails().len() > 2).then_some(()) }).await;
    assert!(runs::stop(&app.app, user, mailing).await.unwrap());
    let figures = app.finished(attempt).await;
    assert_eq!(usize::try_from(figures.sent).unwrap(), app.mails().len(), "every mail is on record, and nothing goes out any more");
    assert!(figures.sent < RECIPIENTS && figures.status == "partial", "cut short is no success: {figures:?}");
    assert_eq!((figures.skipped, figures.waiting, figures.failed + figures.unknown), (RECIPIENTS - figures.sent, 0, 0), "{figures:?}");
    let skipped =
        "select count(*) from deliveries where state = 'skipped' and smtp_text = 'Skipped: the mailing was stopped before this was sent.'";
    assert_eq!(app.count(skipped).await, i64::from(figures.skipped));
    assert_eq!(status_of(&app, mailing).await, ("completed".to_owned(), None));
    assert!(!runs::stop(&app.app, user, mailing).await.unwrap(), "once is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_no_retry_and_for_no_mail_server() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["grey-450@example.org", "fine@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    // Put off for an hour, one in doubt, and the attempt held.
    let put_off = "update deliveries set tries = 1, again_at = now() + interval '1 hour', state = case when email like 'fine%' then 'unknown' else state end";
    sqlx::query(put_off).execute(&app.db).await.unwrap();
    sqlx::query("update attempts set unknown = 1, held_until = now() + interval '1 hour', held_reason = 'down'")
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("update slices set unknown = 1, claimed_at = now(), claimable_at = now() + interval '1 hour'")
        .execute(&app.db)
        .await
        .unwrap();
    runs::stop(&app.app, user, mailing).await.unwrap();
    app.drain(attempt).await;
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.status.as_str(), figures.skipped, figures.unknown, figures.waiting), ("failed", 1, 1, 0), "{figures:?}");
    assert!(app.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_mailing_can_be_stopped_too() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 3).await;
    let mailing = app.due_mailing(user).await;
    runs::pause(&app.app, user, mailing).await.unwrap();
    assert!(runs::stop(&app.app, user, mailing).await.unwrap());
    assert_eq!(status_of(&app, mailing).await, ("completed".to_owned(), None));
    assert!(runs::run_due(&app.app, mailing).await.unwrap().is_empty());
    assert_eq!(app.count("select count(*) from mailings where paused_at is not null").await, 0);
}

//! The way a mailing goes when nothing goes wrong.

use periodical::mailings::{queries, runs};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{delivery, now, only, status_of};
use crate::support::{TestApp, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_whose_start_has_come_goes_out_by_itself_to_everybody_once() {
    let app = TestApp::start().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 250).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.attempt_of(mailing).await;

    let figures = app.finished(attempt).await;
    assert_eq!((figures.status.as_str(), figures.total, figures.sent, figures.waiting), ("succeeded", 250, 250, 0));
    let mut delivered = app.delivered();
    delivered.dedup();
    assert_eq!(delivered.len(), 250);
    assert_eq!(app.mails().len(), 250, "nobody got it twice");
    assert!(app.mails().iter().all(|mail| mail.to.len() == 1), "one recipient a message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_with_a_start_ahead_begins_at_that_moment_and_not_before() {
    let app = TestApp::start().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let start = now() + Duration::milliseconds(1500);
    let mailing = app.mailing(user, "once", start, start + Duration::hours(1)).await;
    assert_eq!(status_of(&app, mailing).await.0, "created");

    let attempt = app.attempt_of(mailing).await;
    let started: OffsetDateTime =
        sqlx::query_scalar("select started_at from attempts where id = $1").bind(attempt).fetch_one(&app.db).await.unwrap();
    assert!(started >= start, "{started} is before {start}");
    app.finished(attempt).await;
    let completed = until("completed", || async { Some(status_of(&app, mailing).await).filter(|(status, _)| status == "completed") });
    assert_eq!(completed.await.1, None, "once is once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_mailing_schedules_its_next_run_in_the_transaction_of_this_one() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let mailing = app.due_mailing(user).await;
    let (_, first) = status_of(&app, mailing).await;
    let attempt = only(&runs::run_due(&app.app, mailing).await.unwrap());

    let (status, next) = status_of(&app, mailing).await;
    assert_eq!((status.as_str(), next), ("running", Some(first.unwrap() + Duration::days(1))));
    let (run_at, key): (OffsetDateTime, String) =
        sqlx::query_as("select run_at, key from graphile_worker.jobs where task_identifier = 'run_mailing'")
            .fetch_one(&app.db)
            .await
            .unwrap();
    assert_eq!((run_at, key), (next.unwrap(), format!("mailing:{mailing}")));

    assert!(runs::run_due(&app.app, mailing).await.unwrap().is_empty(), "repeating it changes nothing");
    app.drain(attempt).await;
    let attempts: i64 = sqlx::query_scalar("select count(*) from attempts").fetch_one(&app.db).await.unwrap();
    assert_eq!(attempts, 1);
    assert_eq!(status_of(&app, mailing).await.0, "running");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_downtime_there_is_one_catch_up_run_and_then_the_next_future_moment() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let now = now();
    let start = now - Duration::days(5) - Duration::hours(2);
    let mailing = app.mailing(user, "daily", start, now + Duration::days(5)).await;

    only(&runs::run_due(&app.app, mailing).await.unwrap());
    assert!(runs::run_due(&app.app, mailing).await.unwrap().is_empty(), "no burst");
    assert_eq!(status_of(&app, mailing).await.1, Some(start + Duration::days(6)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_comes_after_the_end_is_not_started_and_the_mailing_is_completed() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set ends_at = now() - interval '1 second', starts_at = now() - interval '1 day', next_run_at = now() - interval '1 hour' where id = $1")
        .bind(mailing)
        .execute(&app.db)
        .await
        .unwrap();

    assert!(runs::run_due(&app.app, mailing).await.unwrap().is_empty());
    assert_eq!(status_of(&app, mailing).await, ("completed".into(), None));
    assert!(app.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_that_run_the_same_moment_start_one_attempt() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 5).await;
    let mailing = app.due_mailing(user).await;
    let runs = (0..8).map(|_| {
        tokio::spawn({
            let app = app.app.clone();
            async move { runs::run_due(&app, mailing).await.unwrap() }
        })
    });
    let started: Vec<i64> = futures_util::future::join_all(runs).await.into_iter().flat_map(Result::unwrap).collect();
    only(&started);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_by_hand_sends_now_and_the_same_click_twice_sends_once() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 3).await;
    let start = now() + Duration::days(1);
    let mailing = app.mailing(user, "weekly", start, start + Duration::days(60)).await;
    let click = Uuid::new_v4();
    let (first, second) = tokio::join!(runs::run_now(&app.app, user, mailing, click), runs::run_now(&app.app, user, mailing, click));
    let attempt = first.unwrap().unwrap();
    assert_eq!(second.unwrap().unwrap(), attempt);

    assert_eq!(runs::run_now(&app.app, user, mailing, Uuid::new_v4()).await.unwrap(), Err(runs::NotStarted::Running(attempt)));
    app.drain(attempt).await;
    assert_eq!(app.mails().len(), 3);
    assert_eq!(status_of(&app, mailing).await, ("running".into(), Some(start)), "the schedule stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_once_mailing_started_by_hand_has_had_its_run() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let start = now() + Duration::days(1);
    let mailing = app.mailing(user, "once", start, start + Duration::days(1)).await;
    let attempt = app.run_now(user, mailing).await;
    app.drain(attempt).await;
    assert_eq!(status_of(&app, mailing).await, ("completed".into(), None));
    let jobs: i64 = sqlx::query_scalar("select count(*) from graphile_worker.jobs where key = 'mailing:' || $1::bigint")
        .bind(mailing)
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(jobs, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_gets_the_message_as_it_was_when_the_attempt_started() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    sqlx::query("update messages set subject = 'Changed', body = 'Changed'").execute(&app.db).await.unwrap();
    app.drain(attempt).await;
    let mail = app.mail_to("reader1@example.org").await;
    assert!(mail.contains("Subject: Hello\r\n") && !mail.contains("Changed"), "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_deleted_in_mid_attempt_is_skipped_and_one_known_as_undeliverable_too() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let ids = app.recipients(user, &["stays@example.org", "goes@example.org", "gone@example.org"]).await;
    sqlx::query("update recipients set undeliverable_at = now(), undeliverable_reason = '550 no such user' where id = $1")
        .bind(ids[2])
        .execute(&app.db)
        .await
        .unwrap();
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    sqlx::query("delete from recipients where id = $1").bind(ids[1]).execute(&app.db).await.unwrap();
    app.drain(attempt).await;

    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.status.as_str(), figures.sent, figures.skipped, figures.total), ("succeeded", 1, 2, 3));
    assert_eq!(app.delivered(), ["stays@example.org"]);
    assert!(delivery(&app, attempt, "gone@example.org").await.3.unwrap().contains("no such user"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_with_nobody_in_it_is_finished_at_once() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let ids = app.recipients(user, &["only@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("delete from recipients where id = $1").bind(ids[0]).execute(&app.db).await.unwrap();
    let attempt = only(&runs::run_due(&app.app, mailing).await.unwrap());
    app.drain(attempt).await;
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.status.as_str(), figures.total), ("succeeded", 0));
    assert_eq!(runs::run_now(&app.app, user, mailing, Uuid::new_v4()).await.unwrap(), Err(runs::NotStarted::NobodyToSendTo));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_proper_and_names_nobody_but_its_recipient() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["one@example.org", "two@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    app.drain(attempt).await;

    let mail = app.mail_to("one@example.org").await;
    let (headers, _) = mail.split_once("\r\n\r\n").unwrap();
    for expected in [
        "From: Periodical <news@periodical.example>",
        "To: \"Rita Recipient\" <one@example.org>",
        "Reply-To: \"Una User\" <owner@example.org>",
        &format!("List-Id: \"Test mailing\"\r\n <mailing-{mailing}.periodical.example>"),
        "Message-ID: <periodical.",
        "Date: ",
        "MIME-Version: 1.0",
        "multipart/alternative",
    ] {
        assert!(mail.contains(expected), "{expected} in\n{headers}");
    }
    assert!(mail.contains("text/plain") && mail.contains("text/html"));
    assert!(!mail.contains("two@example.org"), "{mail}");
    for mail in app.mails() {
        let bare = mail.data.iter().enumerate().any(|(at, byte)| *byte == b'\n' && (at == 0 || mail.data[at - 1] != b'\r'));
        assert!(!bare, "a bare LF on the wire");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_mailing_does_not_wait_for_a_large_one() {
    let app = TestApp::start().await;
    let large = app.user("large@example.org").await;
    app.many_recipients(large, 3000).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(5));
    let large_mailing = app.due_mailing(large).await;
    let large_attempt = app.attempt_of(large_mailing).await;
    let small = app.user("small@example.org").await;
    app.recipients(small, &["small1@example.org", "small2@example.org"]).await;
    let small_mailing = app.due_mailing(small).await;
    let small_attempt = app.attempt_of(small_mailing).await;
    app.finished(small_attempt).await;
    assert_eq!(app.figures(large_attempt).await.unwrap().status, "running", "the large one is still going out");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_once_mailing_that_was_started_by_hand_is_not_armed_again_by_a_pause_or_a_new_name() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let start = now() + Duration::days(1);
    let mailing = app.mailing(user, "once", start, start + Duration::days(1)).await;
    let attempt = app.run_now(user, mailing).await;
    runs::pause(&app.app, user, mailing).await.unwrap();
    runs::resume(&app.app, user, mailing).await.unwrap();
    assert_eq!(status_of(&app, mailing).await.1, None, "resumed");
    rename(&app, user, mailing, Duration::ZERO).await;
    assert_eq!(status_of(&app, mailing).await.1, None, "renamed");
    rename(&app, user, mailing, Duration::days(3)).await;
    assert_eq!(status_of(&app, mailing).await.1, None, "a later end");
    app.drain(attempt).await;
    assert_eq!(status_of(&app, mailing).await.0, "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn saving_a_mailing_whose_run_is_due_does_not_swallow_the_run() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let mailing = app.due_mailing(user).await;
    let first = only(&runs::run_due(&app.app, mailing).await.unwrap());
    app.drain(first).await;
    sqlx::query("update mailings set next_run_at = now() - interval '1 minute' where id = $1")
        .bind(mailing)
        .execute(&app.db)
        .await
        .unwrap();
    rename(&app, user, mailing, Duration::ZERO).await;
    runs::resume(&app.app, user, mailing).await.unwrap();
    assert_eq!(runs::run_due(&app.app, mailing).await.unwrap().len(), 1, "neither a new name nor a resume of what is not paused");
}

/// Saves the mailing's form with another name and an end that is later by so much.
async fn rename(app: &TestApp, user: i64, id: i64, later: Duration) {
    use periodical::mailings::model::{Audience, NewMailing};
    use periodical::mailings::schedule::Schedule;
    let mailing = queries::get(&app.db, user, id).await.unwrap();
    let schedule = mailing.schedule().unwrap();
    let schedule = Schedule::new(schedule.starts_at(), schedule.ends_at() + later, schedule.period(), schedule.zone().clone()).unwrap();
    let (message_id, resend_unknown) = (mailing.message_id, mailing.resend_unknown);
    let new = NewMailing { name: "Another name".into(), message_id, audience: Audience::All, schedule, resend_unknown };
    assert!(runs::update(&app.app, user, id, mailing.version, &new).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_can_be_deleted_with_everything_that_is_theirs() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let ids = app.recipients(user, &["one@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("insert into mailing_recipients (mailing_id, recipient_id, user_id) values ($1, $2, $3)")
        .bind(mailing)
        .bind(ids[0])
        .bind(user)
        .execute(&app.db)
        .await
        .unwrap();
    app.run_now(user, mailing).await;
    let mut transaction = app.db.begin().await.unwrap();
    sqlx::query("set constraints all deferred").execute(&mut *transaction).await.unwrap();
    sqlx::query("delete from users where id = $1").bind(user).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let left: i64 = sqlx::query_scalar("select (select count(*) from deliveries) + (select count(*) from recipients)")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

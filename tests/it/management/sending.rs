//! A blocked owner's mailings and disabled ones send nothing, however they are started, and go on afterwards.

use periodical::{
    delivery::Scope,
    mailings::runs::{self, NotStarted, Repeat},
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::block;
use crate::support::{Browser, Sending, TestApp, until};

/// Stops a user's mailing in one of the two ways.
async fn stop(max: &Browser, how: &str, user: i64, mailing: i64) {
    let page = match how {
        "block" => block(max, user, "Spam").await,
        _ => max.submit(&format!("/mailings/{mailing}"), &format!("/mailings/{mailing}/suspension"), &[("reason", "Spam")]).await,
    };
    assert!(page.status.is_success(), "{}", page.text);
}

async fn let_go_on(max: &Browser, how: &str, user: i64, mailing: i64) {
    let (page, action) = match how {
        "block" => (format!("/users/{user}"), format!("/users/{user}/block")),
        _ => (format!("/mailings/{mailing}"), format!("/mailings/{mailing}/suspension")),
    };
    let page = max.submit(&page, &action, &[]).await;
    assert!(page.status.is_success(), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_starts_by_schedule_by_hand_as_a_repetition_or_from_the_shell() {
    for (how, expected) in [("block", NotStarted::Blocked), ("suspension", NotStarted::Disabled(Some("Spam".to_owned())))] {
        let app = TestApp::without_worker().await;
        let (_, max) = app.signed_in_as("max@example.org", "manager").await;
        let una = app.user("una@example.org").await;
        app.recipients(una, &["bad-550@example.org"]).await;
        let mailing = app.due_mailing(una).await;
        let attempt = app.run_now(una, mailing).await;
        app.drain(attempt).await;
        stop(&max, how, una, mailing).await;

        assert!(runs::run_due(&app.app, mailing).await.unwrap().is_empty(), "{how}: by schedule");
        assert_eq!(runs::run_now(&app.app, una, mailing, Uuid::new_v4()).await.unwrap(), Err(expected), "{how}: by hand");
        for whom in [Repeat::Failed, Repeat::Missing] {
            let repeated = runs::repeat(&app.app, una, attempt, whom, Uuid::new_v4()).await.unwrap();
            assert!(repeated.is_err(), "{how}: {whom:?}");
        }
        for arguments in [&["send", "--due"][..], &["send", &mailing.to_string()]] {
            let command = app.command(arguments);
            let output = tokio::task::spawn_blocking(move || { command }.output().unwrap()).await.unwrap();
            let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert!(said.contains("Nothing is due") || said.contains("blocked") || said.contains("disabled"), "{how}: {said}");
        }
        assert_eq!(app.count("select count(*) from attempts").await, 1, "{how}");
        // Nor does the net under the queue catch it.
        sqlx::query("update mailings set next_run_at = now() - interval '1 hour'").execute(&app.db).await.unwrap();
        sqlx::query("delete from graphile_worker._private_jobs").execute(&app.db).await.unwrap();
        runs::rescue_forgotten(&app.app).await.unwrap();
        assert_eq!(app.job_of(mailing).await, None, "{how}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_attempt_halts_before_its_next_batch_and_goes_on_afterwards_with_nobody_twice() {
    for how in ["block", "suspension"] {
        let app = TestApp::without_worker().await;
        let (_, max) = app.signed_in_as("max@example.org", "manager").await;
        let una = app.user("una@example.org").await;
        app.many_recipients(una, 1200).await;
        app.faults().set_command_delay(std::time::Duration::from_millis(20));
        let mailing = app.due_mailing(una).await;
        let attempt = app.run_now(una, mailing).await;
        let sending = Sending::start(&app.engine, Scope::Everything);
        until("the first mails", || async { (app.mails().len() >= 5).then_some(()) }).await;

        stop(&max, how, una, mailing).await;
        let began = std::time::Instant::now();
        until("everything given back", || async { (app.held_slices().await == 0).then_some(()) }).await;
        // Leases of six seconds are renewed every two; in production every five.
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{how}: {:?}", began.elapsed());
        app.rests(attempt).await;
        let figures = app.figures(attempt).await.unwrap();
        assert!(figures.waiting > 0 && figures.status == "running", "{how}: {figures:?}");
        assert!(max.get(&format!("/attempts/{attempt}")).await.texts(".status").iter().any(|badge| badge == "stopped"), "{how}");

        app.faults().set_command_delay(std::time::Duration::ZERO);
        let_go_on(&max, how, una, mailing).await;
        let figures = app.finished(attempt).await;
        assert_eq!((figures.sent, figures.total), (1200, 1200), "{how}");
        sending.stop().await;
        let mut readers: Vec<String> = app.delivered().into_iter().filter(|to| to.starts_with("reader")).collect();
        readers.dedup();
        assert_eq!(readers.len(), 1200, "{how}");
        assert_eq!(app.mails().iter().filter(|mail| mail.to[0].starts_with("reader")).count(), 1200, "{how}: nobody twice");
    }
}

#[tokio::test]
async fn an_unblocked_users_mailings_go_on_as_after_a_pause_but_for_those_that_are_stopped_themselves() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let una = app.user("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(app.due_mailing(una).await);
    }
    let now = OffsetDateTime::now_utc();
    let over = app.mailing(una, "once", now - Duration::minutes(2), now + Duration::HOUR).await;
    let [ran, never_ran, paused, disabled] = ids[..] else { unreachable!() };
    let attempt = runs::run_due(&app.app, ran).await.unwrap()[0];
    let once = app.run_now(una, over).await;
    for attempt in [attempt, once] {
        app.drain(attempt).await;
    }
    runs::pause(&app.app, una, paused).await.unwrap();
    stop(&max, "suspension", una, disabled).await;
    block(&max, una, "Spam").await;
    let missed = "update mailings set next_run_at = now() - interval '1 minute' where next_run_at is not null";
    sqlx::query(missed).execute(&app.db).await.unwrap();
    // Their jobs come while the block lasts, do nothing, and go.
    for id in [ran, never_ran] {
        assert!(runs::run_due(&app.app, id).await.unwrap().is_empty());
    }
    sqlx::query("delete from graphile_worker._private_jobs").execute(&app.db).await.unwrap();

    let_go_on(&max, "block", una, ran).await;
    let now = OffsetDateTime::now_utc();
    assert!(app.job_of(ran).await.unwrap() > now, "what fell due meanwhile stays unsent");
    assert!(app.job_of(never_ran).await.unwrap() <= now, "but a first run inside its window goes out");
    assert_eq!((app.job_of(paused).await, app.job_of(disabled).await, app.job_of(over).await), (None, None, None));
    assert!(runs::run_due(&app.app, ran).await.unwrap().is_empty());
    assert_eq!(runs::run_due(&app.app, never_ran).await.unwrap().len(), 1);
    // Those that were stopped themselves still have what they missed to decide on.
    runs::resume(&app.app, una, paused).await.unwrap();
    assert!(app.job_of(paused).await.unwrap() <= now);
}

//! A mail server that misbehaves, by recipient and as a whole.

use std::time::Duration;

use periodical::{
    delivery::{Engine, Scope, model::Timing},
    mail::connection::{SmtpSettings, Timeouts},
    mailings::runs,
};

use super::{HOUR, delivery, now, only, status_of};
use crate::support::{Sending, TestApp, quick, until};

/// Waits that no test sits out: what a first round has made of a delivery stays as it is.
fn one_round() -> Timing {
    Timing { retries: vec![HOUR; 3], holds: vec![HOUR], ..quick() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recipient_s_fault_has_its_outcome_and_holds_up_nobody_else() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let expected = [
        ("fine@example.org", "sent", Some(250)),
        ("bad-550@example.org", "failed", Some(550)),
        ("policy@example.org", "failed", Some(550)),
        ("spam-554@example.org", "failed", Some(554)),
        ("grey-450@example.org", "sent", Some(250)),
        ("drop-before-dot@example.org", "sent", Some(250)),
        ("drop-after-dot@example.org", "sent", Some(250)),
        ("421@example.org", "sent", Some(250)),
        ("toobig-552@example.org", "failed", Some(552)),
        ("354@example.org", "failed", Some(550)),
    ];
    app.recipients(user, &expected.map(|(email, ..)| email)).await;
    app.many_recipients(user, 50).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    app.drain(attempt).await;

    for (email, state, code) in expected {
        let found = delivery(&app, attempt, email).await;
        assert_eq!((found.0.as_str(), found.2), (state, code), "{email}: {found:?}");
    }
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.status.as_str(), figures.total, figures.sent, figures.failed), ("partial", 60, 55, 5));
    assert_eq!(figures.sent + figures.failed + figures.waiting + figures.unknown + figures.skipped, figures.total);
    for n in 1..=50 {
        let address = format!("reader{n}@example.org");
        assert_eq!(app.delivered().iter().filter(|email| **email == address).count(), 1, "{address}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_address_that_does_not_exist_is_marked_undeliverable_and_then_skipped() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["bad-550@example.org", "policy@example.org", "fine@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    app.drain(attempt).await;
    let marked: Vec<String> =
        sqlx::query_scalar("select email::text from recipients where undeliverable_at is not null").fetch_all(&app.db).await.unwrap();
    assert_eq!(marked, ["bad-550@example.org"]);

    let second = app.run_now(user, mailing).await;
    app.drain(second).await;
    assert_eq!(delivery(&app, second, "bad-550@example.org").await.0, "skipped");
    assert_eq!(delivery(&app, second, "policy@example.org").await.0, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_whom_an_import_has_in_hand_holds_no_attempt_up() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let ids = app.recipients(user, &["bad-550@example.org", "fine@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let mut import = app.db.begin().await.unwrap();
    sqlx::query("update recipients set full_name = 'Berta' where id = $1").bind(ids[0]).execute(&mut *import).await.unwrap();
    app.drain(attempt).await;
    assert_eq!(app.figures(attempt).await.unwrap().status, "partial");
    import.commit().await.unwrap();
    assert_eq!(app.count("select count(*) from recipients where undeliverable_at is not null").await, 0);
    // The next attempt finds out.
    let second = app.run_now(user, mailing).await;
    app.drain(second).await;
    assert_eq!(app.count("select count(*) from recipients where undeliverable_at is not null").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_lost_after_the_dot_is_unknown_and_repeated_with_the_same_message_id_to_the_byte() {
    let app = TestApp::with(one_round()).await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["drop-after-dot@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let state = || async { Some(delivery(&app, attempt, "drop-after-dot@example.org").await.0).filter(|state| state != "waiting") };
    assert_eq!(app.while_sending("the first round", state).await, "unknown");
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.unknown, figures.waiting, figures.status.as_str()), (1, 0, "running"));

    app.end_waits(attempt).await;
    app.drain(attempt).await;
    let mails = app.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[0].data == mails[1].data, "whoever gets both sees that they are one");
    assert_eq!(app.figures(attempt).await.unwrap().status, "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_that_says_so_leaves_an_unknown_delivery_alone() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["drop-after-dot@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set resend_unknown = false where id = $1").bind(mailing).execute(&app.db).await.unwrap();
    let attempt = app.run_now(user, mailing).await;
    app.drain(attempt).await;
    assert_eq!(app.mails().len(), 1);
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.status.as_str(), figures.unknown), ("failed", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_who_is_always_put_off_fails_in_the_end_with_the_server_s_words() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(
        user,
        &["full-452@example.org", "mute@example.org", "nonsense@example.org", "always-421@example.org", "fine@example.org"],
    )
    .await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    // A mute server is given up after the command's time limit, at every try.
    let timeouts = Timeouts { command: Duration::from_millis(500), ..app.smtp_settings().timeouts };
    let engine = Engine::new(app.app.clone(), SmtpSettings { timeouts, ..app.smtp_settings() }, quick());
    let sending = Sending::start(&engine, Scope::Only(vec![attempt]));
    let ended = async {
        while app.figures(attempt).await.unwrap().status == "running" {
            tokio::time::sleep(Duration::from_millis(20)).await
        }
    };
    tokio::time::timeout(Duration::from_secs(120), ended).await.expect("no recipient keeps the attempt for ever");
    sending.stop().await;
    let (state, tries, code, text) = delivery(&app, attempt, "full-452@example.org").await;
    assert_eq!((state.as_str(), tries, code), ("failed", 4, Some(452)));
    assert!(text.unwrap().contains("given up after 4 tries"));
    assert_eq!(delivery(&app, attempt, "mute@example.org").await.0, "failed");
    assert_eq!(delivery(&app, attempt, "always-421@example.org").await.0, "failed");
    assert_eq!(delivery(&app, attempt, "fine@example.org").await.0, "sent");
    assert_eq!(delivery(&app, attempt, "nonsense@example.org").await.0, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_used_lets_the_attempt_wait_and_burns_nobody_s_tries() {
    let app = TestApp::start().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 20).await;
    app.faults().set_greeting(554);
    let mailing = app.due_mailing(user).await;
    let attempt = app.attempt_of(mailing).await;
    for (fault, word) in [("greeting", "554"), ("login", "550"), ("refused", "")] {
        match fault {
            "login" => {
                app.faults().set_greeting(220);
                app.faults().set_refuse_mail(Some(550));
            }
            "refused" => app.faults().set_refuse_connections(true),
            _ => {}
        }
        let held = until("the attempt to wait", || async {
            app.figures(attempt).await.unwrap().held_reason.filter(|reason| reason.contains(word))
        });
        held.await;
        let figures = app.figures(attempt).await.unwrap();
        assert_eq!((figures.status.as_str(), figures.waiting, figures.failed), ("running", 20, 0), "{fault}");
    }
    let tries: i64 =
        sqlx::query_scalar("select sum(tries) from deliveries where attempt_id = $1").bind(attempt).fetch_one(&app.db).await.unwrap();
    assert_eq!(tries, 0);

    app.faults().set_refuse_connections(false);
    app.faults().set_refuse_mail(None);
    let figures = app.finished(attempt).await;
    assert_eq!((figures.status.as_str(), figures.sent, figures.held_reason), ("succeeded", 20, None));
    assert_eq!(app.mails().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_written_stops_sending_and_says_so() {
    let app = TestApp::with(one_round()).await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 3).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    // A file where the folder should be: not even root writes below it.
    std::fs::create_dir_all(&app.app.config.data_dir).unwrap();
    std::fs::write(app.app.config.data_dir.join("journal"), "in the way").unwrap();
    let reason = app.while_sending("the attempt to wait", || async { app.figures(attempt).await.unwrap().held_reason }).await;
    assert!(reason.contains("journal"), "{reason}");
    assert!(app.mails().is_empty());
    assert_eq!(app.held_slices().await, 0);

    std::fs::remove_file(app.app.config.data_dir.join("journal")).unwrap();
    app.end_waits(attempt).await;
    app.drain(attempt).await;
    assert_eq!(app.mails().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_falls_due_while_the_last_attempt_is_unfinished_is_passed_over() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let mailing = app.due_mailing(user).await;
    let first = only(&runs::run_due(&app.app, mailing).await.unwrap());
    // Days without a mail server: each day's moment comes and goes.
    for _ in 0..3 {
        sqlx::query("update mailings set next_run_at = now() where id = $1").bind(mailing).execute(&app.db).await.unwrap();
        assert!(runs::run_due(&app.app, mailing).await.unwrap().is_empty());
    }
    app.drain(first).await;
    assert_eq!(app.mails().len(), 2, "no burst");
    let (status, next) = status_of(&app, mailing).await;
    assert!(status == "running" && next.unwrap() > now(), "{status} {next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_falls_silent_after_mail_fails_nobody() {
    let app = TestApp::with(one_round()).await;
    let user = app.user("owner@example.org").await;
    // Everybody's address is one that the server answers with nonsense, as a filter behind it that hangs would.
    let emails: Vec<String> = (0..10).map(|n| format!("nonsense+{n}@example.org")).collect();
    app.recipients(user, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    for round in 1..=3 {
        app.end_waits(attempt).await;
        let held = format!("select count(*) from attempts where held_count = {round}");
        app.while_sending("the attempt to wait", || async { (app.count(&held).await == 1).then_some(()) }).await;
    }
    let figures = app.figures(attempt).await.unwrap();
    assert!(figures.held_reason.as_deref().is_some_and(|reason| reason.contains("takes no message to its end")), "{figures:?}");
    let tries: i64 =
        sqlx::query_scalar("select sum(tries) from deliveries where attempt_id = $1").bind(attempt).fetch_one(&app.db).await.unwrap();
    assert_eq!((figures.waiting, tries), (10, 0), "nobody's try is used up");

    app.faults().set_by_address(false);
    app.end_waits(attempt).await;
    app.drain(attempt).await;
    assert_eq!(app.figures(attempt).await.unwrap().sent, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_corrected_meanwhile_is_not_marked_for_the_old_one() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let ids = app.recipients(user, &["bad-550@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    sqlx::query("update recipients set email = 'good@example.org' where id = $1").bind(ids[0]).execute(&app.db).await.unwrap();
    app.drain(attempt).await;
    assert_eq!(delivery(&app, attempt, "bad-550@example.org").await.0, "failed");
    let marked: bool = sqlx::query_scalar("select undeliverable_at is not null from recipients where id = $1")
        .bind(ids[0])
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert!(!marked);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_that_the_server_has_closed_cost_nobody_a_try() {
    let app = TestApp::with(one_round()).await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 12).await;
    let mailing = app.due_mailing(user).await;
    let sending = Sending::start(&app.engine, Scope::Everything);
    let first = app.run_now(user, mailing).await;
    app.finished(first).await;
    assert!(app.smtp.statistics().connections_open > 0, "warm connections are kept");
    // The server takes its leave of everybody, as at a restart.
    app.smtp.hang_up().await;
    let second = app.run_now(user, mailing).await;
    assert_eq!(app.finished(second).await.sent, 12);
    sending.stop().await;
    assert_eq!(app.count("select sum(tries) from deliveries").await, 24, "at the first try");
    assert_eq!(app.mails().len(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_long_for_a_verdict_keeps_nobody_behind() {
    let app = TestApp::configured(one_round(), |config| config.smtp.connections = 2).await;
    let user = app.user("owner@example.org").await;
    app.faults().set_slow_dot(Duration::from_secs(3600));
    app.recipients(user, &["slow-dot@example.org", "grey-450@example.org"]).await;
    app.many_recipients(user, 20).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let timeouts = Timeouts { final_dot: HOUR, ..app.smtp_settings().timeouts };
    let engine = Engine::new(app.app.clone(), SmtpSettings { timeouts, ..app.smtp_settings() }, one_round());
    let _sending = Sending::start(&engine, Scope::Only(vec![attempt]));
    until("all the others' mails", || async {
        let readers = app.delivered().iter().filter(|email| email.starts_with("reader")).count();
        (readers == 20).then_some(())
    })
    .await;
    assert_ne!(delivery(&app, attempt, "slow-dot@example.org").await.0, "sent");
    assert_eq!(app.held_slices().await, 1, "the slice is kept open");
    // A retry that falls due in the same slice.
    until("the greylisting", || async { (delivery(&app, attempt, "grey-450@example.org").await.1 == 1).then_some(()) }).await;
    app.end_waits(attempt).await;
    until("the greylisted one's mail", || async { app.delivered().contains(&"grey-450@example.org".to_owned()).then_some(()) }).await;
    let mut readers: Vec<String> = app.delivered().into_iter().filter(|email| email.starts_with("reader")).collect();
    readers.dedup();
    assert_eq!((readers.len(), app.delivered().iter().filter(|email| email.starts_with("reader")).count()), (20, 20), "nobody twice");
    // The server goes away: what was waited for is unknown, and nothing is left on the wire.
    app.smtp.hang_up().await;
    until("the doubt", || async { (delivery(&app, attempt, "slow-dot@example.org").await.0 == "unknown").then_some(()) }).await;
}

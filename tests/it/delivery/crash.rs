//! Processes that die or stall in the middle.

use std::{
    process::{Child, Stdio},
    time::Duration,
};

use periodical::{
    attempts,
    delivery::{self, Scope, model::Timing, settle},
    mailings::runs,
};

use super::only;
use crate::support::{Sending, TestApp, quick, until};

/// A worker process of the built binary, killed with the test.
struct Worker(Child);

impl Worker {
    fn start(app: &TestApp) -> Self {
        Self(app.command(&["worker"]).stdin(Stdio::null()).spawn().unwrap())
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_in_the_middle_loses_nobody_and_repeats_at_most_one_a_connection() {
    const RECIPIENTS: i32 = 2_000;
    const KILLS: usize = 3;
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(Duration::from_millis(1));
    let mailing = app.due_mailing(user).await;
    for kill in 1..=KILLS {
        let worker = Worker::start(&app);
        let enough = RECIPIENTS as usize * kill / (KILLS + 2);
        until("mails going out", || async { (app.mails().len() >= enough).then_some(()) }).await;
        worker.kill();
    }
    let _last = Worker::start(&app);
    let attempt = app.attempt_of(mailing).await;
    let figures = app.finished(attempt).await;
    assert_eq!((figures.total, figures.sent, figures.waiting), (RECIPIENTS, RECIPIENTS, 0), "{figures:?}");
    let mut delivered = app.delivered();
    let sent = delivered.len();
    delivered.dedup();
    assert_eq!(delivered.len(), RECIPIENTS as usize, "everybody got it");
    let repeats = sent - delivered.len();
    assert!(repeats <= 4 * KILLS, "{repeats} repeats after {KILLS} kills with 4 connections");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_had_heard_is_settled_by_the_next_one() {
    const RECIPIENTS: i32 = 30;
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    // As if Postgres were out of reach from the first outcome on: mails go out, nothing is settled.
    sqlx::query("create function refuse() returns trigger language plpgsql as $$ begin raise 'settling is refused'; end $$")
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("create trigger refuse before update of sent on attempts for each statement execute function refuse()")
        .execute(&app.db)
        .await
        .unwrap();
    let heard = || app.journals().iter().map(|journal| journal.matches("Settled").count()).sum::<usize>();
    let worker = Worker::start(&app);
    until("answers", || async { (heard() >= 4).then_some(()) }).await;
    worker.kill();
    let heard = heard();
    assert_eq!(app.figures(attempt).await.unwrap().sent, 0);
    sqlx::query("drop trigger refuse on attempts").execute(&app.db).await.unwrap();

    // Another process of the same data folder.
    assert_eq!(delivery::replay_journals(&app.engine).await.unwrap(), 1);
    assert_eq!(usize::try_from(app.figures(attempt).await.unwrap().sent).unwrap(), heard);
    assert!(app.journals().is_empty());
    app.drain(attempt).await;
    assert_eq!(app.figures(attempt).await.unwrap().sent, RECIPIENTS);
    let mut delivered = app.delivered();
    let sent = delivered.len();
    delivered.dedup();
    assert_eq!(delivered.len(), RECIPIENTS as usize, "everybody got it");
    assert!(sent - delivered.len() <= 4, "{} repeats with 4 connections", sent - delivered.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_worker_that_lost_its_lease_settles_nothing_and_sends_nothing_more() {
    const RECIPIENTS: usize = 60;
    let app = TestApp::with(Timing { lease: Duration::from_secs(3), ..quick() }).await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 60).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    app.faults().set_command_delay(Duration::from_millis(250));
    let stalled = Sending::start(&app.engine, Scope::Only(vec![attempt]));
    until("the first mails", || async { (!app.mails().is_empty()).then_some(()) }).await;
    // Somebody else takes over what the stalled one still holds, as after its lease has run out.
    let mut takeover = app.db.begin().await.unwrap();
    let taken =
        sqlx::query("update slices set claim = gen_random_uuid(), claimable_at = now() + interval '1 hour' where claim is not null")
            .execute(&mut *takeover)
            .await
            .unwrap()
            .rows_affected();
    assert_eq!(taken, 1);
    let waiting = "select count(*) from deliveries where state = 'waiting'";
    let taken: i64 = sqlx::query_scalar(waiting).fetch_one(&mut *takeover).await.unwrap();
    takeover.commit().await.unwrap();
    until("the slice's end", || async { app.journals().is_empty().then_some(()) }).await;
    stalled.stop().await;
    assert_eq!(app.count(waiting).await, taken, "an outcome without a lease counts for nothing");
    assert!(app.mails().len() < RECIPIENTS, "the slice stopped when it found its lease gone");
    assert_eq!(app.held_slices().await, 1, "what somebody else holds is not given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_worker_finishes_what_is_on_the_wire_and_gives_the_rest_back() {
    let mut app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 200).await;
    app.faults().set_command_delay(Duration::from_millis(20));
    app.start_worker();
    let mailing = app.due_mailing(user).await;
    until("the first mails", || async { (app.mails().len() > 3).then_some(()) }).await;
    app.app.stop.cancel();
    app.worker_ended().await;

    let attempt = app.attempt_of(mailing).await;
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!(usize::try_from(figures.sent).unwrap(), app.mails().len(), "every mail is on record");
    assert!(figures.waiting > 0);
    assert_eq!(app.held_slices().await, 0, "nothing waits for a lease to run out");
    assert!(app.journals().is_empty());
    // The next one finds it at once.
    assert_eq!(app.count("select count(*) from slices where claimable_at <= now()").await, 1);
    app.faults().set_command_delay(Duration::ZERO);
    app.drain(attempt).await;
    assert_eq!(app.mails().len(), 200, "nobody got it twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_job_is_put_back_by_the_housekeeping() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let mailing = app.due_mailing(user).await;
    runs::run_due(&app.app, mailing).await.unwrap();
    sqlx::query("select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))").execute(&app.db).await.unwrap();
    sqlx::query("update mailings set next_run_at = now() - interval '5 minutes'").execute(&app.db).await.unwrap();
    runs::rescue_forgotten(&app.app).await.unwrap();
    let jobs: Vec<String> = sqlx::query_scalar("select task_identifier from graphile_worker.jobs").fetch_all(&app.db).await.unwrap();
    assert_eq!(jobs, ["run_mailing"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_whose_last_worker_died_before_closing_it_is_closed_by_the_housekeeping() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 2).await;
    let start = time::OffsetDateTime::now_utc() - time::Duration::seconds(5);
    let mailing = app.mailing(user, "once", start, start + time::Duration::days(1)).await;
    let done = only(&runs::run_due(&app.app, mailing).await.unwrap());
    let unfinished = app.run_now(user, app.due_mailing(user).await).await;
    for query in [
        "update deliveries set state = 'sent', tries = 1, settled_at = now() where attempt_id = $1",
        "update slices set claimable_at = null where attempt_id = $1",
        "update attempts set sent = 2 where id = $1",
    ] {
        sqlx::query(query).bind(done).execute(&app.db).await.unwrap();
    }
    settle::close(&app.engine, &attempts::queries::unclosed(&app.db).await.unwrap()).await.unwrap();
    assert_eq!(app.figures(done).await.unwrap().status, "succeeded");
    assert_eq!(super::status_of(&app, mailing).await, ("completed".into(), None));
    assert_eq!(app.figures(unfinished).await.unwrap().status, "running");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survivor_of_the_same_data_folder_repeats_nothing_a_killed_neighbour_had_an_answer_to() {
    const RECIPIENTS: i32 = 1_500;
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(Duration::from_millis(1));
    let (victim, _survivor) = (Worker::start(&app), Worker::start(&app));
    let mailing = app.due_mailing(user).await;
    until("mails going out", || async { (app.mails().len() >= 300).then_some(()) }).await;
    victim.kill();
    let attempt = app.attempt_of(mailing).await;
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.waiting), (RECIPIENTS, 0), "{figures:?}");
    let mut delivered = app.delivered();
    let sent = delivered.len();
    delivered.dedup();
    assert_eq!(delivered.len(), RECIPIENTS as usize, "everybody got it");
    assert!(sent - delivered.len() <= 4, "{} repeats with 4 connections", sent - delivered.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_dropped_lets_its_mails_on_the_wire_finish_and_gives_the_others_back() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 60).await;
    app.faults().set_command_delay(Duration::from_millis(20));
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let sending = Sending::start(&app.engine, Scope::Only(vec![attempt]));
    until("the first mails", || async { (app.mails().len() > 2).then_some(()) }).await;
    sending.abort().await;
    until("everything given back", || async { (app.held_slices().await == 0).then_some(()) }).await;
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!(usize::try_from(figures.sent).unwrap(), app.mails().len(), "every mail is on record");
    assert!(figures.waiting > 0);
    let next = Sending::start(&app.another_engine(quick()), Scope::Only(vec![attempt]));
    app.finished(attempt).await;
    next.stop().await;
    assert_eq!(app.mails().len(), 60, "nobody got it twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_that_repeats_no_doubtful_mail_keeps_to_it_after_a_crash_on_another_machine() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 3).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set resend_unknown = false where id = $1").bind(mailing).execute(&app.db).await.unwrap();
    let attempt = app.run_now(user, mailing).await;
    // Somebody claimed them, had put off two of them before, and was never heard of again.
    for query in [
        "update slices set claim = gen_random_uuid(), claimed_at = now() - interval '1 minute', claimable_at = now() - interval '1 second'",
        "update deliveries set tries = 1, again_at = now() - interval '1 second' where email <> 'reader2@example.org'",
    ] {
        sqlx::query(query).execute(&app.db).await.unwrap();
    }
    app.drain(attempt).await;
    assert_eq!(app.delivered(), ["reader1@example.org", "reader3@example.org"]);
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.sent, figures.unknown, figures.status.as_str()), (2, 1, "partial"));
}

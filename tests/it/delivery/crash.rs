//! Processes that die or stall in the middle.

use std::{
    process::{Child, Stdio},
    time::Duration,
};

use periodical::{
    delivery::{self, Engine, model::Timing},
    mailings::runs,
};

use super::drain;
use crate::support::{TestApp, quick, until};

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
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 30).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    // Postgres out of reach from the first outcome on: the mails go out, nothing is settled.
    sqlx::query("create function refuse() returns trigger language plpgsql as $$ begin raise 'settling is refused'; end $$")
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("create trigger refuse before update of sent on attempts for each statement execute function refuse()")
        .execute(&app.db)
        .await
        .unwrap();
    let slice = tokio::spawn({
        let engine = app.engine.clone();
        async move { delivery::deliver(&engine, attempt).await }
    });
    until("the mails", || async { (app.mails().len() == 30).then_some(()) }).await;
    until("the journal", || async {
        let folder = std::fs::read_dir(app.app.config.data_dir.join("journal")).ok()?;
        let lines: usize = folder.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap().matches("Settled").count()).sum();
        (lines == 30).then_some(())
    })
    .await;
    slice.abort();
    let _ = slice.await;
    assert_eq!(app.figures(attempt).await.unwrap().sent, 0);
    sqlx::query("drop trigger refuse on attempts").execute(&app.db).await.unwrap();

    // Another process of the same data folder. (The settler of the aborted slice may come first; either will do.)
    let next = Engine::new(app.app.clone(), app.smtp_settings(), quick());
    until("30 sent", || async {
        delivery::replay_journals(&next).await.unwrap();
        (app.figures(attempt).await.unwrap().sent == 30).then_some(())
    })
    .await;
    drain(&app, attempt).await;
    assert_eq!(app.mails().len(), 30, "nobody got it twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_worker_that_lost_its_lease_settles_nothing_and_sends_nothing_more() {
    let app = TestApp::with(Timing { batch: 20, lease: Duration::from_secs(3), ..quick() }).await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 20).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    app.faults().set_command_delay(Duration::from_millis(250));
    let stalled = tokio::spawn({
        let engine = app.engine.clone();
        async move { delivery::deliver(&engine, attempt).await }
    });
    until("a claim", || async {
        let held: i64 = sqlx::query_scalar("select count(*) from deliveries where claim is not null").fetch_one(&app.db).await.unwrap();
        (held > 0).then_some(())
    })
    .await;
    // Somebody else takes over what the stalled one still holds, as after its lease has run out.
    let taken =
        sqlx::query("update deliveries set claim = gen_random_uuid(), claimable_at = now() + interval '1 hour' where claim is not null")
            .execute(&app.db)
            .await
            .unwrap()
            .rows_affected();
    stalled.await.unwrap().unwrap();
    let waiting: i64 = sqlx::query_scalar("select count(*) from deliveries where state = 'waiting'").fetch_one(&app.db).await.unwrap();
    assert!(waiting >= i64::try_from(taken).unwrap(), "an outcome without a lease counts for nothing: {waiting} of {taken}");
    assert!(app.mails().len() < 20, "the slice stopped when it found its lease gone");
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
    let held: i64 = sqlx::query_scalar("select count(*) from deliveries where claim is not null").fetch_one(&app.db).await.unwrap();
    assert_eq!(held, 0, "nothing waits for a lease to run out");
    let jobs: i64 = sqlx::query_scalar("select count(*) from graphile_worker.jobs where task_identifier = 'deliver' and locked_at is null")
        .fetch_one(&app.db)
        .await
        .unwrap();
    assert!(jobs > 0, "the next worker finds the job");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_job_is_put_back_by_the_housekeeping() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 1).await;
    let mailing = app.due_mailing(user).await;
    runs::run_due(&app.app, mailing).await.unwrap();
    sqlx::query("select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))").execute(&app.db).await.unwrap();
    sqlx::query("update attempts set started_at = now() - interval '5 minutes'").execute(&app.db).await.unwrap();
    sqlx::query("update deliveries set claimable_at = now() - interval '5 minutes'").execute(&app.db).await.unwrap();
    sqlx::query("update mailings set next_run_at = now() - interval '5 minutes'").execute(&app.db).await.unwrap();
    delivery::jobs::rescue_stranded(&app.app).await.unwrap();
    runs::rescue_forgotten(&app.app).await.unwrap();
    let mut jobs: Vec<String> = sqlx::query_scalar("select task_identifier from graphile_worker.jobs").fetch_all(&app.db).await.unwrap();
    jobs.sort();
    assert_eq!(jobs, ["deliver", "run_mailing"]);
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
async fn a_job_that_is_dropped_lets_its_mails_on_the_wire_finish_and_gives_the_others_back() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 60).await;
    app.faults().set_command_delay(Duration::from_millis(20));
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    let job = tokio::spawn({
        let engine = app.engine.clone();
        async move { delivery::deliver(&engine, attempt).await }
    });
    until("the first mails", || async { (app.mails().len() > 2).then_some(()) }).await;
    // As the queue does it when its worker ends on an error.
    job.abort();
    until("everything given back", || async {
        let held: i64 = sqlx::query_scalar("select count(*) from deliveries where claim is not null").fetch_one(&app.db).await.unwrap();
        (held == 0).then_some(())
    })
    .await;
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!(usize::try_from(figures.sent).unwrap(), app.mails().len(), "every mail is on record");
    assert!(figures.waiting > 0);
    drain(&app, attempt).await;
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
    // Somebody claimed one of them and was never heard of again.
    sqlx::query(
        "update deliveries set claim = gen_random_uuid(), claimable_at = now() - interval '1 second' where email = 'reader2@example.org'",
    )
    .execute(&app.db)
    .await
    .unwrap();
    drain(&app, attempt).await;
    assert_eq!(app.delivered(), ["reader1@example.org", "reader3@example.org"]);
    let figures = app.figures(attempt).await.unwrap();
    assert_eq!((figures.sent, figures.unknown, figures.status.as_str()), (2, 1, "partial"));
}

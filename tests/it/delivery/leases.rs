//! Who may send and settle a slice, and for how long.

use std::time::Duration;

use periodical::delivery::{
    Scope,
    model::{Settlement, Timing},
    queries::{self, Held},
    settle::{self, Batch, Hold},
};
use uuid::Uuid;

use super::{HOUR, claim, sent};
use crate::support::{Sending, TestApp, quick, until};

/// A running attempt with so many recipients.
async fn attempt_with(app: &TestApp, recipients: i32) -> i64 {
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, recipients).await;
    let mailing = app.due_mailing(user).await;
    app.run_now(user, mailing).await
}

fn batch<'a>(held: Held, settlements: &'a [Settlement], ended: Vec<(Held, Option<Hold<'a>>)>) -> Batch<'a> {
    Batch { settlements: settlements.iter().map(|settlement| (held, settlement)).collect(), ended }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_whose_lease_has_run_out_is_sent_by_another_engine_and_the_first_one_s_late_outcomes_come_to_nothing() {
    const RECIPIENTS: usize = 10;
    let app = TestApp::with(Timing { lease: HOUR, ..quick() }).await;
    let attempt = attempt_with(&app, 10).await;
    // Nobody's outcomes are saved while somebody else has the attempt's row.
    let delay = app.standing("select from attempts for update").await;
    let first = Sending::start(&app.engine, Scope::Only(vec![attempt]));
    until("the first engine's mails", || async { (app.mails().len() == RECIPIENTS).then_some(()) }).await;

    sqlx::query("update slices set claimable_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    let second = Sending::start(&app.another_engine(quick()), Scope::Only(vec![attempt]));
    until("the second engine's mails", || async { (app.mails().len() == 2 * RECIPIENTS).then_some(()) }).await;
    delay.rollback().await.unwrap();

    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.status.as_str()), (10, "succeeded"));
    until("the end of both slices", || async { app.journals().is_empty().then_some(()) }).await;
    first.stop().await;
    second.stop().await;
    let query = "select tries, smtp_text from deliveries";
    for (tries, text) in sqlx::query_as::<_, (i16, String)>(query).fetch_all(&app.db).await.unwrap() {
        let number: usize = text.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(tries == 1 && number > RECIPIENTS, "{text} after {tries} tries: only the second one's outcomes count");
    }
    assert_eq!(app.figures(attempt).await.unwrap().sent, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_whose_lease_runs_out_in_the_middle_of_a_mail_breaks_it_off_before_the_dot() {
    let app = TestApp::with(Timing { lease: Duration::from_secs(2), ..quick() }).await;
    let attempt = attempt_with(&app, 10).await;
    // Longer than the lease: EHLO, MAIL, RCPT and DATA take so long each.
    app.faults().set_command_delay(Duration::from_millis(800));
    let sending = Sending::start(&app.engine, Scope::Only(vec![attempt]));
    until("a claim", || async { (app.held_slices().await == 1).then_some(()) }).await;
    // Its lease is not renewed as long as somebody else has the slice's row.
    let delay = app.standing("select from slices for update").await;
    until("the connections broken off", || async {
        let statistics = app.smtp.statistics();
        (statistics.connections_opened >= 4 && statistics.connections_open == 0 || !app.mails().is_empty()).then_some(())
    })
    .await;
    assert!(app.mails().is_empty(), "somebody else may be sending them by now");

    app.faults().set_command_delay(Duration::ZERO);
    delay.rollback().await.unwrap();
    app.finished(attempt).await;
    sending.stop().await;
    assert_eq!(app.mails().len(), 10, "it goes on when it has the lease again");
    assert_eq!(app.count("select sum(tries) from deliveries").await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_mail_that_was_announced_behind_another_goes_out_after_the_end_of_its_lease() {
    const RECIPIENTS: i32 = 1_000;
    let app = TestApp::with(Timing { lease: Duration::from_millis(600), ..quick() }).await;
    let attempt = attempt_with(&app, RECIPIENTS).await;
    app.faults().set_command_delay(Duration::from_millis(2));
    let sending = Sending::start(&app.engine, Scope::Only(vec![attempt]));
    until("mails going out", || async { (app.mails().len() > 20).then_some(()) }).await;
    // From here on an announcement takes much longer than the lease, which is not renewed.
    let (delay, end_of_lease) = until("a claim", || async {
        let delay = app.standing("select from slices for update").await;
        let query = "select max(claimable_at) from slices where claim is not null";
        let end: Option<time::OffsetDateTime> = sqlx::query_scalar(query).fetch_one(&app.db).await.unwrap();
        Some((delay, end?))
    })
    .await;
    app.faults().set_command_delay(Duration::from_millis(600));
    // What was on its way at the end may arrive a little later.
    let limit = end_of_lease + Duration::from_secs(1);
    let late = || app.mails().iter().filter(|mail| time::OffsetDateTime::from(mail.received_at) > limit).count();
    until("the connections broken off", || async { (app.smtp.statistics().connections_open == 0 || late() > 0).then_some(()) }).await;
    assert_eq!(late(), 0, "somebody else may be sending them by now");

    app.faults().set_command_delay(Duration::ZERO);
    delay.rollback().await.unwrap();
    assert_eq!(app.finished(attempt).await.sent, RECIPIENTS);
    sending.stop().await;
    assert_eq!(app.mails().len(), RECIPIENTS as usize, "nobody got it twice");
}

#[tokio::test]
async fn outcomes_that_are_saved_a_second_time_count_once() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 3).await;
    let (held, all) = claim(&app, attempt, HOUR).await.unwrap();
    let settlements: Vec<Settlement> = all.iter().map(sent).collect();
    let figures = async || {
        let figures = app.figures(attempt).await.unwrap();
        (figures.sent, figures.waiting)
    };
    for _ in 0..2 {
        let done = settle::commit(&app.engine, &batch(held, &settlements[..2], Vec::new())).await.unwrap();
        assert_eq!((figures().await, done), ((2, 1), vec![]));
    }
    // The error that comes after the commit: the slice was given back by then.
    for _ in 0..2 {
        let done = settle::commit(&app.engine, &batch(held, &settlements, vec![(held, None)])).await.unwrap();
        assert_eq!((figures().await, done), ((3, 0), vec![attempt]), "and the attempt is closed all the same");
        assert_eq!(app.held_slices().await, 0);
    }
    for _ in 0..2 {
        settle::close(&app.engine, &[attempt]).await.unwrap();
        assert_eq!(app.figures(attempt).await.unwrap().status, "succeeded");
    }
}

#[tokio::test]
async fn a_slice_is_claimed_by_one_and_by_another_only_when_its_lease_has_run_out() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 2).await;
    let (first, _) = claim(&app, attempt, HOUR).await.unwrap();
    assert_eq!(claim(&app, attempt, Duration::ZERO).await.map(|(held, _)| held), None);
    sqlx::query("update slices set claimable_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    let (second, deliveries) = claim(&app, attempt, Duration::ZERO).await.unwrap();
    assert!(second.claim != first.claim && second.number == first.number);
    assert!(deliveries.iter().all(|delivery| delivery.is_taken_over), "they may have gone out");
}

#[tokio::test]
async fn after_a_restart_of_postgres_a_held_slice_is_left_to_its_holder_for_a_whole_lease() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 1_000).await;
    let (held, _) = claim(&app, attempt, HOUR).await.unwrap();
    sqlx::query("update slices set claimable_at = now() - interval '1 second' where number = $1")
        .bind(held.number)
        .execute(&app.db)
        .await
        .unwrap();
    // Longer than this Postgres has been up: as right after its restart. What nobody held is free at once.
    let (other, deliveries) = claim(&app, attempt, 24 * HOUR).await.unwrap();
    assert!(other.number != held.number && !deliveries[0].is_taken_over);
    assert_eq!(claim(&app, attempt, 24 * HOUR).await.map(|(held, _)| held), None);
    let (taken, _) = claim(&app, attempt, Duration::ZERO).await.unwrap();
    assert_eq!(taken.number, held.number);
}

#[tokio::test]
async fn a_process_does_not_take_over_from_itself_what_it_has_yet_to_settle() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 2).await;
    let (held, _) = claim(&app, attempt, HOUR).await.unwrap();
    sqlx::query("update slices set claimable_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    let claimed = async |live: &[Uuid]| queries::claim(&app.db, &[attempt], live, Duration::ZERO, 1).await.unwrap().len();
    assert_eq!(claimed(&[held.claim]).await, 0);
    assert_eq!(claimed(&[]).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_postgres_failed_to_tell_about_is_given_back_and_nobody_in_it_is_doubted() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 3).await;
    sqlx::query("update mailings set resend_unknown = false").execute(&app.db).await.unwrap();
    // It can be claimed; its message cannot be read.
    sqlx::query("alter table attempts rename column body to hidden").execute(&app.db).await.unwrap();
    let failures = "select xact_rollback from pg_stat_database where datname = current_database()";
    let before = app.count(failures).await;
    let sending = Sending::start(&app.engine, Scope::Only(vec![attempt]));
    until("a failed look", || async { (app.count(failures).await > before).then_some(()) }).await;
    assert_eq!(app.count("select count(*) from slices where claimed_at is not null").await, 1);
    sqlx::query("alter table attempts rename column hidden to body").execute(&app.db).await.unwrap();
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.unknown), (3, 0));
    sending.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_stands_still_in_a_transaction_does_not_keep_the_others_waiting() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 5).await;
    // As a settler that was stopped (SIGSTOP) between two statements, or whose host has gone.
    let mut standing = app.db.begin().await.unwrap();
    sqlx::query("select from attempts where id = $1 for update").bind(attempt).execute(&mut *standing).await.unwrap();
    sqlx::query("select from mailings for update").execute(&mut *standing).await.unwrap();
    app.drain(attempt).await;
    assert_eq!(app.figures(attempt).await.unwrap().sent, 5);
    assert!(sqlx::query("select").execute(&mut *standing).await.is_err(), "Postgres has ended it");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_over_and_cannot_go_on_gives_no_doubtful_mail_back_as_if_it_were_fresh() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 3).await;
    sqlx::query("update mailings set resend_unknown = false").execute(&app.db).await.unwrap();
    // Somebody claimed it, may have sent some of it, and was never heard of again.
    claim(&app, attempt, Duration::ZERO).await.unwrap();
    // Whoever comes next has no journal to write to: the attempt is held.
    std::fs::create_dir_all(&app.app.config.data_dir).unwrap();
    std::fs::write(app.app.config.data_dir.join("journal"), "in the way").unwrap();
    let impatient = app.another_engine(Timing { lease: Duration::from_millis(300), ..quick() });
    let sending = Sending::start(&impatient, Scope::Only(vec![attempt]));
    until("doubt", || async { (app.figures(attempt).await.unwrap().unknown == 3).then_some(()) }).await;
    std::fs::remove_file(app.app.config.data_dir.join("journal")).unwrap();
    app.finished(attempt).await;
    sending.stop().await;
    assert!(app.mails().is_empty(), "none of them goes out");
}

#[tokio::test]
async fn a_lost_claim_in_the_same_batch_costs_the_valid_one_nothing() {
    let app = TestApp::without_worker().await;
    let attempt = attempt_with(&app, 2).await;
    let (lost, deliveries) = claim(&app, attempt, Duration::ZERO).await.unwrap();
    let (valid, _) = claim(&app, attempt, Duration::ZERO).await.unwrap();
    assert_eq!((lost.number, lost.attempt_id), (valid.number, valid.attempt_id));
    let (first, second) = (sent(&deliveries[0]), sent(&deliveries[1]));
    for ended in [[lost, valid], [valid, lost]] {
        let batch = Batch { settlements: vec![(valid, &first), (lost, &second)], ended: ended.map(|held| (held, None)).into() };
        settle::commit(&app.engine, &batch).await.unwrap();
        let figures = app.figures(attempt).await.unwrap();
        assert_eq!((figures.sent, figures.waiting), (1, 1), "the lost claim's outcome comes to nothing");
    }
}

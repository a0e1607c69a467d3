//! A Postgres that fails while mails go out.

use std::time::Duration;

use periodical::{
    delivery::{Scope, model::Timing},
    mail::outcome::Outcome,
};

use crate::support::{Sending, TestApp, quick, until};

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_postgres_that_break_in_the_middle_cost_nobody_a_mail_and_repeat_none() {
    const RECIPIENTS: i32 = 1_500;
    let app = TestApp::start().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(Duration::from_millis(1));
    let mailing = app.due_mailing(user).await;
    let attempt = app.attempt_of(mailing).await;
    for cut in 1..=5 {
        until("more mails", || async { (app.mails().len() >= 200 * cut).then_some(()) }).await;
        let query = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        sqlx::query(query).execute(&app.db).await.unwrap();
    }
    let figures = app.finished(attempt).await;
    assert_eq!((figures.sent, figures.status.as_str()), (RECIPIENTS, "succeeded"), "{figures:?}");
    let mut delivered = app.delivered();
    assert_eq!(delivered.len(), RECIPIENTS as usize, "nobody got it twice");
    delivered.dedup();
    assert_eq!(delivered.len(), RECIPIENTS as usize, "everybody got it");
}

/// From now on no outcome can be saved; the failed attempts are counted.
async fn refuse_outcomes(app: &TestApp) {
    sqlx::raw_sql(
        "create sequence refusals;
         create function refuse() returns trigger language plpgsql as $$ begin perform nextval('refusals'); raise 'refused'; end $$;
         create trigger refuse before update of sent on attempts for each statement execute function refuse()",
    )
    .execute(&app.db)
    .await
    .unwrap();
}

/// How many mails there are when so many attempts to save outcomes have failed.
async fn refused(app: &TestApp, times: i64) -> usize {
    let refusals = "select case when is_called then last_value else 0 end from refusals";
    until("refusals", || async { (app.count(refusals).await >= times).then_some(()) }).await;
    app.mails().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_takes_no_outcomes_no_delivery_goes_out_and_single_mails_do() {
    const RECIPIENTS: i32 = 4_000;
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(Duration::from_millis(1));
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    refuse_outcomes(&app).await;
    let sending = Sending::start(&app.engine, Scope::Everything);
    let (early, late) = (refused(&app, 2).await, refused(&app, 4).await);
    assert!(late <= early + 4, "what was on the wire at the most: {early} and then {late}");
    assert!(late < RECIPIENTS as usize);
    let to = "account@example.org".parse().unwrap();
    let envelope = lettre::address::Envelope::new(Some("news@periodical.example".parse().unwrap()), vec![to]).unwrap();
    let sent = app.engine.send_one(envelope, b"Subject: Hello\r\n\r\nHello\r\n".to_vec()).await;
    assert!(matches!(sent, Outcome::Sent { .. }), "{sent:?}");
    assert_eq!(app.figures(attempt).await.unwrap().sent, 0);

    sqlx::query("drop trigger refuse on attempts").execute(&app.db).await.unwrap();
    assert_eq!(app.finished(attempt).await.sent, RECIPIENTS);
    sending.stop().await;
    assert_eq!(app.mails().len(), RECIPIENTS as usize + 1, "nobody got it twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_that_wait_for_postgres_longer_than_their_lease_still_count_and_nothing_is_sent_again() {
    let app = TestApp::with(Timing { lease: Duration::from_secs(2), ..quick() }).await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, 20).await;
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    refuse_outcomes(&app).await;
    let sending = Sending::start(&app.engine, Scope::Everything);
    refused(&app, 1).await;
    sqlx::query("update slices set claimable_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    // Whoever claims this one has looked at the other one too.
    let other = app.user("other@example.org").await;
    app.recipients(other, &["other-reader@example.org"]).await;
    let later = app.run_now(other, app.due_mailing(other).await).await;
    let claimed = format!("select count(*) from slices where attempt_id = {later} and claim is not null");
    until("another claim", || async { (app.count(&claimed).await == 1).then_some(()) }).await;

    sqlx::query("drop trigger refuse on attempts").execute(&app.db).await.unwrap();
    assert_eq!(app.finished(attempt).await.sent, 20);
    app.finished(later).await;
    sending.stop().await;
    assert_eq!(app.mails().len(), 21, "nobody got it twice");
}

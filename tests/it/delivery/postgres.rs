//! A Postgres that fails while mails go out.

use periodical::{delivery::Scope, mail::outcome::Outcome};

use crate::support::{Sending, TestApp, until};

#[tokio::test(flavor = "multi_thread")]
async fn connections_to_postgres_that_break_in_the_middle_cost_nobody_a_mail_and_repeat_none() {
    const RECIPIENTS: i32 = 1_500;
    let app = TestApp::start().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(1));
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

#[tokio::test(flavor = "multi_thread")]
async fn while_postgres_takes_no_outcomes_no_delivery_goes_out_and_single_mails_do() {
    const RECIPIENTS: i32 = 4_000;
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.many_recipients(user, RECIPIENTS).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(1));
    let mailing = app.due_mailing(user).await;
    let attempt = app.run_now(user, mailing).await;
    sqlx::raw_sql(
        "create sequence refusals;
         create function refuse() returns trigger language plpgsql as $$ begin perform nextval('refusals'); raise 'refused'; end $$;
         create trigger refuse before update of sent on attempts for each statement execute function refuse()",
    )
    .execute(&app.db)
    .await
    .unwrap();
    let sending = Sending::start(&app.engine, Scope::Everything);
    let refused = async |times: i64| {
        let refusals = "select case when is_called then last_value else 0 end from refusals";
        until("refusals", || async { (app.count(refusals).await >= times).then_some(()) }).await;
        app.mails().len()
    };
    let (early, late) = (refused(2).await, refused(4).await);
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

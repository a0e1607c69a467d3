//! What the owner of an attempt is told by mail.

use crate::support::{TestApp, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_told_once_of_an_attempt_that_went_wrong_and_of_others_only_if_they_wish() {
    let app = TestApp::start().await;
    let (user, _) = app.signed_in("una@example.org").await;
    app.recipients(user, &["good@example.org", "spam-554@example.org"]).await;
    // Not due, or the worker would start it first.
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::days(1);
    let mailing = app.mailing(user, "daily", tomorrow, tomorrow + time::Duration::days(30)).await;
    sqlx::query("update users set locale = 'ru', notify = 'problems'").execute(&app.db).await.unwrap();
    let attempt = app.run_now(user, mailing).await;
    let mails = || app.mails().into_iter().filter(|mail| mail.to == ["una@example.org"]).collect::<Vec<_>>();
    let mail = until("a mail to the owner", || async { mails().into_iter().next() }).await;
    let parsed = mail_parser::MessageParser::default().parse(&mail.data).unwrap();
    assert_eq!(parsed.subject().unwrap(), "«Test mailing» не дошла до 1 клиента");
    let body = parsed.body_text(0).unwrap();
    assert!(body.contains("Принято за спам: 1") && body.contains(&format!("/attempts/{attempt}")), "{body}");
    assert_eq!(app.count("select count(*) from attempts where told_at is not null").await, 1);

    // Nothing went wrong, or nobody wants to hear of it: no mail.
    let corrected = "update recipients set email = 'well@example.org' where email like 'spam%'";
    let wrong = "update recipients set email = 'spam-554@example.org' where email like 'well%'";
    sqlx::query(corrected).execute(&app.db).await.unwrap();
    let good = app.run_now(user, mailing).await;
    app.finished(good).await;
    sqlx::query("update users set notify = 'never'").execute(&app.db).await.unwrap();
    sqlx::query(wrong).execute(&app.db).await.unwrap();
    let bad = app.run_now(user, mailing).await;
    app.finished(bad).await;
    sqlx::query("update users set notify = 'always'").execute(&app.db).await.unwrap();
    sqlx::query(corrected).execute(&app.db).await.unwrap();
    app.run_now(user, mailing).await;
    let subject = |mail: &periodical::mail::server::Received| {
        mail_parser::MessageParser::default().parse(&mail.data).unwrap().subject().unwrap().to_owned()
    };
    until("a mail about what went well", || async {
        mails().iter().any(|mail| subject(mail) == "«Test mailing» отправлена").then_some(())
    })
    .await;
    assert_eq!(mails().len(), 2);
    assert_eq!(app.count("select count(*) from attempts where told_at is not null").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_told_once_of_an_attempt_that_the_mail_server_holds_up_for_over_an_hour() {
    let app = TestApp::start().await;
    let (user, _) = app.signed_in("una@example.org").await;
    let emails: Vec<String> = (0..10).map(|n| format!("nonsense+{n}@example.org")).collect();
    app.recipients(user, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::days(1);
    let mailing = app.mailing(user, "daily", tomorrow, tomorrow + time::Duration::days(30)).await;
    sqlx::query("update users set notify = 'problems'").execute(&app.db).await.unwrap();
    let attempt = app.run_now(user, mailing).await;
    let held = |rounds: i64| {
        let query = format!("select count(*) from attempts where held_since is not null and held_count >= {rounds}");
        let app = &app;
        async move { until("another try in vain", || async { (app.count(&query).await == 1).then_some(()) }).await }
    };
    held(1).await;
    let mails = || app.mails().into_iter().filter(|mail| mail.to == ["una@example.org"]).collect::<Vec<_>>();
    assert!(mails().is_empty());
    sqlx::query("update attempts set held_since = now() - interval '61 minutes'").execute(&app.db).await.unwrap();
    let mail = until("a mail to the owner", || async { mails().into_iter().next() }).await;
    let parsed = mail_parser::MessageParser::default().parse(&mail.data).unwrap();
    assert_eq!(parsed.subject().unwrap(), "“Test mailing” waits for the mail server");
    let body = parsed.body_text(0).unwrap();
    assert!(body.contains("Nobody has been failed") && body.contains(&format!("/attempts/{attempt}")), "{body}");
    held(app.count("select held_count::bigint from attempts").await + 2).await;
    assert_eq!(mails().len(), 1);
}

//! Once more for those who did not get it, and for nobody else.

use periodical::mailings::runs::{self, NotStarted, Repeat};
use uuid::Uuid;

use super::{delivery, status_of};
use crate::support::TestApp;

/// Repeats an attempt and waits for its end; which attempt that was.
async fn repeat(app: &TestApp, user: i64, attempt: i64, whom: Repeat) -> i64 {
    let repetition = runs::repeat(&app.app, user, attempt, whom, Uuid::new_v4()).await.unwrap().unwrap();
    app.drain(repetition).await;
    repetition
}

async fn refusal(app: &TestApp, user: i64, attempt: i64, whom: Repeat) -> NotStarted {
    runs::repeat(&app.app, user, attempt, whom, Uuid::new_v4()).await.unwrap().unwrap_err()
}

/// How often each of the addresses got a mail.
fn times(app: &TestApp, emails: &[&str]) -> Vec<usize> {
    let delivered = app.delivered();
    emails.iter().map(|email| delivered.iter().filter(|to| to == email).count()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_goes_to_those_who_failed_and_to_nobody_else_with_the_message_of_then() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let emails = ["fine@example.org", "bad-550@example.org", "policy@example.org"];
    let ids = app.recipients(user, &emails).await;
    let mailing = app.due_mailing(user).await;
    let first = app.run_now(user, mailing).await;
    app.drain(first).await;
    assert_eq!(times(&app, &emails), [1, 0, 0]);
    assert_eq!(app.count("select count(*) from recipients where undeliverable_at is not null").await, 1);

    sqlx::query("update messages set subject = 'Next week', body = 'Next week'").execute(&app.db).await.unwrap();
    sqlx::query("update recipients set email = 'corrected@example.org' where id = $1").bind(ids[2]).execute(&app.db).await.unwrap();
    app.faults().set_by_address(false);
    let second = repeat(&app, user, first, Repeat::Failed).await;
    assert_eq!(times(&app, &["fine@example.org", "bad-550@example.org", "corrected@example.org", "policy@example.org"]), [1, 1, 1, 0]);
    assert!(app.mail_to("bad-550@example.org").await.contains("Subject: Hello\r\n"), "the message that they did not get");
    assert_eq!(app.count("select count(*) from recipients where undeliverable_at is not null").await, 0, "it can be reached after all");

    let (then, now) = (app.figures(first).await.unwrap(), app.figures(second).await.unwrap());
    assert_eq!((then.total, then.sent, then.failed), (3, 1, 2), "the record of the first attempt stays");
    assert_eq!((now.status.as_str(), now.total, now.sent, now.failed), ("succeeded", 2, 2, 0));
    assert_eq!(delivery(&app, first, "bad-550@example.org").await.0, "failed");
    for whom in [Repeat::Failed, Repeat::Missing] {
        assert_eq!(refusal(&app, user, first, whom).await, NotStarted::NobodyToSendTo, "they have got it now");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_have_got_it_does_not_get_it_again() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["drop-after-dot@example.org", "policy@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set resend_unknown = false where id = $1").bind(mailing).execute(&app.db).await.unwrap();
    let first = app.run_now(user, mailing).await;
    app.drain(first).await;
    app.faults().set_by_address(false);
    let second = repeat(&app, user, first, Repeat::Missing).await;
    assert_eq!(times(&app, &["drop-after-dot@example.org", "policy@example.org"]), [1, 1]);
    assert_eq!(app.figures(second).await.unwrap().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_change_of_recipients_the_new_ones_get_it_and_nobody_twice() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let ids = app.recipients(user, &["one@example.org", "two@example.org", "policy@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let first = app.run_now(user, mailing).await;
    app.drain(first).await;

    // Deleted and entered again, in other letters: the same person. One who failed is gone; two are new, and one of the
    // new ones is known not to exist.
    sqlx::query("delete from recipients where id = any($1)").bind(&ids[1..]).execute(&app.db).await.unwrap();
    let new = app.recipients(user, &["Two@Example.org", "three@example.org", "gone@example.org"]).await;
    sqlx::query("update recipients set undeliverable_at = now() where id = $1").bind(new[2]).execute(&app.db).await.unwrap();
    assert_eq!(refusal(&app, user, first, Repeat::Failed).await, NotStarted::NobodyToSendTo);
    let second = repeat(&app, user, first, Repeat::Missing).await;
    assert_eq!(app.delivered(), ["one@example.org", "three@example.org", "two@example.org"]);
    let figures = app.figures(second).await.unwrap();
    assert_eq!((figures.total, figures.sent, figures.skipped), (2, 1, 1));

    // A repetition can be repeated, and knows what the others have reached.
    app.recipients(user, &["four@example.org"]).await;
    let third = repeat(&app, user, second, Repeat::Missing).await;
    assert_eq!(app.figures(third).await.unwrap().sent, 1);
    assert_eq!(times(&app, &["one@example.org", "two@example.org", "three@example.org", "four@example.org"]), [1, 1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn picked_recipients_that_were_added_get_it_and_the_owner_s_others_do_not() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    let ids = app.recipients(user, &["one@example.org", "two@example.org", "three@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("update mailings set all_recipients = false where id = $1").bind(mailing).execute(&app.db).await.unwrap();
    let pick = "insert into mailing_recipients (mailing_id, recipient_id, user_id) values ($1, $2, $3)";
    sqlx::query(pick).bind(mailing).bind(ids[0]).bind(user).execute(&app.db).await.unwrap();
    let first = app.run_now(user, mailing).await;
    app.drain(first).await;
    sqlx::query(pick).bind(mailing).bind(ids[1]).bind(user).execute(&app.db).await.unwrap();
    repeat(&app, user, first, Repeat::Missing).await;
    assert_eq!(app.delivered(), ["one@example.org", "two@example.org"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailing_that_is_over_can_still_be_repeated_and_is_completed_again() {
    let app = TestApp::without_worker().await;
    let user = app.user("owner@example.org").await;
    app.recipients(user, &["policy@example.org"]).await;
    let now = time::OffsetDateTime::now_utc();
    let mailing = app.mailing(user, "once", now - time::Duration::HOUR, now + time::Duration::HOUR).await;
    let first = app.run_now(user, mailing).await;
    app.drain(first).await;
    sqlx::query("update mailings set ends_at = now() - interval '1 minute' where id = $1").bind(mailing).execute(&app.db).await.unwrap();
    assert_eq!(status_of(&app, mailing).await.0, "completed");
    app.faults().set_by_address(false);
    let running = runs::repeat(&app.app, user, first, Repeat::Failed, Uuid::new_v4()).await.unwrap().unwrap();
    assert_eq!(status_of(&app, mailing).await.0, "running");
    assert_eq!(refusal(&app, user, first, Repeat::Failed).await, NotStarted::Running(running));
    app.drain(running).await;
    assert_eq!(status_of(&app, mailing).await, ("completed".into(), None));
    assert_eq!(app.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_offers_to_send_again_to_those_who_failed_and_a_double_click_sends_once() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("owner@example.org").await;
    app.recipients(user, &["policy+1@example.org", "policy+2@example.org", "fine@example.org"]).await;
    let mailing = app.due_mailing(user).await;
    let first = app.run_now(user, mailing).await;
    let path = format!("/attempts/{first}");
    assert!(!browser.get(&path).await.contains("who failed"), "it is still running");
    app.drain(first).await;
    let page = browser.get(&path).await;
    assert!(page.contains("Send again to the 2 who failed"), "{}", page.text);

    app.faults().set_by_address(false);
    let action = format!("{path}/retry");
    let one = browser.post(&action, page.form(&action), &[]).await;
    let two = browser.post(&action, page.form(&action), &[]).await;
    assert_eq!(app.count("select count(*) from attempts").await, 2, "a double click is one repetition");
    assert_eq!(one.path, two.path);
    let second: i64 = sqlx::query_scalar("select id from attempts where retry_of = $1").bind(first).fetch_one(&app.db).await.unwrap();
    assert_eq!(one.path, format!("/attempts/{second}"));
    app.drain(second).await;
    assert!(browser.get(&one.path).await.contains(&format!("href=\"{path}\"")), "it leads to the first attempt");
    assert!(!browser.get(&path).await.contains("who failed"), "nobody is left");

    let refused = browser.submit(&path, &action, &[]).await;
    assert_eq!(refused.path, path);
    assert!(refused.contains("has got this message"), "{}", refused.text);

    let (_, stranger) = app.signed_in("stranger@example.org").await;
    let token = stranger.token().await;
    let fields = vec![("csrf_token".to_owned(), token), ("whom".to_owned(), "failed".to_owned())];
    assert_eq!(stranger.post(&action, fields, &[]).await.status, 404);
}

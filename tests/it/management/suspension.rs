//! Disabling and enabling mailings.

use reqwest::StatusCode;

use super::{entry, trail};
use crate::support::{Browser, Page, TestApp, until};

async fn disable(browser: &Browser, id: i64, reason: &str) -> Page {
    browser.submit(&format!("/mailings/{id}"), &format!("/mailings/{id}/suspension"), &[("reason", reason)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_reads_on_the_mailing_and_in_a_mail_why_it_was_disabled_and_cannot_start_it() {
    let app = TestApp::start().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let (una, browser) = app.signed_in("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::DAY;
    let mailing = app.mailing(una, "daily", tomorrow, tomorrow + time::Duration::days(9)).await;
    assert!(app.job_of(mailing).await.is_some());

    let page = disable(&max, mailing, "Readers complain.").await;
    assert!(page.status == StatusCode::OK && page.contains("Disabled. The owner is told by mail."), "{}", page.text);
    assert_eq!(app.job_of(mailing).await, None);
    let mail = app.mail_to("una@example.org").await;
    assert!(mail.contains("Your mailing was disabled") && mail.contains("Readers complain."), "{mail}");
    assert!(mail.contains(&format!("/mailings/{mailing}")) && mail.contains("a manager has"), "{mail}");
    assert!(!mail.contains("max@example.org"), "which manager it was is the administrators' to know: {mail}");

    let page = browser.get(&format!("/mailings/{mailing}")).await;
    assert!(page.text_of(".alert-danger").unwrap().contains("A manager has disabled this mailing: Readers complain."), "{}", page.text);
    assert_eq!(page.count("#suspension"), 0, "the owner does not enable it");
    assert_eq!(page.count(&format!("form[action='/mailings/{mailing}/attempts']")), 0);
    assert!(browser.get("/mailings").await.text_of(&format!("#mailing-{mailing}")).unwrap().contains("Readers complain."));
    let page = browser.htmx_request(reqwest::Method::POST, &format!("/mailings/{mailing}/attempts"), &[]).await;
    assert!(page.contains("A manager has disabled this mailing"), "{}", page.text);

    let page = max.submit(&format!("/mailings/{mailing}"), &format!("/mailings/{mailing}/suspension"), &[]).await;
    assert!(page.contains("Enabled."), "{}", page.text);
    let enabled = until("the second mail", || async {
        app.mails().iter().map(|mail| String::from_utf8_lossy(&mail.data).into_owned()).find(|mail| mail.contains("was enabled"))
    });
    assert!(enabled.await.contains("una@example.org"));
    assert!(app.job_of(mailing).await.is_some());
    let expected = [
        entry("max@example.org", "disable_mailing", "Test mailing", "Readers complain."),
        entry("max@example.org", "enable_mailing", "Test mailing", ""),
    ];
    assert_eq!(trail(&app).await, expected);
}

#[tokio::test]
async fn disabling_needs_a_reason_and_twice_is_once() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let una = app.user("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let mailing = app.due_mailing(una).await;
    let long = "y".repeat(501);
    for reason in ["", " ", &long] {
        let page = disable(&max, mailing, reason).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.error("reason").is_some(), "{}", page.text);
        assert_eq!(page.contains(&long), reason == long, "what was typed comes back");
    }
    assert_eq!(trail(&app).await, []);

    let path = format!("/mailings/{mailing}/suspension");
    let form = max.get(&format!("/mailings/{mailing}")).await.form(&path);
    let told = "select count(*) from graphile_worker.jobs where task_identifier = 'tell_owner'";
    for (reason, entries) in [("Spam", 1), ("Spam", 1), ("Other spam", 2)] {
        max.post(&path, form.clone(), &[("reason", reason)]).await;
        assert_eq!((trail(&app).await.len(), app.count(told).await), (entries, i64::try_from(entries).unwrap()), "{reason}");
    }
    // The queue holds the entry's number and nothing else.
    let jobs = "select string_agg(payload::text, ' ') from graphile_worker._private_jobs where payload::text like '%entry_id%'";
    let jobs: String = sqlx::query_scalar(jobs).fetch_one(&app.db).await.unwrap();
    assert!(!jobs.contains("spam") && !jobs.contains('@'), "{jobs}");
    let missing = "/mailings/999999/suspension";
    assert_eq!(max.post(missing, form, &[("reason", "Nothing")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_manager_may_disable_an_administrators_mailing_and_their_own() {
    let app = TestApp::without_worker().await;
    let (max_id, max) = app.signed_in_as("max@example.org", "manager").await;
    let (ada, _) = app.signed_in_as("ada@example.org", "admin").await;
    for owner in [ada, max_id] {
        app.recipients(owner, &["rita@example.org"]).await;
        let mailing = app.due_mailing(owner).await;
        assert_eq!(disable(&max, mailing, "Enough").await.status, StatusCode::OK);
    }
    assert_eq!(app.count("select count(*) from mailings where disabled_at is not null").await, 2);
}

#[tokio::test]
async fn a_mailing_that_is_enabled_goes_on_like_one_that_is_resumed_and_stays_paused_if_it_was() {
    let app = TestApp::without_worker().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let una = app.user("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let (ran, never_ran, paused) = (app.due_mailing(una).await, app.due_mailing(una).await, app.due_mailing(una).await);
    periodical::mailings::runs::run_due(&app.app, ran).await.unwrap();
    periodical::mailings::runs::pause(&app.app, una, paused).await.unwrap();
    for id in [ran, never_ran, paused] {
        disable(&max, id, "For now").await;
    }
    sqlx::query("update mailings set next_run_at = now() - interval '1 minute' where id = $1").bind(ran).execute(&app.db).await.unwrap();
    for id in [ran, never_ran, paused] {
        max.submit(&format!("/mailings/{id}"), &format!("/mailings/{id}/suspension"), &[]).await;
    }
    let now = time::OffsetDateTime::now_utc();
    assert!(app.job_of(ran).await.unwrap() > now, "what fell due meanwhile stays unsent");
    assert!(app.job_of(never_ran).await.unwrap() <= now, "but a first run inside its window goes out");
    assert_eq!(app.job_of(paused).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_told_in_the_language_of_their_profile() {
    let app = TestApp::start().await;
    let (_, max) = app.signed_in_as("max@example.org", "manager").await;
    let una = app.user("una@example.org").await;
    sqlx::query("update users set locale = 'ru' where id = $1").bind(una).execute(&app.db).await.unwrap();
    app.recipients(una, &["rita@example.org"]).await;
    let mailing = app.due_mailing(una).await;
    assert!(disable(&max, mailing, "Жалобы").await.contains("Disabled. The owner is told by mail."), "the manager reads English");
    app.mail_to("una@example.org").await;
    let received = app.mails().into_iter().find(|mail| mail.to == ["una@example.org"]).unwrap();
    let mail = mail_parser::MessageParser::default().parse(&received.data).unwrap();
    assert_eq!(mail.subject(), Some("Ваша рассылка отключена"));
    let text = mail.body_text(0).unwrap();
    assert!(text.contains("Менеджер отключил вашу рассылку «Test mailing». Указанная причина:") && text.contains("Жалобы"), "{text}");
}

//! Mailings: made, changed, paused, deleted; `mailings/form.rs` has what can be wrong with the form.

mod acts;
mod api;
mod form;
mod outlook;

use reqwest::{Method, StatusCode};
use time::{Duration, OffsetDateTime, macros::datetime};
use uuid::Uuid;

use crate::support::{Browser, Page, TestApp};

/// A user with a recipient and a message; the message's id as the form sends it.
async fn equipped(app: &TestApp, email: &str) -> (i64, Browser, String) {
    let (user, browser) = app.signed_in(email).await;
    app.recipients(user, &["rita@example.org"]).await;
    let message = app.message(user).await.to_string();
    (user, browser, message)
}

/// A weekly mailing far ahead, at nine o'clock in Moscow.
fn weekly(message: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("name", "Weekly news"),
        ("message_id", message),
        ("period", "weekly"),
        ("time_zone", "Europe/Moscow"),
        ("starts_at", "2099-01-10T09:00"),
        ("ends_at", "2099-04-01T00:00"),
    ]
}

async fn make(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    browser.submit("/mailings/new", "/mailings", fields).await
}

async fn only_id(app: &TestApp) -> i64 {
    app.count("select id from mailings").await
}

async fn row(app: &TestApp, id: i64) -> (String, String, String, OffsetDateTime, i32) {
    let query = "select name, period, time_zone, starts_at, version from mailings where id = $1";
    sqlx::query_as(query).bind(id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_saved_mailing_shows_its_next_five_runs_and_its_job_waits_in_the_queue() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    let page = make(&browser, &weekly(&message)).await;
    let id = only_id(&app).await;
    assert_eq!((page.status, page.path), (StatusCode::OK, format!("/mailings/{id}")));
    assert_eq!(row(&app, id).await, ("Weekly news".into(), "weekly".into(), "Europe/Moscow".into(), datetime!(2099-01-10 06:00 UTC), 1));
    assert_eq!(app.count("select user_id from mailings where status = 'created' and all_recipients").await, user);

    let page = browser.get(&format!("/mailings/{id}")).await;
    let days = ["Sat, 10 Jan", "Sat, 17 Jan", "Sat, 24 Jan", "Sat, 31 Jan", "Sat, 7 Feb"];
    assert_eq!(page.count("[hx-trigger='every 2s']"), 0, "nothing to see before 2099");
    assert_eq!(page.texts("#upcoming li"), days.map(|day| format!("{day} 2099, 09:00 (Europe/Moscow)")));
    assert!(page.contains("Every week on Saturday at 09:00 Europe/Moscow"), "{}", page.text);
    assert_eq!(app.job_of(id).await, Some(datetime!(2099-01-10 06:00 UTC)));
    assert_eq!(app.count("select count(*) from graphile_worker.jobs where task_identifier = 'run_mailing'").await, 1);
}

#[tokio::test]
async fn a_mailing_inside_its_window_is_due_now() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    let before = OffsetDateTime::now_utc();
    make(&browser, &[("name", "Now"), ("message_id", &message)]).await;
    let id = only_id(&app).await;
    let run_at = app.job_of(id).await.unwrap();
    assert!(run_at <= before + Duration::seconds(30), "{run_at}");
    let page = browser.get(&format!("/mailings/{id}")).await;
    assert!(page.texts("#upcoming li")[0].ends_with("due now"));
    assert_eq!(page.count("#mailing[hx-trigger='every 2s']"), 1, "a page with a run at hand looks again by itself");
}

#[tokio::test]
async fn a_double_click_makes_one_mailing_with_one_job() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    let fields = browser.get("/mailings/new").await.form("/mailings");
    let changes = weekly(&message);
    let click = || browser.post("/mailings", fields.clone(), &changes);
    let (first, second, third) = tokio::join!(click(), click(), click());
    let id = only_id(&app).await;
    for page in [first, second, third, click().await] {
        assert_eq!((page.status, page.path), (StatusCode::OK, format!("/mailings/{id}")));
    }
    assert_eq!(app.count("select count(*) from mailings").await, 1);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 1);
}

#[tokio::test]
async fn a_form_that_is_corrected_and_sent_again_is_a_conflict_with_the_mailing_it_has_made() {
    let app = TestApp::without_worker().await;
    let (user, browser, message) = equipped(&app, "una@example.org").await;
    let rita = app.recipients(user, &["rita2@example.org"]).await[0].to_string();
    let fields = browser.get("/mailings/new").await.form("/mailings");
    browser.post("/mailings", fields.clone(), &weekly(&message)).await;
    let id = only_id(&app).await;
    for change in [
        vec![("name", "Corrected")],
        vec![("starts_at", "2099-01-11T09:00")],
        vec![("all_recipients", "false"), ("recipient_ids", rita.as_str())],
    ] {
        let mut changes = weekly(&message);
        changes.retain(|(name, _)| change.iter().all(|(changed, _)| changed != name));
        changes.extend(&change);
        let page = browser.post("/mailings", fields.clone(), &changes).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{change:?} {}", page.text);
        assert!(page.text_of(".alert").unwrap().contains("Weekly news"), "{}", page.text);
        let form = page.form(&format!("/mailings/{id}"));
        assert!(change.iter().all(|(name, value)| form.contains(&((*name).to_owned(), (*value).to_owned()))), "{form:?}");
        assert_eq!(row(&app, id).await.4, 1);
        if change[0].0 == "name" {
            continue;
        }
        let page = browser.post(&format!("/mailings/{id}"), form, &[]).await;
        assert_eq!((page.status, page.path), (StatusCode::OK, format!("/mailings/{id}")));
        sqlx::query("update mailings set version = 1, starts_at = '2099-01-10 06:00Z'").execute(&app.db).await.unwrap();
    }
    assert_eq!(app.count("select count(*) from mailings").await, 1);
    assert_eq!(app.count("select count(*) from mailing_recipients").await, 1);
}

#[tokio::test]
async fn a_double_click_on_start_makes_one_attempt() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = equipped(&app, "una@example.org").await;
    let id = app.due_mailing(user).await;
    let action = format!("/mailings/{id}/attempts");
    let fields = browser.get(&format!("/mailings/{id}")).await.form(&action);
    let click = || browser.post(&action, fields.clone(), &[]);
    let (first, second, third) = tokio::join!(click(), click(), click());
    let attempt = app.count("select id from attempts").await;
    for page in [first, second, third, click().await] {
        assert!(!page.contains("still running"), "{}", page.text);
        assert_eq!((page.status, page.path), (StatusCode::OK, format!("/attempts/{attempt}")));
    }
    assert_eq!(app.count("select count(*) from attempts").await, 1);
    assert_eq!(app.count("select count(*) from deliveries").await, 1);

    // Another click on a fresh page leads to the one that runs.
    let page = browser.submit(&format!("/mailings/{id}"), &action, &[]).await;
    assert_eq!(page.path, format!("/attempts/{attempt}"));
    assert!(page.contains("still running"), "{}", page.text);
    assert_eq!(app.count("select count(*) from attempts").await, 1);
}

#[tokio::test]
async fn a_mailing_that_may_not_start_says_why() {
    let app = TestApp::without_worker().await;
    let (user, browser, _) = equipped(&app, "una@example.org").await;
    let id = app.due_mailing(user).await;
    let (path, action) = (format!("/mailings/{id}"), format!("/mailings/{id}/attempts"));
    for (change, undo, reason) in [
        ("update mailings set paused_at = now()", "update mailings set paused_at = null", "The mailing is paused."),
        ("update mailings set disabled_at = now()", "update mailings set disabled_at = null", "A manager has disabled this mailing"),
        ("update recipients set undeliverable_at = now()", "update recipients set undeliverable_at = null", "There is nobody to send to"),
        ("update mailings set ends_at = now()", "", "The mailing's end has passed."),
    ] {
        // The page was loaded before; a fresh one offers no start that the owner can see will be refused.
        let fields = browser.get(&path).await.form(&action);
        sqlx::query(change).execute(&app.db).await.unwrap();
        let page = browser.post(&action, fields, &[]).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
        assert!(page.text_of(".alert").unwrap().starts_with(reason), "{reason}: {}", page.text);
        let is_stopped = change.contains("paused") || change.contains("disabled");
        assert_eq!(page.count(&format!("form[action='{action}']")), usize::from(!is_stopped), "{reason}");
        sqlx::query(undo).execute(&app.db).await.unwrap();
    }
    assert_eq!(app.count("select count(*) from attempts").await, 0);
}

#[tokio::test]
async fn pausing_takes_the_job_out_and_resuming_puts_it_back() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    make(&browser, &weekly(&message)).await;
    let id = only_id(&app).await;
    let (path, pause) = (format!("/mailings/{id}"), format!("/mailings/{id}/pause"));
    let paused = "select count(*) from mailings where paused_at is not null";

    let page = browser.submit(&path, &pause, &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    assert!(page.contains("Paused.") && page.texts(".status").iter().any(|badge| badge == "paused"), "{}", page.text);
    assert_eq!((app.count(paused).await, app.job_of(id).await), (1, None));
    // A change while it is paused brings no job back.
    browser.submit(&format!("{path}/edit"), &path, &[("starts_at", "2099-01-12T10:00")]).await;
    assert_eq!((app.count(paused).await, app.job_of(id).await), (1, None));

    let page = browser.submit(&path, &pause, &[]).await;
    assert!(page.contains("Resumed."), "{}", page.text);
    assert_eq!((app.count(paused).await, app.job_of(id).await), (0, Some(datetime!(2099-01-12 07:00 UTC))));
}

#[tokio::test]
async fn a_change_moves_the_job_and_deleting_takes_it_out() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    make(&browser, &weekly(&message)).await;
    let id = only_id(&app).await;
    let (path, edit) = (format!("/mailings/{id}"), format!("/mailings/{id}/edit"));
    let page = browser
        .submit(&edit, &path, &[("name", "Daily news"), ("period", "daily"), ("starts_at", "2099-02-03T04:05"), ("time_zone", "UTC")])
        .await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
    assert!(page.contains("Saved."));
    assert_eq!(row(&app, id).await, ("Daily news".into(), "daily".into(), "UTC".into(), datetime!(2099-02-03 04:05 UTC), 2));
    assert_eq!(app.job_of(id).await, Some(datetime!(2099-02-03 04:05 UTC)));
    assert_eq!(page.texts("#upcoming li")[1], "Wed, 4 Feb 2099, 04:05 (UTC)");

    // By htmx, from the list: the row comes back.
    let fields = browser.get(&edit).await.form(&path);
    let page = browser.htmx(Method::PUT, &path, fields, &[("name", "Inline")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.starts_with(&format!("<tr id=\"mailing-{id}\">")) && page.contains("Inline"), "{}", page.text);

    let page = browser.submit(&path, &path, &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/mailings"));
    assert_eq!(app.count("select count(*) from mailings").await, 0);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);

    make(&browser, &weekly(&message)).await;
    let path = format!("/mailings/{}", only_id(&app).await);
    let page = browser.htmx_request(Method::DELETE, &path, &[]).await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, ""));
    assert_eq!(app.count("select count(*) from mailings").await, 0);
}

#[tokio::test]
async fn the_second_of_two_tabs_is_told_and_overwrites_nothing() {
    let app = TestApp::without_worker().await;
    let (_, browser, message) = equipped(&app, "una@example.org").await;
    make(&browser, &weekly(&message)).await;
    let id = only_id(&app).await;
    let (path, edit) = (format!("/mailings/{id}"), format!("/mailings/{id}/edit"));
    let second_tab = browser.get(&edit).await.form(&path);
    browser.submit(&edit, &path, &[("name", "From the first tab"), ("starts_at", "2099-01-11T09:00")]).await;

    for htmx in [true, false] {
        let changes = [("name", "From the second tab")];
        let page = if htmx {
            browser.htmx(Method::PUT, &path, second_tab.clone(), &changes).await
        } else {
            browser.post(&path, second_tab.clone(), &changes).await
        };
        assert_eq!(page.status, StatusCode::CONFLICT);
        let told = page.text_of(".alert").unwrap();
        assert!(told.contains("From the first tab") && told.contains("11 January 2099"), "{told}");
        assert!(page.form(&path).contains(&("name".into(), "From the second tab".into())));
        assert_eq!(row(&app, id).await.0, "From the first tab");
        assert_eq!(app.job_of(id).await, Some(datetime!(2099-01-11 06:00 UTC)));
        if !htmx {
            let page = browser.post(&path, page.form(&path), &[]).await;
            assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, path.as_str()));
            assert_eq!(row(&app, id).await.0, "From the second tab");
        }
    }
}

#[tokio::test]
async fn a_strangers_mailing_is_not_found_and_stays_as_it_is() {
    let app = TestApp::without_worker().await;
    let (user, _, _) = equipped(&app, "una@example.org").await;
    let (_, eve, eves_message) = equipped(&app, "eve@example.org").await;
    let id = app.due_mailing(user).await;
    let before: String = sqlx::query_scalar("select m::text from mailings m").fetch_one(&app.db).await.unwrap();
    let job = app.job_of(id).await;
    let path = format!("/mailings/{id}");
    for page in [&path, &format!("{path}/edit")] {
        assert_eq!(eve.get(page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    let mut fields = weekly(&eves_message);
    fields.extend([("version", "1"), ("all_recipients", "true")]);
    let submission = Uuid::new_v4().to_string();
    for (method, path, fields) in [
        (Method::PUT, path.clone(), fields),
        (Method::PUT, path.clone(), vec![("find", "1")]),
        (Method::DELETE, path.clone(), vec![]),
        (Method::PUT, format!("{path}/pause"), vec![]),
        (Method::DELETE, format!("{path}/pause"), vec![]),
        (Method::POST, format!("{path}/attempts"), vec![("submission_id", submission.as_str())]),
    ] {
        let page = eve.htmx_request(method.clone(), &path, &fields).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
    let after: String = sqlx::query_scalar("select m::text from mailings m").fetch_one(&app.db).await.unwrap();
    assert_eq!((after, app.job_of(id).await), (before, job));
    assert_eq!(app.count("select count(*) from attempts").await, 0);
    assert!(eve.get("/mailings").await.rows("mailing").is_empty());
}

//! The end of one's own account.

use periodical::users::{deletion, queries};
use reqwest::StatusCode;

use crate::support::{Browser, Page, TestApp, until};

async fn delete(browser: &Browser, password: &str, code: &str) -> Page {
    browser.submit("/account/delete", "/account", &[("password", password), ("code", code)]).await
}

/// Rows of a user, wherever they are.
async fn rows_of(app: &TestApp, id: i64) -> i64 {
    let query = "select (select count(*) from users where id = $1) + (select count(*) from recipients where user_id = $1)
               + (select count(*) from messages where user_id = $1) + (select count(*) from mailings where user_id = $1)
               + (select count(*) from attempts where user_id = $1) + (select count(*) from sessions where user_id = $1)
               + (select count(*) from user_tokens where user_id = $1) + (select count(*) from recovery_codes where user_id = $1)
               + (select count(*) from user_roles where user_id = $1)";
    sqlx::query_scalar(query).bind(id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_deleted_with_everything_in_it_while_an_attempt_is_running() {
    let mut app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let elsewhere = app.browser();
    elsewhere.sign_in("una@example.org").await;
    app.many_recipients(id, 400).await;
    let (other, others) = app.signed_in("other@example.org").await;
    app.recipients(other, &["other-reader@example.org"]).await;
    let others_rows = rows_of(&app, other).await;
    app.faults().set_command_delay(std::time::Duration::from_millis(30));
    let mailing = app.due_mailing(id).await;
    app.start_worker();
    app.attempt_of(mailing).await;
    until("the first mails", || async { (!app.mails().is_empty()).then_some(()) }).await;

    let page = browser.get("/account/delete").await;
    for words in ["400 recipients", "1 message", "1 mailing", "1 attempt,", "1 attempt is running now"] {
        assert!(page.texts(".card-body").concat().contains(words), "{words}: {}", page.text);
    }
    let page = delete(&browser, Browser::PASSWORD, "").await;
    assert_eq!((page.status, page.text_of("h1").unwrap().as_str()), (StatusCode::OK, "Your account is deleted"));
    for browser in [&browser, &elsewhere] {
        assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
    }
    // The address is free at once, while the rows are still on their way out.
    let fields = [("email", "una@example.org"), ("full_name", "Una again"), ("password", "quite another few words")];
    app.browser().submit("/register", "/register", &fields).await;
    assert_eq!(app.count("select count(*) from users where email = 'una@example.org'").await, 1);

    until("nothing of it left", || async { (rows_of(&app, id).await == 0).then_some(()) }).await;
    until("no journal left", || async { app.journals().is_empty().then_some(()) }).await;
    app.faults().set_command_delay(std::time::Duration::ZERO);
    app.jobs_done().await;
    assert_eq!(app.count("select count(*) from deliveries").await + app.count("select count(*) from slices").await, 0);
    let mail = app.mail_about("una@example.org", "Subject: Your account was deleted").await;
    assert!(mail.contains("This is the last mail"), "{mail}");
    assert_eq!(app.count("select count(*) from former_addresses").await, 0);
    let to_readers = || app.delivered().iter().filter(|email| email.starts_with("reader")).count();
    let sent = to_readers();
    assert!(sent < 400, "{sent} went out");

    // Others are as they were, and the same engine goes on with them.
    assert_eq!(others.get("/recipients").await.path, "/recipients");
    assert_eq!(rows_of(&app, other).await, others_rows);
    let others_mailing = app.due_mailing(other).await;
    assert_eq!(app.finished(app.attempt_of(others_mailing).await).await.sent, 1);
    assert_eq!(to_readers(), sent, "nothing more went out");
    assert_eq!(app.count("select count(*) from users where full_name = 'Una again'").await, 1);
}

#[tokio::test]
async fn deleting_takes_the_password_and_the_code_where_there_is_one() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    for password in ["not the password", "", "\0", &"x".repeat(10_000)] {
        let page = delete(&browser, password, "").await;
        assert_eq!((page.status, page.error("password").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    }
    let authenticator = browser.switch_two_factor_on().await;
    app.forget_used_codes(id).await;
    for (password, code, field) in
        [(Browser::PASSWORD, "", "code"), (Browser::PASSWORD, "000000", "code"), ("not the password", &*authenticator.code(0), "password")]
    {
        let page = delete(&browser, password, code).await;
        assert_eq!((page.status, page.error(field).is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true), "{field}");
    }
    assert_eq!(app.count("select count(*) from users where deleting_at is null").await, 1);
    let page = delete(&browser, Browser::PASSWORD, &authenticator.recovery_codes[0]).await;
    assert_eq!(page.text_of("h1").unwrap(), "Your account is deleted");
}

#[tokio::test]
async fn the_last_administrator_is_refused_in_words() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("admin@example.org").await;
    let fields = browser.get("/account/delete").await.form("/account");
    queries::grant_role(&app.db, id, "admin").await.unwrap();
    assert!(browser.get("/account/delete").await.contains("You are the last administrator"));
    // The form of a page from before.
    let page = browser.post("/account", fields.clone(), &[("password", Browser::PASSWORD)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.contains("You are the last administrator"), "{}", page.text);
    assert_eq!(app.count("select count(*) from users where deleting_at is null").await, 1);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await + app.count("select count(*) from former_addresses").await, 0);
    assert_eq!(browser.get("/recipients").await.path, "/recipients");

    let second = app.user("second@example.org").await;
    queries::grant_role(&app.db, second, "admin").await.unwrap();
    let page = browser.post("/account", fields, &[("password", Browser::PASSWORD)]).await;
    assert_eq!(page.text_of("h1").unwrap(), "Your account is deleted");
}

#[tokio::test]
async fn links_of_a_deleted_account_are_dead() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "una@example.org")]).await;
    let reset = app.nth_link("una@example.org", "/password/reset/", 1).await;
    browser.submit("/account/email", "/account/email", &[("email", "new@example.org"), ("password", Browser::PASSWORD)]).await;
    let email = app.nth_link("new@example.org", "/account/email/", 1).await;
    // Closed, with the rows still there.
    queries::close(&app.db, id).await.unwrap();
    let stranger = app.browser();
    let token = stranger.token().await;
    for link in [reset, email] {
        assert_eq!(stranger.get(&link).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = stranger.post(&link, vec![("csrf_token".into(), token.clone())], &[("password", "quite another few words")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(app.count("select count(*) from users where email like 'deleted-%'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_an_administrator_edits_at_the_same_moment_is_deleted_all_the_same() {
    let app = TestApp::without_worker().await;
    let (_, ada) = app.signed_in_as("ada@example.org", "admin").await;
    let (una, browser) = app.signed_in("una@example.org").await;
    let authenticator = browser.switch_two_factor_on().await;
    app.forget_used_codes(una).await;
    let path = format!("/admin/users/{una}");
    let edit = ada.get(&path).await.form(&path);
    let deletion = browser.get("/account/delete").await.form("/account");

    let turn = app.standing("select name from roles where name = 'admin' for update").await;
    let code = authenticator.code(0);
    let typed = [("password", Browser::PASSWORD), ("code", &*code)];
    let second = async {
        app.waiting(1).await;
        let release = async {
            app.waiting(2).await;
            turn.commit().await.unwrap();
        };
        tokio::join!(browser.post("/account", deletion, &typed), release).0
    };
    // Where the edit leads to may be gone by then.
    let ada = ada.stopping_at_redirects();
    let (edited, deleted) = tokio::join!(ada.post(&path, edit, &[("full_name", "Una Other")]), second);
    assert_eq!((edited.status, deleted.status), (StatusCode::SEE_OTHER, StatusCode::OK), "{} {}", edited.text, deleted.text);
    assert_eq!(deleted.text_of("h1").unwrap(), "Your account is deleted");
}

#[tokio::test]
async fn a_closed_account_whose_job_is_gone_gets_it_again_and_one_that_is_being_deleted_does_not() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    delete(&browser, Browser::PASSWORD, "").await;
    let jobs = format!("select count(*) from graphile_worker.jobs where key = 'delete_user:{id}' and attempts < max_attempts");
    sqlx::query("update users set deleting_at = now() - interval '1 hour'").execute(&app.db).await.unwrap();
    let job: i64 = sqlx::query_scalar("select max(id) from graphile_worker.jobs where key is not null").fetch_one(&app.db).await.unwrap();
    deletion::rescue_forgotten(&app.app).await.unwrap();
    assert_eq!(app.count("select max(id) from graphile_worker.jobs where key is not null").await, job, "it has one");
    sqlx::query("update graphile_worker._private_jobs set attempts = max_attempts").execute(&app.db).await.unwrap();
    assert_eq!(app.count(&jobs).await, 0);
    deletion::rescue_forgotten(&app.app).await.unwrap();
    assert_eq!(app.count(&jobs).await, 1);
    deletion::finish(&app.app, id).await.unwrap();
    assert_eq!(app.count("select count(*) from users").await, 0);
}

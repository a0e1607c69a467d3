//! The first start: the page that makes the first administrator, and who gets to it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use periodical::users::setup;
use reqwest::{Method, StatusCode};

use crate::support::{Browser, TestApp, quick};

const ADA: [(&str, &str); 3] = [("email", "ada@example.org"), ("full_name", "Ada Admin"), ("password", Browser::PASSWORD)];

#[tokio::test]
async fn the_first_visitor_is_led_to_a_page_that_makes_the_administrator_and_signs_them_in() {
    let app = TestApp::without_worker().await;
    let browser = app.browser();
    for path in ["/", "/login", "/login?next=%2Fmailings", "/register"] {
        assert_eq!(browser.get(path).await.path, "/setup", "{path}");
    }
    assert_eq!(app.count("select count(*) from sessions").await, 0, "a mere look makes no session");

    let page = browser.submit("/setup", "/setup", &ADA).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/"));
    assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
    let made = "select count(*) from users u join user_roles r on r.user_id = u.id
                where u.email = 'ada@example.org' and u.verified_at is not null and u.locale = 'en' and r.role = 'admin'";
    assert_eq!(app.count(made).await, 1);
    app.browser().sign_in("ada@example.org").await;
}

#[tokio::test]
async fn once_there_is_an_account_the_page_is_gone() {
    let app = TestApp::without_worker().await;
    let browser = app.browser();
    let fields = browser.get("/setup").await.form("/setup");
    // Not confirmed, and yet somebody: whoever holds the machine has `create-admin`.
    sqlx::query("insert into users (email, full_name, password_hash) values ('una@example.org', 'Una', 'x')")
        .execute(&app.db)
        .await
        .unwrap();
    assert_eq!(browser.post("/setup", fields, &ADA).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/setup").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.count("select count(*) from user_roles").await, 0);
    assert_eq!((browser.get("/").await.path, browser.get("/login").await.path), ("/".into(), "/login".into()));
    assert_eq!(browser.get("/register").await.path, "/register");
}

#[tokio::test]
async fn nobody_registers_before_there_is_an_administrator() {
    let app = TestApp::without_worker().await;
    let browser = app.browser();
    let token = browser.get("/setup").await.token();
    let fields = [("email", "eve@example.org"), ("full_name", "Eve"), ("password", Browser::PASSWORD), ("csrf_token", &token)];
    let page = browser.send(browser.request(Method::POST, "/register").form(&fields)).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/setup"), "{}", page.text);
    assert_eq!(app.count("select count(*) from users").await, 0);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);
    browser.submit("/setup", "/setup", &ADA).await;
    assert_eq!(app.browser().submit("/register", "/register", &fields[..3]).await.status, StatusCode::OK);
    assert_eq!(app.count("select count(*) from users").await, 2);
}

#[tokio::test]
async fn of_two_who_set_it_up_at_once_one_is_the_administrator() {
    let app = TestApp::without_worker().await;
    let (ada, eve) = (app.browser(), app.browser());
    let (adas, eves) = (ada.get("/setup").await.form("/setup"), eve.get("/setup").await.form("/setup"));
    let eve_form = [("email", "eve@example.org"), ("full_name", "Eve"), ("password", Browser::PASSWORD)];
    let (first, second) = tokio::join!(ada.post("/setup", adas, &ADA), eve.post("/setup", eves, &eve_form));
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [200, 404]);
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select count(*) from user_roles").await, 1);
}

#[tokio::test]
async fn a_bad_form_comes_back_with_every_error_and_what_was_typed() {
    let app = TestApp::without_worker().await;
    let page = app.browser().submit("/setup", "/setup", &[("email", "nonsense"), ("password", "short")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(["email", "full_name", "password"].iter().all(|field| page.error(field).is_some()), "{}", page.text);
    assert_eq!(page.attr("#email", "value").as_deref(), Some("nonsense"));
    assert_eq!(app.count("select count(*) from users").await, 0);
}

#[tokio::test]
async fn where_others_reach_the_site_the_page_asks_for_the_code_of_the_log() {
    for change in [
        |config: &mut periodical::config::Config| config.public_url = "http://periodical.example".parse().unwrap(),
        |config: &mut periodical::config::Config| config.listen = "0.0.0.0:80".parse().unwrap(),
    ] {
        let app = TestApp::configured(quick(), change).await;
        let code = setup::code(&app.app.config).expect("a code");
        let browser = app.browser();
        for wrong in ["", "AAAA-AAAA-AAAA-AAAA", &code[1..]] {
            let page = browser.submit("/setup", "/setup", &[&ADA[..], &[("code", wrong)]].concat()).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(page.error("code").is_some(), "{wrong}: {}", page.text);
            assert!(!page.contains(&code));
        }
        assert_eq!(app.count("select count(*) from users").await, 0);
        let page = browser.submit("/setup", "/setup", &[&ADA[..], &[("code", &code.to_lowercase())]].concat()).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/"));
    }
}

/// Ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_server_says_at_its_start_how_to_set_it_up_and_shows_the_code_to_nobody_else() {
    let app = TestApp::without_worker().await;
    let mut command = app.command(&["serve"]);
    let child = command.env("PUBLIC_URL", "http://periodical.example").stderr(Stdio::piped()).spawn().unwrap();
    let mut running = Running(child);
    let said = BufReader::new(running.0.stderr.take().unwrap());
    let line = tokio::task::spawn_blocking(move || said.lines().map_while(Result::ok).find(|line| line.contains("setup code")));
    let line = line.await.unwrap().expect("a line with the code");
    let public = periodical::config::Config { public_url: "http://periodical.example".parse().unwrap(), ..(*app.app.config).clone() };
    assert!(line.contains(&setup::code(&public).unwrap()), "{line}");
    assert_eq!(setup::code(&app.app.config), None, "where nobody else comes, none is asked for");
}

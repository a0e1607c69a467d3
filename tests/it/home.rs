//! The start page, the probes, static files, and what every answer carries.

mod dashboard;
mod visitors;

use reqwest::{Method, StatusCode};

use crate::support::{Browser, Log, Page, TestApp};

fn is_guarded(page: &Page, what: &str) {
    let policy = page.header("content-security-policy").unwrap_or_else(|| panic!("no policy on {what}"));
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("script-src 'unsafe") && !policy.contains("unsafe-eval"),
        "{what}: {policy}"
    );
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{what}");
    assert!(matches!(page.header("x-frame-options"), Some("DENY" | "SAMEORIGIN")), "{what}");
}

#[tokio::test]
async fn a_visitor_learns_what_this_is_and_what_to_do() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let page = app.browser().get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text_of("h1").unwrap(), "Recurring e-mail you host yourself");
    assert!(page.count("a[href='/register']") > 0 && page.count("a[href='/login']") > 0);
    assert_eq!(app.count("select count(*) from sessions").await, 0, "a mere look makes no session");
}

#[tokio::test]
async fn the_guide_leads_from_step_to_step() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let step = async || {
        let page = browser.get("/").await;
        ["/recipients/new", "/messages/new", "/mailings/new"]
            .into_iter()
            .find(|path| page.count(&format!("main a.btn-primary[href='{path}']")) > usize::from(*path == "/mailings/new"))
    };
    assert_eq!(step().await, Some("/recipients/new"));
    app.recipients(user, &["rita@example.org"]).await;
    assert_eq!(step().await, Some("/messages/new"));
    app.message(user).await;
    assert_eq!(step().await, Some("/mailings/new"));
    let mailing = app.due_mailing(user).await;
    assert_eq!(step().await, None);
    assert!(browser.get("/").await.contains("Test mailing"));
    let attempt = app.run_now(user, mailing).await;
    let page = browser.get("/").await;
    assert_eq!(page.count(&format!("li#attempt-{attempt}")), 1);
    assert!(!page.contains("Three steps"));
    // Nothing of it is anybody else's.
    let (_, eve) = app.signed_in("eve@example.org").await;
    assert!(!eve.get("/").await.contains("Test mailing"));
}

#[tokio::test]
async fn the_probes_tell_a_running_process_from_one_that_can_serve() {
    let app = TestApp::without_worker().await;
    let browser = app.browser();
    let health = browser.get("/healthz").await;
    assert_eq!((health.status, health.text.as_str()), (StatusCode::OK, "ok"));
    let ready = browser.get("/readyz").await;
    assert_eq!((ready.status, ready.text.as_str()), (StatusCode::OK, "ready"));
    assert_eq!((health.header("set-cookie"), ready.header("set-cookie")), (None, None));

    let newest = app.count("select max(version) from _sqlx_migrations").await;
    sqlx::query("delete from _sqlx_migrations where version = $1").bind(newest).execute(&app.db).await.unwrap();
    assert_eq!(browser.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    app.db.close().await;
    assert_eq!(browser.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_failure_of_ours_is_a_page_that_shows_nothing_of_the_inside() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    sqlx::query("alter table recipients rename to gone").execute(&app.db).await.unwrap();
    let broken = browser.get("/recipients").await;
    app.db.close().await;
    for page in [broken, browser.get("/recipients").await, browser.get("/").await] {
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(page.text_of("h1").as_deref(), Some("Something broke on our side"), "{}", page.text);
        for inside in ["relation", "does not exist", "pool", "sqlx", "Postgres"] {
            assert!(!page.contains(inside), "{inside}: {}", page.text);
        }
        is_guarded(&page, "a failure");
    }
}

#[tokio::test]
async fn every_kind_of_answer_carries_the_security_headers() {
    let app = TestApp::with_inbox().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let browser = browser.stopping_at_redirects();
    let message = app.message(user).await;
    let static_file = browser.get("/").await.attr("link[rel=stylesheet]", "href").unwrap();
    for (path, status) in [
        ("/".to_owned(), StatusCode::OK),
        ("/recipients".into(), StatusCode::OK),
        (format!("/messages/{message}/preview"), StatusCode::OK),
        ("/login".into(), StatusCode::SEE_OTHER),
        ("/nothing".into(), StatusCode::NOT_FOUND),
        ("/recipients/4711".into(), StatusCode::NOT_FOUND),
        ("/recipients/abc".into(), StatusCode::NOT_FOUND),
        ("/recipients?before=abc".into(), StatusCode::BAD_REQUEST),
        ("/logout".into(), StatusCode::METHOD_NOT_ALLOWED),
        ("/verify/nonsense".into(), StatusCode::UNPROCESSABLE_ENTITY),
        ("/healthz".into(), StatusCode::OK),
        ("/readyz".into(), StatusCode::OK),
        (static_file, StatusCode::OK),
        ("/static/nothing.css".into(), StatusCode::NOT_FOUND),
        ("/static/../Cargo.toml".into(), StatusCode::NOT_FOUND),
        ("/static/..%2fCargo.toml".into(), StatusCode::NOT_FOUND),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, status, "{path}");
        is_guarded(&page, &path);
    }
    let page = browser.send(browser.request(Method::POST, "/recipients")).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    is_guarded(&page, "a refusal");
    let page = browser.htmx_request(Method::POST, "/recipients", &[("email", "rita@example.org"), ("full_name", "Rita")]).await;
    assert_eq!(page.status, StatusCode::OK);
    is_guarded(&page, "a fragment");
    // Pages of one reader are kept by no cache.
    assert_eq!(browser.get("/recipients").await.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn an_error_has_a_page_with_a_way_on() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    for path in ["/nothing", "/recipients/abc", "/recipients?before=abc", "/logout"] {
        let page = browser.get(path).await;
        assert!(page.status.is_client_error(), "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}: {}", page.text);
        assert!(page.count("main a[href='/']") > 0, "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn the_files_a_page_loads_are_cached_for_ever_under_their_version() {
    let app = TestApp::without_worker().await;
    let browser = app.browser();
    let page = browser.get("/").await;
    let document = scraper::Html::parse_document(&page.text);
    let selector = scraper::Selector::parse("link[href^='/static/'], script[src]").unwrap();
    let files: Vec<&str> = document.select(&selector).filter_map(|element| element.attr("href").or(element.attr("src"))).collect();
    assert_eq!(files.len(), 3, "the mark, one stylesheet and one script: {files:?}");
    for file in files {
        assert!(file.contains("?v="), "{file}");
        let answer = browser.get(file).await;
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (StatusCode::OK, Some("public, max-age=31536000, immutable")),
            "{file}"
        );
        assert_eq!(answer.header("set-cookie"), None, "{file}");
        assert!(!answer.text.is_empty());
        let bare = browser.get(file.split('?').next().unwrap()).await;
        assert_eq!(bare.header("cache-control"), Some("no-cache"));
    }
    assert_eq!(browser.get("/static/nothing.js?v=1").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_log_holds_no_address_token_password_or_body() {
    let log = Log::capture();
    let app = TestApp::start().await;
    app.is_set_up().await;
    let browser = app.browser();
    let fields = [("email", "una.secret@example.org"), ("full_name", "Una Secretname"), ("password", Browser::PASSWORD)];
    browser.submit("/register", "/register", &fields).await;
    let mail = app.mail_to("una.secret@example.org").await;
    let token: String = mail.split_once("/verify/").unwrap().1.chars().take_while(char::is_ascii_hexdigit).collect();
    browser.get(&format!("/verify/{token}")).await;
    browser.sign_in("una.secret@example.org").await;
    browser.submit("/recipients/new", "/recipients", &[("email", "rita.secret@example.org"), ("full_name", "Rita Secretname")]).await;
    browser.submit("/recipients/new", "/recipients", &[("email", "bad-550.secret@example.org"), ("full_name", "Bad Secretname")]).await;
    browser.submit("/messages/new", "/messages", &[("subject", "Secretsubject"), ("body", "Secretbody")]).await;
    let message = app.count("select id from messages").await.to_string();
    browser.submit("/mailings/new", "/mailings", &[("name", "Secretmailing"), ("message_id", &message)]).await;
    let attempt = app.attempt_of(app.count("select id from mailings").await).await;
    assert_eq!(app.finished(attempt).await.total, 2);
    browser.get("/recipients?q=rita.secret").await;
    browser.get("/recipients?q=%00").await;

    let text = log.text();
    assert!(text.contains("POST /register answered 200") && text.contains(&format!("Attempt {attempt} started")), "{text}");
    let session = browser.cookie("periodical_session").unwrap();
    for secret in ["secret@", ".secret", "Secretname", "Secretsubject", "Secretbody", "Secretmailing", &token, Browser::PASSWORD, &session]
    {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

#[tokio::test]
async fn the_theme_is_the_systems_until_the_reader_chooses_and_the_page_says_so_by_itself() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let browser = app.browser();
    let theme =
        |page: &crate::support::Page| (page.attr("html", "data-bs-theme"), page.attr("meta[name=color-scheme]", "content").unwrap());
    let page = browser.get("/login").await;
    assert_eq!(theme(&page), (None, "light dark".into()));
    assert_eq!(page.attr("button[name=theme][aria-pressed=true]", "value").as_deref(), Some("system"));

    let page = browser.post("/theme", page.form("/theme"), &[("theme", "dark")]).await;
    assert_eq!(theme(&page), (Some("dark".into()), "dark".into()));
    assert_eq!(page.attr("button[name=theme][aria-pressed=true]", "value").as_deref(), Some("dark"));
    // Failures too, and whoever signs in.
    assert_eq!(theme(&browser.get("/nothing").await).0.as_deref(), Some("dark"));
    assert_eq!(theme(&browser.sign_in("una@example.org").await).0.as_deref(), Some("dark"));

    let page = browser.post("/theme", browser.get("/account").await.form("/theme"), &[("theme", "system")]).await;
    assert_eq!((theme(&page).0, browser.cookie("theme")), (None, None));
    let page = browser.post("/theme", page.form("/theme"), &[("theme", "purple")]).await;
    assert_eq!((page.status, browser.cookie("theme")), (StatusCode::NOT_FOUND, None));
}

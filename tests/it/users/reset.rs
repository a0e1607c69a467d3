//! Forgotten passwords.

use periodical::users::{jobs::token_hash, queries::reset_password};
use reqwest::StatusCode;

use super::{register, try_to_sign_in};
use crate::support::{Browser, Page, TestApp};

const NEW: &str = "quite another few words";
const RESET: &str = "/password/reset/";

async fn forget(app: &TestApp, email: &str) -> Page {
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", email)]).await
}

async fn link(app: &TestApp, email: &str, count: usize) -> String {
    app.nth_link(email, RESET, count).await
}

async fn choose(browser: &Browser, link: &str, password: &str) -> Page {
    browser.submit(link, link, &[("password", password)]).await
}

async fn hash_of(app: &TestApp, email: &str) -> String {
    sqlx::query_scalar("select password_hash from users where email = $1::citext").bind(email).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_behind_the_link_and_every_session_ends() {
    let app = TestApp::start().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let elsewhere = app.browser();
    elsewhere.sign_in("una@example.org").await;
    assert!(app.browser().get("/login").await.contains("href=\"/password/forgot\""));
    assert_eq!(forget(&app, "UNA@example.org").await.status, StatusCode::OK);
    let link = link(&app, "una@example.org", 1).await;
    // Mail programs look at links by themselves.
    for _ in 0..2 {
        assert_eq!(app.browser().get(&link).await.status, StatusCode::OK);
    }

    // In a browser that is signed in, too.
    let page = choose(&browser, &link, NEW).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/login"));
    assert!(page.contains("Your password is changed"), "{}", page.text);
    for browser in [&browser, &elsewhere] {
        assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
    }
    let open: i64 = sqlx::query_scalar("select count(*) from sessions where user_id = $1").bind(id).fetch_one(&app.db).await.unwrap();
    assert_eq!(open, 0);
    assert_ne!(try_to_sign_in(&app, "una@example.org", Browser::PASSWORD).await.path, "/");
    assert_eq!(try_to_sign_in(&app, "una@example.org", NEW).await.path, "/");
    app.mail_about("una@example.org", "Subject: Your password was changed").await;
}

#[tokio::test]
async fn a_reset_link_works_once_and_a_later_one_ends_the_earlier() {
    let app = TestApp::start().await;
    app.user("una@example.org").await;
    forget(&app, "una@example.org").await;
    let first = link(&app, "una@example.org", 1).await;
    forget(&app, "una@example.org").await;
    let second = link(&app, "una@example.org", 2).await;
    assert_eq!(app.browser().get(&first).await.text_of("h1").unwrap(), "This link does not work");

    let browser = app.browser();
    let fields = browser.get(&second).await.form(&second);
    assert_eq!(browser.post(&second, fields.clone(), &[("password", NEW)]).await.path, "/login");
    let kept = hash_of(&app, "una@example.org").await;
    let page = browser.post(&second, fields, &[("password", "a third few words")]).await;
    assert_eq!((page.status, page.text_of("h1").unwrap().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "This link does not work"));
    assert_eq!(hash_of(&app, "una@example.org").await, kept);
}

#[tokio::test]
async fn of_two_who_follow_the_link_at_once_one_sets_the_password() {
    let app = TestApp::start().await;
    app.user("una@example.org").await;
    forget(&app, "una@example.org").await;
    let link = link(&app, "una@example.org", 1).await;
    let browser = app.browser();
    let fields = browser.get(&link).await.form(&link);
    let (one, other) = tokio::join!(
        browser.post(&link, fields.clone(), &[("password", NEW)]),
        browser.post(&link, fields.clone(), &[("password", "a third few words")])
    );
    let done = [&one, &other].iter().filter(|page| page.path == "/login").count();
    let refused = [&one, &other].iter().filter(|page| page.status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!((done, refused), (1, 1));
    let set = if one.path == "/login" { NEW } else { "a third few words" };
    assert_eq!(try_to_sign_in(&app, "una@example.org", set).await.path, "/");
}

#[tokio::test]
async fn a_reset_link_that_is_cut_short_expired_or_of_another_kind_says_so_and_changes_nothing() {
    let app = TestApp::start().await;
    app.user("una@example.org").await;
    let before = hash_of(&app, "una@example.org").await;
    forget(&app, "una@example.org").await;
    let good = link(&app, "una@example.org", 1).await;
    let hours = "select count(*) from user_tokens where expires_at between now() + interval '59 minutes' and now() + interval '60 minutes'";
    assert_eq!(app.count(hours).await, 1);
    register(&app, "new@example.org", Browser::PASSWORD).await;
    let verification = app.nth_link("new@example.org", "/verify/", 1).await;

    let browser = app.browser();
    let token = browser.token().await;
    let garbled = [
        good[..good.len() - 1].to_owned(),
        format!("{good}0"),
        format!("{RESET}{}", verification.trim_start_matches("/verify/")),
        format!("{RESET}%00"),
        format!("{RESET}{}", "a".repeat(5000)),
    ];
    for path in &garbled {
        let page = browser.get(path).await;
        assert_eq!(
            (page.status, page.text_of("h1").unwrap().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, "This link does not work"),
            "{path}"
        );
        let page = browser.post(path, vec![("csrf_token".into(), token.clone())], &[("password", NEW)]).await;
        assert_eq!(
            (page.status, page.text_of("h1").unwrap().as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, "This link does not work"),
            "{path}"
        );
    }
    // A reset is no confirmation of an address, nor of a new one.
    for path in ["/verify/", "/account/email/"] {
        let page = browser.get(&format!("{path}{}", good.trim_start_matches(RESET))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    sqlx::query("update user_tokens set expires_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    assert_eq!(browser.get(&good).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = browser.post(&good, vec![("csrf_token".into(), token)], &[("password", NEW)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Nor where it was still good a moment ago, when the password was hashed.
    for link in [good.trim_start_matches(RESET), verification.trim_start_matches("/verify/")] {
        sqlx::query("update user_tokens set expires_at = now() + interval '1 hour' where purpose = 'verification'")
            .execute(&app.db)
            .await
            .unwrap();
        assert_eq!(reset_password(&mut app.db.acquire().await.unwrap(), &token_hash(link), "another hash").await.unwrap(), None);
    }
    assert_eq!(hash_of(&app, "una@example.org").await, before);
    assert_eq!(app.count("select count(*) from user_tokens where used_at is not null").await, 0);
}

#[tokio::test]
async fn asking_for_an_unknown_address_does_the_same_work_and_says_the_same() {
    let mut app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let known = forget(&app, "una@example.org").await;
    for email in ["nobody@example.org", "una+news@example.org", "u.na@example.org", "deleted-1@deleted.invalid"] {
        let page = forget(&app, email).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.without_token().replace(email, "una@example.org"), known.without_token());
    }
    // A row and a job each; only the job finds out whose they are.
    assert_eq!(app.count("select count(*) from user_tokens").await, 5);
    assert_eq!(app.count("select count(*) from user_tokens where user_id is null").await, 4);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 5);
    let payloads: String =
        sqlx::query_scalar("select string_agg(j::text, ' ') from graphile_worker._private_jobs j").fetch_one(&app.db).await.unwrap();
    assert!(!payloads.contains('@'), "{payloads}");
    app.start_worker();
    app.jobs_done().await;
    assert_eq!(app.delivered(), ["una@example.org"]);
}

#[tokio::test]
async fn a_confirmation_that_is_sent_again_does_the_same_work_for_every_address() {
    let mut app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    for email in ["una@example.org", "nobody@example.org"] {
        app.browser().submit("/verification", "/verification", &[("email", email)]).await;
    }
    assert_eq!(app.count("select count(*) from user_tokens").await, 2);
    assert_eq!(app.count("select count(distinct regexp_replace(payload::text, '[0-9]+', '')) from graphile_worker._private_jobs").await, 1);
    app.start_worker();
    app.jobs_done().await;
    assert_eq!(app.delivered(), ["una@example.org"]);
    assert!(app.mail_to("una@example.org").await.contains("You have an account already"));
}

#[tokio::test]
async fn a_reset_confirms_the_address_and_ends_its_other_links() {
    let app = TestApp::start().await;
    register(&app, "una@example.org", "the stranger's password").await;
    let verification = app.nth_link("una@example.org", "/verify/", 1).await;
    forget(&app, "una@example.org").await;
    let link = link(&app, "una@example.org", 1).await;
    choose(&app.browser(), &link, NEW).await;
    // The stranger's registration comes to nothing, though the owner opens its link.
    assert_eq!(app.browser().get(&verification).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_ne!(try_to_sign_in(&app, "una@example.org", "the stranger's password").await.path, "/");
    assert_eq!(try_to_sign_in(&app, "una@example.org", NEW).await.path, "/");
}

#[tokio::test]
async fn a_reset_ends_a_change_of_address_that_somebody_else_has_begun() {
    let app = TestApp::start().await;
    let (_, thief) = app.signed_in("una@example.org").await;
    thief.submit("/account/email", "/account/email", &[("email", "thief@example.org"), ("password", Browser::PASSWORD)]).await;
    let thiefs = app.nth_link("thief@example.org", "/account/email/", 1).await;
    assert_eq!(app.browser().get(&thiefs).await.status, StatusCode::OK);
    forget(&app, "una@example.org").await;
    choose(&app.browser(), &link(&app, "una@example.org", 1).await, NEW).await;
    assert_eq!(app.browser().get(&thiefs).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_blocked_user_may_reset_the_password_and_still_is_told_at_the_sign_in() {
    let app = TestApp::start().await;
    app.user("una@example.org").await;
    sqlx::query("update users set blocked_at = now(), blocked_reason = 'Spam'").execute(&app.db).await.unwrap();
    forget(&app, "una@example.org").await;
    let link = link(&app, "una@example.org", 1).await;
    choose(&app.browser(), &link, NEW).await;
    let page = try_to_sign_in(&app, "una@example.org", NEW).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("This account is blocked. The reason given: Spam"), "{}", page.text);
}

#[tokio::test]
async fn odd_input_comes_back_with_its_error_and_the_link_stays_good() {
    let app = TestApp::start().await;
    app.user("una@example.org").await;
    for email in ["", "no address", "una\u{0}@example.org", "una@example.org\r\nBcc: b@example.org", &"x".repeat(10_000)] {
        let page = forget(&app, email).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:.20}");
        assert!(page.error("email").is_some());
    }
    for email in ["юна@example.org", "una@пример.рф", "u'na@example.org", "\"u na\"@example.org"] {
        assert!(!forget(&app, email).await.status.is_server_error(), "{email}");
    }
    forget(&app, "una@example.org").await;
    let link = link(&app, "una@example.org", 1).await;
    for password in ["short", "", &"x".repeat(10_000)] {
        let page = choose(&app.browser(), &link, password).await;
        assert_eq!((page.status, page.error("password").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
        assert!(password.is_empty() || !page.contains(password), "a password is not sent back");
    }
    assert_eq!(choose(&app.browser(), &link, "пароль из \u{0} слов").await.path, "/login");
    assert_eq!(try_to_sign_in(&app, "una@example.org", "пароль из \u{0} слов").await.path, "/");
}

#[tokio::test]
async fn the_tokens_of_account_links_stand_in_no_log() {
    let log = crate::support::Log::capture();
    let app = TestApp::start().await;
    app.user("una@example.org").await;
    forget(&app, "una@example.org").await;
    let link = link(&app, "una@example.org", 1).await;
    choose(&app.browser(), &link, NEW).await;
    app.browser().get(&link.replace(RESET, "/account/email/")).await;
    let text = log.text();
    assert!(text.contains("GET /password/reset/… answered 200"), "{text}");
    assert!(!text.contains(link.trim_start_matches(RESET)), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_used_while_the_password_is_being_changed_comes_too_late() {
    let app = TestApp::start().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    forget(&app, "una@example.org").await;
    let link = link(&app, "una@example.org", 1).await;
    app.jobs_done().await;
    let change = browser.get("/account/password").await.form("/account/password");

    let turn = app.standing("select id from users for no key update").await;
    let typed = [("current_password", Browser::PASSWORD), ("password", "changed in the meantime")];
    let stranger = app.browser();
    let second = async {
        app.waiting(1).await;
        let release = async {
            app.waiting(2).await;
            turn.commit().await.unwrap();
        };
        tokio::join!(choose(&stranger, &link, NEW), release).0
    };
    let (changed, reset) = tokio::join!(browser.post("/account/password", change, &typed), second);
    assert_eq!((changed.status, reset.status), (StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY), "{} {}", changed.text, reset.text);
    assert_eq!(try_to_sign_in(&app, "una@example.org", "changed in the meantime").await.path, "/");
}

//! Registration and the link in the mail; the files in `users/` have the rest.

mod csrf;
mod languages;
mod reset;
mod sessions;
mod setup;
mod sign_in;
mod two_factor;

use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::support::{Browser, Page, TestApp};

async fn register(app: &TestApp, email: &str, password: &str) -> Page {
    let changes = [("email", email), ("full_name", "Una User"), ("password", password)];
    app.is_set_up().await;
    app.browser().submit("/register", "/register", &changes).await
}

/// The latest verification link to an address, once `count` of them have arrived.
async fn nth_link(app: &TestApp, email: &str, count: usize) -> String {
    app.nth_link(email, "/verify/", count).await
}

async fn is_verified(app: &TestApp, email: &str) -> bool {
    sqlx::query_scalar("select verified_at is not null from users where email = $1::citext").bind(email).fetch_one(&app.db).await.unwrap()
}

async fn try_to_sign_in(app: &TestApp, email: &str, password: &str) -> Page {
    app.browser().submit("/login", "/login", &[("email", email), ("password", password)]).await
}

#[tokio::test]
async fn a_registered_user_signs_in_only_after_following_the_link_in_the_mail() {
    let app = TestApp::start().await;
    let page = register(&app, "una@example.org", Browser::PASSWORD).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text_of("h1").unwrap(), "Look into your mailbox");
    assert!(!is_verified(&app, "una@example.org").await);

    let page = try_to_sign_in(&app, "una@example.org", Browser::PASSWORD).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("not confirmed yet"), "{}", page.text);
    assert_eq!(app.count("select count(*) from sessions where user_id is not null").await, 0);

    let link = nth_link(&app, "una@example.org", 1).await;
    let page = app.browser().get(&link).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/login"));
    assert!(page.contains("Your address is confirmed."), "{}", page.text);
    assert!(is_verified(&app, "una@example.org").await);

    let page = try_to_sign_in(&app, "una@example.org", Browser::PASSWORD).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/"));
    assert!(page.contains("Hello, Una User"), "{}", page.text);
}

#[tokio::test]
async fn a_verification_link_works_once() {
    let app = TestApp::start().await;
    register(&app, "una@example.org", Browser::PASSWORD).await;
    let link = nth_link(&app, "una@example.org", 1).await;
    app.browser().get(&link).await;
    assert!(is_verified(&app, "una@example.org").await);
    let row = "select md5(string_agg(u::text, ',')) from users u";
    let before: String = sqlx::query_scalar(row).fetch_one(&app.db).await.unwrap();

    let page = app.browser().get(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text_of("h1").unwrap(), "Confirmed already");
    let after: String = sqlx::query_scalar(row).fetch_one(&app.db).await.unwrap();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_link_that_is_truncated_or_garbled_says_so_and_changes_nothing() {
    let app = TestApp::start().await;
    register(&app, "una@example.org", Browser::PASSWORD).await;
    let link = nth_link(&app, "una@example.org", 1).await;
    let garbled = [
        link[..link.len() - 1].to_owned(),
        format!("{link}0"),
        link.to_uppercase().replace("/VERIFY/", "/verify/"),
        "/verify/nonsense".into(),
        "/verify/%00".into(),
        "/verify/%27%20or%201=1".into(),
        format!("/verify/{}", "a".repeat(5000)),
    ];
    for path in garbled {
        let page = app.browser().get(&path).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(page.text_of("h1").unwrap(), "This link does not work", "{path}");
        assert_eq!(page.attr(".card-body a", "href").unwrap(), "/verification");
    }
    for path in ["/verify/%FF%FE", "/verify/a/b"] {
        let page = app.browser().get(path).await;
        assert!(page.status.is_client_error(), "{path}: {}", page.status);
    }
    assert!(!is_verified(&app, "una@example.org").await);
    assert_eq!(app.count("select count(*) from user_tokens where used_at is not null").await, 0);
}

#[tokio::test]
async fn a_link_older_than_its_day_is_refused() {
    let app = TestApp::start().await;
    register(&app, "una@example.org", Browser::PASSWORD).await;
    let link = nth_link(&app, "una@example.org", 1).await;
    assert_eq!(
        app.count("select count(*) from user_tokens where expires_at between now() + interval '23 hours' and now() + interval '25 hours'")
            .await,
        1
    );
    sqlx::query("update user_tokens set expires_at = now() - interval '1 second'").execute(&app.db).await.unwrap();

    let page = app.browser().get(&link).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.text_of("h1").unwrap(), "This link does not work");
    assert!(!is_verified(&app, "una@example.org").await);
}

#[tokio::test]
async fn registering_a_known_address_gets_the_same_answer_and_only_its_mailbox_learns() {
    let app = TestApp::start().await;
    app.user("known@example.org").await;
    let hash = "select password_hash from users where email = 'known@example.org'";
    let before: String = sqlx::query_scalar(hash).fetch_one(&app.db).await.unwrap();

    let unknown = register(&app, "fresh@example.org", "another password").await;
    let known = register(&app, "known@example.org", "another password").await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(known.without_token().replace("known@", "fresh@"), unknown.without_token());
    let pending = register(&app, "fresh@example.org", "a third password").await;
    assert_eq!(pending.without_token(), unknown.without_token());

    let mail = app.mail_to("known@example.org").await;
    assert!(mail.contains("You have an account already"), "{mail}");
    assert!(app.links("known@example.org", "/verify/").is_empty());
    let after: String = sqlx::query_scalar(hash).fetch_one(&app.db).await.unwrap();
    assert_eq!(after, before);
    assert_eq!(app.count("select count(*) from users").await, 2);
}

#[tokio::test]
async fn a_stranger_who_registers_the_address_too_cannot_take_the_account_over() {
    let app = TestApp::start().await;
    register(&app, "una@example.org", Browser::PASSWORD).await;
    let own = nth_link(&app, "una@example.org", 1).await;
    register(&app, "una@example.org", "the stranger's password").await;
    let strangers = nth_link(&app, "una@example.org", 2).await;

    app.browser().get(&own).await;
    // The other registration's link died with it.
    let page = app.browser().get(&strangers).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = try_to_sign_in(&app, "una@example.org", "the stranger's password").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = try_to_sign_in(&app, "una@example.org", Browser::PASSWORD).await;
    assert_eq!(page.status, StatusCode::OK);

    // Nor once it is active.
    register(&app, "una@example.org", "the stranger's password").await;
    let page = try_to_sign_in(&app, "una@example.org", "the stranger's password").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn mails_to_an_address_that_nobody_has_confirmed_repeat_no_name_that_a_stranger_typed() {
    let app = TestApp::start().await;
    let (name, email) = ("Mallory http evil example", "victim@example.org");
    let fields = [("email", email), ("full_name", name), ("password", Browser::PASSWORD)];
    app.is_set_up().await;
    app.browser().submit("/register", "/register", &fields).await;
    nth_link(&app, email, 1).await;
    app.browser().submit("/verification", "/verification", &[("email", email)]).await;
    nth_link(&app, email, 2).await;
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", email)]).await;
    app.nth_link(email, "/password/reset/", 1).await;
    // The name of a user counts at their own address alone.
    let (id, browser) = app.signed_in("una@example.org").await;
    sqlx::query("update users set full_name = $2 where id = $1").bind(id).bind(name).execute(&app.db).await.unwrap();
    let change = [("email", "other@example.org"), ("password", Browser::PASSWORD)];
    browser.submit("/account/email", "/account/email", &change).await;
    app.nth_link("other@example.org", "/account/email/", 1).await;

    for to in [email, "other@example.org"] {
        for mail in app.mails_to(to) {
            assert!(mail.contains("Hello,") && !mail.contains("Mallory"), "{mail}");
        }
    }
    app.jobs_done().await;
    assert!(app.mail_about("una@example.org", "A change of your address").await.contains(&format!("Hello {name},")));
}

#[tokio::test]
async fn a_registration_is_as_many_rows_whether_the_address_is_new_pending_or_known() {
    let app = TestApp::without_worker().await;
    app.user("known@example.org").await;
    for (number, email) in ["new@example.org", "new@example.org", "known@example.org"].into_iter().enumerate() {
        register(&app, email, "another password").await;
        let number = i64::try_from(number).unwrap() + 1;
        let rows = (app.count("select count(*) from user_tokens").await, app.count("select count(*) from graphile_worker.jobs").await);
        assert_eq!(rows, (number, number), "{email}");
    }
}

#[tokio::test]
async fn registrations_that_nobody_confirms_are_forgotten_after_a_month_and_nothing_else_is() {
    let app = TestApp::without_worker().await;
    app.user("verified@example.org").await;
    for email in
        ["old@example.org", "live@example.org", "young@example.org", "invited@example.org", "role@example.org", "owner@example.org"]
    {
        register(&app, email, Browser::PASSWORD).await;
    }
    register(&app, "blocked@example.org", Browser::PASSWORD).await;
    for statement in [
        "update users set created_at = now() - interval '31 days' where email <> 'young@example.org'",
        "update user_tokens set expires_at = now() - interval '1 day' where user_id <> (select id from users where email = 'live@example.org')",
        "update users set invited_at = now() where email = 'invited@example.org'",
        "update users set blocked_at = now() where email = 'blocked@example.org'",
        "insert into user_roles (user_id, role) select id, 'manager' from users where email = 'role@example.org'",
        "insert into recipients (user_id, email, full_name) select id, 'r@example.org', 'R' from users where email = 'owner@example.org'",
    ] {
        sqlx::query(statement).execute(&app.db).await.unwrap();
    }
    assert_eq!(periodical::users::queries::delete_unconfirmed(&app.db).await.unwrap(), 1);
    let left: Vec<String> =
        sqlx::query_scalar("select split_part(email::text, '@', 1) from users where email <> 'first@example.org' order by 1")
            .fetch_all(&app.db)
            .await
            .unwrap();
    assert_eq!(left, ["blocked", "invited", "live", "owner", "role", "verified", "young"]);
    assert_eq!(periodical::users::queries::delete_unconfirmed(&app.db).await.unwrap(), 0);
}

#[tokio::test]
async fn the_link_is_sent_again_and_the_answer_does_not_say_who_is_known() {
    let app = TestApp::start().await;
    app.user("active@example.org").await;
    register(&app, "una@example.org", Browser::PASSWORD).await;
    let first = nth_link(&app, "una@example.org", 1).await;

    let resend = async |email: &str| app.browser().submit("/verification", "/verification", &[("email", email)]).await;
    let pending = resend("una@example.org").await;
    assert_eq!(pending.status, StatusCode::OK);
    for email in ["active@example.org", "nobody@example.org"] {
        assert_eq!(resend(email).await.without_token().replace(email, "una@example.org"), pending.without_token());
    }
    assert!(app.mail_to("active@example.org").await.contains("You have an account already"));

    let second = nth_link(&app, "una@example.org", 2).await;
    assert_ne!(second, first);
    // Whoever asked need not be who registered: the password is chosen behind this link, and a bad one is told.
    let chosen = "quite another few words";
    let page = app.browser().submit(&second, &second, &[("password", "short")]).await;
    assert_eq!((page.status, page.error("password").is_some()), (StatusCode::UNPROCESSABLE_ENTITY, true));
    let page = app.browser().submit(&second, &second, &[("password", chosen)]).await;
    assert_eq!(page.path, "/login");
    assert_ne!(try_to_sign_in(&app, "una@example.org", Browser::PASSWORD).await.path, "/");
    assert_eq!(try_to_sign_in(&app, "una@example.org", chosen).await.path, "/");
    assert_eq!(app.browser().get(&first).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(app.mails().iter().all(|mail| mail.to != ["nobody@example.org"]));

    let page = resend("no address").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.error("email").is_some());
}

#[tokio::test]
async fn a_bad_registration_comes_back_with_its_text_and_every_error() {
    let app = TestApp::without_worker().await;
    app.is_set_up().await;
    let changes = [("email", "una at example"), ("full_name", "Una\r\nBcc: all@example.org"), ("password", "short")];
    let page = app.browser().submit("/register", "/register", &changes).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["email", "full_name", "password"] {
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
    }
    assert!(page.contains("una at example"));
    assert!(!page.contains("short\""), "a password is not sent back");

    let long = "x".repeat(10_000);
    for (field, value) in [
        ("password", long.as_str()),
        ("full_name", "Una\u{0}"),
        ("full_name", "Una\u{7f}"),
        ("full_name", long.as_str()),
        ("email", "una@example.org\r\nBcc: b@example.org"),
        ("email", "una\u{0}@example.org"),
        ("email", long.as_str()),
    ] {
        let mut changes = vec![("email", "una@example.org"), ("full_name", "Una"), ("password", Browser::PASSWORD)];
        changes.retain(|(name, _)| *name != field);
        changes.push((field, value));
        let page = app.browser().submit("/register", "/register", &changes).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(page.error(field).is_some(), "{field}: {}", page.text);
    }
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 0);
}

#[tokio::test]
async fn a_double_click_on_register_makes_one_user() {
    let app = TestApp::without_worker().await;
    app.is_set_up().await;
    let browser = app.browser();
    let fields = browser.get("/register").await.form("/register");
    let changes = [("email", "Una@Example.org"), ("full_name", "Una"), ("password", Browser::PASSWORD)];
    let (first, second) =
        tokio::join!(browser.post("/register", fields.clone(), &changes), browser.post("/register", fields.clone(), &changes));
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(app.count("select count(*) from users where email = 'una@example.org'").await, 1);
}

#[tokio::test]
async fn tokens_and_passwords_are_kept_only_as_hashes_and_the_queue_holds_ids_alone() {
    let mut app = TestApp::without_worker().await;
    register(&app, "una@example.org", Browser::PASSWORD).await;
    let job: String = sqlx::query_scalar("select j::text from graphile_worker._private_jobs j").fetch_one(&app.db).await.unwrap();
    assert!(job.contains("token_id") && !job.contains("una@"), "{job}");

    app.start_worker();
    let link = nth_link(&app, "una@example.org", 1).await;
    let token = link.strip_prefix("/verify/").unwrap();
    assert_eq!(token.len(), 64);
    let kept: Vec<u8> = sqlx::query_scalar("select token_hash from user_tokens").fetch_one(&app.db).await.unwrap();
    assert_eq!(kept, Sha256::digest(token.as_bytes()).to_vec());
    let row: String = sqlx::query_scalar("select t::text || u::text from user_tokens t, users u").fetch_one(&app.db).await.unwrap();
    assert!(!row.contains(token) && !row.contains(Browser::PASSWORD), "{row}");
    let hashes: Vec<String> = sqlx::query_scalar("select password_hash from users union all select password_hash from user_tokens")
        .fetch_all(&app.db)
        .await
        .unwrap();
    assert!(hashes.iter().all(|hash| hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")), "{hashes:?}");
}

#[tokio::test]
async fn an_htmx_request_without_a_session_is_told_to_load_the_sign_in_page() {
    let app = TestApp::without_worker().await;
    let browser = Browser::without_redirects(&app.base);
    for path in
        ["/recipients", "/recipients/1/edit", "/messages", "/mailings/new", "/attempts?mailing_id=4", "/attempts/1/live", "/reports"]
    {
        let page = browser.get(path).await;
        let login = format!("/login?next={}", url::form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>());
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, Some(login.as_str())), "{path}");
        let page = browser.send(browser.request(Method::GET, path).header("HX-Request", "true")).await;
        assert_eq!((page.status, page.header("hx-redirect")), (StatusCode::UNAUTHORIZED, Some(login.as_str())), "{path}");
    }
    for (method, path) in [
        (Method::POST, "/recipients"),
        (Method::PUT, "/messages/1"),
        (Method::DELETE, "/mailings/1"),
        (Method::POST, "/mailings/1/attempts"),
    ] {
        let page = browser.htmx_request(method.clone(), path, &[]).await;
        // The form stays open, with what was typed.
        assert_eq!((page.status, page.header("hx-redirect")), (StatusCode::UNAUTHORIZED, None), "{path}");
        assert!(page.header("hx-trigger").is_some_and(|notice| notice.contains("was not saved")), "{path}");
        let token = browser.token().await;
        let page = browser.send(browser.request(method, path).form(&[("csrf_token", token)])).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, Some("/login?next=%2F&unsaved=true")), "{path}");
    }
}

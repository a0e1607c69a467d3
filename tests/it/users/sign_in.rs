//! Signing in and out, sessions and their cookies.

use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};

use super::try_to_sign_in;
use crate::support::{Browser, TestApp, quick};

const SESSION: &str = "periodical_session";

async fn sessions_of(app: &TestApp, user_id: i64) -> i64 {
    sqlx::query_scalar("select count(*) from sessions where user_id = $1").bind(user_id).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    sqlx::query("insert into users (email, full_name, password_hash) select 'pending@example.org', 'P', password_hash from users")
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("insert into users (email, full_name, password_hash, verified_at, blocked_at) select 'barred@example.org', 'B', password_hash, now(), now() from users where email = 'una@example.org'")
        .execute(&app.db).await.unwrap();

    let wrong = try_to_sign_in(&app, "una@example.org", "not the password").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.contains("do not belong together"), "{}", wrong.text);
    for email in ["nobody@example.org", "pending@example.org", "barred@example.org"] {
        let page = try_to_sign_in(&app, email, "not the password").await;
        assert_eq!(page.status, wrong.status);
        assert_eq!(page.without_token().replace(email, "una@example.org"), wrong.without_token(), "{email}");
    }
    // Said only to whoever knows the password.
    assert!(try_to_sign_in(&app, "pending@example.org", Browser::PASSWORD).await.contains("not confirmed yet"));
    assert!(try_to_sign_in(&app, "barred@example.org", Browser::PASSWORD).await.contains("This account is blocked"));
    assert_eq!(app.count("select count(*) from sessions").await, 0);
}

#[tokio::test]
async fn odd_input_at_the_sign_in_is_a_wrong_password_and_no_failure() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let long = "x".repeat(10_000);
    for (email, password) in [
        ("una@example.org", long.as_str()),
        (long.as_str(), Browser::PASSWORD),
        ("una\u{0}@example.org", Browser::PASSWORD),
        ("una@example.org", "a few words\u{0} in a row"),
        ("", ""),
        ("una@example.org\r\n", "x"),
        ("%", Browser::PASSWORD),
    ] {
        let page = try_to_sign_in(&app, email, password).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{email:.20} {password:.20}: {}", page.text);
        assert!(page.contains("do not belong together"), "{}", page.text);
    }
}

#[tokio::test]
async fn an_address_is_the_same_in_capitals() {
    let app = TestApp::without_worker().await;
    app.user("Una@Example.org").await;
    assert_eq!(try_to_sign_in(&app, " uNA@eXAMPLE.ORG ", Browser::PASSWORD).await.path, "/");
    let again = app.user("una@example.org").await;
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select max(id) from users").await, again);
}

#[tokio::test]
async fn signing_in_changes_the_session_id_and_a_planted_one_comes_to_nothing() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let before = browser.cookie(SESSION).unwrap();
    let token = browser.token().await;
    let fields = [("csrf_token", token.as_str()), ("email", "una@example.org"), ("password", Browser::PASSWORD)];
    let page = browser.send(browser.request(Method::POST, "/login").form(&fields)).await;
    assert_eq!(page.status, StatusCode::OK);
    let after = browser.cookie(SESSION).unwrap();
    assert_ne!(after, before);
    assert_eq!(sessions_of(&app, id).await, 1, "the old session is gone");

    let victim = Browser::without_redirects(&app.base);
    let page = victim.get("/login").await;
    let token = page.token();
    let csrf = victim.cookie("periodical_csrf").unwrap();
    let stranger = Browser::without_redirects(&app.base);
    let request = stranger.request(Method::POST, "/login").header("cookie", format!("{SESSION}=planted; periodical_csrf={csrf}")).form(&[
        ("csrf_token", token.as_str()),
        ("email", "una@example.org"),
        ("password", Browser::PASSWORD),
    ]);
    let page = stranger.send(request).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_ne!(stranger.cookie(SESSION).unwrap(), "planted");
    let planted = Sha256::digest("planted").to_vec();
    let found: i64 = sqlx::query_scalar("select count(*) from sessions where id_hash = $1").bind(planted).fetch_one(&app.db).await.unwrap();
    assert_eq!(found, 0);
}

#[tokio::test]
async fn signing_out_ends_the_session_in_the_table() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let cookie = browser.cookie(SESSION).unwrap();
    assert_eq!(sessions_of(&app, id).await, 1);

    let page = browser.submit("/", "/logout", &[]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/"));
    assert_eq!(page.text_of("h1").unwrap(), "Recurring e-mail you host yourself");
    assert_eq!(sessions_of(&app, id).await, 0);

    // Whoever has copied the cookie is signed out as well.
    let thief = Browser::without_redirects(&app.base);
    let page = thief.send(thief.request(Method::GET, "/recipients").header("cookie", format!("{SESSION}={cookie}"))).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    for (public_url, is_https) in [("http://periodical.example", false), ("https://periodical.example", true)] {
        let app = TestApp::configured(quick(), |config| config.public_url = public_url.parse().unwrap()).await;
        app.user("una@example.org").await;
        let browser = Browser::without_redirects(&app.base);
        let page = browser.get("/login").await;
        let set_csrf = page.header("set-cookie").unwrap().to_owned();
        let csrf = set_csrf.split(';').next().unwrap().to_owned();
        let fields = [("csrf_token", page.token()), ("email", "una@example.org".into()), ("password", Browser::PASSWORD.into())];
        let page = browser.send(browser.request(Method::POST, "/login").header("cookie", csrf).form(&fields)).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        let set: Vec<&str> = page.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        // Over https the prefix ties it to this host, whatever another host of the domain sets.
        let prefix = if is_https { "__Host-" } else { "" };
        let set_session = set.iter().find(|cookie| cookie.starts_with(&format!("{prefix}{SESSION}="))).unwrap();
        assert!(set_csrf.starts_with(&format!("{prefix}periodical_csrf=")), "{set_csrf}");
        for cookie in [&set_csrf, *set_session] {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
            assert_eq!(cookie.contains("Secure"), is_https, "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
}

#[tokio::test]
async fn the_table_of_sessions_holds_hashes_alone() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let cookie = browser.cookie(SESSION).unwrap();
    assert!(cookie.len() >= 43, "256 bits: {cookie}");
    let kept: Vec<u8> = sqlx::query_scalar("select id_hash from sessions where user_id = $1").bind(id).fetch_one(&app.db).await.unwrap();
    assert_eq!(kept, Sha256::digest(cookie.as_bytes()).to_vec());
    let rows: String = sqlx::query_scalar("select string_agg(s::text, ',') from sessions s").fetch_one(&app.db).await.unwrap();
    assert!(!rows.contains(&cookie), "{rows}");
}

#[tokio::test]
async fn a_session_ends_with_its_time() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
    sqlx::query("update sessions set expires_at = now() - interval '1 second'").execute(&app.db).await.unwrap();
    assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
}

#[tokio::test]
async fn a_blocked_user_cannot_sign_in_and_an_open_session_stops_working() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    assert_eq!(browser.get("/recipients").await.path, "/recipients");
    sqlx::query("update users set blocked_at = now() where id = $1").bind(id).execute(&app.db).await.unwrap();

    assert_eq!(browser.get("/recipients").await.path, "/login?next=%2Frecipients");
    let page = browser.htmx_request(Method::POST, "/recipients", &[("email", "rita@example.org"), ("full_name", "Rita")]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.count("select count(*) from recipients").await, 0);
    let page = try_to_sign_in(&app, "una@example.org", Browser::PASSWORD).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("This account is blocked"));
}

#[tokio::test]
async fn signing_in_leads_on_to_the_page_that_was_asked_for_and_to_no_other_site() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    let browser = app.browser();
    let page = browser.get("/messages?q=hello").await;
    assert_eq!(page.path, "/login?next=%2Fmessages%3Fq%3Dhello");
    let fields = page.form("/login");
    let page = browser.post("/login", fields, &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
    assert_eq!(page.path, "/messages?q=hello");

    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil.example",
        "/%0d%0aX: y\r\nSet-Cookie: a=b",
    ] {
        let browser = Browser::without_redirects(&app.base);
        let address = url::form_urlencoded::Serializer::new("/login?".to_owned()).append_pair("next", next).finish();
        let fields = browser.get(&address).await.form("/login");
        let page = browser.post("/login", fields, &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, Some("/")), "{next:?}");
        // Signed in, the sign-in page leads on by itself.
        let page = browser.get(&address).await;
        assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, Some("/")), "{next:?}");
    }
}

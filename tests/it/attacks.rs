//! What people with bad intentions, bad luck or odd keyboards send. Each gets a clear page, never a failure of ours, and
//! nothing is changed. What stands at the door (throttles, timeouts, proxies, headers) is in `door.rs`, who may use which
//! route in `matrix.rs`.

mod links;

use links::{link, live_links};
use reqwest::{Method, StatusCode};

use crate::support::{Browser, Page, TestApp, until};

/// Everything about accounts that an attack could be after, as one hash.
async fn accounts(app: &TestApp) -> String {
    let query = "select md5(concat(
        (select string_agg((to_jsonb(u) - 'last_signed_in_at')::text, ',' order by id) from users u),
        (select string_agg(r::text, ',' order by user_id, role) from user_roles r),
        (select string_agg(c::text, ',' order by user_id, code_hash) from recovery_codes c)))";
    sqlx::query_scalar(query).fetch_one(&app.db).await.unwrap()
}

/// A page of ours that says something: no failure, and a headline.
fn assert_clear(page: &Page, what: &str) {
    assert!(page.status.as_u16() < 500, "{what}: {} {}", page.status, page.text);
    assert!(page.status == StatusCode::SEE_OTHER || page.text_of("h1").is_some(), "{what}: {} {}", page.status, page.text);
}

#[tokio::test]
async fn capitals_name_the_same_account_and_dots_and_plus_another() {
    let app = TestApp::without_worker().await;
    app.user("una.user@example.org").await;
    let sign_in = async |email: &str| app.browser().submit("/login", "/login", &[("email", email), ("password", Browser::PASSWORD)]).await;
    for same in ["UNA.USER@EXAMPLE.ORG", " Una.User@Example.org "] {
        assert_eq!(sign_in(same).await.path, "/", "{same}");
    }
    for other in ["unauser@example.org", "una.user+news@example.org", "una..user@example.org", "una.user@example.org."] {
        let page = sign_in(other).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{other}");
    }
    for taken in ["Una.User@Example.ORG", "una.user@example.org"] {
        let form = [("email", taken), ("full_name", "Imposter"), ("password", "another few words")];
        assert_eq!(app.browser().submit("/register", "/register", &form).await.status, StatusCode::OK, "{taken}");
    }
    assert_eq!(app.count("select count(*) from users").await, 1);
    assert_eq!(app.count("select count(*) from users where full_name = 'Una User'").await, 1);
    let form = [("email", "una.user+news@example.org"), ("full_name", "Una"), ("password", Browser::PASSWORD)];
    app.browser().submit("/register", "/register", &form).await;
    assert_eq!(app.count("select count(*) from users").await, 2);
}

#[tokio::test]
async fn a_letter_that_looks_alike_or_folds_to_another_leads_no_mail_elsewhere() {
    let app = TestApp::start().await;
    app.user("kate@example.org").await;
    let before = accounts(&app).await;
    // The Kelvin sign, a dotless i, a Cyrillic а, full width, a zero-width space, right-to-left, decomposed.
    for email in [
        "\u{212A}ate@example.org",
        "kate@\u{0435}xample.org",
        "k\u{0430}te@example.org",
        "\u{FF4B}ate@example.org",
        "ka\u{200B}te@example.org",
        "kate@ex\u{0131}mple.org",
        "\u{202E}kate@example.org",
        "ka\u{0301}te@example.org",
        "käte@exämple.org",
        "почта@пример.рф",
        "kate@xn--exmple-cua.org",
        "kate@[127.0.0.1]",
        "\"kate@evil.example\"@example.org",
    ] {
        for place in ["/password/forgot", "/verification"] {
            assert_clear(&app.browser().submit(place, place, &[("email", email)]).await, email);
        }
        let page = app.browser().submit("/login", "/login", &[("email", email), ("password", "not the password")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
    }
    assert_eq!(accounts(&app).await, before);
    // Whatever of these means her, the mail goes to the address that is kept and nowhere else.
    app.browser().submit("/password/forgot", "/password/forgot", &[("email", "kate@example.org")]).await;
    link(&app, "kate@example.org", "/password/reset/").await;
    until("the queue to be empty", || async {
        (app.count("select count(*) from graphile_worker.jobs where attempts < max_attempts").await == 0).then_some(())
    })
    .await;
    assert!(app.delivered().iter().all(|to| to == "kate@example.org"), "{:?}", app.delivered());
}

#[tokio::test]
async fn odd_addresses_can_be_registered_or_are_told_why_not() {
    let app = TestApp::without_worker().await;
    app.is_set_up().await;
    for email in
        ["una+news@example.org", "u.n.a@example.org", "una@exämple.org", "ünä@example.org", "почта@пример.рф", "una@[127.0.0.1]", "a@b"]
    {
        let form = [("email", email), ("full_name", "Una"), ("password", Browser::PASSWORD)];
        let page = app.browser().submit("/register", "/register", &form).await;
        assert_clear(&page, email);
        match page.status {
            StatusCode::OK => {}
            StatusCode::UNPROCESSABLE_ENTITY => assert!(page.error("email").is_some(), "{email}: {}", page.text),
            other => panic!("{email}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_password_of_ten_thousand_characters_is_refused_wherever_one_is_typed() {
    let app = TestApp::start().await;
    let [verify, reset, _] = live_links(&app).await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let before = accounts(&app).await;
    let long = "x".repeat(10_000);
    let long = long.as_str();
    let stranger = app.browser();
    for (place, action, fields) in [
        ("/register", "/register", vec![("email", "x@example.org"), ("full_name", "X"), ("password", long)]),
        ("/login", "/login", vec![("email", "una@example.org"), ("password", long)]),
        (&verify, &verify, vec![("password", long)]),
        (&reset, &reset, vec![("password", long)]),
    ] {
        let page = stranger.submit(place, action, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{place}");
        assert!(!page.contains(&long[..500]), "{place} shows it");
    }
    for (place, action, fields) in [
        ("/account/password", "/account/password", vec![("current_password", long), ("password", "another few words")]),
        ("/account/password", "/account/password", vec![("current_password", Browser::PASSWORD), ("password", long)]),
        ("/account/email", "/account/email", vec![("email", "x@example.org"), ("password", long)]),
        ("/account/delete", "/account", vec![("password", long)]),
        ("/account/two-factor", "/account/two-factor", vec![("password", long)]),
    ] {
        let page = browser.submit(place, action, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{place}");
        assert!(!page.contains(&long[..500]), "{place} shows it");
    }
    assert_eq!(accounts(&app).await, before);
}

#[tokio::test]
async fn fields_that_nobody_offered_are_not_taken() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let extra = [
        ("full_name", "Una Renamed"),
        ("id", "1"),
        ("email", "admin@example.org"),
        ("roles", "admin"),
        ("role", "admin"),
        ("verified_at", "2020-01-01"),
        ("blocked_at", ""),
        ("password_hash", "x"),
        ("user_id", "1"),
    ];
    let page = browser.submit("/account", "/account", &extra).await;
    assert_clear(&page, "the profile");
    let form = [
        ("email", "new@example.org"),
        ("full_name", "N"),
        ("password", Browser::PASSWORD),
        ("roles", "admin"),
        ("verified_at", "2020-01-01"),
    ];
    app.browser().submit("/register", "/register", &form).await;
    assert_eq!(app.count("select count(*) from user_roles").await, 0);
    assert_eq!(app.count("select count(*) from users where verified_at is not null").await, 1);
    let (email, name): (String, String) =
        sqlx::query_as("select email::text, full_name from users where id = $1").bind(id).fetch_one(&app.db).await.unwrap();
    assert_eq!((email.as_str(), name.as_str()), ("una@example.org", "Una Renamed"));
}

#[tokio::test]
async fn a_form_from_before_the_sign_out_saves_nothing_and_says_so() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get("/recipients/new").await.form("/recipients");
    browser.submit("/", "/logout", &[]).await;

    let typed = [("email", "rita@example.org"), ("full_name", "Rita")];
    let request = browser.request(Method::POST, "/recipients").header("referer", format!("{}/recipients/new", app.base));
    let form: Vec<(String, String)> = fields
        .iter()
        .filter(|(name, _)| name != "email" && name != "full_name")
        .cloned()
        .chain(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        .collect();
    let page = browser.send(request.form(&form)).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/login?next=%2Frecipients%2Fnew&unsaved=true"));
    assert!(page.contains("nothing was saved"), "{}", page.text);
    // With htmx the form stays where it is.
    let page = browser.htmx(Method::POST, "/recipients", form.clone(), &[]).await;
    assert_eq!((page.status, page.header("hx-redirect")), (StatusCode::UNAUTHORIZED, None));
    assert_eq!(app.count("select count(*) from recipients").await, 0);
    // Signed in again, the same form is good.
    browser.sign_in("una@example.org").await;
    browser.post("/recipients", form, &[]).await;
    let owner: i64 = sqlx::query_scalar("select user_id from recipients").fetch_one(&app.db).await.unwrap();
    assert_eq!(owner, id);
}

#[tokio::test]
async fn a_form_of_one_user_sent_by_another_saves_for_whoever_sends_it() {
    let app = TestApp::without_worker().await;
    let (_, browser) = app.signed_in("una@example.org").await;
    let fields = browser.get("/recipients/new").await.form("/recipients");
    browser.submit("/", "/logout", &[]).await;
    let otto = app.user("otto@example.org").await;
    browser.sign_in("otto@example.org").await;
    browser.post("/recipients", fields, &[("email", "rita@example.org"), ("full_name", "Rita")]).await;
    let owner: i64 = sqlx::query_scalar("select user_id from recipients").fetch_one(&app.db).await.unwrap();
    assert_eq!(owner, otto);
}

#[tokio::test]
async fn cookies_from_another_secret_or_made_up_are_as_good_as_none() {
    let app = TestApp::without_worker().await;
    let elsewhere = TestApp::configured(crate::support::quick(), |config| {
        config.secret_key = periodical::config::SecretKey::new("quite another key that is long enough".into());
    })
    .await;
    app.user("una@example.org").await;
    let foreign = elsewhere.browser();
    let foreign_token = foreign.token().await;
    let foreign_cookie = foreign.cookie("periodical_csrf").unwrap();
    let long = "x".repeat(3_000);
    for cookies in [
        format!("periodical_csrf={foreign_cookie}"),
        "periodical_csrf=; periodical_session=".to_owned(),
        "periodical_csrf=%%%; periodical_session=%ff".to_owned(),
        format!("periodical_csrf={long}; periodical_session={long}"),
        "periodical_session=' or 1=1 --".to_owned(),
        "=;;;= ; periodical_session".to_owned(),
        "periodical_session=a; periodical_session=b".to_owned(),
    ] {
        let browser = Browser::without_redirects(&app.base);
        let page = browser.send(browser.request(Method::GET, "/login").header("cookie", &cookies)).await;
        assert_eq!(page.status, StatusCode::OK, "{cookies:.60}");
        // The page brings a cookie that goes with its form.
        assert!(page.header("set-cookie").is_some_and(|cookie| cookie.starts_with("periodical_csrf=")), "{cookies:.60}");
        let page = browser.send(browser.request(Method::GET, "/recipients").header("cookie", &cookies)).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{cookies:.60}");
        let fields = [("csrf_token", foreign_token.as_str()), ("email", "una@example.org"), ("password", Browser::PASSWORD)];
        let page = browser.send(browser.request(Method::POST, "/login").header("cookie", &cookies).form(&fields)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{cookies:.60}");
        assert_eq!(page.text_of("h1").unwrap(), "This form has expired");
    }
    assert_eq!(app.count("select count(*) from sessions where user_id is not null").await, 0);
}

#[tokio::test]
async fn addresses_and_methods_that_make_no_sense_are_told_so() {
    let app = TestApp::without_worker().await;
    let (id, browser) = app.signed_in("una@example.org").await;
    periodical::users::queries::grant_role(&app.db, id, "admin").await.unwrap();
    let many = "9".repeat(40);
    for noun in ["recipients", "messages", "mailings", "attempts", "users", "admin/users"] {
        for number in [many.as_str(), "-1", "0", "1.5", "%00", "abc", "1%27", "9223372036854775807", "9223372036854775808"] {
            for method in [Method::GET, Method::PUT, Method::DELETE] {
                let path = format!("/{noun}/{number}");
                let token = browser.token().await;
                let request = browser.request(method.clone(), &path).header("X-CSRF-Token", token);
                let request = if method == Method::GET { request } else { request.form(&[("version", "1")]) };
                let page = browser.send(request).await;
                assert!(matches!(page.status.as_u16(), 400 | 404 | 405 | 422), "{method} {path}: {} {}", page.status, page.text);
                assert_clear(&page, &path);
            }
        }
    }
    for method in ["PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
        for path in ["/", "/login", "/account", "/users"] {
            let page = browser.send(browser.request(method.parse().unwrap(), path)).await;
            assert!((400..500).contains(&page.status.as_u16()), "{method} {path}: {}", page.status);
        }
    }
}

#[tokio::test]
async fn markup_in_a_name_is_shown_as_text_to_those_who_watch() {
    let app = TestApp::without_worker().await;
    let (admin, browser) = app.signed_in("ada@example.org").await;
    periodical::users::queries::grant_role(&app.db, admin, "admin").await.unwrap();
    let una = app.user("una@example.org").await;
    let name = r#"<script>alert(1)</script>"><img src=x onerror=alert(1)>"#;
    sqlx::query("update users set full_name = $2 where id = $1").bind(una).bind(name).execute(&app.db).await.unwrap();
    app.many_recipients(una, 1).await;
    let mailing = app.due_mailing(una).await;
    sqlx::query("update mailings set name = $2 where id = $1").bind(mailing).bind(name).execute(&app.db).await.unwrap();
    let block = [("reason", name)];
    browser.htmx_request(Method::PUT, &format!("/users/{una}/block"), &block).await;
    browser.htmx_request(Method::PUT, &format!("/mailings/{mailing}/suspension"), &block).await;
    for path in [
        "/users",
        "/mailings/all",
        "/admin/users",
        "/admin/audit",
        &format!("/users/{una}"),
        &format!("/admin/users/{una}"),
        &format!("/mailings/{mailing}"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{path}: {}", page.text);
        assert!(page.contains("&lt;script&gt;alert"), "{path} does not show it: {}", page.text);
    }
    // Their own sign-in shows the reason.
    let page = app.browser().submit("/login", "/login", &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
    assert!(page.contains("&lt;script&gt;alert") && !page.contains("<script>alert"), "{}", page.text);
}

#[tokio::test]
async fn a_role_given_twice_counts_once_and_one_that_does_not_exist_is_refused() {
    let app = TestApp::without_worker().await;
    let (admin, browser) = app.signed_in("ada@example.org").await;
    periodical::users::queries::grant_role(&app.db, admin, "admin").await.unwrap();
    let una = app.user("una@example.org").await;
    let path = format!("/admin/users/{una}");
    let give = async |roles: &[&str]| {
        let fields = browser.get(&path).await.form(&path);
        let changes: Vec<(&str, &str)> = roles.iter().map(|role| ("roles", *role)).collect();
        browser.post(&path, fields, &changes).await
    };
    let roles = async || -> Vec<String> {
        sqlx::query_scalar("select role from user_roles where user_id = $1 order by role").bind(una).fetch_all(&app.db).await.unwrap()
    };
    assert_eq!(give(&["manager", "manager", "manager"]).await.status, StatusCode::OK);
    assert_eq!(roles().await, ["manager"]);
    let long = "x".repeat(10_000);
    for odd in ["king", "Manager", "admin ", "", "admin,manager", "admin\u{0}", &long] {
        let page = give(&["editor", odd]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd:.40}: {}", page.text);
        assert!(page.error("roles").is_some(), "{odd:.40}: {}", page.text);
        assert_eq!(roles().await, ["manager"], "{odd:.40}");
    }
}

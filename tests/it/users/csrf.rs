//! Every unsafe request carries a token; and a form's `_method` counts in POST forms alone.

use reqwest::{Method, StatusCode};

use crate::support::{Browser, TestApp};

/// Everything in the tables that an unsafe request could touch.
async fn everything(app: &TestApp) -> String {
    let query = "select concat_ws('|',
        (select string_agg(t::text, ',' order by id) from users t), (select string_agg(t::text, ',' order by id) from recipients t),
        (select string_agg(t::text, ',' order by id) from messages t), (select string_agg(t::text, ',' order by id) from mailings t),
        (select count(*) from attempts), (select count(*) from caught_mails), (select count(*) from user_tokens),
        (select count(*) from sessions where user_id is not null), (select string_agg(key || run_at, ',' order by id) from graphile_worker.jobs))";
    sqlx::query_scalar(query).fetch_one(&app.db).await.unwrap()
}

#[tokio::test]
async fn no_unsafe_route_works_without_a_token_or_with_a_wrong_one() {
    let app = TestApp::with_inbox().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let (_, other) = app.signed_in("eve@example.org").await;
    let recipient = app.recipients(user, &["rita@example.org"]).await[0];
    let message = app.message(user).await;
    let mailing = app.due_mailing(user).await;
    sqlx::query("insert into caught_mails (sender, recipient, subject, source) values ('a', 'b', 'c', '')").execute(&app.db).await.unwrap();
    let before = everything(&app).await;

    let routes = [
        (Method::POST, "/register".to_owned()),
        (Method::POST, "/verification".into()),
        (Method::POST, "/login".into()),
        (Method::POST, "/logout".into()),
        (Method::POST, "/recipients".into()),
        (Method::PUT, format!("/recipients/{recipient}")),
        (Method::DELETE, format!("/recipients/{recipient}")),
        (Method::DELETE, format!("/recipients/{recipient}/undeliverable")),
        (Method::POST, "/messages".into()),
        (Method::PUT, format!("/messages/{message}")),
        (Method::DELETE, format!("/messages/{message}")),
        (Method::POST, "/mailings".into()),
        (Method::PUT, format!("/mailings/{mailing}")),
        (Method::DELETE, format!("/mailings/{mailing}")),
        (Method::PUT, format!("/mailings/{mailing}/pause")),
        (Method::DELETE, format!("/mailings/{mailing}/pause")),
        (Method::POST, format!("/mailings/{mailing}/attempts")),
        (Method::DELETE, "/dev/inbox".into()),
    ];
    let others_token = other.token().await;
    let valid = [
        ("email", "rita2@example.org"),
        ("full_name", "Rita"),
        ("password", Browser::PASSWORD),
        ("subject", "S"),
        ("body", "B"),
        ("version", "1"),
        ("name", "N"),
        ("all_recipients", "true"),
        ("period", "once"),
        ("time_zone", "UTC"),
        ("starts_at", "2099-01-01T00:00"),
        ("ends_at", "2099-02-01T00:00"),
    ];
    for (method, path) in &routes {
        for token in ["", "nonsense", others_token.as_str()] {
            let mut form = valid.to_vec();
            form.push(("csrf_token", token));
            let page = browser.send(browser.request(method.clone(), path).form(&form)).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{method} {path} with {token:?}");
            assert_eq!(page.text_of("h1").unwrap(), "This form has expired");
            let request = browser.request(method.clone(), path).header("HX-Request", "true").header("X-CSRF-Token", token);
            assert_eq!(browser.send(request.form(&valid)).await.status, StatusCode::FORBIDDEN, "{method} {path} with {token:?}");
            // Nor as another kind of body, nor in the address.
            let address = format!("{path}?csrf_token={token}");
            let request =
                browser.request(method.clone(), &address).header("content-type", "text/plain").body(format!("csrf_token={token}"));
            assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{method} {path} with {token:?}");
        }
        let page = browser.send(browser.request(method.clone(), path).form(&valid)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{method} {path} without a token");
    }
    // A right token, but without its cookie.
    let token = browser.token().await;
    let bare = Browser::without_redirects(&app.base);
    let session = format!("periodical_session={}", browser.cookie("periodical_session").unwrap());
    let request = bare.request(Method::DELETE, &format!("/recipients/{recipient}")).header("cookie", session).header("X-CSRF-Token", token);
    assert_eq!(bare.send(request).await.status, StatusCode::FORBIDDEN);
    assert_eq!(everything(&app).await, before);
}

#[tokio::test]
async fn a_method_is_overridden_by_a_posted_form_alone() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let recipient = app.recipients(user, &["rita@example.org"]).await[0];
    let path = format!("/recipients/{recipient}");
    let token = browser.token().await;
    let left = "select count(*) from recipients";

    assert_eq!(browser.get(&format!("{path}?_method=delete&csrf_token={token}")).await.status, StatusCode::OK);
    let in_address = format!("{path}?_method=delete");
    let page = browser.send(browser.request(Method::POST, &in_address).form(&[("csrf_token", &token)])).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    let request =
        browser.request(Method::POST, &path).header("X-CSRF-Token", &token).header("content-type", "text/plain").body("_method=delete");
    assert_eq!(browser.send(request).await.status, StatusCode::METHOD_NOT_ALLOWED);
    for method in ["DELETE", "patch", "get", "connect", "delete ", ""] {
        let page = browser.send(browser.request(Method::POST, &path).form(&[("csrf_token", token.as_str()), ("_method", method)])).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method:?}");
    }
    let header = browser.request(Method::POST, &path).header("X-HTTP-Method-Override", "DELETE").form(&[("csrf_token", &token)]);
    assert_eq!(browser.send(header).await.status, StatusCode::METHOD_NOT_ALLOWED);
    // A PUT stays one, whatever its form says.
    let fields = [
        ("csrf_token", token.as_str()),
        ("_method", "delete"),
        ("email", "rita@example.org"),
        ("full_name", "Rita Changed"),
        ("version", "1"),
    ];
    assert_eq!(browser.send(browser.request(Method::PUT, &path).form(&fields)).await.status, StatusCode::OK);
    assert_eq!(app.count(left).await, 1);
    let name: String = sqlx::query_scalar("select full_name from recipients").fetch_one(&app.db).await.unwrap();
    assert_eq!(name, "Rita Changed");

    let page = browser.send(browser.request(Method::POST, &path).form(&[("csrf_token", token.as_str()), ("_method", "delete")])).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/recipients"));
    assert_eq!(app.count(left).await, 0);
}

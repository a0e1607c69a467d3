//! CSRF: the key that is replaced, keys of others, and what the browser says of where a request comes from.

use periodical::config::SecretKey;
use reqwest::{Method, StatusCode};

use crate::support::{Browser, Page, TestApp, quick};

const COOKIE: &str = "periodical_csrf";

async fn with_keys(key: &str, old: Option<&str>) -> TestApp {
    let secret = |name: &str| SecretKey::new(format!("the {name} key of these tests, long enough"));
    TestApp::configured(quick(), |config| {
        config.secret_key = secret(key);
        config.old_secret_key = old.map(secret);
    })
    .await
}

/// A page's two halves.
async fn halves(app: &TestApp, cookie: Option<&str>) -> (String, String) {
    let browser = Browser::without_redirects(&app.base);
    let mut request = browser.request(Method::GET, "/verification");
    if let Some(cookie) = cookie {
        request = request.header("cookie", format!("{COOKIE}={cookie}"));
    }
    let page = browser.send(request).await;
    assert_eq!(page.status, StatusCode::OK);
    (page.token(), browser.cookie(COOKIE).expect("every page sets the cookie"))
}

async fn send(app: &TestApp, token: &str, cookie: &str) -> Page {
    let browser = Browser::without_redirects(&app.base);
    let form = [("csrf_token", token), ("email", "una@example.org")];
    browser.send(browser.request(Method::POST, "/verification").header("cookie", format!("{COOKIE}={cookie}")).form(&form)).await
}

#[tokio::test]
async fn a_form_of_the_former_key_is_taken_and_a_new_one_is_made_with_the_present_key() {
    let before = with_keys("first", None).await;
    let (token, cookie) = halves(&before, None).await;
    assert_eq!(send(&before, &token, &cookie).await.status, StatusCode::OK);

    let during = with_keys("second", Some("first")).await;
    assert_eq!(send(&during, &token, &cookie).await.status, StatusCode::OK, "a form that stands open");
    let (new_token, new_cookie) = halves(&during, Some(&cookie)).await;
    assert_eq!(send(&during, &token, &new_cookie).await.status, StatusCode::OK, "beside a page that was loaded since");

    let after = with_keys("second", None).await;
    assert_eq!(send(&after, &new_token, &new_cookie).await.status, StatusCode::OK, "nothing new needs the former key");
    assert_eq!(send(&after, &token, &cookie).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_cookie_that_nobody_here_has_made_gets_a_page_and_the_next_page_mends_it() {
    let foreign = with_keys("foreign", None).await;
    let app = with_keys("first", None).await;
    let (token, cookie) = halves(&foreign, None).await;
    let (own_token, own_cookie) = halves(&app, None).await;
    let cut = &own_cookie[..own_cookie.len() / 2];
    let long = "A".repeat(8000);
    for bad in [cookie.as_str(), "", "nonsense", "====", cut, &long, &own_token] {
        for token in [token.as_str(), &own_token, "", "nonsense", cut] {
            let page = send(&app, token, bad).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{token:.20} {bad:.20}");
            assert_eq!(page.text_of("h1").unwrap(), "This form has expired");
        }
        let (token, cookie) = halves(&app, Some(bad)).await;
        assert_eq!(send(&app, &token, &cookie).await.status, StatusCode::OK, "{bad:.20}");
    }
    assert_eq!(send(&app, &token, &own_cookie).await.status, StatusCode::FORBIDDEN);
    assert_eq!(send(&app, &own_token, &own_cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_another_site_sends_is_refused_though_its_token_is_right() {
    let app = TestApp::without_worker().await;
    let (user, browser) = app.signed_in("una@example.org").await;
    let recipient = app.recipients(user, &["rita@example.org"]).await[0];
    let path = format!("/recipients/{recipient}");
    let token = browser.token().await;
    let request = |method: Method, site: &str| {
        browser.request(method, &path).header("Sec-Fetch-Site", site).header("HX-Request", "true").header("X-CSRF-Token", &token)
    };
    for site in ["cross-site", "same-site", "anything", ""] {
        let page = browser.send(request(Method::DELETE, site)).await;
        assert_eq!((page.status, page.text_of("h1").as_deref()), (StatusCode::FORBIDDEN, Some("Not from here")), "{site:?}");
        // A link from elsewhere leads here all the same.
        assert_eq!(browser.send(request(Method::GET, site)).await.status, StatusCode::OK, "{site:?}");
    }
    assert_eq!(app.count("select count(*) from recipients").await, 1);
    assert_eq!(browser.send(request(Method::DELETE, "same-origin")).await.status, StatusCode::OK);
    assert_eq!(app.count("select count(*) from recipients").await, 0);
}

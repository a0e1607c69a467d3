//! Whoever knocks too often: the same for accounts that exist and those that do not.

use periodical::{config::ForwardedHeader, limits::Limits};
use reqwest::{Method, StatusCode};

use crate::support::{Browser, Page, TestApp, quick, until};

const WAIT: &str = "That was too often. Try again in ";

/// The real limits, behind a proxy that says who asks.
pub async fn throttled() -> TestApp {
    TestApp::configured(quick(), |config| {
        config.limits = Limits::default();
        config.forwarded_header = Some(ForwardedHeader::XForwardedFor);
    })
    .await
}

/// Sends a form of `page` from an address.
async fn send_from(browser: &Browser, address: &str, page: &str, fields: &[(&str, &str)]) -> Page {
    let token = browser.get(page).await.token();
    let mut form = vec![("csrf_token", token.as_str())];
    form.extend(fields);
    browser.send(browser.request(Method::POST, page).header("X-Forwarded-For", address).form(&form)).await
}

async fn sign_in_from(app: &TestApp, address: &str, email: &str, password: &str) -> Page {
    send_from(&app.browser(), address, "/login", &[("email", email), ("password", password)]).await
}

pub fn is_put_off(page: &Page) {
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{}", page.text);
    let seconds: u64 = page.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
    assert!(page.contains(WAIT), "{}", page.text);
}

/// Without what differs between any two answers: the token, the seconds to wait, the name.
fn in_general(page: &Page, email: &str) -> String {
    let text = page.without_token().replace(email, "EMAIL");
    match text.split_once(WAIT) {
        Some((before, after)) => format!("{before}{}", after.split_once('.').unwrap().1),
        None => text,
    }
}

#[tokio::test]
async fn an_account_is_guessed_at_ten_times_from_wherever_and_then_slowly_whether_or_not_it_exists() {
    let app = throttled().await;
    app.user("una@example.org").await;
    app.user("other@example.org").await;
    let mut answers = Vec::new();
    for email in ["una@example.org", "nobody@example.org"] {
        for number in 0..10 {
            // Another network each time.
            let page = sign_in_from(&app, &format!("2001:db8:{number}::1"), email, "not the password").await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        }
        let page = sign_in_from(&app, "2001:db8:100::1", &email.to_uppercase(), "not the password").await;
        is_put_off(&page);
        assert_eq!(page.attr("input[name=email]", "value").unwrap(), email.to_uppercase(), "what was typed is kept");
        answers.push(in_general(&page, &email.to_uppercase()));
        // Not even the right password is looked at.
        is_put_off(&sign_in_from(&app, "2001:db8:101::1", email, Browser::PASSWORD).await);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(app.count("select count(*) from sessions where user_id is not null").await, 0);
    assert_eq!(sign_in_from(&app, "2001:db8:1::1", "other@example.org", Browser::PASSWORD).await.path, "/");
}

#[tokio::test]
async fn an_address_that_guesses_is_put_off_and_others_are_not() {
    let app = throttled().await;
    app.user("una@example.org").await;
    for number in 0..30 {
        // An IPv6 host has a network of addresses to choose from.
        let page = sign_in_from(&app, &format!("2001:db8::{number}"), &format!("user{number}@example.org"), "not the password").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
    }
    is_put_off(&sign_in_from(&app, "2001:db8::4711", "una@example.org", Browser::PASSWORD).await);
    assert_eq!(sign_in_from(&app, "2001:db8:0:1::1", "una@example.org", Browser::PASSWORD).await.path, "/");
}

#[tokio::test]
async fn nobody_chooses_their_own_address_where_no_proxy_is_named() {
    let app = TestApp::configured(quick(), |config| config.limits = Limits::default()).await;
    for number in 0..30 {
        let page = sign_in_from(&app, &format!("192.0.2.{number}"), &format!("user{number}@example.org"), "not the password").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
    }
    is_put_off(&sign_in_from(&app, "192.0.2.100", "user100@example.org", "not the password").await);
}

#[tokio::test]
async fn an_office_behind_one_address_signs_in_as_often_as_it_likes() {
    let app = throttled().await;
    app.user("una@example.org").await;
    for _ in 0..40 {
        assert_eq!(sign_in_from(&app, "192.0.2.7", "una@example.org", Browser::PASSWORD).await.path, "/");
    }
}

#[tokio::test]
async fn nobody_fills_a_strangers_mailbox_with_our_mails() {
    let app = throttled().await;
    app.user("known@example.org").await;
    let mut answers = Vec::new();
    for (number, email) in ["known@example.org", "fresh@example.org"].into_iter().enumerate() {
        for (door, fields) in [
            ("/register", vec![("email", email), ("full_name", "Una User"), ("password", Browser::PASSWORD)]),
            ("/verification", vec![("email", email)]),
            ("/password/forgot", vec![("email", email)]),
        ] {
            for time in 0..3 {
                let page = send_from(&app.browser(), &format!("192.0.{number}.{time}"), door, &fields).await;
                assert_eq!(page.status, StatusCode::OK, "{door} {time}");
            }
            let page = send_from(&app.browser(), "192.0.2.200", door, &fields).await;
            is_put_off(&page);
            assert_eq!(page.attr("input[name=email]", "value").unwrap(), email);
            if door == "/register" {
                assert_eq!(page.attr("input[name=full_name]", "value").unwrap(), "Una User");
                assert!(!page.contains(Browser::PASSWORD));
            }
            answers.push(in_general(&page, email));
        }
    }
    assert_eq!(answers[..3], answers[3..]);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs").await, 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_sign_ins_is_sent_away_past_a_point_and_pages_are_answered_meanwhile() {
    let app = TestApp::without_worker().await;
    app.user("una@example.org").await;
    // A process of its own: all tests of this one share its queue.
    let address = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let base = format!("http://{address}");
    let mut command = app.command(&["serve"]);
    command.env("LISTEN", &address).env("FORWARDED_HEADER", "x-forwarded-for").stderr(std::process::Stdio::null());
    // However the test ends.
    let _process = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
    until("the process", || async { reqwest::get(format!("{base}/readyz")).await.is_ok().then_some(()) }).await;

    let browser = Browser::new(&base);
    let token = browser.token().await;
    let flood = (0..600).map(|number| {
        let form = [("csrf_token", token.clone()), ("email", format!("user{number}@example.org")), ("password", "wrong".into())];
        let from = format!("192.0.{}.{}", number / 256, number % 256);
        browser.send(browser.request(Method::POST, "/login").header("X-Forwarded-For", from).form(&form))
    });
    let (answers, page) = tokio::join!(futures_util::future::join_all(flood), browser.get("/healthz"));
    assert_eq!(page.status, StatusCode::OK);
    let (busy, tried): (Vec<&Page>, Vec<&Page>) = answers.iter().partition(|page| page.status == StatusCode::SERVICE_UNAVAILABLE);
    assert!(!busy.is_empty() && tried.len() >= 48, "{} and {}", busy.len(), tried.len());
    assert!(tried.iter().all(|page| page.status == StatusCode::UNPROCESSABLE_ENTITY));
    assert!(busy.iter().all(|page| page.text_of("h1").as_deref() == Some("Busy") && page.header("retry-after") == Some("5")));
    let page = send_from(&browser, "192.0.2.250", "/login", &[("email", "una@example.org"), ("password", Browser::PASSWORD)]).await;
    assert_eq!(page.path, "/", "afterwards all is as before");
}

#[tokio::test]
async fn a_form_with_a_mistake_is_no_try() {
    let app = throttled().await;
    app.is_set_up().await;
    let browser = app.browser();
    for _ in 0..10 {
        let fields = [("email", "una@example.org"), ("full_name", "Una"), ("password", "short")];
        let page = send_from(&browser, "192.0.2.7", "/register", &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let fields = [("email", "una@example.org"), ("full_name", "Una"), ("password", Browser::PASSWORD)];
    assert_eq!(send_from(&browser, "192.0.2.7", "/register", &fields).await.status, StatusCode::OK);
}

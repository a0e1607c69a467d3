//! How many have read a post.

use std::net::IpAddr;

use periodical::{
    blog::readings::{Reader, Readings, queries},
    web::ClientAddress,
};
use reqwest::{Method, StatusCode};

use super::posts;
use crate::support::{Browser, TestApp, until};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const SAFARI: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15";

async fn read(browser: &Browser, slug: &str, headers: &[(&str, &str)]) {
    let mut request = browser.request(Method::GET, &format!("/blog/{slug}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    assert_eq!(browser.send(request).await.status, StatusCode::OK);
}

async fn views(app: &TestApp, slug: &str) -> i64 {
    sqlx::query_scalar("select views from posts where slug = $1").bind(slug).fetch_one(&app.db).await.unwrap()
}

async fn until_views(app: &TestApp, slug: &str, expected: i64) {
    until(&format!("{expected} views"), || async { (views(app, slug).await >= expected).then_some(()) }).await;
    assert_eq!(views(app, slug).await, expected);
}

fn reader(address: &str, agent: &str) -> Reader {
    Reader { client: ClientAddress(address.parse::<IpAddr>().unwrap()), agent: agent.to_owned() }
}

#[tokio::test]
async fn a_visitor_counts_once_a_day_and_a_program_never() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "read", "en", "Read", "Text").await;
    posts::publish(&app, "last", "en", "Last", "Text").await;
    let browser = app.browser();
    for _ in 0..3 {
        read(&browser, "read", &[("user-agent", FIREFOX)]).await;
    }
    read(&browser, "read", &[("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")]).await;
    read(&browser, "read", &[("user-agent", SAFARI), ("sec-purpose", "prefetch")]).await;
    let head = browser.request(Method::HEAD, "/blog/read").header("user-agent", SAFARI);
    assert_eq!(browser.send(head).await.status, StatusCode::OK);
    let (_, edna) = app.signed_in_as("edna@example.org", "editor").await;
    read(&edna, "read", &[("user-agent", SAFARI)]).await;
    // What is read last is written last or together with the rest.
    read(&browser, "last", &[("user-agent", FIREFOX)]).await;
    until_views(&app, "last", 1).await;
    assert_eq!(views(&app, "read").await, 1);
    read(&browser, "read", &[("user-agent", SAFARI)]).await;
    until_views(&app, "read", 2).await;
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("select visitor from post_readings").fetch_all(&app.db).await.unwrap();
    assert!(stored.iter().all(|visitor| visitor.len() == 16), "{stored:?}");
}

#[tokio::test]
async fn two_processes_count_a_visitor_once_and_write_all_when_they_stop() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "read", "en", "Read", "Text").await;
    let processes = [Readings::start(&app.app), Readings::start(&app.app)];
    for (readings, _) in &processes {
        readings.count("read", &reader("192.0.2.7", FIREFOX));
        readings.count("read", &reader("192.0.2.8", FIREFOX));
        readings.count("gone", &reader("192.0.2.8", FIREFOX));
        // The hosts of one network are one.
        readings.count("read", &reader("2001:db8::1", FIREFOX));
        readings.count("read", &reader("2001:db8::2", FIREFOX));
    }
    for (_, writer) in processes {
        writer.finish().await;
    }
    assert_eq!(views(&app, "read").await, 3);
    assert_eq!(app.count("select count(*) from post_readings").await, 3);
}

#[tokio::test]
async fn what_cannot_be_written_is_kept_and_written_later() {
    let app = TestApp::without_worker().await;
    posts::publish(&app, "read", "en", "Read", "Text").await;
    sqlx::query("alter table post_readings rename to away").execute(&app.db).await.unwrap();
    let (readings, _writer) = Readings::start(&app.app);
    for n in 0..2_500 {
        readings.count("read", &reader(&format!("10.0.{}.{}", n / 250, n % 250), FIREFOX));
    }
    assert_eq!(views(&app, "read").await, 0);
    sqlx::query("alter table away rename to post_readings").execute(&app.db).await.unwrap();
    until_views(&app, "read", 2_500).await;
}

#[tokio::test]
async fn one_address_does_not_count_without_end() {
    let app = TestApp::configured(crate::support::quick(), |config| config.limits.throttle = periodical::limits::allowances).await;
    posts::publish(&app, "read", "en", "Read", "Text").await;
    let (readings, writer) = Readings::start(&app.app);
    for n in 0..1_000 {
        readings.count("read", &reader("192.0.2.7", &format!("{FIREFOX} {n}")));
    }
    writer.finish().await;
    assert_eq!(views(&app, "read").await, 100);
}

#[tokio::test]
async fn who_read_what_is_forgotten_after_two_days() {
    let app = TestApp::without_worker().await;
    let id = posts::publish(&app, "read", "en", "Read", "Text").await;
    sqlx::query(
        "insert into post_readings (day, post_id, visitor)
         select (now() at time zone 'UTC')::date - n, $1, 'x' from generate_series(0, 4) n",
    )
    .bind(id)
    .execute(&app.db)
    .await
    .unwrap();
    queries::delete_old(&app.db).await.unwrap();
    assert_eq!(app.count("select count(*) from post_readings").await, 2);
}

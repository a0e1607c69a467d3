//! Who reads `/metrics`, and what stands there.

use periodical::config::{ForwardedHeader, MetricsToken};
use reqwest::{Client, StatusCode};

use super::{Computed, PUBLIC, TIMED, figure, listens};
use crate::support::{TestApp, quick};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn metrics_answer_this_machine_and_whoever_has_the_token() {
    let app = TestApp::configured(quick(), |config| {
        config.metrics_token = Some(MetricsToken::new(TOKEN.into()));
        config.forwarded_header = Some(ForwardedHeader::XForwardedFor);
    })
    .await;
    let url = format!("{}/metrics", app.base);
    let ask = async |from: Option<&str>, authorization: Option<&str>| {
        let mut request = Client::new().get(&url);
        if let Some(from) = from {
            request = request.header("X-Forwarded-For", from);
        }
        if let Some(authorization) = authorization {
            request = request.header("Authorization", authorization);
        }
        request.send().await.unwrap().status()
    };
    assert_eq!(ask(None, None).await, StatusCode::OK);
    assert_eq!(ask(Some("203.0.113.9"), None).await, StatusCode::NOT_FOUND);
    assert_eq!(ask(Some("203.0.113.9"), Some(&format!("Bearer {TOKEN}"))).await, StatusCode::OK);
    assert_eq!(ask(Some("203.0.113.9"), Some(&format!("bearer {TOKEN}"))).await, StatusCode::OK);
    for wrong in ["Bearer 0123456789abcdef", "Bearer ", "Bearer", TOKEN, &format!("Basic {TOKEN}"), &format!("Bearer {TOKEN}0")] {
        assert_eq!(ask(Some("203.0.113.9"), Some(wrong)).await, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn without_a_token_nobody_from_outside_reads_them_and_an_unknown_proxy_is_outside() {
    let app = TestApp::without_worker().await;
    let url = format!("{}/metrics", app.base);
    assert_eq!(Client::new().get(&url).send().await.unwrap().status(), StatusCode::OK);
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"] {
        let asked = Client::new().get(&url).header(header, "127.0.0.1").header("Authorization", "Bearer ");
        assert_eq!(asked.send().await.unwrap().status(), StatusCode::NOT_FOUND, "{header}");
    }
}

#[tokio::test]
async fn hits_misses_computations_and_requests_are_counted() {
    let app = TestApp::without_worker().await;
    listens(&app.app).await;
    let computed = Computed::default();
    for kind in [&PUBLIC, &TIMED] {
        for _ in 0..3 {
            computed.show(&app.app, kind, "one", "text").await;
        }
    }
    let of = |name: &str, cache: &str| figure(&app.app, &format!(r#"periodical_cache_{name}{{cache="{cache}"}}"#));
    for cache in ["test-public", "test-timed"] {
        assert_eq!(figure(&app.app, &format!(r#"periodical_cache_hits_total{{cache="{cache}",from="process"}}"#)), 2.0);
        assert_eq!(of("misses_total", cache), 1.0);
        assert_eq!(of("computations_total", cache), 1.0);
        assert_eq!(of("hit_age_seconds_count", cache), 2.0);
    }
    assert_eq!(figure(&app.app, "periodical_cache_entries"), 2.0);
    assert_eq!(figure(&app.app, "periodical_cache_bytes"), 12.0);
    assert_eq!(figure(&app.app, "periodical_cache_listens"), 1.0);

    app.browser().get("/nothing-here").await;
    let answer = Client::new().get(format!("{}/metrics", app.base)).send().await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let page = answer.text().await.unwrap();
    assert!(page.contains(r#"periodical_http_request_duration_seconds_count{status="4xx"} 1"#), "{page}");
    assert!(page.ends_with("# EOF\n"), "{page}");
}

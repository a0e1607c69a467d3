//! What is sent wrong, and what is said of it.

use reqwest::{
    Method,
    header::{ACCEPT_LANGUAGE, CONTENT_TYPE},
};
use serde_json::json;

use crate::support::{TestApp, json as with_json};

#[tokio::test]
async fn bad_json_is_answered_with_what_is_wrong_and_where() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let send = async |body: &str| {
        program.send(program.request(Method::POST, "/recipients").header(CONTENT_TYPE, "application/json").body(body.to_owned())).await
    };
    for body in ["", "{", "email=a@example.org", "\u{feff}{}", "{}{}", "{\"email\": \"\\ud800\"}", &"[".repeat(10_000)] {
        let answer = send(body).await.expect(400);
        assert!(answer.json()["detail"].as_str().unwrap().contains("not JSON"), "{body:.20}: {}", answer.text);
    }
    for (body, field) in [
        ("[]", ""),
        ("7", ""),
        ("null", ""),
        (r#"{"email": 7, "name": "Anna"}"#, "email"),
        (r#"{"email": ["a@example.org"], "name": "Anna"}"#, "email"),
        (r#"{"email": "a@example.org", "name": "Anna", "id": 7}"#, "id"),
        (r#"{"email": "a@example.org", "name": null}"#, "name"),
        (r#"{"name": "Anna"}"#, "email"),
        (r#"{"email": "a@example.org", "name": "A\u0000"}"#, "name"),
    ] {
        let answer = send(body).await.expect(422);
        assert!(!answer.error(field).is_empty(), "{body}");
        assert_eq!(answer.json()["type"], "/api/docs#problem-invalid");
    }
    assert_eq!(app.count("select count(*) from recipients").await, 0);
}

#[tokio::test]
async fn a_body_of_another_kind_or_size_is_refused() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let request = || program.request(Method::POST, "/recipients");
    let answer = program.send(request().body("{}")).await.expect(415);
    assert!(answer.text.contains("Content-Type"), "{}", answer.text);
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "nonsense", "application/xml"] {
        let answer = program.send(request().header(CONTENT_TYPE, kind).body("{}")).await.expect(415);
        assert!(answer.text.contains(kind), "{}", answer.text);
    }
    let large = json!({ "email": "a@example.org", "name": "a".repeat(100 * 1024 * 1024) }).to_string();
    let answer = program.send(request().header(CONTENT_TYPE, "application/json").body(large)).await.expect(413);
    assert_eq!(answer.json()["status"], 413);
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so_as_a_problem() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    for path in
        ["", "/", "/nothing", "/recipients/7", "/recipients/-1", "/recipients/seven", "/recipients/99999999999999999999", "/recipients/7/x"]
    {
        for program in [&program, &app.stranger()] {
            let answer = program.get(path).await;
            assert!(matches!(answer.status.as_u16(), 401 | 404), "{path}: {}", answer.text);
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
            assert!(!answer.text.contains("<html"), "{path}");
        }
    }
    let answer = program.send(program.request(Method::PATCH, "/recipients")).await.expect(405);
    assert_eq!(answer.header("allow"), Some("GET, POST"));
    // A word where an id may stand as well.
    let answer = program.send(program.request(Method::PUT, "/recipients/export")).await.expect(405);
    assert_eq!(answer.header("allow"), Some("GET"));
    let answer = program.send(program.request(Method::PUT, "/recipients")).await.expect(405);
    assert_eq!(answer.json()["type"], "/api/docs#problem-method-not-allowed");
}

#[tokio::test]
async fn a_change_of_what_has_been_changed_since_is_refused() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    let body = json!({ "email": "anna@example.org", "name": "Anna" });
    let created = program.post("/recipients", &body).await.expect(201);
    let (path, tag) = (format!("/recipients/{}", created.json()["id"]), created.header("etag").unwrap());
    assert_eq!(created.header("location").unwrap(), format!("/api/v1{path}"));
    let change = async |tag: &str, name: &str| {
        let body = json!({ "email": "anna@example.org", "name": name });
        program.send(with_json(program.request(Method::PUT, &path), &body).header("If-Match", tag)).await
    };
    let changed = change(tag, "Anna Kern").await.expect(200);
    assert_ne!(changed.header("etag"), Some(tag));
    let refused = change(tag, "Anna Klein").await.expect(412);
    assert_eq!(refused.json()["type"], "/api/docs#problem-changed");
    change("7", "Anna Klein").await.expect(422).error("if-match");
    let answer = program.send(with_json(program.request(Method::PUT, &path), &body)).await.expect(428);
    assert!(answer.text.contains("If-Match"));
    assert_eq!(program.get(&path).await.expect(200).json()["name"], "Anna Kern");
    change(changed.header("etag").unwrap(), "Anna Klein").await.expect(200);
    program.put(&path, &json!({ "email": "anna@example.org", "name": "Anna Kurz" })).await.expect(200);
}

#[tokio::test]
async fn a_cursor_of_somebody_else_or_of_another_list_is_none() {
    let app = TestApp::without_worker().await;
    let (una, program) = app.programmer("una@example.org").await;
    let (otto, other) = app.programmer("otto@example.org").await;
    app.many_recipients(una, 5).await;
    app.many_recipients(otto, 5).await;
    let mut seen = Vec::new();
    let mut path = "/recipients?limit=2".to_owned();
    loop {
        let page = program.get(&path).await.expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/recipients?limit=2&cursor={next}");
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    let cursor = program.get("/recipients?limit=2").await.json()["next"].as_str().unwrap().to_owned();
    other.get(&format!("/recipients?cursor={cursor}")).await.expect(422).error("cursor");
    program.get(&format!("/recipients?search=reader&cursor={cursor}")).await.expect(422).error("cursor");
    for wrong in ["", "x", "AAAA", &cursor[1..], &format!("{cursor}A"), "%00", "%F0%9F"] {
        program.get(&format!("/recipients?cursor={wrong}")).await.expect(422).error("cursor");
    }
    for wrong in ["0", "-1", "201", "1.5", "x", "", "99999999999999999999"] {
        let said = program.get(&format!("/recipients?limit={wrong}")).await.expect(422).error("limit");
        assert!(!said.contains("parse") && !said.contains("Limit"), "{said}");
    }
}

#[tokio::test]
async fn problems_are_told_in_the_readers_language() {
    let app = TestApp::without_worker().await;
    let (una, program) = app.programmer("una@example.org").await;
    let request = || app.stranger().request(Method::GET, "/recipients").header(ACCEPT_LANGUAGE, "ru");
    let answer = program.send(request()).await.expect(401);
    assert!(answer.text.contains("токен") || answer.text.contains("Токен"), "{}", answer.text);
    sqlx::query("update users set locale = 'ru' where id = $1").bind(una).execute(&app.db).await.unwrap();
    let answer = program.get("/recipients/7").await.expect(404);
    assert_eq!(answer.json()["title"], "Не найдено");
}

#[tokio::test]
async fn pages_of_other_origins_are_let_in_where_the_settings_name_them() {
    let preflight = |program: &crate::support::Program, origin: &str| {
        program
            .request(Method::OPTIONS, "/recipients")
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "PUT")
            .header("Access-Control-Request-Headers", "authorization,if-match")
    };
    let app = TestApp::without_worker().await;
    let stranger = app.stranger();
    let answer = stranger.send(preflight(&stranger, "https://app.example.org")).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);

    let app = TestApp::configured(crate::support::quick(), |config| config.api_origins = vec!["https://app.example.org".to_owned()]).await;
    let stranger = app.stranger();
    let answer = stranger.send(preflight(&stranger, "https://app.example.org")).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.org"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answer = stranger.send(preflight(&stranger, "https://evil.example.org")).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let (_, program) = app.programmer("una@example.org").await;
    // It is the browser who keeps an answer from a page; a program that says where it comes from is asked for its token alone.
    let answer = program.send(program.request(Method::GET, "/recipients").header("Origin", "https://evil.example.org")).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let answer = program.send(program.request(Method::GET, "/recipients").header("Origin", "https://app.example.org")).await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.org"));
    assert!(answer.header("access-control-expose-headers").unwrap().to_lowercase().contains("etag"));
}

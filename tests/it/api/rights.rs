//! Every operation × everybody: which scope it needs, and who of those that have it may do it. An operation that is not in the list fails.

use std::collections::BTreeSet;

use periodical::{api::document, users::queries::grant_role};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{Answered, Program, TestApp};

/// For whom an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Whoever has a token, about what is theirs.
    Everybody,
    /// The owner of the row that is named; for others there is none.
    Owner,
    /// Who watches over users and mailings.
    Managers,
    /// Who writes the blog.
    Editors,
}

use For::{Editors, Everybody, Managers, Owner};

const SCOPES: [&str; 3] = ["read", "write", "send"];

/// The operation, the scope, and for whom it is; `{id}` is the owner's row of the noun that the address begins with.
const EXPECTED: &[(&str, &str, For)] = &[
    ("GET /me", "read", Everybody),
    ("GET /stats", "read", Everybody),
    ("GET /recipients", "read", Everybody),
    ("POST /recipients", "write", Everybody),
    ("POST /recipients/import", "write", Everybody),
    ("GET /recipients/export", "read", Everybody),
    ("DELETE /recipients/{id}/undeliverable", "write", Owner),
    ("DELETE /recipients/{id}/unsubscription", "write", Owner),
    ("GET /recipients/{id}", "read", Owner),
    ("PUT /recipients/{id}", "write", Owner),
    ("DELETE /recipients/{id}", "write", Owner),
    ("GET /webhooks", "read", Everybody),
    ("POST /webhooks", "read write", Everybody),
    ("GET /webhooks/{id}", "read", Owner),
    ("PUT /webhooks/{id}", "read write", Owner),
    ("DELETE /webhooks/{id}", "write", Owner),
    ("PUT /webhooks/{id}/pause", "write", Owner),
    ("DELETE /webhooks/{id}/pause", "read write", Owner),
    ("POST /webhooks/{id}/secret", "read write", Owner),
    ("POST /webhooks/{id}/tests", "read write", Owner),
    ("GET /webhooks/{id}/deliveries", "read", Owner),
    ("GET /webhooks/{id}/deliveries/{delivery_id}", "read", Owner),
    ("POST /webhooks/{id}/deliveries/{delivery_id}/redelivery", "read write", Owner),
    ("GET /users", "read", Managers),
    ("GET /users/{id}", "read", Managers),
    ("PUT /users/{id}/block", "write", Managers),
    ("DELETE /users/{id}/block", "send", Managers),
    ("GET /oversight/mailings", "read", Managers),
    ("PUT /mailings/{id}/suspension", "write", Managers),
    ("DELETE /mailings/{id}/suspension", "send", Managers),
    ("GET /posts", "read", Editors),
    ("POST /posts", "write", Editors),
    ("GET /posts/{id}", "read", Editors),
    ("PUT /posts/{id}", "write", Editors),
    ("DELETE /posts/{id}", "write", Editors),
    ("PUT /posts/{id}/publication", "write", Editors),
    ("DELETE /posts/{id}/publication", "write", Editors),
    ("GET /messages", "read", Everybody),
    ("POST /messages", "write", Everybody),
    ("GET /messages/{id}", "read", Owner),
    ("PUT /messages/{id}", "write", Owner),
    ("DELETE /messages/{id}", "write", Owner),
    ("POST /messages/{id}/preview", "read", Owner),
    ("POST /messages/{id}/test", "send", Owner),
    ("GET /mailings", "read", Everybody),
    ("POST /mailings", "send", Everybody),
    ("GET /mailings/{id}", "read", Owner),
    ("PUT /mailings/{id}", "send", Owner),
    ("DELETE /mailings/{id}", "write", Owner),
    ("GET /mailings/{id}/schedule", "read", Owner),
    ("PUT /mailings/{id}/pause", "write", Owner),
    ("DELETE /mailings/{id}/pause", "send", Owner),
    ("PUT /mailings/{id}/stop", "write", Owner),
    ("POST /mailings/{id}/copies", "send", Owner),
    ("POST /mailings/{id}/attempts", "send", Owner),
    ("GET /attempts", "read", Everybody),
    ("GET /attempts/{id}", "read", Owner),
    ("GET /attempts/{id}/deliveries", "read", Owner),
    ("POST /attempts/{id}/retry", "send", Owner),
    ("POST /messages/{id}/attachments", "write", Owner),
    ("GET /messages/{id}/attachments/{attachment_id}", "read", Owner),
    ("DELETE /messages/{id}/attachments/{attachment_id}", "write", Owner),
];

#[test]
fn every_operation_is_in_the_list_and_nothing_else_is() {
    let paths = document::document()["paths"].as_object().unwrap();
    let operations: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase())))
        .collect();
    let expected: BTreeSet<String> = EXPECTED.iter().map(|(operation, ..)| (*operation).to_owned()).collect();
    assert_eq!(expected.len(), EXPECTED.len(), "an operation stands in the list twice");
    assert_eq!(operations, expected);
}

#[test]
fn the_document_says_which_scope_an_operation_needs() {
    for (operation, scope, _) in EXPECTED {
        let (method, path) = operation.split_once(' ').unwrap();
        let security = &document::document()["paths"][path][method.to_lowercase()]["security"];
        let scopes: serde_json::Map<_, _> = scope.split(' ').map(|scope| (scope.to_owned(), json!([]))).collect();
        assert_eq!(security, &json!([scopes]), "{operation}");
    }
}

/// The document's example of what an operation takes; where it has none, something to be found wrong.
fn example(operation: &str) -> String {
    let (method, path) = operation.split_once(' ').unwrap();
    let document = document::document();
    let taken = &document["paths"][path][method.to_lowercase()]["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let example = taken.as_str().and_then(|schema| document.pointer(&format!("{}/example", schema.trim_start_matches('#'))));
    example.map_or_else(|| "{}".to_owned(), ToString::to_string)
}

/// Nobody in particular: what is sent to be refused, or to be let in.
async fn ask(program: &Program, operation: &str, ids: &Ids) -> Answered {
    let (method, path) = operation.split_once(' ').unwrap();
    let mut path = ids.fill(path);
    if method == "POST" && path.ends_with("/attachments") {
        path.push_str("?name=a.txt");
    }
    let method: Method = method.parse().unwrap();
    let request = program.request(method.clone(), &path).header("If-Match", "*");
    let request = if matches!(method, Method::POST | Method::PUT) {
        let content_type = if path.ends_with("/import") { "text/csv" } else { "application/json" };
        request.header("Content-Type", content_type).body(example(operation))
    } else {
        request
    };
    program.send(request).await
}

/// The owner's rows.
struct Ids(Vec<(&'static str, i64)>);

impl Ids {
    async fn of(app: &TestApp, owner: i64) -> Self {
        let recipient = app.recipients(owner, &["rita@example.org"]).await[0];
        let mailing = app.due_mailing(owner).await;
        let attempt = app.run_now(owner, mailing).await;
        let message = app.message(owner).await;
        let query = "insert into attachments (user_id, message_id, name, content_type, size, content)
                     values ($1, $2, 'a.txt', 'text/plain', 1, 'a') returning id";
        let attachment = sqlx::query_scalar(query).bind(owner).bind(message).fetch_one(&app.db).await.unwrap();
        let query = "insert into posts (slug, language, title, summary, content, author_id)
                     values (gen_random_uuid()::text, 'en', 'T', 'S', 'C', $1) returning id";
        let post = sqlx::query_scalar(query).bind(owner).fetch_one(&app.db).await.unwrap();
        sqlx::query("delete from webhooks where user_id = $1").bind(owner).execute(&app.db).await.unwrap();
        let query =
            "insert into webhooks (user_id, url, events, secret) values ($1, 'https://example.org/', array['attempt.started'], '\\x00')
                     returning id";
        let webhook: i64 = sqlx::query_scalar(query).bind(owner).fetch_one(&app.db).await.unwrap();
        let query = "insert into webhook_deliveries (webhook_id, event, payload) values ($1, 'attempt.started', '{}') returning id";
        let delivery = sqlx::query_scalar(query).bind(webhook).fetch_one(&app.db).await.unwrap();
        Self(vec![
            ("recipients", recipient),
            ("mailings", mailing),
            ("attempts", attempt),
            ("messages", message),
            ("users", owner),
            ("posts", post),
            ("webhooks", webhook),
            ("webhook deliveries", delivery),
            ("attachments", attachment),
        ])
    }

    fn fill(&self, path: &str) -> String {
        let noun = path.trim_start_matches('/').split('/').next().unwrap();
        let id = |noun: &str| self.0.iter().find(|(here, _)| *here == noun).map_or(1, |(_, id)| *id).to_string();
        let path = path.replace("{id}", &id(noun)).replace("{attachment_id}", &id("attachments"));
        path.replace("{delivery_id}", &id("webhook deliveries"))
    }
}

#[tokio::test]
async fn without_a_good_token_nothing_is_answered() {
    let app = TestApp::without_worker().await;
    let (owner, program) = app.programmer("olga@example.org").await;
    let ids = Ids::of(&app, owner).await;
    let mut changed = program.token().to_owned();
    let last = changed.pop().unwrap();
    changed.push(if last == 'a' { 'b' } else { 'a' });
    let (expired, blocked) = (app.program(owner, &SCOPES).await, app.programmer("bert@example.org").await);
    sqlx::query("update api_tokens set expires_at = now() where id = (select max(id) from api_tokens where user_id = $1)")
        .bind(owner)
        .execute(&app.db)
        .await
        .unwrap();
    sqlx::query("update users set blocked_at = now() where id = $1").bind(blocked.0).execute(&app.db).await.unwrap();
    let without = [app.stranger(), app.stranger().with_token(&changed), app.stranger().with_token("per_"), expired, blocked.1];
    for (operation, ..) in EXPECTED {
        for (number, program) in without.iter().enumerate() {
            let answer = ask(program, operation, &ids).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{operation} as {number}: {}", answer.text);
            let challenge = answer.header("www-authenticate").unwrap();
            assert_eq!(challenge.contains("invalid_token"), number > 0, "{challenge}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        }
    }
}

#[tokio::test]
async fn a_token_does_what_its_scope_says_and_nothing_else() {
    let app = TestApp::without_worker().await;
    let owner = app.user("olga@example.org").await;
    for role in ["manager", "editor"] {
        grant_role(&app.db, owner, role).await.unwrap();
    }
    for (operation, scope, _) in EXPECTED {
        let ids = Ids::of_fresh(&app, owner).await;
        let needed: Vec<&str> = scope.split(' ').collect();
        for missing in &needed {
            let others: Vec<&str> = SCOPES.into_iter().filter(|other| other != missing).collect();
            let answer = ask(&app.program(owner, &others).await, operation, &ids).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{operation} without {missing}: {}", answer.text);
            assert!(answer.header("www-authenticate").unwrap().contains(&format!("scope=\"{missing}\"")), "{operation}");
        }
        let answer = ask(&app.program(owner, &needed).await, operation, &ids).await;
        let status = answer.status.as_u16();
        assert!(matches!(status, 200 | 201 | 202 | 204 | 409 | 422), "{operation}: {status} {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_there() {
    let app = TestApp::without_worker().await;
    let owner = app.user("olga@example.org").await;
    let ids = Ids::of(&app, owner).await;
    let (_, other) = app.programmer("otto@example.org").await;
    for (operation, _, whom) in EXPECTED {
        let answer = ask(&other, operation, &ids).await;
        match whom {
            For::Owner => assert_eq!(answer.status, StatusCode::NOT_FOUND, "{operation}: {}", answer.text),
            For::Everybody => assert_ne!(answer.status, StatusCode::FORBIDDEN, "{operation}: {}", answer.text),
            For::Managers | For::Editors => assert_eq!(answer.status, StatusCode::FORBIDDEN, "{operation}: {}", answer.text),
        }
    }
}

impl Ids {
    /// As [`of`](Self::of), of an owner who had some before.
    async fn of_fresh(app: &TestApp, owner: i64) -> Self {
        sqlx::query("delete from mailings where user_id = $1").bind(owner).execute(&app.db).await.unwrap();
        sqlx::query("delete from recipients where user_id = $1").bind(owner).execute(&app.db).await.unwrap();
        Self::of(app, owner).await
    }
}

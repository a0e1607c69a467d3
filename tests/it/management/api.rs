//! What managers' programs do: users, blocks, everybody's mailings.

use serde_json::{Value, json};

use super::{entry, trail};
use crate::support::{Program, TestApp};

/// A manager's program.
async fn manager(app: &TestApp) -> Program {
    with_role(app, "max@example.org", "manager").await
}

async fn with_role(app: &TestApp, email: &str, role: &str) -> Program {
    let (id, program) = app.programmer(email).await;
    periodical::users::queries::grant_role(&app.db, id, role).await.unwrap();
    program
}

fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn users_are_listed_searched_and_shown_page_by_page() {
    let app = TestApp::without_worker().await;
    let program = manager(&app).await;
    let mut users = Vec::new();
    for number in 0..5 {
        users.push(app.user(&format!("reader{number}@example.org")).await);
    }
    sqlx::query("update users set verified_at = null where id = $1").bind(users[3]).execute(&app.db).await.unwrap();
    let first = program.get("/users?search=READER&limit=2").await.expect(200).json();
    assert_eq!(ids(&first), [users[4], users[3]]);
    assert_eq!((&first["items"][0]["status"], &first["items"][1]["status"]), (&json!("active"), &json!("unconfirmed")));
    let next = first["next"].as_str().unwrap();
    let second = program.get(&format!("/users?search=READER&limit=4&cursor={next}")).await.expect(200).json();
    assert_eq!((ids(&second), &second["next"]), (vec![users[2], users[1], users[0]], &Value::Null));
    // A cursor is one of its own list.
    for other in [format!("/users?cursor={next}"), format!("/users?search=READER&status=active&cursor={next}")] {
        program.get(&other).await.expect(422).error("cursor");
    }
    program.get("/users?status=asleep").await.expect(422).error("status");
    assert_eq!(ids(&program.get("/users?status=unconfirmed").await.expect(200).json()), [users[3]]);
    let shown = program.get(&format!("/users/{}", users[0])).await.expect(200).json();
    assert_eq!((&shown["email"], &shown["roles"], &shown["mailings"]), (&json!("reader0@example.org"), &json!([]), &json!(0)));
    for nobody in ["999999", "99999999999999999999", "x"] {
        program.get(&format!("/users/{nobody}")).await.expect(404);
    }
}

#[tokio::test]
async fn a_block_ends_what_the_user_does_and_its_end_lets_it_go_on() {
    let app = TestApp::without_worker().await;
    let program = manager(&app).await;
    let (una, theirs) = app.programmer("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let mailing = app.due_mailing(una).await;
    let path = format!("/users/{una}/block");
    for reason in [json!({}), json!({ "reason": " " }), json!({ "reason": "x".repeat(501) })] {
        program.put(&path, &reason).await.expect(422).error("reason");
    }
    theirs.get("/me").await.expect(200);
    for _ in 0..2 {
        let blocked = program.put(&path, &json!({ "reason": "Sends spam" })).await.expect(200).json();
        assert_eq!((&blocked["status"], &blocked["blocked_reason"]), (&json!("blocked"), &json!("Sends spam")));
    }
    theirs.get("/me").await.expect(401);
    sqlx::query("delete from graphile_worker._private_jobs").execute(&app.db).await.unwrap();
    for _ in 0..2 {
        program.delete(&path).await.expect(204);
    }
    theirs.get("/me").await.expect(200);
    assert!(app.job_of(mailing).await.is_some(), "what is due goes on");
    let by = "max@example.org";
    assert_eq!(
        trail(&app).await,
        [entry(by, "block_user", "una@example.org", "Sends spam"), entry(by, "unblock_user", "una@example.org", "")]
    );
}

#[tokio::test]
async fn nobody_blocks_themselves_nor_a_manager_their_colleagues() {
    let app = TestApp::without_worker().await;
    let program = manager(&app).await;
    let ada = with_role(&app, "ada@example.org", "admin").await;
    let id = async |program: &Program| program.get("/me").await.expect(200).json()["id"].as_i64().unwrap();
    let (manager, admin) = (id(&program).await, id(&ada).await);
    let reason = json!({ "reason": "Why not" });
    for (by, whom) in [(&program, manager), (&program, admin), (&ada, admin)] {
        let refused = by.put(&format!("/users/{whom}/block"), &reason).await.expect(409).json();
        assert_eq!(refused["type"], "/api/docs#problem-conflict");
        by.delete(&format!("/users/{whom}/block")).await.expect(409);
    }
    assert_eq!(app.count("select count(*) from users where blocked_at is not null").await, 0);
    ada.put(&format!("/users/{manager}/block"), &reason).await.expect(200);
    program.get("/me").await.expect(401);
}

#[tokio::test]
async fn everybodys_mailings_are_listed_and_disabled_with_a_reason() {
    let app = TestApp::without_worker().await;
    let program = manager(&app).await;
    let (una, _) = app.programmer("una@example.org").await;
    app.recipients(una, &["rita@example.org"]).await;
    let (first, second) = (app.due_mailing(una).await, app.due_mailing(una).await);
    let path = format!("/mailings/{first}/suspension");
    program.put(&path, &json!({ "reason": "" })).await.expect(422).error("reason");
    let disabled = program.put(&path, &json!({ "reason": "Readers complain" })).await.expect(200).json();
    assert_eq!((&disabled["disabled_reason"], &disabled["owner"]["id"]), (&json!("Readers complain"), &json!(una)));
    assert_eq!(app.job_of(first).await, None);
    let list = async |query: &str| program.get(&format!("/oversight/mailings{query}")).await.expect(200).json();
    assert_eq!(ids(&list("").await), [second, first]);
    assert_eq!(ids(&list("?state=disabled").await), [first]);
    assert_eq!(ids(&list("?search=una%40").await), [second, first]);
    assert_eq!(ids(&list("?search=nobody").await), [0_i64; 0]);
    let page = list("?limit=1").await;
    assert_eq!(ids(&page), [second]);
    assert!(!page.to_string().contains("rita@example.org"));
    assert_eq!(ids(&list(&format!("?limit=1&cursor={}", page["next"].as_str().unwrap())).await), [first]);
    for _ in 0..2 {
        program.delete(&path).await.expect(204);
    }
    assert!(app.job_of(first).await.is_some());
    program.put("/mailings/999999/suspension", &json!({ "reason": "No such" })).await.expect(404);
    let by = "max@example.org";
    let expected = [entry(by, "disable_mailing", "Test mailing", "Readers complain"), entry(by, "enable_mailing", "Test mailing", "")];
    assert_eq!(trail(&app).await, expected);
    assert_eq!(app.count("select count(*) from graphile_worker.jobs where task_identifier = 'tell_owner'").await, 2);
}

#[tokio::test]
async fn a_manager_who_is_none_any_more_is_refused_at_once() {
    let app = TestApp::without_worker().await;
    let program = manager(&app).await;
    let una = app.user("una@example.org").await;
    program.get("/users").await.expect(200);
    sqlx::query("delete from user_roles").execute(&app.db).await.unwrap();
    program.get("/users").await.expect(403);
    program.put(&format!("/users/{una}/block"), &json!({ "reason": "Late" })).await.expect(403);
    assert_eq!(app.count("select count(*) from users where blocked_at is not null").await, 0);
}

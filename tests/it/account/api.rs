//! Whose token it is.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_program_asks_whose_token_it_has_and_what_it_may_do() {
    let app = TestApp::without_worker().await;
    let max = app.user("max@example.org").await;
    periodical::users::queries::grant_role(&app.db, max, "manager").await.unwrap();
    sqlx::query("update users set time_zone = 'Europe/Riga', locale = 'ru' where id = $1").bind(max).execute(&app.db).await.unwrap();
    app.user("other@example.org").await;
    let program = app.program(max, &["read", "send"]).await;
    let me = program.get("/me").await.expect(200);
    assert!(!me.text.contains(program.token()));
    let me = me.json();
    for (field, value) in [
        ("id", json!(max)),
        ("email", json!("max@example.org")),
        ("language", json!("ru")),
        ("time_zone", json!("Europe/Riga")),
        ("roles", json!(["manager"])),
        ("rights", json!(["view_users", "block_users", "view_mailings", "disable_mailings"])),
        ("has_two_factor", json!(false)),
    ] {
        assert_eq!(me[field], value, "{field}");
    }
    assert_eq!((&me["token"]["name"], &me["token"]["scopes"]), (&json!("Test"), &json!(["read", "send"])));
    assert!(me["token"]["expires_at"].as_str().unwrap().ends_with('Z'), "{me}");
    assert_eq!(app.count("select count(*) from api_tokens where last_used_at is not null").await, 1);
}

#[tokio::test]
async fn problems_are_said_in_the_language_of_the_profile() {
    let app = TestApp::without_worker().await;
    let (una, _) = app.programmer("una@example.org").await;
    sqlx::query("update users set locale = 'ru' where id = $1").bind(una).execute(&app.db).await.unwrap();
    let refused = app.program(una, &["write"]).await.get("/me").await.expect(403);
    assert_eq!(refused.json()["title"], "Нет доступа");
}

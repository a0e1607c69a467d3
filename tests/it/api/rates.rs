//! How often a user may ask.

use std::{num::NonZeroU32, time::Duration};

use periodical::limits::Allowance;

use serde_json::json;

use crate::support::{TestApp, quick, until};

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again_and_others_are_not() {
    let app = TestApp::configured(quick(), |config| {
        config.limits.api = Allowance { at_once: NonZeroU32::new(3).unwrap(), every: Duration::from_secs(1000) };
    })
    .await;
    let (una, program) = app.programmer("una@example.org").await;
    for left in ["2", "1", "0"] {
        let answer = program.get("/recipients").await.expect(200);
        assert!(answer.header("ratelimit").unwrap().starts_with(&format!("\"user\";r={left};t=")), "{:?}", answer.headers);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"user\";q=3;w=3000"));
    }
    // Another token is no way around.
    let another = app.program(una, &["read"]).await;
    for program in [&program, &another] {
        let answer = program.get("/recipients").await.expect(429);
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((900..=1000).contains(&wait), "{wait}");
        assert!(answer.header("ratelimit").unwrap().starts_with("\"user\";r=0;"));
        assert_eq!(answer.json()["type"], "/api/docs#problem-too-many");
    }
    let (_, other) = app.programmer("otto@example.org").await;
    other.get("/recipients").await.expect(200);
}

#[tokio::test]
async fn requests_that_wait_for_one_another_leave_the_database_to_others() {
    let app = TestApp::configured(quick(), |config| config.limits.api_at_once = 2).await;
    let (una, program) = app.programmer("una@example.org").await;
    let id = app.recipients(una, &["anna@example.org"]).await[0];
    let mut held = app.db.begin().await.unwrap();
    sqlx::query("select from recipients where id = $1 for update").bind(id).execute(&mut *held).await.unwrap();
    let change = || {
        let program = program.clone();
        tokio::spawn(
            async move { program.put(&format!("/recipients/{id}"), &json!({ "email": "anna@example.org", "name": "Anna" })).await },
        )
    };
    let waiting = [change(), change()];
    let held_up = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    until("both to wait", || async { (app.count(held_up).await == 2).then_some(()) }).await;
    let refused = program.get("/me").await.expect(429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    app.programmer("otto@example.org").await.1.get("/me").await.expect(200);
    held.rollback().await.unwrap();
    let [one, other] = waiting;
    let mut statuses = [one.await.unwrap().status.as_u16(), other.await.unwrap().status.as_u16()];
    statuses.sort_unstable();
    // Both have read the same version; the second one is told so.
    assert_eq!(statuses, [200, 412]);
    program.get("/me").await.expect(200);
}

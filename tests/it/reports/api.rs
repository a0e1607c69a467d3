//! One's own figures for programs.

use serde_json::{Value, json};

use super::over;
use crate::support::TestApp;

#[tokio::test]
async fn a_program_sees_the_figures_that_the_pages_show() {
    let app = TestApp::without_worker().await;
    let (user, _, _) = over(&app).await;
    let program = app.program(user, &["read"]).await;
    let figures = |part: &Value| ["attempts", "sent", "failed", "unknown", "skipped"].map(|name| part[name].as_i64().unwrap());
    for _ in 0..2 {
        let stats = program.get("/stats").await.expect(200).json();
        assert_eq!((&stats["recipients"], &stats["messages"], &stats["sent"]), (&json!(60), &json!(1), &json!(30)));
        let mailings = ["created", "running", "completed"].map(|status| stats["mailings"][status].as_i64().unwrap());
        assert_eq!(mailings.iter().sum::<i64>(), 1, "{stats}");
        assert_eq!(figures(&stats["total"]), [1, 30, 20, 4, 6]);
        let parts = stats["parts"].as_array().unwrap();
        assert_eq!((parts.len(), figures(&parts[29])), (30, [1, 30, 20, 4, 6]));
        assert_eq!((&parts[0]["from"], &parts[29]["until"]), (&stats["total"]["from"], &stats["total"]["until"]));
        // Added up, they are the same.
        periodical::reports::tally(&app.app).await.unwrap();
    }
    let stats = program.get("/stats").await.json();
    let causes: i64 = stats["causes"].as_array().unwrap().iter().map(|cause| cause["deliveries"].as_i64().unwrap()).sum();
    assert_eq!(causes, 30, "{stats}");

    let stats = program.get("/stats?from=2026-01-01&to=2026-01-02").await.expect(200).json();
    assert_eq!((figures(&stats["total"]), stats["parts"].as_array().unwrap().len()), ([0; 5], 2));
    assert_eq!(stats["total"]["from"], "2026-01-01T00:00:00Z");
    let (_, other) = app.programmer("other@example.org").await;
    let stats = other.get("/stats").await.expect(200).json();
    assert_eq!((&stats["recipients"], figures(&stats["total"])), (&json!(0), [0; 5]));
}

#[tokio::test]
async fn what_is_no_stretch_of_days_is_refused_by_its_parameter() {
    let app = TestApp::without_worker().await;
    let (_, program) = app.programmer("una@example.org").await;
    for (query, field) in [
        ("from=yesterday", "from"),
        ("from=", "from"),
        ("from=2026-02-30", "from"),
        ("from=0001-01-01", "from"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=2026-01-01&to=9999-12-31", "to"),
        ("from=1971-01-01&to=2026-01-01", "from"),
        ("to=2026-01-01", "from"),
    ] {
        program.get(&format!("/stats?{query}")).await.expect(422).error(field);
    }
}

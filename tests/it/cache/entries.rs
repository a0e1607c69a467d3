//! What a process keeps is bounded.

use super::{TIMED, figure};
use crate::support::TestApp;

/// Keeps a text of that many bytes.
async fn keep(app: &TestApp, name: usize, bytes: usize) {
    let kept = app.app.cache.value::<String, sqlx::Error, _>(&TIMED, name.to_string(), || async { Ok("x".repeat(bytes)) });
    assert_eq!(kept.await.unwrap().len(), bytes);
}

#[tokio::test]
async fn no_more_than_so_many_entries_are_kept() {
    let app = TestApp::without_worker().await;
    for name in 0..5_000 {
        keep(&app, name, 10).await;
    }
    let (entries, bytes) = (figure(&app.app, "periodical_cache_entries"), figure(&app.app, "periodical_cache_bytes"));
    assert!((512.0..=1024.0).contains(&entries), "{entries}");
    assert_eq!(bytes, entries * 12.0, "the bytes of those that went are not counted any longer");
    // The latest is there, the first is not.
    let computed = super::Computed::default();
    computed.show(&app.app, &TIMED, "4999", "").await;
    assert_eq!(computed.times(), 0);
    computed.show(&app.app, &TIMED, "0", "").await;
    assert_eq!(computed.times(), 1);
}

#[tokio::test]
async fn no_more_than_so_many_bytes_are_kept_and_nothing_that_is_huge() {
    let app = TestApp::without_worker().await;
    let mut most = 0.0_f64;
    for name in 0..200 {
        keep(&app, name, 1_000_000).await;
        most = most.max(figure(&app.app, "periodical_cache_bytes"));
    }
    assert!((60_000_000.0..=68_000_000.0).contains(&most), "{most}");
    let before = figure(&app.app, "periodical_cache_entries");
    keep(&app, 1_000, 9_000_000).await;
    assert_eq!(figure(&app.app, "periodical_cache_entries"), before);
    assert!(figure(&app.app, "periodical_cache_bytes") <= most);
}

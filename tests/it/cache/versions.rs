//! A change shows at once, in every process.

use super::{Computed, PUBLIC, TIMED, another, listens, raise};
use crate::support::{TestApp, until};

#[tokio::test]
async fn a_change_shows_with_the_next_request_in_its_own_process_and_at_once_in_the_others() {
    let app = TestApp::without_worker().await;
    let (here, there) = (&app.app, another(&app));
    let computed = Computed::default();
    for process in [here, &there] {
        listens(process).await;
        assert_eq!(computed.show(process, &PUBLIC, "post", "old").await, "old");
        assert_eq!(computed.show(process, &PUBLIC, "post", "not asked for").await, "old");
        assert_eq!(computed.show(process, &TIMED, "figures", "old").await, "old");
    }

    let number = raise(here).await;
    here.cache.saw(number);
    assert_eq!(computed.show(here, &PUBLIC, "post", "new").await, "new");
    until("the change in the other process", || async { (there.notifications.public_version() == Some(number)).then_some(()) }).await;
    assert_eq!(computed.show(&there, &PUBLIC, "post", "new").await, "new");

    assert_eq!(computed.show(here, &TIMED, "figures", "new").await, "old", "it ends with its time alone");
    assert_eq!(computed.times(), 6);
}

#[tokio::test]
async fn a_process_that_hears_late_writes_nothing_under_the_new_number() {
    let app = TestApp::without_worker().await;
    let process = &app.app;
    let before = listens(process).await;
    let computed = Computed::default();
    let slow = process.cache.value::<String, sqlx::Error, _>(&PUBLIC, "post", || async {
        // It has read what was there when the change comes.
        let number = raise(process).await;
        process.cache.saw(number);
        assert_eq!(number, before + 1);
        Ok("old".to_owned())
    });
    assert_eq!(*slow.await.unwrap(), "old");
    assert_eq!(computed.show(process, &PUBLIC, "post", "new").await, "new");
}

#[tokio::test]
async fn what_is_made_before_the_process_listens_is_not_kept() {
    let app = TestApp::without_worker().await;
    let computed = Computed::default();
    assert_eq!(computed.show(&app.app, &PUBLIC, "post", "early").await, "early");
    listens(&app.app).await;
    assert_eq!(computed.show(&app.app, &PUBLIC, "post", "late").await, "late");
}

#[tokio::test]
async fn while_nobody_would_tell_of_a_change_nothing_is_taken_from_the_cache() {
    let app = TestApp::without_worker().await;
    let process = &app.app;
    let computed = Computed::default();
    let number = listens(process).await;
    assert_eq!(computed.show(process, &PUBLIC, "post", "old").await, "old");
    // Every connection is taken, and whoever waits here gets that of the listener: the new one has to wait.
    let mut connection = app.db.acquire().await.unwrap();
    let mut taken = Vec::new();
    while taken.len() < 10 {
        taken.push(app.db.acquire().await.unwrap());
    }
    let next = tokio::spawn({
        let db = app.db.clone();
        async move { db.acquire().await.unwrap() }
    });
    let ended = "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and application_name = 'periodical listener'";
    sqlx::query(ended).execute(&mut *connection).await.unwrap();
    until("the loss", || async { process.notifications.public_version().is_none().then_some(()) }).await;
    // What another process changes now.
    sqlx::query("update public_version set number = number + 1").execute(&mut *connection).await.unwrap();
    assert_eq!(computed.show(process, &PUBLIC, "post", "new").await, "new");
    assert_eq!(computed.show(process, &PUBLIC, "post", "newer").await, "newer");

    drop((connection, taken, next.await.unwrap()));
    let later = listens(process).await;
    assert_eq!(later, number + 1);
    assert_eq!(computed.show(process, &PUBLIC, "post", "newest").await, "newest");
    assert_eq!(computed.show(process, &PUBLIC, "post", "not asked for").await, "newest");
}

//! Of many who ask at once, one computes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use tokio::sync::Notify;

use super::{Computed, PUBLIC, TIMED, listens};
use crate::support::TestApp;

#[tokio::test]
async fn of_a_hundred_who_ask_at_once_one_computes() {
    let app = TestApp::without_worker().await;
    listens(&app.app).await;
    for kind in [&PUBLIC, &TIMED] {
        let (times, go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let asking: Vec<_> = (0..100)
            .map(|_| {
                let (app, times, go) = (app.app.clone(), Arc::clone(&times), Arc::clone(&go));
                tokio::spawn(async move {
                    let value = app.cache.value::<usize, sqlx::Error, _>(kind, "one", || async {
                        go.notified().await;
                        Ok(times.fetch_add(1, Ordering::SeqCst))
                    });
                    *value.await.unwrap()
                })
            })
            .collect();
        // All of them have asked before the one is let go.
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        go.notify_waiters();
        go.notify_one();
        let values: Vec<usize> = join_all(asking).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(values, vec![0; 100]);
        assert_eq!(times.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_computation_that_fails_fails_for_itself_alone_and_is_not_kept() {
    let app = TestApp::without_worker().await;
    let (cache, go) = (app.app.cache.clone(), Arc::new(Notify::new()));
    let first = tokio::spawn({
        let (cache, go) = (cache.clone(), Arc::clone(&go));
        async move {
            cache
                .value::<u8, &str, _>(&TIMED, "fails", || async {
                    go.notified().await;
                    Err("broken")
                })
                .await
        }
    });
    let others: Vec<_> = (0..10)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { cache.value::<u8, &str, _>(&TIMED, "fails", || async { Ok(7) }).await })
        })
        .collect();
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(others.iter().all(|other| !other.is_finished()), "they wait for the first");
    go.notify_one();
    assert_eq!(first.await.unwrap(), Err("broken"));
    for other in others {
        assert_eq!(*other.await.unwrap().unwrap(), 7);
    }
    assert_eq!(*cache.value::<u8, &str, _>(&TIMED, "fails", || async { Err("asked again") }).await.unwrap(), 7);
}

#[tokio::test]
async fn a_computation_that_panics_or_is_given_up_leaves_the_work_to_the_next() {
    let app = TestApp::without_worker().await;
    let cache = app.app.cache.clone();
    for panics in [true, false] {
        let (began, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let name = format!("panics: {panics}");
        let first = tokio::spawn({
            let (cache, began, go, name) = (cache.clone(), Arc::clone(&began), Arc::clone(&go), name.clone());
            async move {
                let _ = cache
                    .value::<u8, &str, _>(&TIMED, name, || async {
                        began.notify_one();
                        go.notified().await;
                        panic!("as a bug would");
                    })
                    .await;
            }
        });
        began.notified().await;
        let computed = Computed::default();
        let others: Vec<_> = (0..10)
            .map(|_| {
                let (app, computed, name) = (app.app.clone(), computed.clone(), name.clone());
                tokio::spawn(async move { computed.show(&app, &TIMED, &name, "there").await })
            })
            .collect();
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        if panics {
            go.notify_one();
            assert!(first.await.unwrap_err().is_panic());
        } else {
            first.abort();
        }
        let shown = tokio::time::timeout(Duration::from_secs(60), join_all(others)).await.expect("nobody waits for ever");
        for shown in shown {
            assert_eq!(shown.unwrap(), "there");
        }
        assert_eq!(computed.times(), 1, "panics: {panics}");
    }
}

//! What is computed once and shown to many, within a process and between processes.

mod entries;
mod flights;
mod metrics;
mod pages;
mod shared;
mod versions;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use periodical::{
    app::App,
    cache::{Kind, versions as numbers},
};
use tokio_util::sync::CancellationToken;

use crate::support::{TestApp, until};

/// Ends with every change of what the public reads.
pub const PUBLIC: Kind = Kind::public("test-public", Duration::from_secs(600));
/// How long [`TIMED`] is kept.
pub const LIVES: Duration = Duration::from_secs(600);
/// Ends with its time alone.
pub const TIMED: Kind = Kind::timed("test-timed", LIVES);

/// Counts how often something was computed.
#[derive(Clone, Default)]
pub struct Computed(Arc<AtomicUsize>);

impl Computed {
    pub fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// What `app` shows under a name, computed to `text` where it has nothing.
    pub async fn show(&self, app: &App, kind: &Kind, name: &str, text: &str) -> String {
        let shown = app.cache.value::<String, sqlx::Error, _>(kind, name, || async {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(text.to_owned())
        });
        shown.await.unwrap().to_string()
    }
}

/// Raises the number as a change of what the public reads does, without a word to any process.
pub async fn raise(app: &App) -> i64 {
    let mut transaction = app.db.begin().await.unwrap();
    let number = numbers::raise(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    number
}

/// Waits until a process would be told of every change.
pub async fn listens(app: &App) -> i64 {
    until("the process listens", || async { app.notifications.public_version() }).await
}

/// Another process's part of the same site.
pub fn another(app: &TestApp) -> App {
    App::new((*app.app.config).clone(), app.db.clone(), CancellationToken::new())
}

/// One of a process's figures; 0 where it does not stand there yet.
pub fn figure(app: &App, name: &str) -> f64 {
    let page = app.metrics.page(app).unwrap();
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().unwrap())
}

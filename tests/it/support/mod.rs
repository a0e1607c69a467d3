//! What the tests stand on: a Postgres, an App with its own database and mail server, and a browser without JavaScript.

mod api;
mod app;
mod authenticator;
mod browser;
mod engine;
mod live;
mod log;
mod postgres;
mod receiver;
mod redis;

use std::time::Duration;

pub use api::{Answered, Program, json};
pub use app::{TestApp, quick};
pub use authenticator::Authenticator;
pub use browser::{Browser, Page};
pub use engine::Sending;
pub use live::Live;
pub use log::Log;
pub use postgres::empty_database;
pub use receiver::{Call, Receiver, Reply};
pub use redis::Redis;

/// Looks until there is something to see. Tests wait for conditions, never for seconds; this only ends what hangs.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let found = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    found.await.unwrap_or_else(|_| panic!("waited in vain for: {what}"))
}

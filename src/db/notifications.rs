//! NOTIFY, fanned out: one LISTEN connection a process, whatever the number of those who wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::watch;

/// The channel on which a worker says that an attempt's figures have changed; the payload is the attempt's id.
pub const ATTEMPTS: &str = "attempts";
/// The channel on which workers are told that there is something to send.
pub const WORK: &str = "work";

type Topics = HashMap<i64, watch::Sender<()>>;

/// The process's ear. Cheap to clone; the connection is opened with the first subscription.
#[derive(Clone)]
pub struct Notifications {
    pool: PgPool,
    topics: Arc<Mutex<Topics>>,
    work: watch::Sender<()>,
    listening: Arc<OnceLock<()>>,
}

impl Notifications {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, topics: Arc::default(), work: watch::Sender::new(()), listening: Arc::default() }
    }

    /// A receiver that changes whenever `attempt_id` was announced. Announcements in between collapse into one:
    /// whoever wakes reads the present state, so nothing is missed.
    pub fn subscribe(&self, attempt_id: i64) -> watch::Receiver<()> {
        self.listen();
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.retain(|_, sender| sender.receiver_count() > 0);
        topics.entry(attempt_id).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// A receiver that changes whenever there may be something new to send.
    pub fn work(&self) -> watch::Receiver<()> {
        self.listen();
        self.work.subscribe()
    }

    fn listen(&self) {
        self.listening.get_or_init(|| {
            tokio::spawn(listen(self.pool.clone(), Arc::clone(&self.topics), self.work.clone()));
        });
    }
}

async fn listen(pool: PgPool, topics: Arc<Mutex<Topics>>, work: watch::Sender<()>) {
    loop {
        if let Err(error) = hear(&pool, &topics, &work).await
            && !pool.is_closed()
        {
            tracing::warn!(%error, "Live pages and new work wait: the connection that listens for them was lost");
        }
        if pool.is_closed() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn hear(pool: &PgPool, topics: &Mutex<Topics>, work: &watch::Sender<()>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen_all([ATTEMPTS, WORK]).await?;
    wake_all(topics, work);
    loop {
        match listener.try_recv().await? {
            Some(notification) if notification.channel() == WORK => {
                work.send_replace(());
            }
            Some(notification) => {
                let Ok(attempt_id) = notification.payload().parse::<i64>() else { continue };
                let topics = topics.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(sender) = topics.get(&attempt_id) {
                    sender.send_replace(());
                }
            }
            // The connection was lost and is there again: what was announced in between is not repeated.
            None => wake_all(topics, work),
        }
    }
}

fn wake_all(topics: &Mutex<Topics>, work: &watch::Sender<()>) {
    work.send_replace(());
    for sender in topics.lock().unwrap_or_else(PoisonError::into_inner).values() {
        sender.send_replace(());
    }
}

//! NOTIFY, fanned out: one LISTEN connection a process, whatever the number of those who wait.

use std::{
    collections::HashMap,
    io::ErrorKind,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use sqlx::{PgPool, postgres::PgListener};
use tokio::{sync::watch, time::timeout};

use crate::cache::versions::{self, Versions};

/// The channel on which a worker says that an attempt's figures have changed; the payload is the attempt's id.
pub const ATTEMPTS: &str = "attempts";
/// The channel on which workers are told that there is something to send.
pub const WORK: &str = "work";

/// After so long without a word the connection is asked whether it is still there: one that was cut off without a word would
/// be silent for ever.
const PULSE: Duration = Duration::from_secs(5);
/// How long it may take to answer that.
const PATIENCE: Duration = Duration::from_secs(10);

type Topics = HashMap<i64, watch::Sender<()>>;

/// The process's ear. Cheap to clone; the connection is opened with the first subscription.
#[derive(Clone)]
pub struct Notifications {
    pool: PgPool,
    topics: Arc<Mutex<Topics>>,
    work: watch::Sender<()>,
    public: Arc<Versions>,
    listening: Arc<OnceLock<()>>,
}

impl Notifications {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, topics: Arc::default(), work: watch::Sender::new(()), public: Arc::default(), listening: Arc::default() }
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

    /// The number of what the public reads; None while nobody would tell us of another, as just after the start.
    pub fn public_version(&self) -> Option<i64> {
        self.listen();
        self.public.current()
    }

    /// This process has raised the number of what the public reads, and has committed that.
    pub fn saw_public_version(&self, number: i64) {
        self.public.saw(number);
    }

    fn listen(&self) {
        self.listening.get_or_init(|| {
            let ear = Ear {
                pool: self.pool.clone(),
                topics: Arc::clone(&self.topics),
                work: self.work.clone(),
                public: Arc::clone(&self.public),
            };
            tokio::spawn(ear.listen());
        });
    }
}

/// What the one task that listens has in hand.
struct Ear {
    pool: PgPool,
    topics: Arc<Mutex<Topics>>,
    work: watch::Sender<()>,
    public: Arc<Versions>,
}

impl Ear {
    async fn listen(self) {
        loop {
            let heard = self.hear().await;
            self.public.is_deaf();
            if self.pool.is_closed() {
                return;
            }
            match heard {
                Ok(()) => tracing::info!("The connection that listens for live pages, new work and changes was lost and is opened anew"),
                Err(error) => {
                    tracing::warn!(%error, "Live pages and new work wait, and pages are not cached: the connection that listens was lost");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Until the connection is lost.
    async fn hear(&self) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        // What is lost has to be known before there is a new one.
        listener.eager_reconnect(false);
        // For whoever looks into pg_stat_activity.
        sqlx::query!("set application_name = 'periodical listener'").execute(&mut listener).await?;
        listener.listen_all([ATTEMPTS, WORK, versions::CHANNEL]).await?;
        // Only now: what comes later is announced.
        self.public.hears(versions::read(&self.pool).await?);
        // What was announced before is not repeated.
        self.wake_all();
        loop {
            match timeout(PULSE, listener.try_recv()).await {
                Ok(received) => match received? {
                    Some(notification) => self.tell(notification.channel(), notification.payload()),
                    None => return Ok(()),
                },
                Err(_) => {
                    // It listens already; that it says so is all.
                    let answer = timeout(PATIENCE, sqlx::query!("listen public").execute(&mut listener)).await;
                    answer.map_err(|_| sqlx::Error::Io(ErrorKind::TimedOut.into()))??;
                }
            }
        }
    }

    fn tell(&self, channel: &str, payload: &str) {
        if channel == WORK {
            self.work.send_replace(());
            return;
        }
        let Ok(number) = payload.parse::<i64>() else { return };
        if channel == versions::CHANNEL {
            self.public.hears(number);
        } else if let Some(sender) = self.topics().get(&number) {
            sender.send_replace(());
        }
    }

    fn wake_all(&self) {
        self.work.send_replace(());
        for sender in self.topics().values() {
            sender.send_replace(());
        }
    }

    fn topics(&self) -> MutexGuard<'_, Topics> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

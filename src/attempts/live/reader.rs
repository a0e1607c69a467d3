//! One reader an attempt and language: however many look on, the database is asked once a change and the page's part is made
//! once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior},
};

use super::rate::Rate;
use crate::{
    app::App,
    attempts::{
        model::{Attempt, Pace},
        queries, views,
    },
    delivery::{self, queries::Row},
    i18n::{self, Language},
    users::rights::Reach,
};

/// Changes that nobody announces (a pause, the end of a hold) show within this time.
const UNASKED: Duration = Duration::from_secs(10);
/// How often what depends on the clock is made anew: the rate, the time left.
const TICK: Duration = Duration::from_secs(1);
/// However many workers announce how often, it is read no oftener than so.
const APART: Duration = Duration::from_millis(250);
/// An attempt in which nothing was settled for so long stands still.
const STANDSTILL: Duration = Duration::from_secs(3);

/// What is shown of an attempt, in one language and to one kind of reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sight {
    pub attempt_id: i64,
    pub language: Language,
    /// Whether it is the reader's own; others see no addresses.
    pub is_own: bool,
}

/// What there is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Nothing was read yet.
    None,
    State(Arc<str>),
    /// The last one: the attempt has finished.
    Last(Arc<str>),
    /// The attempt was deleted, or the database is away: pages that connect again learn which.
    Gone,
}

/// The readers of this process. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub struct Readers(Arc<Mutex<HashMap<Sight, watch::Sender<News>>>>);

impl Readers {
    /// What there is to see of the attempt from now on. The first one who looks starts the reader, the last one who leaves
    /// ends it.
    pub fn look(&self, app: &App, sight: Sight) -> watch::Receiver<News> {
        let mut readers = self.lock();
        if let Some(news) = readers.get(&sight) {
            return news.subscribe();
        }
        let (sender, receiver) = watch::channel(News::None);
        readers.insert(sight, sender.clone());
        drop(readers);
        let reader = Reader { app: app.clone(), sight, rate: Rate::default(), moved_at: Instant::now(), settled: 0 };
        tokio::spawn(reader.run(self.clone(), sender));
        receiver
    }

    /// Forgets a reader whom nobody looks at. False: somebody has come meanwhile.
    fn forget_unseen(&self, sight: Sight, news: &watch::Sender<News>) -> bool {
        let mut readers = self.lock();
        let unseen = news.receiver_count() == 0;
        if unseen {
            readers.remove(&sight);
        }
        unseen
    }

    /// Forgets this reader, and not one that has come after it.
    fn forget(&self, sight: Sight, news: &watch::Sender<News>) {
        let mut readers = self.lock();
        if readers.get(&sight).is_some_and(|present| present.same_channel(news)) {
            readers.remove(&sight);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Sight, watch::Sender<News>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader in the list of readers, for as long as it lives: whatever ends it, the next one who looks starts another.
struct Listed {
    readers: Readers,
    sight: Sight,
    news: watch::Sender<News>,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.readers.forget(self.sight, &self.news);
    }
}

struct Reader {
    app: App,
    sight: Sight,
    rate: Rate,
    /// When a delivery was settled last, as far as this reader has seen, and how many were.
    moved_at: Instant,
    settled: u64,
}

/// What was read of an attempt.
struct Seen {
    attempt: Attempt,
    /// For the owner's eyes.
    newest: Option<Vec<Row>>,
    goes_on_at: Option<time::OffsetDateTime>,
}

impl Reader {
    /// Reads and shows until the attempt has finished or nobody looks on.
    async fn run(mut self, readers: Readers, news: watch::Sender<News>) {
        let listed = Listed { readers, sight: self.sight, news: news.clone() };
        let Some(last) = self.follow(&listed.readers, &news).await else { return };
        // Before the last news, so that whoever comes after it starts a reader of their own.
        drop(listed);
        news.send_replace(last);
    }

    /// The last news; None: nobody looks on.
    async fn follow(&mut self, readers: &Readers, news: &watch::Sender<News>) -> Option<News> {
        // Subscribed before the first look, so that no change falls between the two.
        let mut changes = self.app.notifications.subscribe(self.sight.attempt_id);
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut read_from = Instant::now();
        loop {
            tokio::time::sleep_until(read_from).await;
            read_from = Instant::now() + APART;
            changes.mark_unchanged();
            let Ok(seen) = self.read().await else { return Some(News::Gone) };
            let look_at = Instant::now() + UNASKED;
            loop {
                let shown = self.show(&seen);
                if !seen.attempt.is_running() {
                    return Some(News::Last(shown));
                }
                news.send_if_modified(|present| {
                    let state = News::State(shown);
                    let differs = *present != state;
                    *present = state;
                    differs
                });
                tokio::select! {
                    () = self.app.stop.cancelled() => return Some(News::Gone),
                    () = news.closed() => {
                        if readers.forget_unseen(self.sight, news) {
                            return None;
                        }
                        break;
                    }
                    changed = changes.changed() => match changed {
                        Ok(()) => break,
                        Err(_) => return Some(News::Gone),
                    },
                    () = tokio::time::sleep_until(look_at) => break,
                    _ = ticks.tick() => {}
                }
            }
        }
    }

    async fn read(&mut self) -> sqlx::Result<Seen> {
        let (db, id) = (&self.app.db, self.sight.attempt_id);
        let attempt = queries::view(db, Reach::Everybodys, id).await?;
        let newest = match self.sight.is_own {
            true => Some(delivery::queries::newest(db, id, views::NEWEST).await?),
            false => None,
        };
        let settled = u64::from((attempt.total - attempt.waiting).unsigned_abs());
        if settled != self.settled {
            (self.settled, self.moved_at) = (settled, Instant::now());
        }
        // What waits for another try has a moment; asked for only where nothing else moves.
        let stands_still = attempt.is_moving() && self.moved_at.elapsed() >= STANDSTILL;
        let goes_on_at = if stands_still { delivery::queries::goes_on_at(db, id).await? } else { None };
        let attempt = if self.sight.is_own { attempt } else { attempt.without_addresses() };
        Ok(Seen { attempt, newest, goes_on_at })
    }

    fn show(&mut self, seen: &Seen) -> Arc<str> {
        let now = Instant::now();
        self.rate.note(now, self.settled);
        let pace = Pace { per_second: self.rate.per_second(now), goes_on_at: seen.goes_on_at };
        i18n::with(self.sight.language, || views::live(&seen.attempt, seen.newest.as_deref(), &pace).into_string().into())
    }
}

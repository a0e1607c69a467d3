//! An attempt's page while it moves: server-sent events, woken by the worker's NOTIFY.

mod rate;
mod reader;

use futures_util::Stream;
use poem::{
    handler,
    web::{
        Data, Path,
        sse::{Event, SSE},
    },
};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior},
};

pub use reader::Readers;

use self::reader::{News, Sight};
use super::queries;
use crate::{
    app::App,
    error::{Error, Result, Wait},
    i18n,
    limits::COME_AGAIN,
    users::{self, CurrentUser, rights::Reach},
    web::{places::Place, session::SessionHash},
};

/// Says that the attempt has finished; the page then leaves, instead of connecting again for ever.
const DONE: &str = "done";
const KEEP_ALIVE: std::time::Duration = std::time::Duration::from_secs(15);

/// The attempt's figures now, and again whenever they change, until it has finished. The state itself is sent, never a
/// change to it, so a page that connects late or again is right at once. It ends with its viewer's session.
#[handler]
pub async fn live(user: CurrentUser, session: SessionHash, app: Data<&App>, readers: Data<&Readers>, Path(id): Path<i64>) -> Result<SSE> {
    // Out of reach: 404, before anything is read for it.
    let attempt = queries::view(&app.db, user.reach(), id).await?;
    let place = app.streams.take(user.id()).ok_or(Error::TooMany(Wait(COME_AGAIN)))?;
    let sight = Sight { attempt_id: id, language: i18n::current(), is_own: attempt.user_id == user.id() };
    // Whoever has come so far is signed in: the first look is one period away.
    let period = app.config.limits.stream_check;
    let mut checks = tokio::time::interval_at(Instant::now() + period, period);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut news = readers.look(&app, sight);
    // What was read before this page came is news to it.
    news.mark_changed();
    let viewer = Viewer {
        news,
        app: app.clone(),
        user_id: user.id(),
        session: session.0.unwrap_or_default(),
        is_own: sight.is_own,
        checks,
        step: Step::Watch,
        _place: place,
    };
    Ok(SSE::new(events(viewer)).keep_alive(KEEP_ALIVE))
}

fn events(viewer: Viewer) -> impl Stream<Item = Event> {
    futures_util::stream::unfold(viewer, |mut viewer| async move { viewer.next().await.map(|event| (event, viewer)) })
}

/// A page that stands open, maybe for hours. Nothing is asked for meanwhile that would say who asks, so it looks by itself.
struct Viewer {
    app: App,
    user_id: i64,
    session: Vec<u8>,
    is_own: bool,
    news: watch::Receiver<News>,
    checks: Interval,
    step: Step,
    _place: Place<i64>,
}

#[derive(Clone, Copy)]
enum Step {
    Watch,
    TakeLeave,
    End,
}

impl Viewer {
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.step {
                Step::Watch => {}
                Step::TakeLeave => {
                    self.step = Step::End;
                    return Some(Event::message("finished").event_type(DONE));
                }
                Step::End => return None,
            }
            tokio::select! {
                biased;
                () = self.app.stop.cancelled() => return None,
                _ = self.checks.tick() => {
                    if !self.may_look().await {
                        return None;
                    }
                }
                changed = self.news.changed() => {
                    changed.ok()?;
                    let news = self.news.borrow_and_update().clone();
                    match news {
                        News::None => {}
                        News::State(shown) => return Some(Event::message(&*shown)),
                        News::Last(shown) => {
                            self.step = Step::TakeLeave;
                            return Some(Event::message(&*shown));
                        }
                        News::Gone => return None,
                    }
                }
            }
        }
    }

    /// Whether the viewer is still signed in, and still somebody who may look: a manager may be none any more. Else the page
    /// connects again and learns which. Without an answer of the database it does so too.
    async fn may_look(&self) -> bool {
        match users::queries::active(&self.app.db, self.user_id, &self.session).await {
            Ok(Some(user)) => self.is_own || CurrentUser(user).reach() == Reach::Everybodys,
            _ => false,
        }
    }
}

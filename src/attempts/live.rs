//! An attempt's page while it moves: server-sent events, woken by the worker's NOTIFY.

use std::time::Duration;

use futures_util::Stream;
use poem::{
    handler,
    web::{
        Data, Path,
        sse::{Event, SSE},
    },
};
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::{model::Attempt, queries, views};
use crate::{
    app::App,
    delivery,
    error::{Error, Result, Wait},
    limits::COME_AGAIN,
    users::{self, CurrentUser, model::User},
    web::{places::Place, session::SessionHash},
};

/// Says that the attempt has finished; the page then leaves, instead of connecting again for ever.
const DONE: &str = "done";
/// Changes that nobody announces show within this time.
const UNASKED: Duration = Duration::from_secs(10);

/// The attempt's figures now, and again whenever they change, until it has finished. The state itself is sent, never a
/// change to it, so a page that connects late or again is right at once. It ends with its viewer's session.
#[handler]
pub async fn live(user: CurrentUser, session: SessionHash, app: Data<&App>, Path(id): Path<i64>) -> Result<SSE> {
    // Out of reach: 404, before anything is listened to.
    queries::view(&app.db, user.reach(), id).await?;
    let place = app.streams.take(user.id()).ok_or(Error::TooMany(Wait(COME_AGAIN)))?;
    let viewer = Viewer { user_id: user.id(), session: session.0.unwrap_or_default(), _place: place };
    Ok(SSE::new(states(app.clone(), viewer, id)).keep_alive(Duration::from_secs(15)))
}

fn states(app: App, viewer: Viewer, id: i64) -> impl Stream<Item = Event> {
    // Subscribed before the first look, so that no change falls between the two.
    let changes = app.notifications.subscribe(id);
    let mut checks = tokio::time::interval(app.config.limits.stream_check);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let start = Progress { app, viewer, id, changes, checks, look_at: Instant::now(), step: Step::Look };
    futures_util::stream::unfold(start, |mut progress| async move { progress.next().await.map(|event| (event, progress)) })
}

/// A page may stand open for hours, and nothing is asked for meanwhile that would say who asks.
struct Viewer {
    user_id: i64,
    session: Vec<u8>,
    _place: Place<i64>,
}

struct Progress {
    app: App,
    viewer: Viewer,
    id: i64,
    changes: tokio::sync::watch::Receiver<()>,
    checks: Interval,
    /// When to look unasked; a pause, a hold that ends are announced by nobody.
    look_at: Instant,
    step: Step,
}

enum Step {
    Look,
    Wait,
    TakeLeave,
    End,
}

impl Progress {
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.step {
                Step::Look => {
                    self.look_at = Instant::now() + UNASKED;
                    self.changes.mark_unchanged();
                    let Ok(state) = self.look().await else {
                        // Deleted, out of reach by now, or the database is away: the page connects again and learns which.
                        return None;
                    };
                    self.step = if state.is_running() { Step::Wait } else { Step::TakeLeave };
                    if state.user_id != self.viewer.user_id {
                        return Some(Event::message(views::live(&state.without_addresses(), &[]).into_string()));
                    }
                    let newest = delivery::queries::newest(&self.app.db, self.id, views::NEWEST).await.unwrap_or_default();
                    return Some(Event::message(views::live(&state, &newest).into_string()));
                }
                Step::Wait => {
                    tokio::select! {
                        biased;
                        () = self.app.stop.cancelled() => return None,
                        _ = self.checks.tick() => {
                            if !self.is_signed_in().await {
                                return None;
                            }
                            continue;
                        }
                        changed = self.changes.changed() => changed.ok()?,
                        () = tokio::time::sleep_until(self.look_at) => {}
                    }
                    self.step = Step::Look;
                }
                Step::TakeLeave => {
                    self.step = Step::End;
                    return Some(Event::message("finished").event_type(DONE));
                }
                Step::End => return None,
            }
        }
    }

    /// Who looks is asked every time: a manager may be none any more.
    async fn look(&self) -> sqlx::Result<Attempt> {
        let user = self.viewer().await?.ok_or(sqlx::Error::RowNotFound)?;
        queries::view(&self.app.db, CurrentUser(user).reach(), self.id).await
    }

    /// The page connects again, and is then told to sign in. Without an answer of the database it does so too.
    async fn is_signed_in(&self) -> bool {
        self.viewer().await.is_ok_and(|viewer| viewer.is_some())
    }

    async fn viewer(&self) -> sqlx::Result<Option<User>> {
        users::queries::active(&self.app.db, self.viewer.user_id, &self.viewer.session).await
    }
}

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

use super::{model::Attempt, queries, views};
use crate::{
    app::App,
    delivery,
    error::Result,
    users::{self, CurrentUser},
};

/// Says that the attempt has finished; the page then leaves, instead of connecting again for ever.
const DONE: &str = "done";

/// The attempt's figures now, and again whenever they change, until it has finished. The state itself is sent, never a
/// change to it, so a page that connects late or again is right at once.
#[handler]
pub async fn live(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>) -> Result<SSE> {
    // Out of reach: 404, before anything is listened to.
    queries::view(&app.db, user.reach(), id).await?;
    Ok(SSE::new(states(app.clone(), user.id(), id)).keep_alive(Duration::from_secs(15)))
}

fn states(app: App, user_id: i64, id: i64) -> impl Stream<Item = Event> {
    // Subscribed before the first look, so that no change falls between the two.
    let changes = app.notifications.subscribe(id);
    let start = Progress { app, user_id, id, changes, step: Step::Look };
    futures_util::stream::unfold(start, |mut progress| async move { progress.next().await.map(|event| (event, progress)) })
}

struct Progress {
    app: App,
    user_id: i64,
    id: i64,
    changes: tokio::sync::watch::Receiver<()>,
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
                    self.changes.mark_unchanged();
                    let Ok(state) = self.look().await else {
                        // Deleted, out of reach by now, or the database is away: the page connects again and learns which.
                        return None;
                    };
                    self.step = if state.is_running() { Step::Wait } else { Step::TakeLeave };
                    if state.user_id != self.user_id {
                        return Some(Event::message(views::live(&state.without_addresses(), &[]).into_string()));
                    }
                    let newest = delivery::queries::newest(&self.app.db, self.id, views::NEWEST).await.unwrap_or_default();
                    return Some(Event::message(views::live(&state, &newest).into_string()));
                }
                Step::Wait => {
                    tokio::select! {
                        changed = self.changes.changed() => changed.ok()?,
                        // A pause, a hold that ends: changes that nobody announces show within this time.
                        () = tokio::time::sleep(Duration::from_secs(10)) => {}
                        () = self.app.stop.cancelled() => return None,
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

    /// Who looks is asked every time: somebody may be blocked, or no manager any more.
    async fn look(&self) -> sqlx::Result<Attempt> {
        let user = users::queries::active(&self.app.db, self.user_id).await?.ok_or(sqlx::Error::RowNotFound)?;
        queries::view(&self.app.db, CurrentUser(user).reach(), self.id).await
    }
}

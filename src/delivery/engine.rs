//! What a process sends with: its connections, its slices, its journals, its times. One path for the worker and the shell.

use std::{
    collections::HashMap,
    ops::Deref,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use lettre::address::Envelope;
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinHandle, JoinSet},
    time::{timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use uuid::Uuid;

use super::{
    feeder::{self, Scope},
    lane::Connections,
    model::Timing,
    pace::Pace,
    ring::{Ring, SingleMail},
    sending, settle,
    slice::Slice,
};
use crate::{
    app::App,
    mail::{connection::SmtpSettings, outcome::Outcome},
    recipients::unsubscribe::Links,
};

/// How often an attempt's progress is announced at the most.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(250);
/// How long mails that are on the wire may take once the process should stop. What takes longer is in the journal.
pub const GRACE: Duration = Duration::from_secs(20);
/// Outcomes that may wait for Postgres: what the lanes do while a batch is saved. While it is away these are what a lost
/// lease would repeat, on another host.
const UNSETTLED: usize = 512;

/// One a process; cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Parts>);

pub struct Parts {
    pub app: App,
    pub timing: Timing,
    pub(super) connections: Connections,
    pub(super) journals: PathBuf,
    pub(super) ring: Ring,
    pub(super) unsubscribe_links: Links,
    pub(super) pace: Option<Pace>,
    /// The slices that this process holds, each until its end is saved.
    slices: Mutex<HashMap<Uuid, Arc<Slice>>>,
    announced: Mutex<HashMap<i64, Instant>>,
}

impl Deref for Engine {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Engine")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    pub fn new(app: App, smtp: SmtpSettings, timing: Timing) -> Self {
        Self(Arc::new(Parts {
            connections: Connections::new(smtp, app.config.smtp.connections),
            journals: app.config.data_dir.join("journal"),
            pace: app.config.send_rate.map(|rate| Pace::new(app.db.clone(), rate)),
            ring: Ring::default(),
            unsubscribe_links: Links::new(&app.config),
            slices: Mutex::default(),
            announced: Mutex::default(),
            timing,
            app,
        }))
    }

    /// Sends what there is to send, of the attempts in `scope`, until `stop`; then what is on the wire is finished, the
    /// rest given back, and everything settled. Once at a time.
    pub async fn run(&self, scope: Scope, stop: CancellationToken) {
        // In a task of its own: who drops this future stops the engine, which ends as it does otherwise.
        let stop = stop.child_token();
        let _dropped = stop.clone().drop_guard();
        if let Err(error) = tokio::spawn(self.clone().work(scope, stop)).await {
            tracing::error!(%error, "The delivery engine broke");
        }
    }

    async fn work(self, scope: Scope, stop: CancellationToken) {
        let (handovers, inbox) = mpsc::channel(UNSETTLED);
        self.ring.open();
        let mut settler = tokio::spawn(settle::run(self.clone(), inbox));
        let mut lanes = JoinSet::new();
        for _ in 0..self.connections.limit() {
            lanes.spawn(sending::drive(self.clone(), handovers.clone()));
        }
        let mut keeper = AbortOnDropHandle::new(tokio::spawn(feeder::keep_leases(self.clone(), handovers.clone())));
        let mut feeder = AbortOnDropHandle::new(tokio::spawn(feeder::run(self.clone(), scope, stop.clone())));
        tokio::select! {
            () = stop.cancelled() => {}
            // They end with a fault alone; whoever runs the engine runs it again.
            _ = &mut keeper => tracing::error!("The delivery engine broke: leases"),
            _ = &mut feeder => if !stop.is_cancelled() { tracing::error!("The delivery engine broke: claims") },
            _ = &mut settler => tracing::error!("The delivery engine broke: settling"),
        }
        self.end(feeder, lanes, keeper, handovers, settler).await;
    }

    /// Finishes what is on the wire, gives back the rest, settles everything: as much of it as can be had in time.
    async fn end(
        &self,
        feeder: AbortOnDropHandle<()>,
        mut lanes: JoinSet<()>,
        keeper: AbortOnDropHandle<()>,
        handovers: sending::Handovers,
        settler: JoinHandle<()>,
    ) {
        let deadline = tokio::time::Instant::now() + GRACE;
        // It may be in the middle of a claim: what it claims is opened, and then halted with the others.
        if !feeder.is_finished() {
            let _ = timeout(Duration::from_secs(5), feeder).await;
        }
        self.ring.close();
        let gone_home = async {
            self.halt_all(&handovers).await;
            while lanes.join_next().await.is_some() {}
        };
        if timeout_at(deadline, gone_home).await.is_err() {
            tracing::warn!("The mail server did not answer in time; the next worker goes on from the journal");
            lanes.shutdown().await;
        }
        // With the last sender the settler ends.
        drop((keeper, handovers));
        if !settler.is_finished() {
            let _ = timeout_at(deadline + Duration::from_secs(1), settler).await;
        }
        self.connections.close_idle(Duration::ZERO).await;
    }

    async fn halt_all(&self, handovers: &sending::Handovers) {
        for slice in self.open_slices() {
            if slice.halt() {
                sending::end(self, slice, handovers).await;
            }
        }
    }

    /// Sends a single mail beside the attempts, before what waits of them.
    pub async fn send_one(&self, envelope: Envelope, message: Vec<u8>) -> Outcome {
        let (outcome, answer) = oneshot::channel();
        let away = || Outcome::Unavailable { text: "this process is stopping".to_owned(), configuration: false };
        if !self.ring.add_mail(SingleMail { envelope, message, outcome }) {
            return away();
        }
        answer.await.unwrap_or_else(|_| away())
    }

    /// Closes connections that nobody has used for a while; servers would, and less politely.
    pub async fn close_idle(&self) {
        self.connections.close_idle(Duration::from_secs(20)).await;
    }
}

impl Parts {
    /// Whether an attempt's progress may be announced again. Each NOTIFY costs Postgres a lock at commit.
    pub(super) fn may_announce(&self, attempt_id: i64) -> bool {
        let mut announced = lock(&self.announced);
        announced.retain(|_, at| at.elapsed() < ANNOUNCE_EVERY);
        if announced.contains_key(&attempt_id) {
            return false;
        }
        announced.insert(attempt_id, Instant::now());
        true
    }

    pub(super) async fn pace_turn(&self) {
        if let Some(pace) = &self.pace {
            pace.turn().await;
        }
    }

    pub(super) fn open_slices(&self) -> Vec<Arc<Slice>> {
        lock(&self.slices).values().cloned().collect()
    }

    pub(super) fn remember(&self, slice: Arc<Slice>) {
        lock(&self.slices).insert(slice.held.claim, slice);
    }

    /// The slice's end is in Postgres: its journal has done its work.
    pub(super) fn forget(&self, slice: &Slice) {
        lock(&self.slices).remove(&slice.held.claim);
        slice.journal.remove();
        self.ring.room.notify_one();
    }
}

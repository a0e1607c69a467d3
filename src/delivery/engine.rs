//! What a process sends with: its connections, its journals, its times.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{
    lane::Connections,
    model::Timing,
    slice::{Claim, LiveClaims},
};
use crate::{
    app::App,
    mail::{connection::SmtpSettings, outcome::Outcome},
};

/// How often an attempt's progress is announced at the most.
const ANNOUNCE_EVERY: Duration = Duration::from_millis(250);

/// One a process; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub app: App,
    pub timing: Arc<Timing>,
    pub(super) connections: Connections,
    pub(super) journals: PathBuf,
    claims: Arc<LiveClaims>,
    announced: Arc<Mutex<HashMap<i64, Instant>>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Engine")
    }
}

impl Engine {
    pub fn new(app: App, smtp: SmtpSettings, timing: Timing) -> Self {
        let connections = Connections::new(smtp, app.config.smtp.connections);
        let journals = app.config.data_dir.join("journal");
        Self { app, timing: Arc::new(timing), connections, journals, claims: Arc::default(), announced: Arc::default() }
    }

    pub(super) fn new_claim(&self) -> Claim {
        self.claims.begin()
    }

    /// What other slices of this process hold, and have outcomes of on the way.
    pub(super) fn live_claims(&self) -> Vec<uuid::Uuid> {
        self.claims.all()
    }

    /// Whether an attempt's progress may be announced again. Each NOTIFY costs Postgres a lock at commit.
    pub(super) fn may_announce(&self, attempt_id: i64) -> bool {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        announced.retain(|_, at| at.elapsed() < ANNOUNCE_EVERY);
        if announced.contains_key(&attempt_id) {
            return false;
        }
        announced.insert(attempt_id, Instant::now());
        true
    }

    /// Sends a single mail beside the attempts, on a connection like theirs.
    pub async fn send_one(&self, envelope: &lettre::address::Envelope, message: &[u8]) -> Outcome {
        let mut lane = self.connections.lane().await;
        match lane.begin(envelope, message).await {
            Ok(transaction) => transaction.finish().await,
            Err(outcome) => outcome,
        }
    }

    /// Takes leave of the mail server.
    pub async fn close(&self) {
        self.connections.close_idle(Duration::ZERO).await;
    }

    /// Closes connections that nobody has used for a while; servers would, and less politely.
    pub async fn close_idle(&self) {
        self.connections.close_idle(Duration::from_secs(20)).await;
    }
}

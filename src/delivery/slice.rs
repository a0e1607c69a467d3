//! One slice of an attempt: claim, send, settle. What is left is the next slice's.

use std::{collections::HashSet, sync::Arc};

use time::OffsetDateTime;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::task::AbortOnDropHandle;
use uuid::Uuid;

use super::{
    engine::Engine,
    journal::Journal,
    model::{self, Settlement},
    queries, recovery,
    sending::{self, Slice, Verdict},
    settle,
};
use crate::{
    attempts::{self, queries::Work},
    error::Result,
    mail::{
        compose::{Body, Sender, Template},
        outcome,
    },
    mailings,
};

/// What to do after a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// More may be claimed now.
    More,
    /// Nothing before this moment: a retry, another worker's lease, or a mail server that is away.
    At(OffsetDateTime),
    /// The attempt is finished, gone, or may not send at present; whoever lets it send again adds the job.
    Nothing,
}

/// Sends one slice of the attempt. Dropping the future lets the mails on the wire finish and gives the others back.
///
/// # Errors
/// The database's, before anything was sent; afterwards outcomes are settled however long it takes.
pub async fn deliver(engine: &Engine, attempt_id: i64) -> Result<Next> {
    let db = &engine.app.db;
    // First what a killed neighbour has sent: its deliveries come free with their leases, and would go out again.
    if let Err(error) = recovery::replay_journals(engine).await {
        tracing::warn!(%error, "Journals of interrupted slices could not be read");
    }
    let Some(work) = attempts::queries::work(db, attempt_id).await? else { return Ok(Next::Nothing) };
    if let Some(until) = work.held_until {
        return Ok(Next::At(until));
    }
    let claim = engine.new_claim();
    let lease = sending::Lease::begin();
    let live: Vec<Uuid> = engine.live_claims();
    let claimed = queries::claim(db, attempt_id, *claim, &live, engine.timing.lease, engine.timing.batch).await?;
    if claimed.is_empty() {
        return match queries::next_claimable_at(db, attempt_id).await? {
            Some(moment) => Ok(Next::At(moment)),
            None => close(engine, attempt_id, &work).await,
        };
    }
    match prepare(engine, attempt_id, *claim, &work) {
        Ok((template, journal)) => {
            let slice = Arc::new(Slice::new(engine, attempt_id, claim, work, template, journal, claimed, lease));
            // In a task of its own: the queue drops a job's future when its worker ends, and that must not cut a mail
            // between its last byte and the reply.
            let halt = slice.halt.clone().drop_guard();
            let next = tokio::spawn(run(slice)).await.map_err(anyhow::Error::from)?;
            halt.disarm();
            next
        }
        Err(reason) => {
            let released: Vec<Settlement> = claimed.iter().map(model::release).collect();
            settle::commit(engine, attempt_id, *claim, &released).await?;
            hold(engine, attempt_id, &reason, work.held_count).await
        }
    }
}

/// What every mail of the slice shares. An error lets the attempt wait with that reason: it is nobody's fault who should get it.
fn prepare(engine: &Engine, attempt_id: i64, claim: Uuid, work: &Work) -> Result<(Template, Journal), String> {
    let config = &engine.app.config;
    let list_id = format!("mailing-{}.{}", work.mailing_id, config.mail_domain());
    let body = Body::from_author(&work.body);
    let reply_to = Sender::new(&work.sender_name, &work.sender_email).ok();
    let template = Template::new(&config.mail_from, reply_to.as_ref(), &work.subject, &body, Some((&work.mailing_name, &list_id)), false)
        .map_err(|error| format!("The message cannot be made into a mail: {error}"))?;
    let journal = Journal::create(&engine.journals, attempt_id, claim)
        .map_err(|error| format!("The delivery journal in DATA_DIR cannot be written: {error}"))?;
    Ok((template, journal))
}

/// Outcomes that may wait for Postgres. Few: while it is away these are what a lost lease would repeat.
const UNSETTLED: usize = 128;

async fn run(slice: Arc<Slice>) -> Result<Next> {
    let engine = slice.engine.clone();
    let (attempt_id, claim) = (slice.attempt_id, *slice.claim);
    let (outcomes, inbox) = mpsc::channel(UNSETTLED);
    let settler = tokio::spawn(settle::run(engine.clone(), attempt_id, claim, inbox, slice.halt.clone()));
    let keeper = AbortOnDropHandle::new(tokio::spawn(sending::keep_lease(Arc::clone(&slice))));

    let mut lanes = JoinSet::new();
    for _ in 0..engine.connections.limit().min(slice.len()) {
        lanes.spawn(sending::drive(Arc::clone(&slice), outcomes.clone()));
    }
    while let Some(ended) = lanes.join_next().await {
        if let Err(error) = ended {
            // What the lane had in hand comes back when its lease runs out.
            tracing::error!(%error, attempt.id = attempt_id, "A sending task of attempt {attempt_id} broke");
        }
    }
    let verdict = slice.verdict();
    for settlement in slice.left_over(&verdict) {
        // The settler lives until the last sender is dropped.
        let _ = outcomes.send(settlement).await;
    }
    drop(outcomes);
    settler.await.map_err(anyhow::Error::from)?;
    keeper.abort();
    let _ = keeper.await;
    let held_count = slice.work.held_count;
    // Every task that had a part of it has ended; everything is in Postgres.
    if let Some(slice) = Arc::into_inner(slice) {
        slice.journal.remove();
    }
    match verdict {
        Verdict::Hold(reason) => hold(&engine, attempt_id, &reason, held_count).await,
        Verdict::GoOn => Ok(Next::More),
    }
}

async fn hold(engine: &Engine, attempt_id: i64, reason: &str, held_count: i32) -> Result<Next> {
    let wait = engine.timing.hold(held_count);
    let logged = outcome::without_addresses(reason);
    tracing::warn!(
        attempt.id = attempt_id,
        reason = logged,
        "Attempt {attempt_id} waits {} s: the mail server cannot be used",
        wait.as_secs()
    );
    let mut transaction = engine.app.db.begin().await?;
    attempts::queries::hold(&mut *transaction, attempt_id, reason, held_count, wait).await?;
    attempts::queries::announce(&mut *transaction, attempt_id).await?;
    transaction.commit().await?;
    Ok(Next::At(OffsetDateTime::now_utc() + wait))
}

async fn close(engine: &Engine, attempt_id: i64, work: &Work) -> Result<Next> {
    let mut transaction = engine.app.db.begin().await?;
    // The mailing before its attempt: the order everybody takes them in.
    let Some(mailing) = mailings::queries::lock(&mut transaction, work.mailing_id).await? else { return Ok(Next::Nothing) };
    let closed = attempts::queries::close(&mut *transaction, attempt_id).await?;
    if closed {
        mailings::runs::complete_if_done(&mut transaction, &mailing).await?;
        attempts::queries::announce(&mut *transaction, attempt_id).await?;
    }
    transaction.commit().await?;
    if closed {
        tracing::info!(
            attempt.id = attempt_id,
            mailing.id = work.mailing_id,
            "Attempt {attempt_id} of mailing {} finished",
            work.mailing_id
        );
    }
    Ok(Next::Nothing)
}

/// The claims that slices of this process hold; each is in it as long as its [`Claim`] lives.
#[derive(Debug, Default)]
pub struct LiveClaims(std::sync::Mutex<HashSet<Uuid>>);

/// A claim of this process. While it lives no other slice here takes what it held, even if the lease has run out
/// because Postgres was away: its outcomes are on their way.
#[derive(Debug)]
pub struct Claim {
    id: Uuid,
    live: Arc<LiveClaims>,
}

impl LiveClaims {
    pub fn begin(self: &Arc<Self>) -> Claim {
        let id = Uuid::new_v4();
        self.lock().insert(id);
        Claim { id, live: Arc::clone(self) }
    }

    pub fn all(&self) -> Vec<Uuid> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Uuid>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl std::ops::Deref for Claim {
    type Target = Uuid;

    fn deref(&self) -> &Uuid {
        &self.id
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.live.lock().remove(&self.id);
    }
}

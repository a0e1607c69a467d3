//! One slice of an attempt: claim, send, settle. What is left is the next slice's.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use time::OffsetDateTime;
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    engine::Engine,
    journal::{self, Journal},
    lane::Lane,
    model::{self, Claimed, Settlement, State},
    queries, settle,
};
use crate::{
    attempts::{self, queries::Work},
    error::Result,
    mail::{
        compose::{self, Body, Sender, Template},
        outcome::{self, Outcome},
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

/// Sends one slice of the attempt.
///
/// # Errors
/// The database's, before anything was sent; afterwards outcomes are settled however long it takes.
pub async fn deliver(engine: &Engine, attempt_id: i64) -> Result<Next> {
    let db = &engine.app.db;
    let Some(work) = attempts::queries::work(db, attempt_id).await? else { return Ok(Next::Nothing) };
    if let Some(until) = work.held_until.filter(|until| *until > OffsetDateTime::now_utc()) {
        return Ok(Next::At(until));
    }
    let claim = Uuid::new_v4();
    let claimed_at = Instant::now();
    let claimed = queries::claim(db, attempt_id, claim, engine.timing.lease, engine.timing.batch).await?;
    if claimed.is_empty() {
        return match queries::next_claimable_at(db, attempt_id).await? {
            Some(moment) => Ok(Next::At(moment)),
            None => close(engine, attempt_id, &work).await,
        };
    }
    match prepare(engine, attempt_id, claim, &work) {
        Ok((template, journal)) => {
            let slice = Arc::new(Slice {
                engine: engine.clone(),
                attempt_id,
                claim,
                work,
                template,
                journal,
                queue: Mutex::new(claimed.into()),
                trouble: Mutex::default(),
                halt: engine.app.stop.child_token(),
                lease: Mutex::new(claimed_at),
            });
            run(slice).await
        }
        Err(reason) => {
            let released: Vec<Settlement> = claimed.iter().map(model::release).collect();
            settle::commit(engine, attempt_id, claim, &released).await?;
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

struct Slice {
    engine: Engine,
    attempt_id: i64,
    claim: Uuid,
    work: Work,
    template: Template,
    journal: Journal,
    queue: Mutex<VecDeque<Claimed>>,
    /// Why the whole attempt should wait, once a lane has met it.
    trouble: Mutex<Option<String>>,
    /// Stops the lanes after the message they are at.
    halt: CancellationToken,
    /// When the lease was last taken or renewed, by this process's own clock.
    lease: Mutex<Instant>,
}

async fn run(slice: Arc<Slice>) -> Result<Next> {
    let engine = slice.engine.clone();
    let (attempt_id, claim) = (slice.attempt_id, slice.claim);
    let (outcomes, inbox) = mpsc::channel(1_000);
    let settler = tokio::spawn(settle::run(engine.clone(), attempt_id, claim, inbox));
    let keeper = tokio::spawn(keep_lease(Arc::clone(&slice)));

    let mut lanes = JoinSet::new();
    for _ in 0..engine.connections.limit().min(slice.len()) {
        lanes.spawn(drive(Arc::clone(&slice), outcomes.clone()));
    }
    while let Some(ended) = lanes.join_next().await {
        if let Err(error) = ended {
            // What the lane had in hand comes back when its lease runs out.
            tracing::error!(%error, attempt.id = attempt_id, "A sending task of attempt {attempt_id} broke");
        }
    }
    for left in slice.drain() {
        // The settler lives until this sender is dropped.
        let _ = outcomes.send(model::release(&left)).await;
    }
    drop(outcomes);
    settler.await.map_err(anyhow::Error::from)?;
    keeper.abort();
    // Aborted at an await, and no longer holding the slice: the lanes have ended too.
    let _ = keeper.await;
    let Some(slice) = Arc::into_inner(slice) else { return Ok(Next::More) };
    slice.journal.remove();
    match slice.trouble.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(reason) => hold(&engine, attempt_id, &reason, slice.work.held_count).await,
        None => Ok(Next::More),
    }
}

/// One connection's work: take a delivery, send it, hand over what became of it.
async fn drive(slice: Arc<Slice>, outcomes: mpsc::Sender<Settlement>) {
    let mut lane = tokio::select! {
        lane = slice.engine.connections.lane() => lane,
        () = slice.halt.cancelled() => return,
    };
    while let Some(claimed) = slice.next() {
        let settlement = slice.send(&mut lane, &claimed).await;
        if outcomes.send(settlement).await.is_err() {
            return;
        }
    }
}

impl Slice {
    /// The next delivery; none once the slice should end or its lease may have run out. A process that was stopped for
    /// a while (SIGSTOP, a sleeping machine) finds here that others may have taken over.
    fn next(&self) -> Option<Claimed> {
        let since_renewal = self.lease.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        if self.halt.is_cancelled() || since_renewal >= self.engine.timing.lease {
            return None;
        }
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn len(&self) -> usize {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn drain(&self) -> VecDeque<Claimed> {
        std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn send(&self, lane: &mut Lane, claimed: &Claimed) -> Settlement {
        if claimed.recipient_id.is_none() {
            return model::skip(claimed, "Skipped: the recipient was deleted before this was sent.");
        }
        let message_id = compose::delivery_message_id(self.attempt_id, claimed.id, self.engine.app.config.mail_domain());
        // The attempt's moment, not this one's: every try is the same mail to the byte.
        let outcome = match self.template.render(&claimed.email, &claimed.full_name, &message_id, self.work.started_at) {
            Ok((envelope, message)) => self.transmit(lane, claimed.id, &envelope, &message).await,
            Err(error) => Outcome::Failed { code: None, text: format!("The mail could not be made: {error}") },
        };
        match model::settle(claimed, outcome.clone(), &self.engine.timing, self.work.resend_unknown) {
            Some(settlement) => {
                if let Err(error) = self.journal.settled(&settlement) {
                    self.stop(format!("The delivery journal in DATA_DIR cannot be written: {error}"));
                }
                settlement
            }
            None => {
                self.stop(outcome.text().to_owned());
                model::release(claimed)
            }
        }
    }

    /// Sends on the lane's connection; again on a new one where the message did not get through whole.
    async fn transmit(&self, lane: &mut Lane, id: i64, envelope: &lettre::address::Envelope, message: &[u8]) -> Outcome {
        let mut outcome = Outcome::Interrupted { text: String::new() };
        for _ in 0..2 {
            outcome = match lane.begin(envelope, message).await {
                Ok(transaction) => match self.journal.dot(id) {
                    Ok(()) => transaction.finish().await,
                    // Dropping the transaction breaks the connection off: the server gets no mail that nobody noted.
                    Err(error) => Outcome::Unavailable {
                        text: format!("The delivery journal in DATA_DIR cannot be written: {error}"),
                        configuration: true,
                    },
                },
                Err(outcome) => outcome,
            };
            if !matches!(outcome, Outcome::Interrupted { .. }) {
                break;
            }
        }
        match outcome {
            // A server that puts off one recipient in words that mean all of them must not hold up the others.
            Outcome::Unavailable { text, configuration: false } if self.is_about_the_recipient(lane, envelope).await => {
                Outcome::Retry { code: None, text }
            }
            outcome => outcome,
        }
    }

    async fn is_about_the_recipient(&self, lane: &mut Lane, envelope: &lettre::address::Envelope) -> bool {
        match envelope.from() {
            Some(sender) => lane.server_is_well(sender).await,
            None => false,
        }
    }

    fn stop(&self, reason: String) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
        self.halt.cancel();
    }
}

/// Renews the lease while the slice runs; a slice that lost it stops.
async fn keep_lease(slice: Arc<Slice>) {
    let lease = slice.engine.timing.lease;
    loop {
        tokio::time::sleep(lease / 3).await;
        let asked_at = Instant::now();
        match queries::renew(&slice.engine.app.db, slice.attempt_id, slice.claim, lease).await {
            Ok(0) => slice.halt.cancel(),
            Ok(_) => *slice.lease.lock().unwrap_or_else(PoisonError::into_inner) = asked_at,
            Err(error) => tracing::warn!(%error, attempt.id = slice.attempt_id, "A lease could not be renewed"),
        }
        if !may_send(&slice).await {
            slice.halt.cancel();
        }
    }
}

/// Whether the mailing was paused, disabled or deleted, or its owner blocked, since the slice began.
async fn may_send(slice: &Slice) -> bool {
    // An error says nothing; the slice goes on while its lease holds.
    !matches!(attempts::queries::work(&slice.engine.app.db, slice.attempt_id).await, Ok(None))
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
    let Some(mailing) = mailings::queries::lock(&mut *transaction, work.mailing_id).await? else { return Ok(Next::Nothing) };
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

/// Brings into Postgres what a killed process of this data folder had heard and not settled.
///
/// # Errors
/// The folder cannot be read, or the database's; the journals stay for the next time.
pub async fn replay_journals(engine: &Engine) -> Result<usize> {
    let leftovers = journal::leftovers(&engine.journals).map_err(anyhow::Error::from)?;
    let count = leftovers.len();
    for leftover in leftovers {
        let held = queries::held_by(&engine.app.db, leftover.attempt_id, leftover.claim).await?;
        let resend = attempts::queries::work(&engine.app.db, leftover.attempt_id).await?.is_none_or(|work| work.resend_unknown);
        let mut settlements = leftover.settlements.clone();
        for claimed in
            held.iter().filter(|claimed| !settlements.iter().any(|settled| settled.id == claimed.id)).cloned().collect::<Vec<_>>()
        {
            settlements.push(if leftover.in_doubt.contains(&claimed.id) {
                let text = "The process died between the message's last byte and the server's reply.".to_owned();
                Settlement {
                    state: State::Unknown,
                    is_try: true,
                    text: Some(text),
                    again_after: resend.then_some(std::time::Duration::ZERO),
                    ..model::release(&claimed)
                }
            } else {
                model::release(&claimed)
            });
        }
        settle::commit(engine, leftover.attempt_id, leftover.claim, &settlements).await?;
        leftover.remove().map_err(anyhow::Error::from)?;
    }
    Ok(count)
}

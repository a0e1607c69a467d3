//! Claims slices and opens them: never more than the lanes soon need, and of every attempt that waits.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    engine::Engine,
    journal::Journal,
    letter::Letter,
    model::{self, Claimed, Settlement},
    queries::{self, ClaimedSlice, Held},
    recovery,
    remark::Remark,
    ring::LOW,
    sending::{self, Handovers, unwritable},
    settle::{self, Batch, Hold},
    slice::{Lease, Slice},
};
use crate::{
    attempts::{self, queries::Work},
    error::Result,
    mail::outcome::without_addresses,
    messages::attachments,
};

/// Slices that a process has open at once. Attempts beyond that wait for one of them to end.
const OPEN_MAX: usize = 64;
/// Attempts whose slices are looked at by one statement.
const LOOKED_AT: usize = 256;
/// How long a look may take, with all its letters.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often slices that wait for somebody slow are looked through for retries that have fallen due.
const REFILL_EVERY: Duration = Duration::from_secs(2);
/// How often the data folder is looked through for journals of dead processes: oftener than their leases run out.
const REPLAY_EVERY: Duration = Duration::from_secs(1);

/// What an engine works on.
#[derive(Debug, Clone)]
pub enum Scope {
    Everything,
    Only(Vec<i64>),
}

/// Feeds the lanes until `stop`.
pub async fn run(engine: Engine, scope: Scope, stop: CancellationToken) {
    let mut calls = engine.app.notifications.work();
    let mut feeder = Feeder {
        engine: engine.clone(),
        scope,
        letters: HashMap::new(),
        after: 0,
        replayed: None,
        refilled: Instant::now(),
        unopened: Vec::new(),
    };
    while !stop.is_cancelled() {
        calls.mark_unchanged();
        let began = Instant::now();
        // Postgres may be gone without a word; the connection is given up with the query.
        match timeout(PATIENCE, feeder.fill()).await.unwrap_or_else(|_| Err(anyhow!("Postgres does not answer").into())) {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "Nothing could be claimed; trying again"),
        }
        // Where the look itself takes long (thousands of attempts that wait), it is not repeated all the time.
        let pause = (began.elapsed() * 10).clamp(engine.timing.poll, engine.timing.poll * 8);
        tokio::select! {
            () = engine.ring.room.notified() => {}
            _ = calls.changed() => {}
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }
    if let Err(error) = feeder.give_back_unopened().await {
        tracing::warn!(%error, "Slices that were claimed in vain wait for their leases to run out");
    }
}

struct Feeder {
    engine: Engine,
    scope: Scope,
    letters: HashMap<i64, Arc<Letter>>,
    /// The attempt that was served last: the others come first.
    after: i64,
    replayed: Option<Instant>,
    refilled: Instant,
    /// Claimed, and then Postgres failed. Whoever took these over would have to doubt mails that nobody has begun.
    unopened: Vec<Held>,
}

impl Feeder {
    /// Claims what there is room for. True: there may be more at once.
    async fn fill(&mut self) -> Result<bool> {
        // First what a killed neighbour has sent: its slices come free with their leases, and would go out again.
        if self.replayed.is_none_or(|at| at.elapsed() >= REPLAY_EVERY) {
            self.replayed = Some(Instant::now());
            match recovery::replay_journals(&self.engine).await {
                Ok(0) => {}
                Ok(count) => tracing::info!("Took over what {count} interrupted slices had sent"),
                Err(error) => tracing::warn!(%error, "Journals of interrupted slices could not be read"),
            }
        }
        self.give_back_unopened().await?;
        let open = self.engine.open_slices();
        if self.refilled.elapsed() >= REFILL_EVERY {
            self.refilled = Instant::now();
            self.refill(&open).await?;
        }
        let mut at_hand: HashMap<i64, usize> = HashMap::new();
        for slice in &open {
            *at_hand.entry(slice.held.attempt_id).or_default() += slice.queued();
        }
        self.letters.retain(|attempt_id, _| at_hand.contains_key(attempt_id));
        let room = OPEN_MAX.saturating_sub(open.len());
        if room == 0 {
            return Ok(false);
        }
        let served: Vec<i64> = at_hand.into_iter().filter(|(_, queued)| *queued >= LOW).map(|(attempt_id, _)| attempt_id).collect();
        let live: Vec<uuid::Uuid> = open.iter().map(|slice| slice.held.claim).collect();
        let lease = Lease::begin();
        let claimed = self.claim(&served, &live, room).await?;
        let found = claimed.len();
        if found > 0 {
            self.open(claimed, lease).await?;
        }
        Ok(found == room)
    }

    /// Whoever was put off by a minute does not wait for somebody else in the same slice whose server says nothing.
    async fn refill(&self, open: &[Arc<Slice>]) -> Result<()> {
        let waiting: Vec<ClaimedSlice> = open.iter().filter_map(|slice| slice.waiting_for_the_slow()).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let due = queries::to_send(&self.engine.app.db, &waiting).await?;
        for slice in open {
            let is_of_it = |delivery: &&Claimed| (delivery.attempt_id, delivery.slice) == (slice.held.attempt_id, slice.held.number);
            if due.iter().any(|delivery| is_of_it(&delivery)) && slice.refill(due.iter().filter(is_of_it).cloned()) {
                self.engine.ring.add(Arc::clone(slice));
            }
        }
        Ok(())
    }

    async fn give_back_unopened(&mut self) -> Result<()> {
        if self.unopened.is_empty() {
            return Ok(());
        }
        let open: Vec<Held> = self.engine.open_slices().iter().map(|slice| slice.held).collect();
        self.unopened.retain(|held| !open.contains(held));
        let batch = Batch { settlements: Vec::new(), ended: self.unopened.iter().map(|held| (*held, None)).collect() };
        let done = settle::commit(&self.engine, &batch).await?;
        self.unopened.clear();
        settle::close(&self.engine, &done).await
    }

    /// From behind the attempt that was served last, once around.
    async fn claim(&mut self, served: &[i64], live: &[uuid::Uuid], room: usize) -> Result<Vec<ClaimedSlice>> {
        let engine = self.engine.clone();
        let db = &engine.app.db;
        let only = match &self.scope {
            Scope::Everything => None,
            Scope::Only(ids) => Some(ids.as_slice()),
        };
        let mut claimed: Vec<ClaimedSlice> = Vec::new();
        let (began_after, mut after, mut is_around) = (self.after, self.after, self.after == 0);
        while claimed.len() < room {
            let mut candidates = queries::candidates(db, only, after, LOOKED_AT as i64).await?;
            let page_end = candidates.last().copied().filter(|_| candidates.len() >= LOOKED_AT);
            candidates.retain(|id| !served.contains(id) && !claimed.iter().any(|slice| slice.attempt_id == *id));
            if !candidates.is_empty() {
                let limit = i64::try_from(room - claimed.len()).unwrap_or(0);
                let more = queries::claim(db, &candidates, live, engine.timing.lease, limit).await?;
                if let Some(id) = more.iter().map(|slice| slice.attempt_id).max() {
                    self.after = id;
                }
                // Whoever gave back what was taken over would give back the doubt about it, too: that waits for its lease.
                self.unopened.extend(more.iter().filter(|slice| slice.taken_over_from.is_none()).map(held));
                claimed.extend(more);
            }
            match page_end {
                Some(end) if !is_around || end < began_after || began_after == 0 => after = end,
                None if !is_around => (after, is_around) = (0, true),
                _ => break,
            }
        }
        Ok(claimed)
    }

    async fn open(&mut self, claimed: Vec<ClaimedSlice>, lease: Lease) -> Result<()> {
        let db = self.engine.app.db.clone();
        let mut attempts: Vec<i64> = claimed.iter().map(|slice| slice.attempt_id).collect();
        attempts.sort_unstable();
        attempts.dedup();
        let works: HashMap<i64, Work> =
            attempts::queries::work(&db, &attempts).await?.into_iter().map(|work| (work.attempt_id, work)).collect();
        let deliveries = queries::to_send(&db, &claimed).await?;
        let is_stopped = |attempt_id: i64| works.get(&attempt_id).is_some_and(|work| work.is_stopped);
        let (stopped, claimed): (Vec<ClaimedSlice>, Vec<ClaimedSlice>) =
            claimed.into_iter().partition(|slice| is_stopped(slice.attempt_id));
        let (unsent, deliveries): (Vec<Claimed>, Vec<Claimed>) =
            deliveries.into_iter().partition(|delivery| is_stopped(delivery.attempt_id));
        self.skip(&stopped, &unsent).await?;
        let is_doubted =
            |delivery: &Claimed| delivery.is_taken_over && works.get(&delivery.attempt_id).is_some_and(|work| !work.resend_unknown);
        let (doubted, deliveries): (Vec<Claimed>, Vec<Claimed>) = deliveries.into_iter().partition(is_doubted);
        self.leave_unknown(&claimed, &doubted).await?;
        let mut queues: HashMap<(i64, i32), VecDeque<Claimed>> = HashMap::new();
        for delivery in deliveries {
            queues.entry((delivery.attempt_id, delivery.slice)).or_default().push_back(delivery);
        }
        for slice in claimed {
            // Thousands of pages of HTML may have taken longer than a lease lasts: the rest is given back.
            if lease.is_over(self.engine.timing.lease / 2) {
                break;
            }
            let held = held(&slice);
            // Gone since: the slice is gone with it.
            let Some(work) = works.get(&slice.attempt_id) else { continue };
            let queue = queues.remove(&(slice.attempt_id, slice.number)).unwrap_or_default();
            let prepared = match self.letter(work).await? {
                Ok(letter) => {
                    Journal::create(&self.engine.journals, held).map(|journal| (letter, journal)).map_err(|error| unwritable(&error))
                }
                Err(reason) => Err(reason),
            };
            match prepared {
                Ok((letter, journal)) => {
                    let slice = Arc::new(Slice::new(slice, letter, journal, queue, lease, &self.engine.timing));
                    self.engine.remember(Arc::clone(&slice));
                    self.engine.ring.add(slice);
                }
                Err(reason) => self.give_back(held, &reason, work.held_count).await?,
            }
            self.unopened.retain(|other| *other != held);
        }
        Ok(())
    }

    /// Settles what may have gone out and is not to be repeated, before anything else is done with the slices.
    async fn leave_unknown(&mut self, claimed: &[ClaimedSlice], doubted: &[Claimed]) -> Result<()> {
        let by_key: HashMap<(i64, i32), Held> = claimed.iter().map(|slice| ((slice.attempt_id, slice.number), held(slice))).collect();
        let settlements: Vec<(Held, Settlement)> = (doubted.iter())
            .filter_map(|delivery| Some((*by_key.get(&(delivery.attempt_id, delivery.slice))?, model::leave_unknown(delivery))))
            .collect();
        if !settlements.is_empty() {
            let batch =
                Batch { settlements: settlements.iter().map(|(held, settlement)| (*held, settlement)).collect(), ended: Vec::new() };
            settle::commit(&self.engine, &batch).await?;
        }
        self.unopened.extend(claimed.iter().filter(|slice| slice.taken_over_from.is_some()).map(held));
        Ok(())
    }

    /// Settles what is not sent any more, because its mailing was ended for good.
    async fn skip(&mut self, stopped: &[ClaimedSlice], unsent: &[Claimed]) -> Result<()> {
        for slice in stopped {
            let held = held(slice);
            let is_of_it = |delivery: &&Claimed| (delivery.attempt_id, delivery.slice) == (held.attempt_id, held.number);
            let settlements: Vec<Settlement> = unsent.iter().filter(is_of_it).map(model::stop).collect();
            let settlements = settlements.iter().map(|settlement| (held, settlement)).collect();
            let done = settle::commit(&self.engine, &Batch { settlements, ended: vec![(held, None)] }).await?;
            self.unopened.retain(|other| *other != held);
            settle::close(&self.engine, &done).await?;
        }
        Ok(())
    }

    /// The attempt's letter, made once while slices of it are open and nothing about it changes.
    async fn letter(&mut self, work: &Work) -> Result<Result<Arc<Letter>, String>> {
        if let Some(letter) = self.letters.get(&work.attempt_id).filter(|letter| letter.work == *work) {
            return Ok(Ok(Arc::clone(letter)));
        }
        let message = attempts::queries::message(&self.engine.app.db, work.attempt_id).await?;
        let Some(message) = message else { return Ok(Err("The attempt is gone".to_owned())) };
        let files = match &*message.attachment_ids {
            [] => Vec::new(),
            ids => attachments::queries::by_ids(&self.engine.app.db, ids).await?,
        };
        if files.len() < message.attachment_ids.len() {
            return Ok(Err(Remark::UnmadeMessage("an attached file is no longer kept").to_string()));
        }
        let (config, made_of) = (Arc::clone(&self.engine.app.config), work.clone());
        // The worst HTML that is accepted takes half a second.
        let made = tokio::task::spawn_blocking(move || Letter::new(&config, made_of, &message.subject, &message.body, &files)).await;
        let letter = match made {
            Ok(Ok(letter)) => Arc::new(letter),
            Ok(Err(reason)) => return Ok(Err(reason)),
            Err(_) => return Ok(Err(Remark::UnmadeMessage("a fault in Periodical").to_string())),
        };
        self.letters.insert(work.attempt_id, Arc::clone(&letter));
        Ok(Ok(letter))
    }

    /// A slice that cannot be sent: its attempt waits.
    async fn give_back(&self, held: Held, reason: &str, held_count: i32) -> Result<()> {
        let logged = without_addresses(reason);
        tracing::warn!(attempt.id = held.attempt_id, reason = logged, "Attempt {} waits", held.attempt_id);
        let hold = Hold { reason, held_count, wait: self.engine.timing.hold(held_count) };
        let batch = Batch { settlements: Vec::new(), ended: vec![(held, Some(hold))] };
        let done = settle::commit(&self.engine, &batch).await?;
        settle::close(&self.engine, &done).await
    }
}

fn held(slice: &ClaimedSlice) -> Held {
    Held { attempt_id: slice.attempt_id, number: slice.number, claim: slice.claim }
}

/// Renews the leases of all open slices. One that is lost, or may not go on (paused, disabled, deleted, owner blocked),
/// is halted.
pub async fn keep_leases(engine: Engine, handovers: Handovers) {
    let length = engine.timing.lease;
    loop {
        tokio::time::sleep(length / 3).await;
        let open = engine.open_slices();
        let held: Vec<Held> = open.iter().map(|slice| slice.held).collect();
        if held.is_empty() {
            continue;
        }
        let asked = Lease::begin();
        match timeout(length / 3, queries::renew(&engine.app.db, &held, length)).await {
            Ok(Ok(renewed)) => {
                for slice in open {
                    if renewed.contains(&slice.held.claim) {
                        slice.renewed(asked);
                    } else if slice.lose() {
                        sending::end(&engine, slice, &handovers).await;
                    }
                }
            }
            Ok(Err(error)) => tracing::warn!(%error, "Leases could not be renewed"),
            Err(_) => tracing::warn!("Leases could not be renewed: Postgres does not answer"),
        }
    }
}

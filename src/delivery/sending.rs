//! A lane's work: take what is next, send it, hand over what became of it.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use lettre::address::Envelope;
use tokio::{sync::mpsc, time::timeout};

use super::{
    engine::Engine,
    lane::{Lane, MESSAGES_PER_CONNECTION},
    model::{self, Claimed, Settlement, State},
    remark::Remark,
    ring::Task,
    settle::Handover,
    slice::Slice,
};
use crate::mail::{
    compose::{self, Recipient},
    connection::Transaction,
    outcome::Outcome,
};

/// A verdict that takes longer than this is waited for alone.
const SLOW: Duration = Duration::from_secs(2);

/// Where outcomes go.
pub type Handovers = mpsc::Sender<Handover>;

/// One connection's work, until the ring closes.
pub async fn drive(engine: Engine, handovers: Handovers) {
    let mut lane = Lane::new(engine.connections.clone());
    let mut hands = Hands { engine, handovers, full: Vec::new(), unsent: Vec::new(), is_slow: false };
    loop {
        while let Some((item, settlement)) = hands.unsent.pop() {
            hands.let_go(item, Some(settlement)).await;
        }
        let task = match hands.engine.ring.try_take() {
            Ok(Some(task)) => task,
            Ok(None) => {
                lane.rest();
                match hands.engine.ring.take().await {
                    Some(task) => task,
                    None => return,
                }
            }
            Err(_) => return,
        };
        match task {
            Task::Deliver(slice, claimed) => {
                let item = hands.take(slice, claimed);
                // A fault within this program costs what is in hand its outcome, not the others their lane.
                if AssertUnwindSafe(hands.deliver(&mut lane, item)).catch_unwind().await.is_err() {
                    lane = Lane::new(hands.engine.connections.clone());
                    hands.drop_all().await;
                }
            }
            Task::End(slice) => end(&hands.engine, slice, &hands.handovers).await,
            Task::Mail(mail) => {
                hands.engine.pace_turn().await;
                let outcome = match lane.begin(&mail.envelope, &mail.message).await {
                    Ok(transaction) => transaction.finish().await,
                    Err(outcome) => outcome,
                };
                // Whoever waited for it may be gone; the mail is not.
                let _ = mail.outcome.send(outcome);
            }
        }
    }
}

/// What a lane has in hand: the delivery that is being sent, and the one that is announced behind it.
struct Hands {
    engine: Engine,
    handovers: Handovers,
    full: Vec<Arc<Item>>,
    /// Deliveries that need no mail, with what becomes of them.
    unsent: Vec<(Arc<Item>, Settlement)>,
    /// Whether the last verdict took long: then nothing is announced behind a message.
    is_slow: bool,
}

struct Item {
    slice: Arc<Slice>,
    claimed: Claimed,
}

/// A mail as it goes out.
type Mail = (Envelope, Vec<u8>);

impl Hands {
    fn take(&mut self, slice: Arc<Slice>, claimed: Claimed) -> Arc<Item> {
        let item = Arc::new(Item { slice, claimed });
        self.full.push(Arc::clone(&item));
        item
    }

    /// Sends a delivery, and behind it whatever is next as long as there is something: each is announced together with
    /// the end of the one before, which saves a round trip.
    async fn deliver(&mut self, lane: &mut Lane, first: Arc<Item>) {
        if self.engine.pace.is_some() && !self.has_turn(&first).await {
            return;
        }
        let mut item = first;
        let mut mail = match prepare(&self.engine, &item) {
            Ok(mail) => mail,
            Err(settlement) => {
                self.let_go(item, Some(settlement)).await;
                return;
            }
        };
        let mut begun = lane.begin(&mail.0, &mail.1).await;
        loop {
            let transaction = match begun {
                Ok(transaction) => transaction,
                Err(outcome) => {
                    self.insist(lane, item, &mail, outcome).await;
                    return;
                }
            };
            let next = self.look_ahead(&transaction);
            if !clear_to_send(&item) {
                // Dropping it breaks the connection off: the server gets no mail that somebody else sends by now, and
                // none that nobody has noted.
                drop(transaction);
                if let Some((next, _)) = next {
                    self.put_back(next).await;
                }
                self.let_go(item, None).await;
                return;
            }
            let Some((next, next_mail)) = next else {
                let asked = Instant::now();
                let outcome = transaction.finish().await;
                self.is_slow = asked.elapsed() >= SLOW;
                self.insist(lane, item, &mail, outcome).await;
                return;
            };
            let mut pushed = match transaction.push(&next_mail.0, &next_mail.1).await {
                Ok(pushed) => pushed,
                Err(transaction) => {
                    // This server could never be given it; that is said in its own turn.
                    self.put_back(next).await;
                    let outcome = transaction.finish().await;
                    self.insist(lane, item, &mail, outcome).await;
                    return;
                }
            };
            let Ok(outcome) = timeout(SLOW, pushed.verdict()).await else {
                // The next one shall not wait for this one's verdict; another lane takes it.
                self.is_slow = true;
                self.put_back(next).await;
                let outcome = pushed.verdict().await;
                self.insist(lane, item, &mail, outcome).await;
                return;
            };
            begun = if is_about_the_server(&outcome) {
                drop(pushed);
                self.insist(lane, item, &mail, outcome).await;
                lane.begin(&next_mail.0, &next_mail.1).await
            } else {
                let settlement = settle(&self.engine, &item, outcome);
                self.let_go(item, settlement).await;
                pushed.next().await
            };
            (item, mail) = (next, next_mail);
        }
    }

    /// Under `SEND_RATE` each message waits for its moment. False: the slice was halted meanwhile.
    async fn has_turn(&mut self, item: &Arc<Item>) -> bool {
        let slice = &item.slice;
        let is_on = tokio::select! {
            () = self.engine.pace_turn() => slice.may_send() && !slice.halted.is_cancelled(),
            () = slice.halted.cancelled() => false,
        };
        if !is_on {
            self.put_back(Arc::clone(item)).await;
        }
        is_on
    }

    /// A delivery that was taken and can be another lane's.
    async fn put_back(&mut self, item: Arc<Item>) {
        self.full.retain(|other| !Arc::ptr_eq(other, &item));
        if item.slice.take_back(item.claimed.clone()) {
            end(&self.engine, Arc::clone(&item.slice), &self.handovers).await;
        } else {
            // It may have left the ring when it had nothing to take.
            self.engine.ring.add(Arc::clone(&item.slice));
        }
    }

    /// The delivery to announce behind the present one, if there is one and the connection is good for it.
    fn look_ahead(&mut self, present: &Transaction<'_>) -> Option<(Arc<Item>, Mail)> {
        // The present one is not among those sent yet.
        let is_last = present.messages_sent() + 1 >= MESSAGES_PER_CONNECTION;
        if self.is_slow || self.engine.pace.is_some() || is_last || !present.can_push() {
            return None;
        }
        let (slice, claimed) = self.engine.ring.try_take_delivery()?;
        let item = self.take(slice, claimed);
        match prepare(&self.engine, &item) {
            Ok(mail) => Some((item, mail)),
            Err(settlement) => {
                // No mail goes out for it; what becomes of it can be handed over behind the present one.
                self.unsent.push((item, settlement));
                None
            }
        }
    }

    /// Believes an outcome that is not about the server. Else tries once more, on a new connection, where the message did
    /// not get through whole; a fault that is still there then is the recipient's if the server is well, and the server's
    /// if not.
    async fn insist(&mut self, lane: &mut Lane, item: Arc<Item>, mail: &Mail, mut outcome: Outcome) {
        if let Outcome::Interrupted { .. } = outcome {
            lane.renew().await;
            outcome = match lane.begin(&mail.0, &mail.1).await {
                Ok(transaction) if clear_to_send(&item) => transaction.finish().await,
                Ok(transaction) => {
                    drop(transaction);
                    return self.let_go(item, None).await;
                }
                Err(outcome) => outcome,
            };
        }
        if is_about_the_server(&outcome) {
            let is_well = match mail.0.from() {
                Some(sender) => lane.server_is_well(sender).await,
                None => false,
            };
            let text = outcome.text().to_owned();
            // A server that puts off one recipient in words that mean all of them must not hold up the others.
            outcome = if is_well { Outcome::Interrupted { text } } else { Outcome::Unavailable { text, configuration: false } };
        }
        let settlement = settle(&self.engine, &item, outcome);
        self.let_go(item, settlement).await;
    }

    /// Hands over what became of a delivery, if that is known by now, and with the last one of a slice its end.
    async fn let_go(&mut self, item: Arc<Item>, settlement: Option<Settlement>) {
        if let Some(settlement) = settlement {
            // The settler lives as long as its senders.
            let _ = self.handovers.send(Handover::Settled(Arc::clone(&item.slice), settlement)).await;
        }
        self.full.retain(|other| !Arc::ptr_eq(other, &item));
        if item.slice.has_gone() {
            end(&self.engine, Arc::clone(&item.slice), &self.handovers).await;
        }
    }

    /// After a fault within this program: nobody knows what became of these.
    async fn drop_all(&mut self) {
        self.unsent.clear();
        for item in std::mem::take(&mut self.full) {
            tracing::error!(attempt.id = item.slice.held.attempt_id, "Sending delivery {} broke", item.claimed.number);
            item.slice.broke(item.claimed.clone());
            if item.slice.has_gone() {
                end(&self.engine, Arc::clone(&item.slice), &self.handovers).await;
            }
        }
    }
}

/// No answer about this very recipient; maybe the next connection knows more.
fn is_about_the_server(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Interrupted { .. } | Outcome::Unavailable { configuration: false, .. })
}

/// Hands over what is left of a slice that has ended, and its end.
pub async fn end(engine: &Engine, slice: Arc<Slice>, handovers: &Handovers) {
    let (left, reason) = slice.conclude(&engine.timing);
    if let Some(reason) = &reason {
        let (attempt_id, reason) = (slice.held.attempt_id, crate::mail::outcome::without_addresses(reason));
        tracing::warn!(attempt.id = attempt_id, reason, "Attempt {attempt_id} waits");
    }
    for settlement in left {
        let _ = handovers.send(Handover::Settled(Arc::clone(&slice), settlement)).await;
    }
    let _ = handovers.send(Handover::Ended(slice, reason)).await;
}

/// The mail of a delivery, or what becomes of it without one.
fn prepare(engine: &Engine, item: &Item) -> Result<Mail, Settlement> {
    let (slice, claimed) = (&item.slice, &item.claimed);
    let work = &slice.letter.work;
    if claimed.is_gone {
        return Err(model::skip(claimed, Remark::RecipientDeleted));
    }
    if claimed.is_unsubscribed {
        return Err(model::skip(claimed, Remark::UnsubscribedSince));
    }
    if !work.resend_unknown && claimed.state == State::Unknown {
        return Err(model::leave_unknown(claimed));
    }
    let message_id = compose::delivery_message_id(slice.held.attempt_id, claimed.number.into(), engine.app.config.mail_domain());
    // The attempt's moment, not this one's: every try is the same mail to the byte.
    let unsubscribe_link = claimed.recipient_id.map(|id| engine.unsubscribe_links.of(id));
    let recipient =
        Recipient { to: &claimed.email, email: &claimed.email, name: &claimed.full_name, unsubscribe_link: unsubscribe_link.as_deref() };
    let mail = slice.letter.template.render(&recipient, &message_id, work.started_at);
    mail.map_err(|error| model::unmade(claimed, &error.to_string()))
}

/// Before the final dot: whether the delivery is still this process's to send, and noted as being in doubt from here on.
fn clear_to_send(item: &Item) -> bool {
    if !item.slice.may_send() {
        item.slice.halted.cancel();
        return false;
    }
    match item.slice.journal.dot(item.claimed.number) {
        Ok(()) => true,
        Err(error) => {
            item.slice.stop(unwritable(&error));
            false
        }
    }
}

/// What an outcome makes of a delivery; None where that is decided at the slice's end, or nothing has changed.
fn settle(engine: &Engine, item: &Item, outcome: Outcome) -> Option<Settlement> {
    let (slice, claimed) = (&item.slice, &item.claimed);
    match outcome {
        Outcome::Unavailable { text, .. } => {
            slice.stop(text);
            free(slice, claimed);
            None
        }
        Outcome::Interrupted { .. } => {
            // A 421 to the dot is an answer too: after a crash this mail is not in doubt.
            free(slice, claimed);
            slice.put_off(claimed.clone(), outcome);
            None
        }
        outcome => {
            slice.answered();
            let settlement = model::settle(claimed, outcome, &engine.timing, slice.letter.work.resend_unknown)?;
            // On disk before Postgres has it.
            if let Err(error) = slice.journal.settled(&settlement) {
                slice.stop(unwritable(&error));
            }
            Some(settlement)
        }
    }
}

fn free(slice: &Slice, claimed: &Claimed) {
    if let Err(error) = slice.journal.free(claimed.number) {
        slice.stop(unwritable(&error));
    }
}

pub fn unwritable(error: &std::io::Error) -> String {
    Remark::JournalUnwritable(&error.to_string()).to_string()
}

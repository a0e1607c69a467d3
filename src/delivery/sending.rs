//! A lane's work: take what is next, send it, hand over what became of it.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt;
use lettre::address::Envelope;
use tokio::sync::mpsc;

use super::{
    engine::Engine,
    lane::Lane,
    model::{self, Claimed, Settlement, State},
    ring::Task,
    settle::Handover,
    slice::Slice,
};
use crate::mail::{compose, outcome::Outcome};

/// Where outcomes go.
pub type Handovers = mpsc::Sender<Handover>;

/// One connection's work, until the ring closes.
pub async fn drive(engine: Engine, handovers: Handovers) {
    let mut lane = Lane::new(engine.connections.clone());
    loop {
        let task = match engine.ring.try_take() {
            Ok(Some(task)) => task,
            Ok(None) => {
                lane.rest();
                match engine.ring.take().await {
                    Some(task) => task,
                    None => return,
                }
            }
            Err(_) => return,
        };
        match task {
            Task::Deliver(slice, claimed) => deliver(&engine, &mut lane, slice, claimed, &handovers).await,
            Task::End(slice) => end(&engine, slice, &handovers).await,
            Task::Mail(mail) => {
                engine.pace_turn().await;
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

async fn deliver(engine: &Engine, lane: &mut Lane, slice: Arc<Slice>, claimed: Claimed, handovers: &Handovers) {
    if engine.pace.is_some() {
        let is_on = tokio::select! {
            () = engine.pace_turn() => slice.may_send() && !slice.halted.is_cancelled(),
            () = slice.halted.cancelled() => false,
        };
        if !is_on {
            // Nobody else looks at what is put back into a slice that the ring has let go of.
            slice.halted.cancel();
            if slice.take_back(claimed) {
                end(engine, slice, handovers).await;
            }
            return;
        }
    }
    // A fault within this program costs one delivery its outcome, not the others their lane.
    let sent = AssertUnwindSafe(send(engine, lane, &slice, &claimed)).catch_unwind().await;
    match sent {
        Ok(Some(settlement)) => {
            // The settler lives as long as its senders.
            let _ = handovers.send(Handover::Settled(Arc::clone(&slice), settlement)).await;
        }
        Ok(None) => {}
        Err(_) => {
            tracing::error!(attempt.id = slice.held.attempt_id, "Sending delivery {} broke", claimed.number);
            *lane = Lane::new(engine.connections.clone());
            slice.broke(claimed);
        }
    }
    if slice.has_gone() {
        end(engine, slice, handovers).await;
    }
}

/// Hands over what is left of a slice that has ended, and its end.
pub async fn end(engine: &Engine, slice: Arc<Slice>, handovers: &Handovers) {
    let (left, reason) = slice.conclude(&engine.timing);
    if let Some(reason) = &reason {
        let (attempt_id, reason) = (slice.held.attempt_id, crate::mail::outcome::without_addresses(reason));
        tracing::warn!(attempt.id = attempt_id, reason, "Attempt {attempt_id} waits: the mail server cannot be used");
    }
    for settlement in left {
        let _ = handovers.send(Handover::Settled(Arc::clone(&slice), settlement)).await;
    }
    let _ = handovers.send(Handover::Ended(slice, reason)).await;
}

/// What becomes of one delivery; None where that is decided at the slice's end, or nothing has changed.
async fn send(engine: &Engine, lane: &mut Lane, slice: &Slice, claimed: &Claimed) -> Option<Settlement> {
    let work = &slice.letter.work;
    if claimed.is_gone {
        return Some(model::skip(claimed, "Skipped: the recipient was deleted before this was sent."));
    }
    if !work.resend_unknown && (claimed.state == State::Unknown || claimed.is_taken_over) {
        return Some(model::leave_unknown(claimed));
    }
    let message_id = compose::delivery_message_id(slice.held.attempt_id, claimed.number.into(), engine.app.config.mail_domain());
    // The attempt's moment, not this one's: every try is the same mail to the byte.
    let outcome = match slice.letter.template.render(&claimed.email, &claimed.full_name, &message_id, work.started_at) {
        Ok((envelope, message)) => match transmit(lane, slice, claimed.number, &envelope, &message).await {
            Some(outcome) => outcome,
            None => {
                slice.halted.cancel();
                return None;
            }
        },
        Err(error) => Outcome::Failed { code: None, text: format!("The mail could not be made: {error}") },
    };
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
            let settlement = model::settle(claimed, outcome, &engine.timing, work.resend_unknown)?;
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

/// Sends on the lane's connection; once more, on a new one, where the message did not get through whole. A fault
/// that is still there then is the recipient's if the server is well, and the server's if not. None: nothing may be sent.
async fn transmit(lane: &mut Lane, slice: &Slice, delivery: i32, envelope: &Envelope, message: &[u8]) -> Option<Outcome> {
    let mut outcome = try_once(lane, slice, delivery, envelope, message).await?;
    if let Outcome::Interrupted { .. } = outcome {
        lane.renew().await;
        outcome = try_once(lane, slice, delivery, envelope, message).await?;
    }
    let text = match outcome {
        Outcome::Interrupted { text } | Outcome::Unavailable { text, configuration: false } => text,
        outcome => return Some(outcome),
    };
    let is_well = match envelope.from() {
        Some(sender) => lane.server_is_well(sender).await,
        None => false,
    };
    // A server that puts off one recipient in words that mean all of them must not hold up the others.
    Some(if is_well { Outcome::Interrupted { text } } else { Outcome::Unavailable { text, configuration: false } })
}

async fn try_once(lane: &mut Lane, slice: &Slice, delivery: i32, envelope: &Envelope, message: &[u8]) -> Option<Outcome> {
    let transaction = match lane.begin(envelope, message).await {
        Ok(transaction) => transaction,
        Err(outcome) => return Some(outcome),
    };
    // Dropping the transaction breaks the connection off: the server gets no mail that somebody else sends by now, and
    // none that nobody has noted.
    if !slice.may_send() {
        return None;
    }
    Some(match slice.journal.dot(delivery) {
        Ok(()) => transaction.finish().await,
        Err(error) => Outcome::Unavailable { text: unwritable(&error), configuration: true },
    })
}

pub fn unwritable(error: &std::io::Error) -> String {
    format!("The delivery journal in DATA_DIR cannot be written: {error}")
}

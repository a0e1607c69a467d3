//! What a delivery's record means, and what its sender can do about it, in the reader's language.

use super::{model::State, remark::Remark};
use crate::{
    mail::meaning::{Meaning, meaning},
    t,
};

/// In a few words, and then what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    pub label: String,
    pub advice: String,
}

/// What stands on record of a delivery that was not sent: its state, the server's code and the kept text.
pub fn meant(state: State, code: Option<i16>, text: &str) -> Meant {
    if state == State::Skipped {
        return not_tried(Remark::read(text));
    }
    if let Some(meaning) = code.and_then(|code| u16::try_from(code).ok()).and_then(|code| meaning(code, text)) {
        return of_reply(meaning);
    }
    match Remark::read(text) {
        Some(Remark::Unmade(_) | Remark::BrokeOff | Remark::ProcessDied | Remark::HolderDied) => {
            Meant { label: t!("delivery-means-ours"), advice: t!("delivery-means-ours-advice") }
        }
        _ => Meant { label: t!("delivery-means-no-answer"), advice: t!("delivery-means-no-answer-advice") },
    }
}

fn not_tried(remark: Option<Remark>) -> Meant {
    let (label, advice) = match remark {
        Some(Remark::RefusedBefore(_)) => (t!("delivery-means-refused-before"), t!("delivery-means-refused-before-advice")),
        Some(Remark::Unsubscribed | Remark::UnsubscribedSince) => {
            (t!("delivery-means-unsubscribed"), t!("delivery-means-unsubscribed-advice"))
        }
        _ => (t!("delivery-means-not-tried"), t!("delivery-means-not-tried-advice")),
    };
    Meant { label, advice }
}

fn of_reply(meaning: Meaning) -> Meant {
    let (label, advice) = match meaning {
        Meaning::AddressUnknown => (t!("delivery-means-address-unknown"), t!("delivery-means-address-unknown-advice")),
        Meaning::MailboxFull => (t!("delivery-means-mailbox-full"), t!("delivery-means-mailbox-full-advice")),
        Meaning::MailboxClosed => (t!("delivery-means-mailbox-closed"), t!("delivery-means-mailbox-closed-advice")),
        Meaning::TooLarge => (t!("delivery-means-too-large"), t!("delivery-means-too-large-advice")),
        Meaning::Spam => (t!("delivery-means-spam"), t!("delivery-means-spam-advice")),
        Meaning::Listed => (t!("delivery-means-listed"), t!("delivery-means-listed-advice")),
        Meaning::Unauthenticated => (t!("delivery-means-unauthenticated"), t!("delivery-means-unauthenticated-advice")),
        Meaning::Policy => (t!("delivery-means-policy"), t!("delivery-means-policy-advice")),
        Meaning::Content => (t!("delivery-means-content"), t!("delivery-means-content-advice")),
        Meaning::Later => (t!("delivery-means-later"), t!("delivery-means-later-advice")),
        Meaning::Refused => (t!("delivery-means-refused"), t!("delivery-means-refused-advice")),
    };
    Meant { label, advice }
}

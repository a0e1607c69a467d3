//! Every mail the server has taken, in the order it did, and by which worker.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use periodical::mail::server::Received;

/// One accepted mail. Each worker process has a sender's address of its own, so it is known who sent it.
#[derive(Debug, Clone)]
pub struct Mail {
    pub to: String,
    pub worker: String,
    pub at: Instant,
    pub data: Vec<u8>,
}

impl Mail {
    /// A header's value, unfolded no further than its first line.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.data);
        let head = text.split("\r\n\r\n").next()?;
        head.split("\r\n").find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    }
}

/// A recipient who was sent a mail again: the mail before, and the one that repeats it.
#[derive(Debug)]
pub struct Repeat {
    pub before: Mail,
    pub again: Mail,
}

#[derive(Clone, Default)]
pub struct Mails(Arc<Mutex<Vec<Mail>>>);

impl Mails {
    fn lock(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, received: Received) {
        let at = Instant::now();
        let worker = received.from.split('@').next().unwrap_or_default().to_owned();
        let mut mails = self.lock();
        for to in received.to {
            mails.push(Mail { to, worker: worker.clone(), at, data: received.data.clone() });
        }
    }

    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// How many were accepted for addresses that pass.
    pub fn count(&self, passes: impl Fn(&Mail) -> bool) -> usize {
        self.lock().iter().filter(|mail| passes(mail)).count()
    }

    /// Those that pass, in the order of their acceptance.
    pub fn all(&self, passes: impl Fn(&Mail) -> bool) -> Vec<Mail> {
        self.lock().iter().filter(|mail| passes(mail)).cloned().collect()
    }

    /// How often each recipient's mail was accepted.
    pub fn by_recipient(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for mail in self.lock().iter() {
            *counts.entry(mail.to.clone()).or_default() += 1;
        }
        counts
    }

    pub fn repeats(&self) -> Vec<Repeat> {
        let mails = self.lock();
        let mut last: HashMap<&str, &Mail> = HashMap::new();
        let mut repeats = Vec::new();
        for mail in mails.iter() {
            if let Some(before) = last.insert(&mail.to, mail) {
                repeats.push(Repeat { before: before.clone(), again: mail.clone() });
            }
        }
        repeats
    }

    /// The first one accepted after a moment.
    pub fn first_after(&self, moment: Instant) -> Option<Instant> {
        self.lock().iter().map(|mail| mail.at).find(|at| *at > moment)
    }

    /// The longest time without any accepted mail from a moment to the last mail of all.
    pub fn longest_gap_after(&self, moment: Instant) -> Duration {
        let mails = self.lock();
        let later = mails.iter().map(|mail| mail.at).filter(|at| *at > moment);
        let mut before = moment;
        let mut longest = Duration::ZERO;
        for at in later {
            longest = longest.max(at - before);
            before = at;
        }
        longest
    }
}

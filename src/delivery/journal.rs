//! The journal: what the mail server said, on disk before Postgres has it.
//!
//! A killed process has deliveries that the server took and the ledger does not know of. Each slice notes two lines a
//! delivery in a file of its own: one before the final dot, one with the outcome. `write` alone, without fsync, survives
//! the death of the process (not of the machine) and costs microseconds. Whoever starts next in this data folder replays
//! what is left; only deliveries between the two lines remain in doubt, at most one a connection.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{model::Settlement, queries::Held};

/// A draft older than this belongs to nobody who lives.
const DRAFT: Duration = Duration::from_secs(60);

/// One line of the file.
#[derive(Serialize, Deserialize)]
enum Line {
    /// The first: whose deliveries these are.
    Slice(Held),
    /// The final dot of this delivery is about to be written.
    Dot(i32),
    /// There was an answer to the dot, and it leaves this delivery as it was.
    Free(i32),
    /// What became of it.
    Settled(Settlement),
}

/// A slice's open journal. The lock says that its process lives.
pub struct Journal {
    path: PathBuf,
    file: Mutex<Lines>,
}

struct Lines {
    file: File,
    /// Whether the last line may have been written in part: the next one begins on a line of its own.
    is_torn: bool,
}

impl Journal {
    /// # Errors
    /// The folder cannot be written to.
    pub fn create(folder: &Path, held: Held) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // Written under another name until it is locked: a replay in between would take it for a dead process's.
        let path = folder.join(format!("{}.jsonl", held.claim));
        let draft = folder.join(format!("{}.new", held.claim));
        let file = OpenOptions::new().create_new(true).append(true).open(&draft)?;
        file.lock()?;
        let journal = Self { path, file: Mutex::new(Lines { file, is_torn: false }) };
        journal.append(&Line::Slice(held))?;
        fs::rename(&draft, &journal.path)?;
        Ok(journal)
    }

    /// Notes that from now on this delivery is in doubt.
    ///
    /// # Errors
    /// The disk is full: then nothing may be sent.
    pub fn dot(&self, delivery: i32) -> io::Result<()> {
        self.append(&Line::Dot(delivery))
    }

    /// Notes that it is not in doubt any more, and as it was.
    ///
    /// # Errors
    /// As for [`settled`](Self::settled).
    pub fn free(&self, delivery: i32) -> io::Result<()> {
        self.append(&Line::Free(delivery))
    }

    /// Notes what became of a delivery.
    ///
    /// # Errors
    /// The disk is full; the settlement must then reach Postgres without the journal's help.
    pub fn settled(&self, settlement: &Settlement) -> io::Result<()> {
        self.append(&Line::Settled(settlement.clone()))
    }

    /// Everything is in Postgres: the file has done its work.
    pub fn remove(&self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "A finished journal could not be removed; replaying it later changes nothing");
        }
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        let mut lines = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = if lines.is_torn { vec![b'\n'] } else { Vec::with_capacity(256) };
        serde_json::to_writer(&mut bytes, line)?;
        bytes.push(b'\n');
        // One write a line: a process killed in between leaves whole lines, or one torn line at the end.
        let written = lines.file.write_all(&bytes);
        lines.is_torn = written.is_err();
        written
    }
}

/// What a dead process left behind.
pub struct Leftover {
    pub held: Held,
    pub settlements: Vec<Settlement>,
    /// Between dot and outcome when the process died.
    pub in_doubt: Vec<i32>,
    path: PathBuf,
    _lock: File,
}

impl Leftover {
    /// It is in Postgres.
    ///
    /// # Errors
    /// The file cannot be removed; somebody else's having done so is none.
    pub fn remove(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The journals in `folder` whose process is dead, locked for this one.
///
/// # Errors
/// The folder cannot be read.
pub fn leftovers(folder: &Path) -> io::Result<Vec<Leftover>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut leftovers = Vec::new();
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let is_a = |kind: &str| path.extension().is_some_and(|extension| extension == kind);
        // A draft of a dead process has nothing to tell, but has to go as well; one of a living process is about to be locked.
        let is_old = || entry.metadata().and_then(|about| about.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > DRAFT));
        if !(is_a("jsonl") || is_a("new") && is_old()) {
            continue;
        }
        match read(path.clone()) {
            Ok(leftover) => leftovers.extend(leftover),
            // The others have something to tell all the same.
            Err(error) => tracing::warn!(%error, "The journal {} cannot be read", path.display()),
        }
    }
    Ok(leftovers)
}

fn read(path: PathBuf) -> io::Result<Option<Leftover>> {
    let mut file = match File::open(&path) {
        // Its slice ended since the folder was listed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let mut lines = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Line>(line).ok());
    let Some(Line::Slice(held)) = lines.next() else {
        match text.contains(&b'\n') {
            // Killed within its first line: nothing was sent.
            false => fs::remove_file(&path)?,
            // Somebody else's; it is kept for whoever can read it.
            true => fs::rename(&path, path.with_extension("unreadable"))?,
        }
        return Ok(None);
    };
    let mut leftover = Leftover { held, settlements: Vec::new(), in_doubt: Vec::new(), path, _lock: file };
    for line in lines {
        match line {
            Line::Slice(_) => {}
            Line::Dot(delivery) => leftover.in_doubt.push(delivery),
            Line::Free(delivery) => leftover.in_doubt.retain(|other| *other != delivery),
            Line::Settled(settlement) => {
                leftover.in_doubt.retain(|other| *other != settlement.number);
                leftover.settlements.push(settlement);
            }
        }
    }
    Ok(Some(leftover))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::delivery::model::State;

    fn settlement(number: i32) -> Settlement {
        Settlement {
            number,
            before: (State::Waiting, 0),
            state: State::Sent,
            tries: 1,
            code: Some(250),
            text: Some("2.0.0 queued".into()),
            again_after: None,
            is_bad_address: false,
        }
    }

    #[test]
    fn a_dead_process_s_journal_tells_what_was_answered_and_what_is_in_doubt() {
        let folder = std::env::temp_dir().join(format!("periodical-journal-{}", Uuid::new_v4()));
        let held = Held { attempt_id: 7, number: 3, claim: Uuid::from_u128(1) };
        let journal = Journal::create(&folder, held).unwrap();
        journal.dot(1).unwrap();
        journal.settled(&settlement(1)).unwrap();
        journal.dot(2).unwrap();
        journal.dot(3).unwrap();
        journal.free(3).unwrap();
        assert!(leftovers(&folder).unwrap().is_empty(), "its process lives");

        journal.file.lock().unwrap().file.write_all(b"{\"Settled\":{\"number\":2,").unwrap();
        drop(journal);
        let left = leftovers(&folder).unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].held, held);
        assert_eq!(left[0].settlements, [settlement(1)]);
        assert_eq!(left[0].in_doubt, [2], "a torn line says nothing");
        fs::remove_dir_all(folder).unwrap();
    }
}

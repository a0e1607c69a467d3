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
use uuid::Uuid;

use super::model::{Settlement, State};

/// One line of the file.
#[derive(Serialize, Deserialize)]
enum Line {
    /// The first: whose deliveries these are.
    Slice { attempt_id: i64, claim: Uuid },
    /// The final dot is about to be written.
    Dot { id: i64 },
    /// What became of it.
    Settled(Record),
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: i64,
    state: State,
    is_try: bool,
    code: Option<u16>,
    text: Option<String>,
    again_after_seconds: Option<f64>,
    is_bad_address: bool,
}

/// A slice's open journal. The lock says that its process lives.
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// # Errors
    /// The folder cannot be written to.
    pub fn create(folder: &Path, attempt_id: i64, claim: Uuid) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // Written under another name until it is locked: a replay in between would take it for a dead process's.
        let path = folder.join(format!("{claim}.jsonl"));
        let draft = folder.join(format!("{claim}.new"));
        let file = OpenOptions::new().create_new(true).append(true).open(&draft)?;
        file.lock()?;
        let journal = Self { path, file: Mutex::new(file) };
        journal.append(&Line::Slice { attempt_id, claim })?;
        fs::rename(&draft, &journal.path)?;
        Ok(journal)
    }

    /// Notes that from now on this delivery is in doubt.
    ///
    /// # Errors
    /// The disk is full: then nothing may be sent.
    pub fn dot(&self, id: i64) -> io::Result<()> {
        self.append(&Line::Dot { id })
    }

    /// Notes what became of a delivery.
    ///
    /// # Errors
    /// The disk is full; the settlement must then reach Postgres without the journal's help.
    pub fn settled(&self, settlement: &Settlement) -> io::Result<()> {
        self.append(&Line::Settled(Record {
            id: settlement.id,
            state: settlement.state,
            is_try: settlement.is_try,
            code: settlement.code,
            text: settlement.text.clone(),
            again_after_seconds: settlement.again_after.map(|wait| wait.as_secs_f64()),
            is_bad_address: settlement.is_bad_address,
        }))
    }

    /// Everything is in Postgres: the file has done its work.
    pub fn remove(self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "A finished journal could not be removed; replaying it later changes nothing");
        }
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        // One write a line: a process killed in between leaves whole lines, or one torn line at the end.
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&bytes)
    }
}

/// What a dead process left behind.
pub struct Leftover {
    pub attempt_id: i64,
    pub claim: Uuid,
    pub settlements: Vec<Settlement>,
    /// Between dot and outcome when the process died.
    pub in_doubt: Vec<i64>,
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
        let path = entry?.path();
        // A draft (`.new`) of a dead process has nothing to tell, but has to go as well.
        if path.extension().is_some_and(|extension| extension == "jsonl" || extension == "new")
            && let Some(leftover) = read(path)?
        {
            leftovers.push(leftover);
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
    let Some(Line::Slice { attempt_id, claim }) = lines.next() else {
        // Killed before its first line: nothing was sent.
        fs::remove_file(&path)?;
        return Ok(None);
    };
    let mut leftover = Leftover { attempt_id, claim, settlements: Vec::new(), in_doubt: Vec::new(), path, _lock: file };
    for line in lines {
        match line {
            Line::Slice { .. } => {}
            Line::Dot { id } => leftover.in_doubt.push(id),
            Line::Settled(record) => {
                leftover.in_doubt.retain(|id| *id != record.id);
                leftover.settlements.push(Settlement {
                    id: record.id,
                    state: record.state,
                    is_try: record.is_try,
                    code: record.code,
                    text: record.text,
                    again_after: record.again_after_seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
                    is_bad_address: record.is_bad_address,
                });
            }
        }
    }
    Ok(Some(leftover))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settlement(id: i64) -> Settlement {
        Settlement {
            id,
            state: State::Sent,
            is_try: true,
            code: Some(250),
            text: Some("2.0.0 queued".into()),
            again_after: None,
            is_bad_address: false,
        }
    }

    #[test]
    fn a_dead_process_s_journal_tells_what_was_answered_and_what_is_in_doubt() {
        let folder = std::env::temp_dir().join(format!("periodical-journal-{}", Uuid::new_v4()));
        let journal = Journal::create(&folder, 7, Uuid::from_u128(1)).unwrap();
        journal.dot(1).unwrap();
        journal.settled(&settlement(1)).unwrap();
        journal.dot(2).unwrap();
        assert!(leftovers(&folder).unwrap().is_empty(), "its process lives");

        journal.file.lock().unwrap().write_all(b"{\"Settled\":{\"id\":2,").unwrap();
        drop(journal);
        let left = leftovers(&folder).unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].attempt_id, left[0].claim), (7, Uuid::from_u128(1)));
        assert_eq!(left[0].settlements, [settlement(1)]);
        assert_eq!(left[0].in_doubt, [2], "a torn line says nothing");
        fs::remove_dir_all(folder).unwrap();
    }
}

//! Two file locks make any number of processes share one cluster: one for whoever starts or stops it, one held by
//! everybody who uses it. The kernel drops both with the process, so a killed owner leaves nothing to clean up.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::EmbeddedError;
use super::account::Account;

/// How long another process may take to start or stop Postgres: crash recovery of a large cluster included.
pub(super) const LOCK_LIMIT: Duration = Duration::from_secs(180);

/// A lock held until it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Alone, waiting for others up to `limit`.
    pub async fn exclusive(path: &Path, account: &Account, limit: Duration) -> Result<Self, EmbeddedError> {
        Self::acquire(path, account, limit, File::try_lock).await
    }

    /// Together with other users. Taken only under the start lock, so it waits for nobody.
    pub async fn shared(path: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        Self::acquire(path, account, Duration::from_secs(5), File::try_lock_shared).await
    }

    /// Trades a shared lock for the exclusive one if nobody else holds it; true means: we were the last.
    pub fn was_last(self, path: &Path) -> Result<bool, EmbeddedError> {
        self.file.unlock().map_err(EmbeddedError::at(path))?;
        match self.file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(EmbeddedError::at(path)(error)),
        }
    }

    /// Asks again and again instead of blocking: a blocked thread could neither time out nor be cancelled.
    async fn acquire(
        path: &Path,
        account: &Account,
        limit: Duration,
        try_once: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, EmbeddedError> {
        let file = open(path, account)?;
        let give_up = Instant::now() + limit;
        loop {
            match try_once(&file) {
                Ok(()) => return Ok(Self { file }),
                Err(TryLockError::Error(error)) => return Err(EmbeddedError::at(path)(error)),
                Err(TryLockError::WouldBlock) if Instant::now() >= give_up => {
                    return Err(EmbeddedError::Locked { lock: path.into(), seconds: limit.as_secs() });
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    }
}

fn open(path: &Path, account: &Account) -> Result<File, EmbeddedError> {
    let existed = path.exists();
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(EmbeddedError::at(path))?;
    if !existed {
        // Made by root in a developer's folder, it must open for the developer too.
        account.give(path)?;
    }
    Ok(file)
}

//! Passwords: argon2id (RFC 9106), off the async threads.

use std::sync::LazyLock;

use anyhow::anyhow;
use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use tokio::sync::Semaphore;

use super::model::Password;
use crate::{
    error::{Error, Result},
    limits::PASSWORDS_WAITING,
};

/// The hashing of this process.
static QUEUE: LazyLock<Queue> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Queue::new(cores.saturating_sub(1).max(1), PASSWORDS_WAITING)
});

/// Each hash takes 19 MiB (argon2's default: m=19456, t=2, p=1, as OWASP advises) and a core for as long as it lasts. A flood
/// of sign-ins queues here, and past a point is sent away, instead of taking the memory of 512 blocking threads and the
/// cores that pages are made with.
struct Queue {
    at_once: Semaphore,
    places: Semaphore,
}

/// What an unknown address is checked against, so that it takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    // Default parameters and a fixed, valid salt: hashing cannot fail.
    Argon2::default().hash_password(b"nobody has this password").map(|hash| hash.to_string()).unwrap_or_default()
});

/// The PHC string to keep.
///
/// # Errors
/// Too many wait already, or the hashing thread failed.
pub async fn hash(password: Password) -> Result<String> {
    off_thread(move || {
        let hash = Argon2::default().hash_password(password.as_str().as_bytes()).map_err(|error| anyhow!("argon2: {error}"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one of the kept string; with none kept it does the same work and says no.
///
/// # Errors
/// Too many wait already, the hashing thread failed, or the kept string is none.
pub async fn verify(password: String, kept: Option<String>) -> Result<bool> {
    off_thread(move || {
        let known = kept.is_some();
        let kept = kept.as_deref().unwrap_or(&NOBODY);
        let hash = PasswordHash::new(kept).map_err(|error| anyhow!("a kept password hash is malformed: {error}"))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    QUEUE.run(work).await
}

impl Queue {
    fn new(at_once: usize, waiting: usize) -> Self {
        Self { at_once: Semaphore::new(at_once), places: Semaphore::new(at_once + waiting) }
    }

    async fn run<T: Send + 'static>(&'static self, work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
        let place = self.places.try_acquire().map_err(|_| Error::Busy)?;
        let turn = self.at_once.acquire().await.map_err(anyhow::Error::from)?;
        let work = tokio::task::spawn_blocking(move || {
            // Held by the work and not by whoever waits for it: who goes away leaves the thread at its hash.
            let _held = (place, turn);
            work()
        });
        Ok(work.await.map_err(anyhow::Error::from)??)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn those_who_do_not_fit_into_the_queue_are_sent_away_and_those_who_give_up_leave_it() {
        static QUEUE: LazyLock<Queue> = LazyLock::new(|| Queue::new(1, 2));
        let (go, gate) = mpsc::channel::<()>();
        let first = tokio::spawn(QUEUE.run(move || Ok(gate.recv()?)));
        let second = tokio::spawn(QUEUE.run(|| Ok(())));
        let third = tokio::spawn(QUEUE.run(|| Ok(())));
        while QUEUE.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(QUEUE.run(|| Ok(())).await, Err(Error::Busy)));
        // Who waits and gives up frees a place; who is being served does not, as long as the work goes on.
        second.abort();
        assert!(second.await.unwrap_err().is_cancelled());
        assert_eq!(QUEUE.places.available_permits(), 1);
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!((QUEUE.places.available_permits(), QUEUE.at_once.available_permits()), (1, 0));
        go.send(()).unwrap();
        third.await.unwrap().unwrap();
        assert!(QUEUE.run(|| Ok(())).await.is_ok());
    }
}

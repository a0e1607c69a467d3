//! Heavy work off the async threads, a few pieces at once.

use std::sync::LazyLock;

use tokio::sync::Semaphore;

use crate::{
    error::{Error, Result},
    i18n,
    limits::{HEAVY_AT_ONCE, HEAVY_WAITING},
};

/// What users give to read: HTML, files, pictures. The worst that is accepted takes half a second and some 300 MB.
static READING: LazyLock<Queue> = LazyLock::new(|| Queue::new(HEAVY_AT_ONCE, HEAVY_WAITING));

/// A flood of requests queues here, and past a point is sent away, instead of taking the memory of 512 blocking threads and the cores
/// that pages are made with.
pub struct Queue {
    at_once: Semaphore,
    places: Semaphore,
}

/// Reads what a user has given, in the reader's language.
///
/// # Errors
/// Too many wait already, or the thread failed.
pub async fn read<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let language = i18n::current();
    READING.run(move || i18n::with(language, work)).await
}

impl Queue {
    /// For so many pieces of work at once, and so many that wait.
    pub fn new(at_once: usize, waiting: usize) -> Self {
        Self { at_once: Semaphore::new(at_once), places: Semaphore::new(at_once + waiting) }
    }

    /// # Errors
    /// Too many wait already, or the thread failed.
    pub async fn run<T: Send + 'static>(&'static self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = self.places.try_acquire().map_err(|_| Error::Busy)?;
        let turn = self.at_once.acquire().await.map_err(anyhow::Error::from)?;
        let work = tokio::task::spawn_blocking(move || {
            // Held by the work and not by whoever waits for it: who goes away leaves the thread at it.
            let _held = (place, turn);
            work()
        });
        Ok(work.await.map_err(anyhow::Error::from)?)
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
        let first = tokio::spawn(QUEUE.run(move || gate.recv().unwrap()));
        let second = tokio::spawn(QUEUE.run(|| ()));
        let third = tokio::spawn(QUEUE.run(|| ()));
        while QUEUE.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(QUEUE.run(|| ()).await, Err(Error::Busy)));
        // Who waits and gives up frees a place; who is being served does not, as long as the work goes on.
        second.abort();
        assert!(second.await.unwrap_err().is_cancelled());
        assert_eq!(QUEUE.places.available_permits(), 1);
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!((QUEUE.places.available_permits(), QUEUE.at_once.available_permits()), (1, 0));
        go.send(()).unwrap();
        third.await.unwrap().unwrap();
        assert!(QUEUE.run(|| ()).await.is_ok());
    }
}

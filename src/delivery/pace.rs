//! `SEND_RATE`: so many messages a second over all workers, whatever their number.
//!
//! Time itself is what is shared out. One row in Postgres says from when on it is free; a worker books the next quarter of
//! a second's worth of it and spreads its messages over that. Nobody has to know the others.

use std::time::Duration;

use sqlx::PgPool;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};

use super::queries;

/// How much time a worker books at once: short enough for several workers to alternate, long enough that Postgres is
/// asked four times a second and not once a message.
const BOOKED: Duration = Duration::from_millis(250);

pub struct Pace {
    db: PgPool,
    rate: f64,
    booked: Mutex<Booked>,
}

/// Moments at which a message may go out: `left` of them from `next` on.
struct Booked {
    next: Instant,
    left: u32,
}

impl Pace {
    /// `rate` in messages a second, above 0.
    pub fn new(db: PgPool, rate: f64) -> Self {
        Self { db, rate, booked: Mutex::new(Booked { next: Instant::now(), left: 0 }) }
    }

    /// Waits until the next message may go out.
    pub async fn turn(&self) {
        let moment = {
            let mut booked = self.booked.lock().await;
            // What was booked and not used is past: sent now it would be a burst.
            if booked.left == 0 || booked.next + BOOKED < Instant::now() {
                *booked = self.book().await;
            }
            let moment = booked.next;
            booked.left -= 1;
            booked.next += Duration::from_secs_f64(1.0 / self.rate);
            moment
        };
        sleep_until(moment).await;
    }

    async fn book(&self) -> Booked {
        // At least one, and no more than fit into four bytes at any rate that the setting allows.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to a quarter of the largest SEND_RATE")]
        let messages = (self.rate * BOOKED.as_secs_f64()).floor().max(1.0) as u32;
        let length = Duration::from_secs_f64(f64::from(messages) / self.rate);
        loop {
            match queries::book(&self.db, length, BOOKED).await {
                Ok(begins_in) => {
                    // Counted from the answer: late by its way here, and never early.
                    let now = Instant::now();
                    let wait = Duration::try_from_secs_f64(begins_in.abs()).unwrap_or_default();
                    let next = if begins_in < 0.0 { now.checked_sub(wait).unwrap_or(now) } else { now + wait };
                    return Booked { next, left: messages };
                }
                Err(error) => {
                    tracing::warn!(%error, "No time to send at can be booked; trying again");
                    sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

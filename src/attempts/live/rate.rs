//! How fast an attempt goes, from its figures as they were over the last seconds.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

/// What a rate is taken over: long enough to be calm, short enough to follow a server that slows down.
const WINDOW: Duration = Duration::from_secs(10);
/// A shorter time tells nothing.
const SHORTEST: Duration = Duration::from_secs(2);
/// Samples are no closer together: ten seconds hold some forty.
const APART: Duration = Duration::from_millis(250);

/// The deliveries that had their outcome, at moments of the last seconds. They are the attempt's own counts, so it does not
/// matter how many workers take part.
#[derive(Debug, Default)]
pub struct Rate {
    samples: VecDeque<(Instant, u64)>,
    settled: u64,
}

impl Rate {
    /// Notes how many deliveries have their outcome at `now`.
    pub fn note(&mut self, now: Instant, settled: u64) {
        self.settled = settled;
        if self.samples.back().is_none_or(|(at, _)| now.duration_since(*at) >= APART) {
            self.samples.push_back((now, settled));
        }
        // One sample beyond the window is where it begins.
        while self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// Deliveries a second. None: it has not been watched for long enough.
    pub fn per_second(&self, now: Instant) -> Option<f64> {
        let (began, first) = self.samples.front()?;
        let span = now.duration_since(*began);
        (span >= SHORTEST).then(|| self.settled.saturating_sub(*first) as f64 / span.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rate that has seen `counts`, one a second.
    fn watched(counts: &[u64]) -> (Rate, Instant) {
        let (mut rate, began) = (Rate::default(), Instant::now());
        let mut now = began;
        for (second, count) in counts.iter().enumerate() {
            now = began + Duration::from_secs(second as u64);
            rate.note(now, *count);
        }
        (rate, now)
    }

    fn rounded(rate: &Rate, now: Instant) -> Option<u64> {
        rate.per_second(now).map(|rate| rate.round() as u64)
    }

    #[test]
    fn a_rate_is_that_of_the_last_ten_seconds() {
        let (rate, now) = watched(&[0, 20]);
        assert_eq!(rounded(&rate, now), None, "one second tells nothing");
        let (rate, now) = watched(&[0, 20, 40, 60]);
        assert_eq!(rounded(&rate, now), Some(20));
        let slowed: Vec<u64> = (0..30).map(|second| if second < 15 { second * 1000 } else { 14_000 + (second - 14) * 5 }).collect();
        let (rate, now) = watched(&slowed);
        assert_eq!(rounded(&rate, now), Some(5));
    }

    #[test]
    fn a_standstill_comes_to_nothing_without_further_news() {
        let (mut rate, mut now) = watched(&[0, 100, 200]);
        for _ in 0..12 {
            now += Duration::from_secs(1);
            rate.note(now, 200);
        }
        assert_eq!(rounded(&rate, now), Some(0));
    }
}

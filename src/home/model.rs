//! What the start page of the signed-in shows: what runs, what comes, what went wrong. No IO, no clock.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use crate::{
    mailings::schedule::{self, Schedule, Zone},
    ui::Progress,
};

/// What the whole service has in hand, for visitors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    pub mailings: i64,
    /// Started, and neither completed, stopped, paused nor disabled, nor of a blocked owner.
    pub active: i64,
    /// Different addresses, whoever writes to them.
    pub recipients: i64,
}

/// An attempt that is not over.
#[derive(Debug, Clone)]
pub struct Running {
    pub id: i64,
    pub mailing_name: String,
    pub started_at: OffsetDateTime,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
    pub waiting: i32,
    pub held_reason: Option<String>,
    pub held_until: Option<OffsetDateTime>,
    /// Paused, or disabled by a manager.
    pub is_stopped: bool,
}

impl Running {
    pub fn progress(&self) -> Progress {
        let count = |count: i32| u64::from(count.unsigned_abs());
        Progress {
            sent: count(self.sent),
            failed: count(self.failed),
            unknown: count(self.unknown),
            skipped: count(self.skipped),
            waiting: count(self.waiting),
        }
    }

    /// How fast it has been so far, and how long the rest takes at that rate. None: nothing moves, or it has only begun.
    pub fn pace(&self, now: OffsetDateTime) -> Option<Pace> {
        let (done, seconds) = (self.sent + self.failed + self.unknown, (now - self.started_at).as_seconds_f64());
        if done == 0 || seconds < 1.0 || self.is_stopped || self.held_reason.is_some() {
            return None;
        }
        let a_second = f64::from(done) / seconds;
        Some(Pace { a_minute: (a_second * 60.0).round() as u64, left: Duration::seconds_f64(f64::from(self.waiting) / a_second) })
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Deliveries a minute.
    pub a_minute: u64,
    pub left: Duration,
}

/// A mailing that will go out.
#[derive(Debug, Clone)]
pub struct Due {
    pub id: i64,
    pub name: String,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub period: String,
    pub time_zone: String,
    pub next_run_at: OffsetDateTime,
}

impl Due {
    /// Its runs until `until`: the one that is planned, and those that the schedule gives after it.
    fn runs(&self, now: OffsetDateTime, until: OffsetDateTime) -> Vec<OffsetDateTime> {
        let schedule = self
            .period
            .parse()
            .ok()
            .zip(Zone::parse(&self.time_zone).ok())
            .and_then(|(period, zone)| Schedule::new(self.starts_at, self.ends_at, period, zone).ok());
        // One that is late runs now, and then at the next moment that is still to come.
        let next = |run: OffsetDateTime| schedule.as_ref()?.next_after(run.max(now));
        std::iter::successors(Some(self.next_run_at), |run| next(*run)).take_while(|run| *run < until).collect()
    }
}

/// An attempt that did not reach everybody.
#[derive(Debug, Clone)]
pub struct Unlucky {
    pub id: i64,
    pub mailing_name: String,
    pub started_at: OffsetDateTime,
    pub total: i32,
    pub failed: i32,
    pub unknown: i32,
}

/// A mailing that a manager has disabled.
#[derive(Debug, Clone)]
pub struct Disabled {
    pub id: i64,
    pub name: String,
    pub disabled_reason: Option<String>,
}

/// A run that is to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub at: OffsetDateTime,
    pub mailing_id: i64,
    pub name: String,
}

/// One day of the days to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    /// Its first runs, in order.
    pub runs: Vec<Run>,
    /// How many more there are.
    pub more: usize,
}

/// What goes out in the days to come.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    pub days: Vec<Day>,
    /// There are more mailings than were looked at: known are all runs before this moment.
    pub known_until: Option<OffsetDateTime>,
}

/// Days that are looked ahead.
pub const AHEAD: i64 = 7;
/// Mailings that are looked at: each is a few sums, and ten thousand would be too many for a page.
pub const DUE: usize = 200;
/// Runs that are shown of a day.
const SHOWN: usize = 5;

/// The runs of the next days, in the days of `zone`. `due` are the mailings whose turn comes first, up to one more than
/// [`DUE`].
pub fn timeline(mut due: Vec<Due>, now: OffsetDateTime, zone: &Zone) -> Timeline {
    let week = now + Duration::days(AHEAD);
    // Whoever was not looked at has its next run no earlier than the last one that was fetched.
    let edge = due.get(DUE).map(|first_left_out| first_left_out.next_run_at).filter(|edge| *edge < week);
    due.truncate(DUE);
    let until = edge.unwrap_or(week);
    let mut runs: Vec<Run> = due
        .iter()
        .flat_map(|due| due.runs(now, until).into_iter().map(|at| Run { at, mailing_id: due.id, name: due.name.clone() }))
        .collect();
    runs.sort_by_key(|one| (one.at, one.mailing_id));
    let mut days: Vec<Day> = Vec::new();
    for run in runs {
        // What is late goes out today.
        let date = schedule::civil(run.at.max(now), zone).date();
        match days.last_mut().filter(|day| day.date == date) {
            Some(day) if day.runs.len() == SHOWN => day.more += 1,
            Some(day) => day.runs.push(run),
            None => days.push(Day { date, runs: vec![run], more: 0 }),
        }
    }
    Timeline { days, known_until: edge }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-26 12:00 UTC);

    fn due(id: i64, period: &str, next_run_at: OffsetDateTime) -> Due {
        let (starts_at, ends_at) = (datetime!(2026-11-01 06:00 UTC), datetime!(2026-11-30 00:00 UTC));
        Due { id, name: format!("Mailing {id}"), starts_at, ends_at, period: period.into(), time_zone: "Europe/Moscow".into(), next_run_at }
    }

    #[test]
    fn the_days_to_come_hold_every_run_before_the_end() {
        let due = vec![due(1, "daily", datetime!(2026-11-27 06:00 UTC)), due(2, "weekly", datetime!(2026-11-29 06:00 UTC))];
        let timeline = timeline(due, NOW, &Zone::parse("Europe/Moscow").unwrap());
        let days: Vec<(Date, Vec<i64>)> =
            timeline.days.iter().map(|day| (day.date, day.runs.iter().map(|run| run.mailing_id).collect())).collect();
        assert_eq!(days, [(date!(2026 - 11 - 27), vec![1]), (date!(2026 - 11 - 28), vec![1]), (date!(2026 - 11 - 29), vec![1, 2])]);
        assert_eq!(timeline.known_until, None);
    }

    #[test]
    fn what_is_late_goes_out_today_and_then_in_its_time() {
        let timeline = timeline(vec![due(1, "daily", datetime!(2026-11-20 06:00 UTC))], NOW, &Zone::utc());
        let days: Vec<Date> = timeline.days.iter().map(|day| day.date).collect();
        assert_eq!(days, [date!(2026 - 11 - 26), date!(2026 - 11 - 27), date!(2026 - 11 - 28), date!(2026 - 11 - 29)]);
    }

    #[test]
    fn of_a_full_day_the_rest_is_counted_and_of_too_many_mailings_the_known_part_is_shown() {
        let edge = datetime!(2026-11-27 06:00 UTC);
        let mut many: Vec<Due> = (1..=8).map(|id| due(id, "once", datetime!(2026-11-26 15:00 UTC))).collect();
        many.extend((9..=201).map(|id| due(id, "daily", edge)));
        let timeline = timeline(many, NOW, &Zone::utc());
        assert_eq!(timeline.days.len(), 1);
        assert_eq!((timeline.days[0].runs.len(), timeline.days[0].more), (SHOWN, 8 - SHOWN));
        assert_eq!(timeline.known_until, Some(edge));
    }

    #[test]
    fn the_rest_takes_as_long_as_the_rate_so_far_says() {
        let mut running = Running {
            id: 1,
            mailing_name: "News".into(),
            started_at: NOW - Duration::seconds(30),
            sent: 90,
            failed: 10,
            unknown: 0,
            skipped: 100,
            waiting: 200,
            held_reason: None,
            held_until: None,
            is_stopped: false,
        };
        assert_eq!(running.pace(NOW), Some(Pace { a_minute: 200, left: Duration::seconds(60) }));
        assert_eq!(running.pace(running.started_at), None);
        running.is_stopped = true;
        assert_eq!(running.pace(NOW), None);
    }
}

//! When a mailing goes out: a first moment, an end, a period and a time zone, turned into moments. No IO, no clock.
//!
//! The rules, in one place:
//!
//! * The civil time of day of the first send is kept, in the mailing's zone, whatever the offset does.
//! * Weekly keeps the weekday. Monthly keeps the first send's day, clamped to the month's last one: 31 Jan, 28 Feb,
//!   31 Mar. Every run is counted from the first, so a short month never shifts the months after it.
//! * A time that the clocks skip moves forward to the first moment that exists; a time that they repeat goes out once,
//!   at the first of the two.
//! * The end is exclusive and applies to every run, so the last one is strictly before it.
//! * After downtime there is one catch-up run at most, then the next moment in the future.

use std::{fmt, str::FromStr};

use jiff::{ToSpan as _, civil};
use thiserror::Error;
use time::{OffsetDateTime, Weekday, macros::datetime};

use crate::{i18n::format, t};

mod zone;

pub use zone::{LocalTimeError, UnknownZone, Zone, civil, display, display_in, parse_local, parse_moment, start_of_day, to_local_input};

/// How often a mailing goes out.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Period {
    Once,
    Daily,
    Weekly,
    Monthly,
}

impl Period {
    /// Every period, in the order in which a form offers them.
    pub const ALL: [Self; 4] = [Self::Once, Self::Daily, Self::Weekly, Self::Monthly];

    /// The text that stands in the database and in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// The period for a label.
    pub fn label(self) -> String {
        match self {
            Self::Once => t!("schedule-once"),
            Self::Daily => t!("schedule-daily"),
            Self::Weekly => t!("schedule-weekly"),
            Self::Monthly => t!("schedule-monthly"),
        }
    }

    /// On which of the start's terms.
    pub fn detail(self) -> String {
        match self {
            Self::Once => t!("schedule-once-detail"),
            Self::Daily => t!("schedule-daily-detail"),
            Self::Weekly => t!("schedule-weekly-detail"),
            Self::Monthly => t!("schedule-monthly-detail"),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text names no period.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a period is one of once, daily, weekly, monthly")]
pub struct UnknownPeriod;

impl FromStr for Period {
    type Err = UnknownPeriod;

    fn from_str(text: &str) -> Result<Self, UnknownPeriod> {
        Self::ALL.into_iter().find(|period| period.as_str() == text).ok_or(UnknownPeriod)
    }
}

/// The end does not lie after the start, so that no moment would be left to send at.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("the end must be after the first send")]
pub struct EndNotAfterStart;

/// The moments of one mailing. Holds at least one moment: its start.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Schedule {
    starts_at: OffsetDateTime,
    ends_at: OffsetDateTime,
    period: Period,
    zone: Zone,
    /// The first send as the zone's wall clock shows it: what every later run is counted from.
    anchor: civil::DateTime,
}

impl Schedule {
    /// A schedule from `starts_at` on, and strictly before `ends_at`.
    pub fn new(starts_at: OffsetDateTime, ends_at: OffsetDateTime, period: Period, zone: Zone) -> Result<Self, EndNotAfterStart> {
        if ends_at <= starts_at {
            return Err(EndNotAfterStart);
        }
        let anchor = zone.wall_clock(starts_at);
        Ok(Self { starts_at, ends_at, period, zone, anchor })
    }

    pub fn starts_at(&self) -> OffsetDateTime {
        self.starts_at
    }

    pub fn ends_at(&self) -> OffsetDateTime {
        self.ends_at
    }

    pub fn period(&self) -> Period {
        self.period
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The first send.
    pub fn first(&self) -> OffsetDateTime {
        self.starts_at
    }

    /// Every moment of the schedule, in order: strictly increasing, none before the start, none at or after the end.
    pub fn runs(&self) -> impl Iterator<Item = OffsetDateTime> + '_ {
        let mut last = None;
        (0..)
            .map_while(|number| self.run(number))
            .filter(move |&moment| {
                // Samoa left out 30 December 2011: midnight of the 30th and of the 31st are one and the same moment.
                let later = last.is_none_or(|last| moment > last);
                last = last.max(Some(moment));
                later
            })
            .take_while(|&moment| moment < self.ends_at)
    }

    /// The first run strictly later than `moment`. Counts periods instead of walking them: the cost does not grow with
    /// the age of the mailing.
    pub fn next_after(&self, moment: OffsetDateTime) -> Option<OffsetDateTime> {
        if moment < self.starts_at {
            return Some(self.starts_at);
        }
        (self.number_at(moment)..).map_while(|number| self.run(number)).find(|&run| run > moment).filter(|&run| run < self.ends_at)
    }

    /// The moment to run at next, when the mailing last ran for the scheduled moment `last`.
    ///
    /// A mailing that never ran has its first moment due, even when that is past: one catch-up run, as long as the end
    /// has not come. One that did run waits for the next moment that is later than both `last` and `now`; whatever was
    /// missed in between is left out, so that downtime is never followed by a burst.
    pub fn next_run(&self, last: Option<OffsetDateTime>, now: OffsetDateTime) -> Option<OffsetDateTime> {
        match last {
            None => (now < self.ends_at).then_some(self.starts_at),
            Some(last) => self.next_after(last.max(now)),
        }
    }

    /// At most `count` runs strictly later than `now`.
    pub fn upcoming(&self, now: OffsetDateTime, count: usize) -> Vec<OffsetDateTime> {
        std::iter::successors(self.next_after(now), |&run| self.next_after(run)).take(count).collect()
    }

    /// The run that is to be had next and those after it, `count` at the most. One that is due already is not in the schedule's future.
    pub fn runs_from(&self, next: OffsetDateTime, now: OffsetDateTime, count: usize) -> Vec<OffsetDateTime> {
        std::iter::once(next).chain(self.upcoming(now.max(next), count.saturating_sub(1))).collect()
    }

    /// Start and end for a copy that is yet to run: these, while the start is to come; else from the first later moment of the
    /// same rhythm on (a single send's is the same time of a later day), and for as many days.
    pub fn moved_after(&self, now: OffsetDateTime) -> (OffsetDateTime, OffsetDateTime) {
        if now < self.starts_at {
            return (self.starts_at, self.ends_at);
        }
        let period = if self.period == Period::Once { Period::Daily } else { self.period };
        let endless = Self { period, ends_at: datetime!(9999-12-31 0:00 UTC), ..self.clone() };
        let Some(starts_at) = endless.next_after(now) else { return (self.starts_at, self.ends_at) };
        let days = self.zone.wall_clock(starts_at).date() - self.anchor.date();
        let end = self.zone.wall_clock(self.ends_at).checked_add(days).ok();
        let ends_at = end.and_then(|end| self.zone.first_moment(end)).filter(|end| *end > starts_at);
        // Past the end of the year 9999 there is nothing to move to.
        let moved = || self.ends_at.checked_add(starts_at - self.starts_at).unwrap_or(self.ends_at);
        (starts_at, ends_at.unwrap_or_else(moved))
    }

    /// The schedule as one sentence, without a capital and without a full stop.
    ///
    /// The hour of the end is left out at midnight, where the bare date already says all: nothing on that day.
    pub fn sentence(&self) -> String {
        let (start, end) = (civil(self.starts_at, &self.zone), civil(self.ends_at, &self.zone));
        let (date, time, zone) = (format::long_date(start.date()), format::time(start.time()), self.zone.name());
        let how_often = match self.period {
            Period::Once => {
                let day = on_weekday(start.weekday(), &date);
                return t!("schedule-sentence-once", day = day, time = time, zone = zone);
            }
            Period::Daily => t!("schedule-every-day"),
            Period::Weekly => t!("schedule-every-week", weekday = key(start.weekday())),
            Period::Monthly if start.day() <= 28 => t!("schedule-every-month", day = i32::from(start.day())),
            Period::Monthly => t!("schedule-every-month-or-last-day", day = i32::from(start.day())),
        };
        let until = if end.time() == time::Time::MIDNIGHT {
            format::long_date(end.date())
        } else {
            t!("schedule-until", date = format::long_date(end.date()), time = format::time(end.time()))
        };
        t!("schedule-sentence", how_often = how_often, time = time, zone = zone, start = date, end = until)
    }

    /// The moment of run `number`, counted from 0; `None` past the last one of a single send and past the year 9999.
    /// Looks at neither the end nor the runs around it.
    fn run(&self, number: i32) -> Option<OffsetDateTime> {
        if number == 0 {
            // Not by way of the wall clock: a start in the second of two repeated hours would come back as the first.
            return Some(self.starts_at);
        }
        let span = match self.period {
            Period::Once => return None,
            Period::Daily => number.days(),
            Period::Weekly => number.weeks(),
            Period::Monthly => number.months(),
        };
        // jiff clamps an added month to the month's last day, and the sum always starts from the first send's day.
        let wall_clock = self.anchor.checked_add(span).ok()?;
        self.zone.first_moment(wall_clock)
    }

    /// A number such that every run before it is not later than `moment`. A run is the first moment at which the clocks
    /// have reached its date and time, so one whose date is over at `moment` has been.
    fn number_at(&self, moment: OffsetDateTime) -> i32 {
        let (first, now) = (self.anchor.date(), self.zone.wall_clock(moment).date());
        let days = || (now - first).get_days();
        let periods = match self.period {
            Period::Once => 0,
            Period::Daily => days(),
            Period::Weekly => days() / 7,
            Period::Monthly => i32::from(now.year() - first.year()) * 12 + i32::from(now.month()) - i32::from(first.month()),
        };
        periods.max(0)
    }
}

/// `Tuesday 1 December 2026`, as in "on Tuesday …".
fn on_weekday(weekday: Weekday, date: &str) -> String {
    t!("schedule-on-weekday", weekday = key(weekday), date = date)
}

/// What the texts choose their grammar by.
fn key(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

//! What a report is about: a stretch of time, cut into columns; why deliveries were not sent.

use serde::Deserialize;
use time::{Date, Duration, OffsetDateTime, format_description::StaticFormatDescription, macros::format_description};

use crate::{
    i18n::format,
    mailings::schedule::{self, Zone},
    t,
    ui::chart::Tick,
    web::FieldErrors,
};

/// Why a delivery was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Cause {
    /// The address does not exist.
    BadAddress,
    /// Refused for good, for another reason.
    Refused,
    /// "Later" until it was given up.
    PutOff,
    /// No answer, or none to this recipient.
    NoAnswer,
    /// The reply to the message was lost.
    Unknown,
    /// Not tried.
    Skipped,
}

impl Cause {
    pub const ALL: [Self; 6] = [Self::BadAddress, Self::Refused, Self::PutOff, Self::NoAnswer, Self::Unknown, Self::Skipped];

    pub fn label(self) -> String {
        match self {
            Self::BadAddress => t!("reports-cause-bad-address"),
            Self::Refused => t!("reports-cause-refused"),
            Self::PutOff => t!("reports-cause-put-off"),
            Self::NoAnswer => t!("reports-cause-no-answer"),
            Self::Unknown => t!("reports-cause-unknown"),
            Self::Skipped => t!("reports-cause-skipped"),
        }
    }

    /// What it means, and what to do.
    pub fn explanation(self) -> String {
        match self {
            Self::BadAddress => t!("reports-cause-bad-address-text"),
            Self::Refused => t!("reports-cause-refused-text"),
            Self::PutOff => t!("reports-cause-put-off-text"),
            Self::NoAnswer => t!("reports-cause-no-answer-text"),
            Self::Unknown => t!("reports-cause-unknown-text"),
            Self::Skipped => t!("reports-cause-skipped-text"),
        }
    }
}

/// What is reported on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    #[default]
    Period,
    Mailings,
    Messages,
    /// What mail servers answered.
    Answers,
}

impl Subject {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Mailings => "mailings",
            Self::Messages => "messages",
            Self::Answers => "answers",
        }
    }
}

/// `?days=30` or `?from=2026-11-01&to=2026-11-30`, and in a list `&before=…`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReportQuery {
    pub days: String,
    pub from: String,
    pub to: String,
    /// The last id of the page before.
    pub before: Option<i64>,
    /// What an export is about.
    pub by: Subject,
}

/// Stretches that are one click away, in days up to today.
pub const PRESETS: [u16; 4] = [7, 30, 90, 365];
const DEFAULT_DAYS: u16 = 30;
/// Ten years and a bit: the most that is drawn, as months.
const LONGEST: i64 = 3_700;
const DAY: StaticFormatDescription = format_description!("[year]-[month]-[day]");

/// How much one column of a report stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Day,
    Week,
    Month,
}

/// A stretch of days in the reader's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub first: Date,
    /// Inclusive.
    pub last: Date,
    /// The preset it is, if it is one.
    pub days: Option<u16>,
    pub step: Step,
    /// The first day of each column.
    starts: Vec<Date>,
    /// Where columns begin, and the end of the last one.
    pub bounds: Vec<OffsetDateTime>,
}

impl ReportQuery {
    /// # Errors
    /// What is wrong with the days, by field.
    pub fn parse(&self, now: OffsetDateTime, zone: &Zone) -> Result<Period, FieldErrors> {
        let today = schedule::civil(now, zone).date();
        if self.from.trim().is_empty() && self.to.trim().is_empty() {
            let days = self.days.parse().ok().filter(|days| PRESETS.contains(days)).unwrap_or(DEFAULT_DAYS);
            return Ok(Period::of_days(days, today, zone));
        }
        let mut errors = FieldErrors::default();
        let first = errors.take("from", day(&self.from));
        let last = errors.take("to", if self.to.trim().is_empty() { Ok(today) } else { day(&self.to) });
        if let (Some(first), Some(last)) = (first, last) {
            if last < first {
                errors.add("to", t!("reports-end-before-start"));
            } else if (last - first).whole_days() > LONGEST {
                errors.add("from", t!("reports-too-long"));
            } else {
                return Ok(Period::new(first, last, None, zone));
            }
        }
        Err(errors)
    }
}

/// # Errors
/// It is no day, or of no year that there are mailings in.
pub fn day(text: &str) -> Result<Date, String> {
    let day = Date::parse(text.trim(), DAY).ok().filter(|day| (1970..9000).contains(&day.year()));
    day.ok_or_else(|| t!("reports-no-date"))
}

impl Period {
    /// What is shown where nothing is asked for.
    pub fn usual(now: OffsetDateTime, zone: &Zone) -> Self {
        Self::of_days(DEFAULT_DAYS, schedule::civil(now, zone).date(), zone)
    }

    /// The days up to today.
    fn of_days(days: u16, today: Date, zone: &Zone) -> Self {
        let first = today.checked_sub(Duration::days(i64::from(days) - 1)).unwrap_or(today);
        Self::new(first, today, Some(days), zone)
    }

    fn new(first: Date, last: Date, days: Option<u16>, zone: &Zone) -> Self {
        let step = match (last - first).whole_days() {
            ..93 => Step::Day,
            93..750 => Step::Week,
            _ => Step::Month,
        };
        let next = |date: Date| match step {
            Step::Day => date.next_day(),
            Step::Week => date.checked_add(Duration::weeks(1)),
            Step::Month => date.replace_day(28).ok()?.checked_add(Duration::days(4))?.replace_day(1).ok(),
        };
        let starts: Vec<Date> = std::iter::successors(Some(first), |date| next(*date)).take_while(|date| *date <= last).collect();
        let mut bounds: Vec<OffsetDateTime> = starts.iter().map(|date| schedule::start_of_day(*date, zone)).collect();
        bounds.push(schedule::start_of_day(last.next_day().unwrap_or(last), zone));
        Self { first, last, days, step, starts, bounds }
    }

    pub fn from(&self) -> OffsetDateTime {
        self.bounds[0]
    }

    pub fn until(&self) -> OffsetDateTime {
        self.bounds[self.bounds.len() - 1]
    }

    /// What a page's address says of it.
    pub fn query(&self) -> String {
        match self.days {
            Some(days) => format!("days={days}"),
            None => format!("from={}&to={}", input(self.first), input(self.last)),
        }
    }

    /// `1 Nov 2026 – 30 Nov 2026`
    pub fn words(&self) -> String {
        format!("{} – {}", format::date(self.first), format::date(self.last))
    }

    /// Its columns' names.
    pub fn ticks(&self) -> Vec<Tick> {
        let until = |number: usize| self.starts.get(number + 1).and_then(|next| next.previous_day()).unwrap_or(self.last);
        let tick = |(number, start): (usize, &Date)| match self.step {
            Step::Day => Tick { short: format::day(*start), long: format::date_with_weekday(*start) },
            Step::Week => {
                Tick { short: format::day(*start), long: format!("{} – {}", format::date(*start), format::date(until(number))) }
            }
            Step::Month => Tick { short: format::month(*start), long: format::month(*start) },
        };
        self.starts.iter().enumerate().map(tick).collect()
    }
}

/// The value of an `<input type="date">`.
pub fn input(date: Date) -> String {
    date.format(DAY).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-26 22:30 UTC);

    fn moscow() -> Zone {
        Zone::parse("Europe/Moscow").unwrap()
    }

    #[test]
    fn days_are_those_of_the_readers_zone() {
        let period = ReportQuery::default().parse(NOW, &moscow()).unwrap();
        assert_eq!((period.first, period.last), (date!(2026 - 10 - 29), date!(2026 - 11 - 27)));
        assert_eq!((period.bounds.len(), period.days), (31, Some(30)));
        assert_eq!((period.from(), period.until()), (datetime!(2026-10-28 21:00 UTC), datetime!(2026-11-27 21:00 UTC)));
        assert_eq!(period.ticks()[29].short, "27 Nov");
    }

    #[test]
    fn long_stretches_are_cut_into_weeks_and_months() {
        let query = |from: &str, to: &str| ReportQuery { from: from.into(), to: to.into(), ..ReportQuery::default() };
        let year = query("2025-01-01", "2025-12-31").parse(NOW, &Zone::utc()).unwrap();
        assert_eq!((year.step, year.bounds.len()), (Step::Week, 54));
        assert_eq!(year.ticks()[52].long, "31 Dec 2025 – 31 Dec 2025");
        let years = query("2020-01-31", "2023-02-01").parse(NOW, &Zone::utc()).unwrap();
        assert_eq!((years.step, years.bounds.len()), (Step::Month, 39));
        assert_eq!((years.bounds[1], years.until()), (datetime!(2020-02-01 00:00 UTC), datetime!(2023-02-02 00:00 UTC)));
        assert_eq!(years.query(), "from=2020-01-31&to=2023-02-01");
        // The end may be left out: today.
        assert_eq!(query("2026-11-20", " ").parse(NOW, &Zone::utc()).unwrap().last, date!(2026 - 11 - 26));
    }

    #[test]
    fn what_is_no_stretch_of_days_is_said_beside_its_field() {
        let errors = |from: &str, to: &str| {
            ReportQuery { from: from.into(), to: to.into(), ..ReportQuery::default() }.parse(NOW, &Zone::utc()).unwrap_err()
        };
        assert!(errors("yesterday", "2026-11-26").get("from").is_some());
        assert!(errors("2026-11-26", "2026-02-30").get("to").is_some());
        assert!(errors("2026-11-26", "2026-11-25").get("to").is_some());
        assert!(errors("1971-01-01", "2026-11-25").get("from").is_some());
        assert!(errors("", "2026-11-25").get("from").is_some());
    }
}

//! What holds for every schedule. The expected moments come from an oracle that shares no rule with the code: see `Oracle`.

use jiff::{Timestamp, tz::TimeZone};
use periodical::mailings::schedule::{Period, Schedule, Zone, civil, parse_local, to_local_input};
use proptest::prelude::*;
use time::{Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::zone;

pub const ZONES: [&str; 11] = [
    "UTC",
    "Europe/Moscow",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe", // half an hour of summer time
    "Africa/Cairo",        // the clocks change at midnight, again since 2023
    "America/Mexico_City", // no summer time since 2022
    "Asia/Almaty",         // +05 since March 2024
    "Pacific/Apia",        // had no 30 December 2011
    "America/Asuncion",    // no winter time since October 2024
    "Asia/Kathmandu",      // +05:45
];

/// The rules said another way: a run goes out at *the first moment at which the clocks show the wanted time or a later
/// one*. That one sentence covers the skipped hour, the repeated hour and the skipped day; it asks jiff only for the
/// offset at an instant, never for the instant of a wall clock, and it does its calendar arithmetic with `time`.
struct Oracle(TimeZone);

impl Oracle {
    fn new(zone_name: &str) -> Self {
        Self(TimeZone::get(zone_name).unwrap())
    }

    fn offset(&self, moment: OffsetDateTime) -> UtcOffset {
        let timestamp = Timestamp::from_second(moment.unix_timestamp()).unwrap();
        UtcOffset::from_whole_seconds(self.0.to_offset(timestamp).seconds()).unwrap()
    }

    fn local(&self, moment: OffsetDateTime) -> PrimitiveDateTime {
        let local = moment.to_offset(self.offset(moment));
        PrimitiveDateTime::new(local.date(), local.time())
    }

    fn moment(&self, wanted: PrimitiveDateTime) -> OffsetDateTime {
        let (before, after) = (wanted.assume_utc() - Duration::hours(26), wanted.assume_utc() + Duration::hours(26));
        if self.offset(before) == self.offset(after) {
            return wanted.assume_offset(self.offset(before));
        }
        let mut moment = before;
        while self.local(moment) < wanted {
            moment += Duration::MINUTE;
        }
        moment
    }

    fn runs(&self, starts_at: OffsetDateTime, ends_at: OffsetDateTime, period: Period) -> Vec<OffsetDateTime> {
        let first = self.local(starts_at);
        let mut runs = vec![starts_at];
        for number in 1.. {
            let date = match period {
                Period::Once => break,
                Period::Daily => first.date() + Duration::days(number),
                Period::Weekly => first.date() + Duration::weeks(number),
                Period::Monthly => months_later(first.date(), number),
            };
            let moment = self.moment(PrimitiveDateTime::new(date, first.time()));
            if moment >= ends_at {
                break;
            }
            if moment > *runs.last().unwrap() {
                runs.push(moment);
            }
        }
        runs
    }
}

fn months_later(date: Date, months: i64) -> Date {
    let month = i64::from(u8::from(date.month())) - 1 + months;
    let year = date.year() + i32::try_from(month / 12).unwrap();
    let month = Month::try_from(u8::try_from(month % 12 + 1).unwrap()).unwrap();
    Date::from_calendar_date(year, month, date.day().min(month.length(year))).unwrap()
}

/// A schedule as a person might set it. Half of them go out in the small hours, where clocks are changed, and every
/// fourth starts on one of a month's last days.
fn any_schedule(period: impl Strategy<Value = Period>, longest_days: i64) -> impl Strategy<Value = (Schedule, &'static str)> {
    let minute_of_day = prop_oneof![0..240_i64, 0..1440_i64];
    let date = prop_oneof![
        3 => (2005..2046_i32, 1..=365_u16).prop_map(|(year, day)| Date::from_ordinal_date(year, day).unwrap()),
        1 => (2005..2046_i32, 1..=12_u8, 0..3_u8).prop_map(|(year, month, back)| {
            let month = Month::try_from(month).unwrap();
            Date::from_calendar_date(year, month, month.length(year) - back).unwrap()
        }),
    ];
    (prop::sample::select(&ZONES[..]), date, minute_of_day, period, 1..=longest_days * 1440).prop_map(
        |(zone_name, date, minute, period, length)| {
            let starts_at = Oracle::new(zone_name).moment(date.midnight() + Duration::minutes(minute));
            let ends_at = starts_at + Duration::minutes(length);
            (Schedule::new(starts_at, ends_at, period, zone(zone_name)).unwrap(), zone_name)
        },
    )
}

fn any_period() -> impl Strategy<Value = Period> {
    prop::sample::select(&Period::ALL[..])
}

const TWENTY_YEARS: i64 = 7305;

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_run_is_the_first_moment_at_which_the_clocks_show_its_time_or_a_later_one(
        (schedule, zone_name) in any_schedule(any_period(), TWENTY_YEARS)
    ) {
        let expected = Oracle::new(zone_name).runs(schedule.starts_at(), schedule.ends_at(), schedule.period());
        prop_assert_eq!(schedule.runs().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn runs_are_strictly_increasing_and_stay_inside_the_window(
        (schedule, _) in any_schedule(any_period(), TWENTY_YEARS)
    ) {
        let runs: Vec<_> = schedule.runs().collect();
        prop_assert_eq!(runs.first().copied(), Some(schedule.starts_at()));
        prop_assert!(runs.is_sorted_by(|earlier, later| earlier < later));
        prop_assert!(*runs.last().unwrap() < schedule.ends_at());
    }

    #[test]
    fn the_time_of_day_of_the_first_send_is_kept_wherever_it_exists(
        (schedule, zone_name) in any_schedule(any_period(), TWENTY_YEARS)
    ) {
        let oracle = Oracle::new(zone_name);
        let wanted = oracle.local(schedule.first()).time();
        for run in schedule.runs() {
            let shown = oracle.local(run);
            if shown.time() != wanted {
                // The clocks jumped at this very moment, over the wanted time.
                let skipped = PrimitiveDateTime::new(oracle.local(run - Duration::SECOND).date(), wanted);
                let skipped = if skipped < oracle.local(run - Duration::SECOND) { skipped + Duration::DAY } else { skipped };
                prop_assert!(oracle.local(run - Duration::SECOND) < skipped && skipped < shown, "{run} shows {shown}");
            }
        }
    }

    #[test]
    fn a_monthly_mailing_keeps_its_day_and_takes_the_last_one_of_a_shorter_month(
        (schedule, zone_name) in any_schedule(Just(Period::Monthly), TWENTY_YEARS)
    ) {
        let oracle = Oracle::new(zone_name);
        let first = oracle.local(schedule.first());
        for (months, run) in (0..).zip(schedule.runs()) {
            let shown = oracle.local(run);
            if shown.time() == first.time() {
                prop_assert_eq!(shown.day(), first.day().min(shown.month().length(shown.year())));
            }
            prop_assert_eq!(i32::from(u8::from(shown.month())), (i32::from(u8::from(first.month())) - 1 + months) % 12 + 1);
        }
    }

    #[test]
    fn the_next_run_after_a_moment_is_the_first_of_all_runs_later_than_it(
        (schedule, _) in any_schedule(any_period(), TWENTY_YEARS),
        fractions in prop::collection::vec(-0.1..1.1_f64, 4),
        nudge in -2..=2_i64,
    ) {
        let runs: Vec<_> = schedule.runs().collect();
        let inside = fractions.iter().map(|fraction| schedule.starts_at() + (schedule.ends_at() - schedule.starts_at()) * *fraction);
        // And at a run itself, or a second or two beside it.
        let beside = fractions.iter().map(|fraction| {
            let run = (fraction.clamp(0.0, 0.999) * runs.len() as f64) as usize;
            runs[run] + Duration::seconds(nudge)
        });
        for moment in inside.chain(beside) {
            let expected = runs.iter().copied().find(|&run| run > moment);
            prop_assert_eq!(schedule.next_after(moment), expected, "after {}", moment);
        }
    }

    #[test]
    fn after_downtime_there_is_one_catch_up_run_and_then_only_the_future(
        (schedule, _) in any_schedule(any_period(), 800),
        asleep_until in 0.0..1.2_f64,
    ) {
        let now = schedule.starts_at() + (schedule.ends_at() - schedule.starts_at()) * asleep_until;
        let mut past = 0;
        let mut last = None;
        while let Some(run) = schedule.next_run(last, now) {
            prop_assert!(last.is_none_or(|last| run > last));
            if run <= now {
                past += 1;
            } else {
                prop_assert_eq!(Some(run), schedule.next_after(now));
                break;
            }
            last = Some(run);
        }
        prop_assert_eq!(past, i32::from(now < schedule.ends_at()));
    }

    #[test]
    fn what_a_form_shows_is_what_it_reads_back(
        (schedule, zone_name) in any_schedule(Just(Period::Once), 1)
    ) {
        let oracle = Oracle::new(zone_name);
        let text = to_local_input(schedule.first(), schedule.zone());
        prop_assert_eq!(parse_local(&text, schedule.zone()), Ok(schedule.first()));
        prop_assert_eq!(civil(schedule.first(), schedule.zone()), oracle.local(schedule.first()));
    }

    #[test]
    fn no_text_makes_the_form_panic(text in ".{0,24}", zone_name in prop::sample::select(&ZONES[..])) {
        let _ = parse_local(&text, &zone(zone_name));
        let _ = Zone::parse(&text);
    }
}

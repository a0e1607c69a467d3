//! Numbers and dates as the reader writes them, by the Unicode CLDR's data.

use std::sync::LazyLock;

use icu_calendar::Gregorian;
use icu_datetime::{
    FixedCalendarDateTimeFormatter,
    fieldsets::{MD, MDE, T, YM, YMD, YMDE},
    input::{Date, Time},
    options::TimePrecision,
};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::locale;
use time::{PrimitiveDateTime, Weekday};

use super::{Language, current};

type Formatter<Fields> = FixedCalendarDateTimeFormatter<Gregorian, Fields>;

/// What a language needs; made once, since making one reads patterns and names.
struct Formatters {
    number: DecimalFormatter,
    date: Formatter<YMD>,
    long_date: Formatter<YMD>,
    date_with_weekday: Formatter<YMDE>,
    day: Formatter<MD>,
    day_with_weekday: Formatter<MDE>,
    month: Formatter<YM>,
    minutes: Formatter<T>,
    seconds: Formatter<T>,
}

static ENGLISH: LazyLock<Formatters> = LazyLock::new(|| Formatters::new(Language::English));
static RUSSIAN: LazyLock<Formatters> = LazyLock::new(|| Formatters::new(Language::Russian));

impl Formatters {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Russian => &RUSSIAN,
        }
    }

    fn new(language: Language) -> Self {
        // English is read all over the world: days before months, and twenty-four hours.
        let locale = match language {
            Language::English => locale!("en-GB"),
            Language::Russian => locale!("ru-RU"),
        };
        Self::load(&locale).unwrap_or_else(|error| unreachable!("the compiled CLDR data holds {locale}: {error}"))
    }

    fn load(locale: &icu_locale_core::Locale) -> Result<Self, Box<dyn std::error::Error>> {
        Ok(Self {
            number: DecimalFormatter::try_new(locale.into(), Default::default())?,
            date: Formatter::try_new(locale.into(), YMD::medium())?,
            long_date: Formatter::try_new(locale.into(), YMD::long())?,
            date_with_weekday: Formatter::try_new(locale.into(), YMDE::medium())?,
            day: Formatter::try_new(locale.into(), MD::medium())?,
            day_with_weekday: Formatter::try_new(locale.into(), MDE::medium())?,
            month: Formatter::try_new(locale.into(), YM::long())?,
            minutes: Formatter::try_new(locale.into(), T::medium().with_time_precision(TimePrecision::Minute))?,
            seconds: Formatter::try_new(locale.into(), T::medium().with_time_precision(TimePrecision::Second))?,
        })
    }
}

/// `1,234,567` or `1 234 567`.
pub fn number(number: impl Into<i128>) -> String {
    // Counts are far below; what is not is shown as its limit and not as nonsense.
    let number = number.into().clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    whole_number(current(), number)
}

pub(super) fn whole_number(language: Language, number: i64) -> String {
    Formatters::of(language).number.format(&Decimal::from(number)).to_string()
}

/// `Tue, 1 Dec 2026, 09:00`: a moment to be kept, with its weekday, in the zone it was taken from.
pub fn date_time(moment: PrimitiveDateTime) -> String {
    format!("{}, {}", date_with_weekday(moment.date()), time(moment.time()))
}

/// `1 Dec 2026`.
pub fn date(date: time::Date) -> String {
    Formatters::of(current()).date.format(&gregorian(date)).to_string()
}

/// `1 December 2026`, for a sentence.
pub fn long_date(date: time::Date) -> String {
    Formatters::of(current()).long_date.format(&gregorian(date)).to_string()
}

/// `Tue, 1 Dec 2026`.
pub fn date_with_weekday(date: time::Date) -> String {
    Formatters::of(current()).date_with_weekday.format(&gregorian(date)).to_string()
}

/// `1 Dec`, for an axis or a list whose year is clear.
pub fn day(date: time::Date) -> String {
    Formatters::of(current()).day.format(&gregorian(date)).to_string()
}

/// `Tue, 1 Dec`.
pub fn day_with_weekday(date: time::Date) -> String {
    Formatters::of(current()).day_with_weekday.format(&gregorian(date)).to_string()
}

/// `December 2026`.
pub fn month(date: time::Date) -> String {
    Formatters::of(current()).month.format(&gregorian(date)).to_string()
}

/// `09:00`.
pub fn time(time: time::Time) -> String {
    Formatters::of(current()).minutes.format(&clock(time)).to_string()
}

/// `09:00:30`.
pub fn time_with_seconds(time: time::Time) -> String {
    Formatters::of(current()).seconds.format(&clock(time)).to_string()
}

/// How long something took or will take, in its two largest units: `2 min 5 s`.
pub fn duration(duration: time::Duration) -> String {
    match duration.whole_seconds() {
        ..1 => crate::t!("common-duration-ms", ms = duration.whole_milliseconds().clamp(1, 999) as i64),
        seconds @ 1..60 => crate::t!("common-duration-s", s = seconds),
        seconds @ 60..3600 => crate::t!("common-duration-min", min = seconds / 60, s = seconds % 60),
        seconds @ 3600..86_400 => crate::t!("common-duration-h", h = seconds / 3600, min = seconds % 3600 / 60),
        seconds => crate::t!("common-duration-days", days = seconds / 86_400, h = seconds % 86_400 / 3600),
    }
}

/// `Tuesday`, as in "every Tuesday".
pub fn weekday(weekday: Weekday) -> String {
    match weekday {
        Weekday::Monday => crate::t!("common-monday"),
        Weekday::Tuesday => crate::t!("common-tuesday"),
        Weekday::Wednesday => crate::t!("common-wednesday"),
        Weekday::Thursday => crate::t!("common-thursday"),
        Weekday::Friday => crate::t!("common-friday"),
        Weekday::Saturday => crate::t!("common-saturday"),
        Weekday::Sunday => crate::t!("common-sunday"),
    }
}

/// Both crates know the years up to 9999, and days in their months.
fn gregorian(date: time::Date) -> Date<Gregorian> {
    Date::try_new_gregorian(date.year(), date.month().into(), date.day()).unwrap_or_else(|_| unreachable!("a date is a date"))
}

fn clock(time: time::Time) -> Time {
    Time::try_new(time.hour(), time.minute(), time.second(), 0).unwrap_or_else(|_| unreachable!("a time is a time"))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;
    use crate::i18n::with;

    #[test]
    fn dates_and_numbers_are_written_as_their_readers_do() {
        let moment = datetime!(2026-12-01 09:05:07);
        assert_eq!(date_time(moment), "Tue, 1 Dec 2026, 09:05");
        assert_eq!((day(moment.date()).as_str(), month(moment.date()).as_str()), ("1 Dec", "December 2026"));
        assert_eq!(number(1_234_567_u32), "1,234,567");
        assert_eq!(duration(time::Duration::seconds(125)), "2 min 5 s");
        with(Language::Russian, || {
            assert_eq!(date_time(moment), "вт, 1 дек. 2026\u{202f}г., 09:05");
            assert_eq!((day(moment.date()).as_str(), month(moment.date()).as_str()), ("1 дек.", "декабрь 2026\u{202f}г."));
            assert_eq!(time_with_seconds(moment.time()), "09:05:07");
            assert_eq!(number(1_234_567_u32), "1\u{a0}234\u{a0}567");
        });
    }

    #[test]
    fn the_edges_of_the_calendar_are_dates_too() {
        assert_eq!(date(date!(9999 - 12 - 31)), "31 Dec 9999");
        assert_eq!(date(date!(1970 - 01 - 01)), "1 Jan 1970");
    }
}

//! Time zones and wall clocks: the one place where `time`, which the rest of the program speaks, meets `jiff`, whose
//! bundled IANA database is current. Nothing outside `schedule` names a jiff type.

use std::{fmt, sync::LazyLock};

use jiff::{
    Timestamp, civil,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};
use thiserror::Error;
use time::{
    Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset,
    format_description::{StaticFormatDescription, well_known::Rfc3339},
    macros::format_description,
};

use crate::i18n::format;

/// The database inside the binary, never the machine's own: the same mailing goes out at the same moments everywhere.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut names: Vec<String> = DATABASE.available().map(|name| name.to_string()).filter(|name| is_a_place(name)).collect();
    names.sort_unstable();
    names
});

/// What `<input type="datetime-local">` writes: seconds only where they are not zero, or where `step` asks for them.
const MINUTES: StaticFormatDescription = format_description!("[year]-[month]-[day]T[hour]:[minute]");
const SECONDS: StaticFormatDescription = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// A time zone of the IANA database.
#[derive(Clone, Eq, PartialEq)]
pub struct Zone(TimeZone);

/// The text names no time zone.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("there is no time zone “{0}”")]
pub struct UnknownZone(pub String);

impl Zone {
    /// The zone of an IANA name such as `Europe/Moscow`, upper and lower case alike. Old names (`US/Pacific`) are
    /// understood too, though `all_names` does not offer them.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        let unknown = || UnknownZone(name.to_owned());
        let zone = DATABASE.get(name).map_err(|_| unknown())?;
        // Both stand for a machine that nobody has set up: “Factory” in the database, “Etc/Unknown” in jiff.
        if zone.is_unknown() || zone.iana_name().is_none_or(|name| name == "Factory") {
            return Err(unknown());
        }
        Ok(Self(zone))
    }

    /// Coordinated Universal Time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The IANA name, spelled as the database spells it.
    pub fn name(&self) -> &str {
        // `parse` lets no nameless zone through.
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The names to choose from, sorted: every place, and `UTC`.
    pub fn all_names() -> &'static [String] {
        &NAMES
    }

    /// What the clocks of this zone show at `moment`.
    pub(super) fn wall_clock(&self, moment: OffsetDateTime) -> civil::DateTime {
        self.0.to_datetime(to_timestamp(moment))
    }

    /// The first moment at which the clocks of this zone have reached `wall_clock`. A time that they repeat has two
    /// such moments, of which this is the first; a time that they skip is reached when they skip it.
    ///
    /// `None` outside the years that `time` and `jiff` both know.
    pub(super) fn first_moment(&self, wall_clock: civil::DateTime) -> Option<OffsetDateTime> {
        let ambiguous = self.0.to_ambiguous_timestamp(wall_clock);
        let timestamp = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok()?,
            // jiff's answer is as far behind the change as the skipped time is behind the gap's start (02:30 becomes
            // 03:30), so the change itself is the last transition up to and including that answer.
            AmbiguousOffset::Gap { .. } => {
                let behind = ambiguous.later().ok()?;
                let search_from = behind.checked_add(jiff::SignedDuration::from_nanos(1)).ok()?;
                self.0.preceding(search_from).next()?.timestamp()
            }
        };
        from_timestamp(timestamp)
    }

    fn skips(&self, wall_clock: civil::DateTime) -> bool {
        matches!(self.0.to_ambiguous_timestamp(wall_clock).offset(), AmbiguousOffset::Gap { .. })
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Why a date and time from a form is no moment.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum LocalTimeError {
    #[error("a date and time looks like 2026-12-01T09:00")]
    NotADateTime,
    #[error("the year must lie between 1970 and 9999")]
    OutOfRange,
    /// The clocks are put forward over this time. `next_valid` is what they show then, such as `Sun, 29 Mar 2026, 03:00`.
    #[error("the clocks skip this time; the next one that exists is {next_valid}")]
    DoesNotExist { next_valid: String },
}

/// The moment that the value of an `<input type="datetime-local">` means in `zone`. Of two, the first.
pub fn parse_local(text: &str, zone: &Zone) -> Result<OffsetDateTime, LocalTimeError> {
    let text = text.trim();
    let local = PrimitiveDateTime::parse(text, MINUTES)
        .or_else(|_| PrimitiveDateTime::parse(text, SECONDS))
        .map_err(|_| LocalTimeError::NotADateTime)?;
    // A year below zero or above 9999 passes neither the format nor this.
    if local.year() < 1970 {
        return Err(LocalTimeError::OutOfRange);
    }
    let wall_clock = from_primitive(local).ok_or(LocalTimeError::OutOfRange)?;
    let moment = zone.first_moment(wall_clock).ok_or(LocalTimeError::OutOfRange)?;
    if zone.skips(wall_clock) {
        let next_valid = format::date_time(civil(moment, zone));
        return Err(LocalTimeError::DoesNotExist { next_valid });
    }
    Ok(moment)
}

/// The moment that a text means: one that says its offset (RFC 3339), to the microsecond as Postgres knows it, else as [`parse_local`].
pub fn parse_moment(text: &str, zone: &Zone) -> Result<OffsetDateTime, LocalTimeError> {
    let Ok(moment) = OffsetDateTime::parse(text.trim(), &Rfc3339) else { return parse_local(text, zone) };
    let moment = moment.checked_to_offset(UtcOffset::UTC).filter(|moment| moment.year() >= 1970).ok_or(LocalTimeError::OutOfRange)?;
    let moment = moment.replace_nanosecond(moment.microsecond() * 1_000).unwrap_or(moment);
    // Both crates know it, so the zone's clocks show something then.
    Timestamp::from_nanosecond(moment.unix_timestamp_nanos()).map_err(|_| LocalTimeError::OutOfRange)?;
    Ok(moment)
}

/// The value of an `<input type="datetime-local">` for `moment`: the inverse of `parse_local`, to the minute.
pub fn to_local_input(moment: OffsetDateTime, zone: &Zone) -> String {
    zone.wall_clock(moment).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// `moment` for the reader: `Tue, 1 Dec 2026, 09:00 (Europe/Moscow)`.
pub fn display(moment: OffsetDateTime, zone: &Zone) -> String {
    format!("{} ({zone})", format::date_time(civil(moment, zone)))
}

/// As [`display`], without weekday and zone: for a column that names the zone.
pub fn display_in(moment: OffsetDateTime, zone: &Zone) -> String {
    let civil = civil(moment, zone);
    format!("{}, {}", format::date(civil.date()), format::time(civil.time()))
}

/// What the clocks of `zone` show at `moment`.
pub fn civil(moment: OffsetDateTime, zone: &Zone) -> PrimitiveDateTime {
    let offset = zone.0.to_offset(to_timestamp(moment)).seconds();
    // The offsets of both crates end at ±25:59:59. Only a moment at the edge of year 9999 cannot be moved.
    let local = UtcOffset::from_whole_seconds(offset).ok().and_then(|offset| moment.checked_to_offset(offset));
    let local = local.unwrap_or(moment);
    PrimitiveDateTime::new(local.date(), local.time())
}

/// When the day `date` begins in `zone`: at midnight, or where the clocks skip that, when they do.
pub fn start_of_day(date: Date, zone: &Zone) -> OffsetDateTime {
    let midnight = PrimitiveDateTime::new(date, Time::MIDNIGHT);
    // Both crates know the days up to the end of 9999; beyond the last of them nothing is sent.
    from_primitive(midnight).and_then(|midnight| zone.first_moment(midnight)).unwrap_or(midnight.assume_utc())
}

/// Whether a name is for people: `Etc/GMT+3` is three hours *behind* Greenwich, `US/Pacific` and `Turkey` are old
/// spellings of names that are in the list anyway.
fn is_a_place(name: &str) -> bool {
    const REGIONS: [&str; 10] =
        ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];
    name == "UTC" || name.split_once('/').is_some_and(|(region, _)| REGIONS.contains(&region))
}

/// jiff knows one day less of the year 9999 than `time`; a moment there is taken for the last one it does know.
fn to_timestamp(moment: OffsetDateTime) -> Timestamp {
    let edge = if moment.unix_timestamp() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_nanosecond(moment.unix_timestamp_nanos()).unwrap_or(edge)
}

fn from_timestamp(timestamp: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(timestamp.as_nanosecond()).ok()
}

fn from_primitive(local: PrimitiveDateTime) -> Option<civil::DateTime> {
    let (year, month, day) = (i16::try_from(local.year()).ok()?, u8::from(local.month()), local.day());
    let (hour, minute, second) = local.as_hms();
    let [month, day, hour, minute, second] = [month, day, hour, minute, second].map(u8::cast_signed);
    civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()
}

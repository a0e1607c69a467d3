//! A mailing's form and what it becomes.

use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::schedule::{self, LocalTimeError, Period, Schedule, Zone};
use crate::{
    attempts, t,
    web::form::{self, FieldErrors},
};

/// The most recipients to tick one by one; beyond that "all of mine" is the tool.
pub const PICKED_MAX: usize = 10_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MailingForm {
    pub name: String,
    pub message_id: String,
    /// `true` (everybody the owner has at each run) or `false` (those in `recipient_ids`).
    pub all_recipients: String,
    pub recipient_ids: Vec<String>,
    pub starts_at: String,
    pub ends_at: String,
    pub period: String,
    pub time_zone: String,
    /// A checkbox: `true` or absent.
    pub resend_unknown: String,
    /// Names this filling-in of the form, so that sending it twice creates one mailing.
    pub submission_id: Option<Uuid>,
    /// The row's version that the form was made from.
    pub version: i32,
    /// What is searched in the picker; not saved.
    pub recipient_search: String,
    /// Present: only the picker is asked for, nothing is saved.
    pub find: Option<String>,
    /// Present: only the outlook is asked for, nothing is saved.
    pub preview: Option<String>,
    /// `true` where the form was made while a run was going out: what is sent, to whom and when could not be changed.
    pub locked: String,
}

/// Whom a mailing goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    All,
    /// Ids of the owner's recipients; at least one, each once.
    Picked(Vec<i64>),
}

/// A mailing that can be saved.
#[derive(Debug)]
pub struct NewMailing {
    pub name: String,
    pub message_id: i64,
    pub audience: Audience,
    pub schedule: Schedule,
    pub resend_unknown: bool,
}

/// From a mailing's start to the end that its form proposes: long enough for one of every month.
const USUAL_LENGTH: time::Duration = time::Duration::days(365);

impl MailingForm {
    /// A form for a mailing that starts now and ends in a year.
    pub fn blank(now: OffsetDateTime, zone: &Zone) -> Self {
        Self {
            all_recipients: "true".into(),
            starts_at: schedule::to_local_input(now, zone),
            ends_at: schedule::to_local_input(now + USUAL_LENGTH, zone),
            period: Period::Once.as_str().into(),
            time_zone: zone.name().into(),
            resend_unknown: "true".into(),
            submission_id: Some(Uuid::new_v4()),
            ..Self::default()
        }
    }

    /// Whether the form is asked for again, with something found or foretold, and nothing is to be saved.
    pub fn is_question(&self) -> bool {
        self.find.is_some() || self.preview.is_some()
    }

    /// With the stored row's values in place of those that the form could not change.
    #[must_use]
    pub fn with_locked(self, stored: Self) -> Self {
        if self.locked != "true" {
            return self;
        }
        let Self { name, ends_at, resend_unknown, version, recipient_search, find, preview, locked, .. } = self;
        Self { name, ends_at, resend_unknown, version, recipient_search, find, preview, locked, ..stored }
    }

    /// When it goes out, as far as that can be read yet.
    pub fn schedule(&self) -> Option<Schedule> {
        self.parse_schedule(None, &mut FieldErrors::default())
    }

    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse(&self) -> Result<NewMailing, FieldErrors> {
        self.parse_ending_after(None)
    }

    /// As [`parse`](Self::parse), for a mailing that is yet to be made: one whose end has passed would never go out.
    ///
    /// # Errors
    /// What is wrong, by field; everything at once.
    pub fn parse_new(&self, now: OffsetDateTime) -> Result<NewMailing, FieldErrors> {
        self.parse_ending_after(Some(now))
    }

    fn parse_ending_after(&self, now: Option<OffsetDateTime>) -> Result<NewMailing, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", form::line(&self.name, 200));
        let message_id = errors.take("message_id", self.message_id.trim().parse().map_err(|_| t!("mailings-error-message")));
        let audience = errors.take("recipient_ids", self.parse_audience());
        let schedule = self.parse_schedule(now, &mut errors);
        match (name, message_id, audience, schedule) {
            (Some(name), Some(message_id), Some(audience), Some(schedule)) if errors.is_empty() => {
                Ok(NewMailing { name, message_id, audience, schedule, resend_unknown: self.resend_unknown == "true" })
            }
            _ => Err(errors),
        }
    }

    /// The ids that are ticked; what is no number was not made by our form.
    pub fn picked_ids(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self.recipient_ids.iter().filter_map(|id| id.parse().ok()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn parse_audience(&self) -> Result<Audience, String> {
        if self.all_recipients == "true" {
            return Ok(Audience::All);
        }
        let ids = self.picked_ids();
        match ids.len() {
            0 => Err(t!("mailings-error-none-ticked")),
            count if count > PICKED_MAX => Err(t!("mailings-error-too-many", count = count, most = PICKED_MAX)),
            _ => Ok(Audience::Picked(ids)),
        }
    }

    fn parse_schedule(&self, now: Option<OffsetDateTime>, errors: &mut FieldErrors) -> Option<Schedule> {
        let period = errors.take("period", self.period.parse::<Period>().map_err(|_| t!("mailings-error-period")));
        let zone = errors.take("time_zone", Zone::parse(&self.time_zone).map_err(|_| t!("mailings-error-zone", zone = self.time_zone)));
        // Without a zone a time means nothing yet; its own form is checked all the same.
        let checked_in = zone.clone().unwrap_or_else(Zone::utc);
        let starts_at = errors.take("starts_at", schedule::parse_moment(&self.starts_at, &checked_in).map_err(|error| explain(&error)));
        let ends_at = errors.take("ends_at", schedule::parse_moment(&self.ends_at, &checked_in).map_err(|error| explain(&error)));
        if zone.is_some()
            && let (Some(ends_at), Some(now)) = (ends_at, now)
            && ends_at <= now
        {
            errors.add("ends_at", t!("mailings-error-end-passed"));
        }
        let (period, zone, starts_at, ends_at) = (period?, zone?, starts_at?, ends_at?);
        errors.take("ends_at", Schedule::new(starts_at, ends_at, period, zone).map_err(|_| t!("mailings-error-end-before-start")))
    }
}

/// What is wrong with a date and time, for the reader.
pub fn explain(error: &LocalTimeError) -> String {
    match error {
        LocalTimeError::NotADateTime => t!("schedule-not-a-date"),
        LocalTimeError::OutOfRange => t!("schedule-out-of-range"),
        LocalTimeError::DoesNotExist { next_valid } => t!("schedule-skipped", next = next_valid),
    }
}

/// Where a mailing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Status {
    Created,
    Running,
    Completed,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Completed => "completed",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Mailing {
    pub id: i64,
    pub user_id: i64,
    pub name: String,
    pub message_id: i64,
    pub subject: String,
    pub all_recipients: bool,
    pub starts_at: OffsetDateTime,
    pub ends_at: OffsetDateTime,
    pub period: String,
    pub time_zone: String,
    pub status: Status,
    pub paused_at: Option<OffsetDateTime>,
    pub disabled_at: Option<OffsetDateTime>,
    pub disabled_reason: Option<String>,
    /// Ended for good by its owner.
    pub stopped_at: Option<OffsetDateTime>,
    pub next_run_at: Option<OffsetDateTime>,
    pub resend_unknown: bool,
    pub version: i32,
}

impl Mailing {
    /// The schedule of the row.
    ///
    /// # Errors
    /// The row was not written by this program, or by one that knows other time zones.
    pub fn schedule(&self) -> anyhow::Result<Schedule> {
        Ok(Schedule::new(self.starts_at, self.ends_at, self.period.parse()?, Zone::parse(&self.time_zone)?)?)
    }

    /// The mailing's zone; UTC where this program's database no longer knows it, for showing times.
    pub fn zone(&self) -> Zone {
        Zone::parse(&self.time_zone).unwrap_or_else(|_| Zone::utc())
    }

    /// The row as its form, `picked` being its recipients where it does not go to all.
    pub fn form(&self, picked: &[i64]) -> MailingForm {
        let zone = self.zone();
        MailingForm {
            name: self.name.clone(),
            message_id: self.message_id.to_string(),
            all_recipients: self.all_recipients.to_string(),
            recipient_ids: picked.iter().map(i64::to_string).collect(),
            starts_at: schedule::to_local_input(self.starts_at, &zone),
            ends_at: schedule::to_local_input(self.ends_at, &zone),
            period: self.period.clone(),
            time_zone: self.time_zone.clone(),
            resend_unknown: self.resend_unknown.to_string(),
            version: self.version,
            ..MailingForm::default()
        }
    }

    /// The form for a new mailing like this one, in the future.
    pub fn copy(&self, picked: &[i64], now: OffsetDateTime) -> MailingForm {
        let (starts_at, ends_at) = self.schedule().map_or((now, now + USUAL_LENGTH), |schedule| schedule.moved_after(now));
        let zone = self.zone();
        MailingForm {
            name: t!("mailings-copy-of", name = self.name).chars().take(200).collect(),
            starts_at: schedule::to_local_input(starts_at, &zone),
            ends_at: schedule::to_local_input(ends_at, &zone),
            submission_id: Some(Uuid::new_v4()),
            version: 0,
            ..self.form(picked)
        }
    }

    /// Whether a run is due within minutes.
    pub fn is_due_soon(&self, now: OffsetDateTime) -> bool {
        self.next_run_at.is_some_and(|next| next <= now + time::Duration::minutes(5))
    }

    /// Whether its owner has it at rest: it goes out when it is resumed or enabled, and not before.
    pub fn is_at_rest(&self) -> bool {
        self.paused_at.is_some() || self.disabled_at.is_some()
    }
}

impl NewMailing {
    /// With the stored moments in place of those that a form shows alike: it knows neither seconds nor which of two repeated hours is meant.
    #[must_use]
    pub fn with_moments_of(self, stored: &Mailing) -> Self {
        let zone = self.schedule.zone();
        if zone.name() != stored.time_zone {
            return self;
        }
        let shown = |moment| schedule::to_local_input(moment, zone);
        let kept = |new, stored| if shown(new) == shown(stored) { stored } else { new };
        let (starts_at, ends_at) = (kept(self.schedule.starts_at(), stored.starts_at), kept(self.schedule.ends_at(), stored.ends_at));
        match Schedule::new(starts_at, ends_at, self.schedule.period(), zone.clone()) {
            Ok(schedule) => Self { schedule, ..self },
            Err(_) => self,
        }
    }

    /// Whether saving this would change nothing of what is stored.
    pub fn is_stored_as(&self, stored: &Mailing, picked: &[i64]) -> bool {
        self.locked_changes(stored, picked).is_empty()
            && self.name == stored.name
            && minute(self.schedule.ends_at()) == minute(stored.ends_at)
            && self.resend_unknown == stored.resend_unknown
    }

    /// What this would change of a mailing whose run is going out, and may not.
    pub fn locked_changes(&self, stored: &Mailing, picked: &[i64]) -> FieldErrors {
        let mut errors = FieldErrors::default();
        let audience = if stored.all_recipients { Audience::All } else { Audience::Picked(picked.to_vec()) };
        for (field, is_changed) in [
            ("message_id", self.message_id != stored.message_id),
            ("recipient_ids", self.audience != audience),
            ("period", self.schedule.period().as_str() != stored.period),
            ("time_zone", self.schedule.zone().name() != stored.time_zone),
            ("starts_at", minute(self.schedule.starts_at()) != minute(stored.starts_at)),
        ] {
            if is_changed {
                errors.add(field, t!("mailings-error-locked"));
            }
        }
        errors
    }
}

/// A moment as far as a form knows it.
fn minute(moment: OffsetDateTime) -> String {
    schedule::to_local_input(moment, &Zone::utc())
}

/// What a list of mailings is narrowed to: where they stand for whoever looks for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// A run of it is going out.
    Running,
    /// Its next run is to come.
    Waiting,
    /// Its owner or a manager has it at rest.
    Paused,
    Completed,
}

impl Filter {
    pub const ALL: [Self; 4] = [Self::Running, Self::Waiting, Self::Paused, Self::Completed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Paused => "paused",
            Self::Completed => "completed",
        }
    }

    /// None: everything.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == text)
    }
}

/// A mailing in its owner's list.
#[derive(Debug)]
pub struct Listed {
    pub mailing: Mailing,
    pub last_run: Option<LastRun>,
    /// How many recipients are picked, counted up to [`PICKED_COUNTED`](super::queries::PICKED_COUNTED); 0 where it goes to all.
    pub picked: i64,
}

/// How a mailing's last attempt stands.
#[derive(Debug)]
pub struct LastRun {
    pub attempt_id: i64,
    pub status: attempts::model::Status,
    pub is_held: bool,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
    pub waiting: i32,
}

impl LastRun {
    pub fn is_running(&self) -> bool {
        self.status == attempts::model::Status::Running
    }
}

impl Listed {
    /// Whether its row is about to change by itself: a run is going out, or due within minutes.
    pub fn is_moving(&self, now: OffsetDateTime) -> bool {
        let is_running = self.last_run.as_ref().is_some_and(LastRun::is_running);
        !self.mailing.is_at_rest() && (is_running || self.mailing.is_due_soon(now))
    }
}

/// A mailing that uses a recipient or a message.
#[derive(Debug)]
pub struct Use {
    pub id: i64,
    pub name: String,
}

/// The sentence that refuses to delete `what` ("This message").
pub fn used_by(what: &str, mailings: &[Use]) -> String {
    let names: Vec<String> = mailings.iter().map(|mailing| t!("mailings-subject", subject = mailing.name)).collect();
    match names.as_slice() {
        [] => t!("mailings-used-somewhere", what = what),
        [name] => t!("mailings-used-by-one", what = what, names = name),
        names => t!("mailings-used-by-several", what = what, names = names.join(", ")),
    }
}

/// Whom a mailing reaches at present.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// Everybody the owner has, and not those that were picked.
    pub is_all: bool,
    pub recipients: i64,
    /// Those of them that a run skips, because they have unsubscribed or their address does not exist.
    pub skipped: i64,
}

/// What a form or a mailing leads to.
#[derive(Debug)]
pub struct Outlook {
    /// None: it cannot be read yet.
    pub schedule: Option<Schedule>,
    /// The next ones, five at the most; a first one that is past is due.
    pub runs: Vec<OffsetDateTime>,
    pub reached: Reached,
    pub now: OffsetDateTime,
}

impl Outlook {
    /// Whether it would repeat, but its end leaves room for one run alone.
    pub fn ends_before_second_run(&self) -> bool {
        let second = |schedule: &Schedule| schedule.next_after(schedule.starts_at());
        self.schedule.as_ref().is_some_and(|schedule| schedule.period() != Period::Once && second(schedule).is_none())
    }
}

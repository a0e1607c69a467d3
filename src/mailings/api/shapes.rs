//! What programs send and are answered about mailings.

use poem_openapi::{Enum, Object, Tags, Union, types::Example};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339, macros::datetime};

use crate::{
    mailings::{
        model::{self, Mailing, MailingForm, PICKED_MAX},
        schedule,
    },
    t,
    web::api::body,
};

#[derive(Tags)]
pub enum Tag {
    /// A message to many, by a schedule.
    Mailings,
}

/// What the API calls otherwise than the form does.
pub const NAMES: &[(&str, &str)] = &[("recipient_ids", "recipients")];

/// A mailing, to be created or changed.
#[derive(Debug, Object, Deserialize)]
#[oai(rename = "MailingInput", deny_unknown_fields, example = true)]
#[serde(deny_unknown_fields)]
pub struct Input {
    #[oai(validator(min_length = 1, max_length = 200))]
    #[serde(default)]
    name: String,
    /// The message that is sent, one's own.
    message_id: i64,
    /// To whom.
    #[serde(deserialize_with = "body::object")]
    recipients: Recipients,
    /// When it goes out first, and at which time of day later on, by the clocks of `time_zone`. In the years from 1970 to 9999.
    #[serde(with = "time::serde::rfc3339")]
    starts_at: OffsetDateTime,
    /// When it ends: nothing goes out then or later.
    #[serde(with = "time::serde::rfc3339")]
    ends_at: OffsetDateTime,
    /// How often it goes out.
    period: Period,
    /// The IANA name of the zone whose clocks it goes by.
    #[oai(validator(min_length = 1, max_length = 100))]
    #[serde(default)]
    time_zone: String,
    /// Whether a mail goes out again when the connection broke after its last byte, so that nobody knows whether it has arrived. True where it
    /// is left out.
    #[serde(default)]
    resend_unknown: Option<bool>,
}

impl Example for Input {
    fn example() -> Self {
        Self {
            name: "Monthly news".to_owned(),
            message_id: 1,
            recipients: Recipients::All(Everybody { all: true }),
            starts_at: datetime!(2027-01-31 08:00 UTC),
            ends_at: datetime!(2028-01-31 00:00 UTC),
            period: Period::Monthly,
            time_zone: "Europe/Berlin".to_owned(),
            resend_unknown: Some(true),
        }
    }
}

impl Input {
    /// As the page's form sends the same.
    pub fn into_form(self) -> MailingForm {
        // Whatever was read as RFC 3339 can be written so.
        let moment = |moment: OffsetDateTime| moment.format(&Rfc3339).unwrap_or_default();
        let (all, ids) = match self.recipients {
            Recipients::All(Everybody { all }) => (all, Vec::new()),
            Recipients::Picked(Picked { ids }) => (false, ids),
        };
        MailingForm {
            name: self.name,
            message_id: self.message_id.to_string(),
            all_recipients: all.to_string(),
            recipient_ids: ids.iter().map(i64::to_string).collect(),
            starts_at: moment(self.starts_at),
            ends_at: moment(self.ends_at),
            period: schedule::Period::from(self.period).as_str().to_owned(),
            time_zone: self.time_zone,
            resend_unknown: self.resend_unknown.unwrap_or(true).to_string(),
            ..MailingForm::default()
        }
    }
}

/// To whom a mailing goes: to all recipients its owner has at each run, or to some.
#[derive(Debug, Union, Deserialize)]
#[oai(rename = "MailingRecipients", one_of)]
#[serde(try_from = "Given")]
pub enum Recipients {
    All(Everybody),
    Picked(Picked),
}

/// All recipients that the owner has at each run.
#[derive(Debug, Object)]
#[oai(rename = "AllRecipients", deny_unknown_fields)]
pub struct Everybody {
    /// True.
    all: bool,
}

/// Some recipients.
#[derive(Debug, Object)]
#[oai(rename = "PickedRecipients", deny_unknown_fields)]
pub struct Picked {
    /// The recipients' ids; up to 10,000.
    #[oai(validator(min_items = 1, max_items = 10_000))]
    ids: Vec<i64>,
}

const _: () = assert!(PICKED_MAX == 10_000, "the document names the most ids");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(default)]
    all: Option<bool>,
    #[serde(default)]
    ids: Option<Vec<i64>>,
}

impl TryFrom<Given> for Recipients {
    type Error = String;

    fn try_from(given: Given) -> Result<Self, String> {
        match (given.all, given.ids) {
            (Some(true), None) => Ok(Self::All(Everybody { all: true })),
            // Before each of them becomes a line of a form.
            (None, Some(ids)) if ids.len() > PICKED_MAX => Err(t!("mailings-error-too-many", count = ids.len(), most = PICKED_MAX)),
            (None, Some(ids)) => Ok(Self::Picked(Picked { ids })),
            _ => Err(t!("mailings-error-audience")),
        }
    }
}

/// How often a mailing goes out. Monthly is on the first send's day, or on the month's last where it has no such day.
#[derive(Debug, Clone, Copy, Enum, Deserialize)]
#[oai(remote = "schedule::Period", rename_all = "lowercase")]
#[serde(try_from = "String")]
pub enum Period {
    Once,
    Daily,
    Weekly,
    Monthly,
}

/// A word and nothing else: derived, it would be read out of `{"once": null}` as well.
impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        let known = schedule::Period::ALL.map(schedule::Period::as_str).join(", ");
        word.parse::<schedule::Period>().map(Self::from).map_err(|_| t!("api-one-of", words = known))
    }
}

/// Where a mailing stands: `created` before its first run, `completed` after its last.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "MailingStatus", rename_all = "lowercase")]
pub enum Status {
    Created,
    Running,
    Completed,
}

/// Where a mailing stands for whoever looks for one.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "MailingFilter", rename_all = "lowercase")]
pub enum State {
    /// A run of it is going out.
    Running,
    /// Its next run is to come.
    Waiting,
    /// Its owner or a manager has it at rest.
    Paused,
    Completed,
}

impl State {
    pub fn filter(self) -> model::Filter {
        match self {
            Self::Running => model::Filter::Running,
            Self::Waiting => model::Filter::Waiting,
            Self::Paused => model::Filter::Paused,
            Self::Completed => model::Filter::Completed,
        }
    }
}

/// A mailing in a list.
#[derive(Debug, Object)]
#[oai(rename = "ListedMailing")]
pub struct Listed {
    id: i64,
    /// Whose it is.
    user_id: i64,
    name: String,
    /// The message that is sent.
    message_id: i64,
    /// The message's subject.
    subject: String,
    /// When it goes out first.
    starts_at: OffsetDateTime,
    /// When it ends: nothing goes out then or later.
    ends_at: OffsetDateTime,
    /// How often it goes out.
    period: Period,
    /// The zone whose clocks it goes by.
    time_zone: String,
    /// Whether a mail goes out again of which nobody knows whether it has arrived.
    resend_unknown: bool,
    /// Where it stands.
    status: Status,
    /// When it goes out next, if nothing stops it; null where no run is left.
    next_run_at: Option<OffsetDateTime>,
    /// Since when its owner has it at rest.
    paused_at: Option<OffsetDateTime>,
    /// Since when a manager does not let it go out.
    disabled_at: Option<OffsetDateTime>,
    /// Why.
    disabled_reason: Option<String>,
    /// When its owner ended it for good.
    stopped_at: Option<OffsetDateTime>,
}

impl From<Mailing> for Listed {
    fn from(mailing: Mailing) -> Self {
        Self {
            id: mailing.id,
            user_id: mailing.user_id,
            name: mailing.name,
            message_id: mailing.message_id,
            subject: mailing.subject,
            starts_at: mailing.starts_at,
            ends_at: mailing.ends_at,
            // The table has no others.
            period: mailing.period.parse::<schedule::Period>().map_or(Period::Once, Period::from),
            time_zone: mailing.time_zone,
            resend_unknown: mailing.resend_unknown,
            status: match mailing.status {
                model::Status::Created => Status::Created,
                model::Status::Running => Status::Running,
                model::Status::Completed => Status::Completed,
            },
            next_run_at: mailing.next_run_at,
            paused_at: mailing.paused_at,
            disabled_at: mailing.disabled_at,
            disabled_reason: mailing.disabled_reason,
            stopped_at: mailing.stopped_at,
        }
    }
}

/// A mailing.
#[derive(Debug, Object)]
#[oai(rename = "Mailing")]
pub struct Output {
    #[oai(flatten)]
    listed: Listed,
    /// To whom it goes; null where it is somebody else's.
    recipients: Option<Recipients>,
}

impl Output {
    /// Somebody else's, for who watches over mailings: not to whom it goes.
    pub fn of_others(mailing: Mailing) -> Self {
        Self { listed: mailing.into(), recipients: None }
    }

    /// `picked` are its recipients where it does not go to all.
    pub fn new(mailing: Mailing, picked: Vec<i64>) -> Self {
        let all = Recipients::All(Everybody { all: true });
        let recipients = if mailing.all_recipients { all } else { Recipients::Picked(Picked { ids: picked }) };
        Self { listed: mailing.into(), recipients: Some(recipients) }
    }
}

/// When a mailing goes out.
#[derive(Debug, Object)]
#[oai(rename = "MailingSchedule")]
pub struct Runs {
    /// Its next runs. The first has passed where a run is due at this moment.
    pub next_runs: Vec<OffsetDateTime>,
    /// The schedule as a sentence, in your language.
    pub words: String,
}

//! One's own figures for programs: what the start page and the reports show.

use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi, Tags,
    param::Query,
    payload::Json as Plain,
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromParameter, ParseResult, Type},
};
use time::{Date, OffsetDateTime};

use super::{
    model::{self, Cause, Period, ReportQuery},
    queries::{self, Figures},
};
use crate::{
    app::App,
    home, recipients,
    tokens::{Caller, Reading},
    web::api::{Listed, Problem},
};

#[derive(Tags)]
enum Tag {
    /// What was sent and what was not.
    Statistics,
}

/// Up to which number messages, and recipients who cannot be reached, are counted.
const COUNTED: i64 = 1_000;

/// A day, `2026-11-30`.
#[derive(Debug, Clone, Copy)]
pub struct Day(Date);

impl Type for Day {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema { example: Some("2026-11-30".into()), ..MetaSchema::new_with_format("string", "date") }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromParameter for Day {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        model::day(value).map(Self).map_err(ParseError::custom)
    }
}

/// How many mailings there are by their status.
#[derive(Debug, Object)]
#[oai(rename = "MailingCounts")]
struct Mailings {
    /// Those that never went out.
    created: i64,
    /// Those that have begun.
    running: i64,
    /// Those that are over.
    completed: i64,
}

/// Why deliveries were not sent.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "Cause", rename_all = "snake_case")]
enum CauseName {
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

impl From<Cause> for CauseName {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::BadAddress => Self::BadAddress,
            Cause::Refused => Self::Refused,
            Cause::PutOff => Self::PutOff,
            Cause::NoAnswer => Self::NoAnswer,
            Cause::Unknown => Self::Unknown,
            Cause::Skipped => Self::Skipped,
        }
    }
}

/// How many deliveries were not sent for one reason.
#[derive(Debug, Object)]
#[oai(rename = "CauseCount")]
struct Caused {
    /// The reason.
    cause: CauseName,
    /// How many.
    deliveries: i64,
}

/// What the attempts of a stretch of time came to.
#[derive(Debug, Object)]
#[oai(rename = "Figures")]
struct Stretch {
    /// Where it begins.
    from: OffsetDateTime,
    /// Where it ends; that moment is no part of it.
    until: OffsetDateTime,
    /// Attempts that began in it.
    attempts: i64,
    /// Deliveries that a mail server has taken.
    sent: i64,
    /// Deliveries that were refused for good or given up.
    failed: i64,
    /// Deliveries whose reply was lost.
    unknown: i64,
    /// Deliveries that were not tried.
    skipped: i64,
}

impl Stretch {
    fn new(from: OffsetDateTime, until: OffsetDateTime, figures: &Figures) -> Self {
        let Figures { attempts, sent, failed, unknown, skipped, .. } = *figures;
        Self { from, until, attempts, sent, failed, unknown, skipped }
    }
}

/// One's own figures.
#[derive(Debug, Object)]
#[oai(rename = "Statistics")]
pub struct Output {
    /// How many recipients there are.
    recipients: i64,
    /// How many of them have an address that a mail server said does not exist, counted up to 1000.
    undeliverable: i64,
    /// How many messages there are, counted up to 1000.
    messages: i64,
    /// How many mailings there are.
    mailings: Mailings,
    /// How many mails have been sent since ever, those of deleted mailings too.
    sent: i64,
    /// What the days asked for came to, together.
    total: Stretch,
    /// The same cut into days; of more than three months into weeks, of more than two years into months.
    parts: Vec<Stretch>,
    /// Why deliveries of those days were not sent, in attempts that are over.
    causes: Vec<Caused>,
}

pub struct Api;

#[OpenApi(tag = "Tag::Statistics")]
impl Api {
    /// Show one's own figures
    ///
    /// How many there are of everything, and what the attempts of some days came to: the last 30, unless others are asked for. Days are those
    /// of the profile's time zone, or of UTC.
    #[oai(path = "/stats", method = "get", operation_id = "showStatistics")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The first day.
        from: Query<Option<Day>>,
        /// The last day, today if it is left out.
        to: Query<Option<Day>>,
    ) -> Result<Listed<Output>, Problem> {
        let text = |day: Option<Day>| day.map_or(String::new(), |Day(date)| model::input(date));
        let query = ReportQuery { from: text(from.0), to: text(to.0), ..ReportQuery::default() };
        let period = query.parse(OffsetDateTime::now_utc(), &caller.user.zone())?;
        Ok(Listed::Ok(Plain(statistics(&app, caller.id(), &period).await?)))
    }
}

async fn statistics(app: &App, user_id: i64, period: &Period) -> sqlx::Result<Output> {
    let mailings = home::queries::mailings(&app.db, user_id).await?;
    let figures = queries::between(&app.db, user_id, &period.bounds).await?;
    let causes = queries::causes(&app.db, user_id, period.from(), period.until()).await?;
    let ends = period.bounds.windows(2);
    Ok(Output {
        recipients: recipients::queries::count(&app.db, user_id).await?,
        undeliverable: recipients::queries::count_undeliverable_up_to(&app.db, user_id, COUNTED).await?,
        messages: home::queries::messages_up_to(&app.db, user_id, COUNTED).await?,
        mailings: Mailings { created: mailings.created, running: mailings.running, completed: mailings.completed },
        sent: queries::sent_in_all(&app.db, user_id).await?,
        total: Stretch::new(period.from(), period.until(), &Figures::total(&figures)),
        parts: ends.zip(&figures).map(|(ends, figures)| Stretch::new(ends[0], ends[1], figures)).collect(),
        causes: causes.into_iter().map(|(cause, deliveries)| Caused { cause: cause.into(), deliveries }).collect(),
    })
}

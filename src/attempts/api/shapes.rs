//! What programs are answered about attempts and deliveries.

use poem_openapi::{Enum, Object, Tags};
use time::OffsetDateTime;

use crate::{
    attempts::model::{self, Attempt},
    delivery::{self, queries::Row, remark},
    mailings::runs::Repeat,
};

#[derive(Tags)]
pub enum Tag {
    /// The runs of mailings, and what became of each mail.
    Attempts,
}

/// Where an attempt stands: `running` until its last delivery is settled; `succeeded` where everybody got it who was not skipped, `partial`
/// where some did, `failed` where nobody did.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "AttemptStatus", rename_all = "lowercase")]
pub enum Status {
    Running,
    Succeeded,
    Partial,
    Failed,
}

impl Status {
    pub fn of_model(self) -> model::Status {
        match self {
            Self::Running => model::Status::Running,
            Self::Succeeded => model::Status::Succeeded,
            Self::Partial => model::Status::Partial,
            Self::Failed => model::Status::Failed,
        }
    }
}

impl From<model::Status> for Status {
    fn from(status: model::Status) -> Self {
        match status {
            model::Status::Running => Self::Running,
            model::Status::Succeeded => Self::Succeeded,
            model::Status::Partial => Self::Partial,
            model::Status::Failed => Self::Failed,
        }
    }
}

/// What set an attempt off: the schedule, somebody by hand, or a repetition for those who did not get another attempt's message.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "AttemptTrigger", rename_all = "lowercase")]
pub enum Trigger {
    Schedule,
    Manual,
    Retry,
}

/// To whom an attempt is repeated.
#[derive(Debug, Clone, Copy, Default, Enum)]
#[oai(rename_all = "lowercase")]
pub enum Whom {
    #[default]
    Failed,
    Missing,
}

impl Whom {
    pub fn of_runs(self) -> Repeat {
        match self {
            Self::Failed => Repeat::Failed,
            Self::Missing => Repeat::Missing,
        }
    }
}

/// One run of a mailing. `total` is the sum of `sent`, `failed`, `unknown`, `skipped` and `waiting`.
#[derive(Debug, Object)]
#[oai(rename = "Attempt")]
pub struct Output {
    id: i64,
    /// Whose it is.
    user_id: i64,
    /// The mailing whose run it is.
    mailing_id: i64,
    /// The subject that is sent, as it was when the attempt began.
    subject: String,
    /// What set it off.
    trigger: Trigger,
    /// The attempt whose message it sends again.
    retry_of: Option<i64>,
    /// The moment of the schedule; of a run by hand, when it was asked for.
    scheduled_at: OffsetDateTime,
    /// When it began.
    started_at: OffsetDateTime,
    /// When its last delivery was settled.
    finished_at: Option<OffsetDateTime>,
    /// Where it stands.
    status: Status,
    /// How many deliveries it has.
    total: i32,
    /// How many the mail server took.
    sent: i32,
    /// How many were refused for good, or given up.
    failed: i32,
    /// How many are not sent yet, or tried again.
    waiting: i32,
    /// How many nobody knows of: the connection broke after the last byte.
    unknown: i32,
    /// How many were left out: undeliverable, unsubscribed, deleted, or the mailing was stopped.
    skipped: i32,
    /// What the mail server said last.
    last_reply: Option<String>,
    /// Why nothing goes out at present: the mail server is away, or takes no mail at all.
    held_reason: Option<String>,
    /// When the mail server is tried again.
    held_until: Option<OffsetDateTime>,
}

impl From<Attempt> for Output {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.id,
            user_id: attempt.user_id,
            mailing_id: attempt.mailing_id,
            subject: attempt.subject,
            trigger: match attempt.trigger {
                model::Trigger::Schedule => Trigger::Schedule,
                model::Trigger::Manual => Trigger::Manual,
                model::Trigger::Retry => Trigger::Retry,
            },
            retry_of: attempt.retry_of,
            scheduled_at: attempt.scheduled_at,
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
            status: attempt.status.into(),
            total: attempt.total,
            sent: attempt.sent,
            failed: attempt.failed,
            waiting: attempt.waiting,
            unknown: attempt.unknown,
            skipped: attempt.skipped,
            last_reply: attempt.last_reply.as_deref().map(remark::worded),
            held_reason: attempt.held_reason.as_deref().map(remark::worded),
            held_until: attempt.held_until,
        }
    }
}

/// Where a delivery stands. `waiting` and `unknown` may be tried again; the others are final.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "DeliveryState", rename_all = "lowercase")]
pub enum State {
    Waiting,
    Sent,
    Failed,
    Unknown,
    Skipped,
}

impl State {
    pub fn of_model(self) -> delivery::model::State {
        match self {
            Self::Waiting => delivery::model::State::Waiting,
            Self::Sent => delivery::model::State::Sent,
            Self::Failed => delivery::model::State::Failed,
            Self::Unknown => delivery::model::State::Unknown,
            Self::Skipped => delivery::model::State::Skipped,
        }
    }
}

impl From<delivery::model::State> for State {
    fn from(state: delivery::model::State) -> Self {
        match state {
            delivery::model::State::Waiting => Self::Waiting,
            delivery::model::State::Sent => Self::Sent,
            delivery::model::State::Failed => Self::Failed,
            delivery::model::State::Unknown => Self::Unknown,
            delivery::model::State::Skipped => Self::Skipped,
        }
    }
}

/// One recipient's mail within an attempt.
#[derive(Debug, Object)]
#[oai(rename = "Delivery")]
pub struct Delivery {
    /// Its number within the attempt, from 1.
    number: i32,
    /// The recipient, who may be gone by now.
    recipient_id: Option<i64>,
    /// The address, as it was when the attempt began.
    email: String,
    /// The full name, as it was when the attempt began.
    name: String,
    /// Where it stands.
    state: State,
    /// How often it was tried.
    tries: i32,
    /// The mail server's code (RFC 5321), of the last try.
    code: Option<i32>,
    /// What the mail server said, or why it was not tried.
    reply: Option<String>,
    /// When that was.
    settled_at: Option<OffsetDateTime>,
    /// When it is tried again.
    again_at: Option<OffsetDateTime>,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            number: row.number,
            recipient_id: row.recipient_id,
            email: row.email,
            name: row.full_name,
            state: row.state.into(),
            tries: row.tries.into(),
            code: row.smtp_code.map(i32::from),
            reply: row.smtp_text.as_deref().map(remark::worded),
            settled_at: row.settled_at,
            again_at: row.again_at,
        }
    }
}

//! An attempt: one run of a mailing, and its figures.

use time::OffsetDateTime;

use crate::mailings::schedule::Zone;

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Status {
    /// Some deliveries are not final yet.
    Running,
    /// Everybody who was not skipped got it.
    Succeeded,
    /// Some got it.
    Partial,
    /// Nobody got it.
    Failed,
}

/// What set an attempt off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Trigger {
    Schedule,
    Manual,
    /// Sends another attempt's message to those who did not get it.
    Retry,
}

impl Trigger {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Manual => "manual",
            Self::Retry => "retry",
        }
    }
}

/// An attempt with the names that pages show beside it.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub id: i64,
    pub mailing_id: i64,
    pub mailing_name: String,
    pub time_zone: String,
    pub scheduled_at: OffsetDateTime,
    pub trigger: Trigger,
    pub status: Status,
    pub started_at: OffsetDateTime,
    pub finished_at: Option<OffsetDateTime>,
    pub subject: String,
    pub total: i32,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
    pub waiting: i32,
    pub last_reply: Option<String>,
    pub held_reason: Option<String>,
    pub held_until: Option<OffsetDateTime>,
    /// The attempt whose message this one sends to those who did not get it.
    pub retry_of: Option<i64>,
    /// Paused by the owner or disabled by a manager: nothing goes out meanwhile.
    pub is_stopped: bool,
}

impl Attempt {
    pub fn is_running(&self) -> bool {
        self.status == Status::Running
    }

    /// The mailing's zone, for showing times.
    pub fn zone(&self) -> Zone {
        Zone::parse(&self.time_zone).unwrap_or_else(|_| Zone::utc())
    }
}

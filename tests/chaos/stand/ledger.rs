//! What the database says of an attempt, and whether that agrees with what the mail server has taken.

use std::{collections::HashMap, time::Duration};

use super::{Stand, until};
use crate::report::{Report, Tally};

/// An attempt's own figures.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Figures {
    pub status: String,
    pub total: i32,
    pub sent: i32,
    pub failed: i32,
    pub unknown: i32,
    pub skipped: i32,
    pub waiting: i32,
    pub held_reason: Option<String>,
}

/// One delivery's record.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Delivery {
    pub email: String,
    pub state: String,
    pub tries: i16,
    pub smtp_code: Option<i16>,
    #[expect(dead_code, reason = "shown with the rest where a delivery is not as it should be")]
    pub smtp_text: Option<String>,
}

/// Every delivery of an attempt, with how often the server has taken each one's mail.
pub struct Ledger {
    pub figures: Figures,
    pub deliveries: Vec<Delivery>,
    accepted: HashMap<String, usize>,
}

impl Stand {
    /// None once the attempt is gone.
    pub async fn figures(&self, attempt: i64) -> anyhow::Result<Option<Figures>> {
        let query = "select status, total, sent, failed, unknown, skipped, waiting, held_reason from attempts where id = $1";
        Ok(sqlx::query_as(query).bind(attempt).fetch_optional(&self.db).await?)
    }

    /// The mailing's first attempt, once there is one.
    pub async fn attempt_of(&self, mailing: i64) -> anyhow::Result<i64> {
        let query = "select id from attempts where mailing_id = $1 order by id limit 1";
        until("an attempt", Duration::from_secs(60), async || Ok(sqlx::query_scalar(query).bind(mailing).fetch_optional(&self.db).await?))
            .await
    }

    /// Waits for the end of an attempt.
    pub async fn finished(&self, attempt: i64, limit: Duration) -> anyhow::Result<Figures> {
        let what = format!("the end of attempt {attempt}");
        let look = async || Ok(self.figures(attempt).await?.filter(|figures| figures.status != "running"));
        match until(&what, limit, look).await {
            Ok(figures) => Ok(figures),
            Err(error) => Err(error.context(format!("it stands at {:?}", self.figures(attempt).await?))),
        }
    }

    pub async fn ledger(&self, attempt: i64) -> anyhow::Result<Ledger> {
        let figures = self.figures(attempt).await?.ok_or_else(|| anyhow::anyhow!("attempt {attempt} is gone"))?;
        let query = "select email, state, tries, smtp_code, smtp_text from deliveries where attempt_id = $1";
        let deliveries = sqlx::query_as(query).bind(attempt).fetch_all(&self.db).await?;
        Ok(Ledger { figures, deliveries, accepted: self.mails.by_recipient() })
    }

    /// The ledger of an attempt that has ended and in which nobody was at fault: everybody has it, and no more than
    /// `bound` mails went out again.
    pub async fn everybody_has_it(&self, report: &Report, attempt: i64, bound: usize) -> anyhow::Result<Ledger> {
        let ledger = self.ledger(attempt).await?;
        ledger.adds_up(report);
        let figures = &ledger.figures;
        report.check(figures.status == "succeeded" && figures.sent == figures.total, format!("not everybody was sent to: {figures:?}"));
        report.tally(ledger.tally(), bound);
        Ok(ledger)
    }
}

impl Ledger {
    pub fn accepted(&self, email: &str) -> usize {
        self.accepted.get(email).copied().unwrap_or(0)
    }

    /// Recipients whose mail the server has taken.
    pub fn tally_accepted(&self) -> usize {
        self.deliveries.iter().filter(|delivery| self.accepted(&delivery.email) > 0).count()
    }

    pub fn count(&self, state: &str) -> usize {
        self.deliveries.iter().filter(|delivery| delivery.state == state).count()
    }

    /// Those of an address that begins like this.
    pub fn of<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Delivery> {
        self.deliveries.iter().filter(move |delivery| delivery.email.starts_with(prefix))
    }

    /// Recipients whose mail the server never took though the ledger has no other end for them, and mails it took again.
    pub fn tally(&self) -> Tally {
        let is_lost = |delivery: &&Delivery| {
            let may_have_none = matches!(delivery.state.as_str(), "failed" | "skipped") || self.is_open(delivery);
            self.accepted(&delivery.email) == 0 && !may_have_none
        };
        Tally {
            recipients: self.deliveries.len(),
            lost: self.deliveries.iter().filter(is_lost).count(),
            repeats: self.deliveries.iter().map(|delivery| self.accepted(&delivery.email).saturating_sub(1)).sum(),
        }
    }

    fn is_open(&self, delivery: &Delivery) -> bool {
        self.figures.status == "running" && matches!(delivery.state.as_str(), "waiting" | "unknown")
    }

    /// The attempt's figures are those of its deliveries, and every mail that was accepted is on record as that.
    pub fn adds_up(&self, report: &Report) {
        let figures = &self.figures;
        let sum = figures.sent + figures.failed + figures.unknown + figures.skipped + figures.waiting;
        report.check(sum == figures.total, format!("the figures do not add up: {figures:?}"));
        let expected = [
            ("sent", figures.sent),
            ("failed", figures.failed),
            ("unknown", figures.unknown),
            ("skipped", figures.skipped),
            ("waiting", figures.waiting),
        ];
        for (state, figure) in expected {
            let counted = self.count(state);
            report.check(usize::try_from(figure) == Ok(counted), format!("{figure} {state} by the figures, {counted} by the deliveries"));
        }
        let total = usize::try_from(figures.total);
        report.check(total == Ok(self.deliveries.len()), format!("{} deliveries of {}", self.deliveries.len(), figures.total));
        let unsent: Vec<&str> = self
            .deliveries
            .iter()
            .filter(|delivery| (delivery.state == "sent") && self.accepted(&delivery.email) == 0)
            .map(|delivery| delivery.email.as_str())
            .collect();
        report.check(unsent.is_empty(), format!("{} are on record as sent and were not, such as {:?}", unsent.len(), unsent.first()));
    }

    /// Every mail the server has taken is on record as sent, now and not later.
    pub fn is_complete(&self, report: &Report) {
        let unrecorded = self.deliveries.iter().filter(|delivery| delivery.state != "sent" && self.accepted(&delivery.email) > 0).count();
        report.check(unrecorded == 0, format!("{unrecorded} accepted mails are not on record as sent"));
    }
}

//! The engine: what is sent, what is on record, and what a fault makes of it.

mod crash;
mod due;
mod faults;
mod journals;
mod leases;
mod limits;
mod personal;
mod postgres;
mod repeat;
mod running;
mod stopping;
mod wire;

use std::time::Duration;

use periodical::{
    delivery::{
        model::{self, Claimed, Settlement},
        queries::{self, Held},
    },
    mail::outcome::Outcome,
};

use crate::support::{TestApp, quick};

const HOUR: Duration = Duration::from_secs(3600);

/// The attempt of a start that was the only one.
fn only(started: &[i64]) -> i64 {
    let [attempt_id] = started else { panic!("one run was due: {started:?}") };
    *attempt_id
}

/// State, code and text of an attempt's delivery to an address.
async fn delivery(app: &TestApp, attempt_id: i64, email: &str) -> (String, i16, Option<i16>, Option<String>) {
    let query = "select state, tries, smtp_code, smtp_text from deliveries where attempt_id = $1 and email = $2";
    sqlx::query_as(query).bind(attempt_id).bind(email).fetch_one(&app.db).await.unwrap()
}

async fn status_of(app: &TestApp, mailing_id: i64) -> (String, Option<time::OffsetDateTime>) {
    sqlx::query_as("select status, next_run_at from mailings where id = $1").bind(mailing_id).fetch_one(&app.db).await.unwrap()
}

/// The present, as precisely as Postgres keeps it.
fn now() -> time::OffsetDateTime {
    let now = time::OffsetDateTime::now_utc();
    now.replace_microsecond(now.microsecond()).unwrap()
}

/// Claims the attempt's next slice, as an engine does whose lease is this long.
async fn claim(app: &TestApp, attempt_id: i64, lease: Duration) -> Option<(Held, Vec<Claimed>)> {
    let claimed = queries::claim(&app.db, &[attempt_id], &[], lease, 1).await.unwrap();
    let deliveries = queries::to_send(&app.db, &claimed).await.unwrap();
    let slice = claimed.first()?;
    Some((Held { attempt_id, number: slice.number, claim: slice.claim }, deliveries))
}

/// What an answer of the mail server makes of a delivery.
fn settled(claimed: &Claimed, outcome: Outcome) -> Settlement {
    model::settle(claimed, outcome, &quick(), true).unwrap()
}

fn sent(claimed: &Claimed) -> Settlement {
    settled(claimed, Outcome::Sent { code: 250, text: "2.0.0 queued".into() })
}

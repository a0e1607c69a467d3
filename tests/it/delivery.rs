//! The engine: what is sent, what is on record, and what a fault makes of it.

mod crash;
mod faults;
mod repeat;
mod running;

use crate::support::TestApp;

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

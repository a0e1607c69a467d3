//! Webhooks: what is sent when, and again, and to where; their pages.

mod api;
mod connect;
mod ends;
mod pages;
mod sending;

use std::time::Duration;

use periodical::{
    limits::Limits,
    users::model::User,
    webhooks::{
        model::{Event, NewWebhook},
        registration,
    },
};
use uuid::Uuid;

use crate::support::{TestApp, quick, until};

/// An app whose webhooks wait this long before they are tried again; with a worker.
async fn waiting(waits: &'static [Duration]) -> TestApp {
    let mut app = TestApp::configured(quick(), |config| {
        config.limits = Limits { webhook_waits: waits, ..config.limits.clone() };
    })
    .await;
    app.start_worker();
    app
}

const HOUR: &[Duration] = &[Duration::from_secs(3600); 9];

/// As whoever is signed in.
async fn owner(app: &TestApp, id: i64) -> User {
    let query = "select email::text, full_name from users where id = $1";
    let (email, full_name) = sqlx::query_as(query).bind(id).fetch_one(&app.db).await.unwrap();
    User { id, email, full_name, roles: Vec::new(), time_zone: None, language: None, has_two_factor: false }
}

/// A webhook of a user; its id, and its secret as it was shown.
async fn hook(app: &TestApp, user_id: i64, url: &str, events: &[Event]) -> (i64, String) {
    let new = NewWebhook { url: url.to_owned(), events: events.iter().map(|event| event.name()).collect() };
    let made = registration::create(&app.app, &owner(app, user_id).await, &new, Uuid::new_v4()).await.unwrap().unwrap();
    (made.id, made.secret.unwrap())
}

/// What is on record of one thing that was sent.
#[derive(Debug, PartialEq, Eq, sqlx::FromRow)]
struct Sent {
    state: String,
    tries: i16,
    status: Option<i16>,
    answer: Option<String>,
    failure: Option<String>,
}

async fn sent(app: &TestApp, webhook_id: i64) -> Vec<Sent> {
    let query = "select state, tries, status, answer, failure from webhook_deliveries where webhook_id = $1 order by id";
    sqlx::query_as(query).bind(webhook_id).fetch_all(&app.db).await.unwrap()
}

/// The one thing that was sent, once it has come so far.
async fn once(app: &TestApp, webhook_id: i64, what: &str, is_so: impl Fn(&Sent) -> bool) -> Sent {
    until(what, || async { sent(app, webhook_id).await.into_iter().next().filter(|sent| is_so(sent)) }).await
}

/// A run of a mailing of the user's, beside its schedule; the mailing and the attempt.
async fn run(app: &TestApp, user_id: i64) -> (i64, i64) {
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::DAY;
    let mailing = app.mailing(user_id, "once", tomorrow, tomorrow + time::Duration::DAY).await;
    (mailing, app.run_now(user_id, mailing).await)
}

/// Until nobody sends to it any more.
async fn at_rest(app: &TestApp, webhook_id: i64) {
    let busy = "select count(*) from webhooks where id = $1 and claim is null";
    until("the turn's end", || async {
        let free: i64 = sqlx::query_scalar(busy).bind(webhook_id).fetch_one(&app.db).await.unwrap();
        (free == 1).then_some(())
    })
    .await;
}

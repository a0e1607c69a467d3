//! An attempt's deliveries as a file for spreadsheets: all that the filter lets through, read and written a thousand at a time.

use poem::{
    Response, handler,
    web::{Data, Path, Query},
};
use sqlx::PgPool;

use super::{
    model::{Attempt, DeliveriesQuery},
    queries,
};
use crate::{
    app::App,
    delivery::{
        self,
        queries::{Filter, Row},
        remark,
    },
    error::Result,
    i18n::{self, Language},
    mailings::schedule,
    t,
    users::{CurrentUser, session::Lasting},
    web::{csv, session::SessionHash},
};

/// Rows read at once.
const CHUNK: i64 = 1_000;

/// The deliveries that the page shows, all pages of it.
#[handler]
pub async fn deliveries(
    user: CurrentUser,
    session: SessionHash,
    app: Data<&App>,
    Path(id): Path<i64>,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Response> {
    let attempt = queries::get(&app.db, user.id(), id).await?;
    let headings = headings(&attempt);
    let deliveries = Deliveries { db: app.db.clone(), attempt, filter: query.filter(), language: i18n::current(), after: 0 };
    Ok(csv::download(&format!("attempt-{id}.csv"), headings, Lasting::new(&app, &user, session).download(deliveries)))
}

struct Deliveries {
    db: PgPool,
    attempt: Attempt,
    filter: Filter,
    language: Language,
    /// The last delivery that was written.
    after: i32,
}

impl csv::Pages for Deliveries {
    async fn next(&mut self) -> sqlx::Result<Vec<Vec<String>>> {
        let rows = delivery::queries::list(&self.db, self.attempt.id, &self.filter, self.after, CHUNK).await?;
        self.after = rows.last().map_or(self.after, |row| row.number);
        // What is rendered outside of its request has to be told its language.
        Ok(i18n::with(self.language, || rows.iter().map(|row| cells(row, &self.attempt)).collect()))
    }
}

fn headings(attempt: &Attempt) -> Vec<String> {
    vec![
        t!("attempts-email"),
        t!("attempts-name"),
        t!("attempts-state"),
        t!("attempts-tries"),
        t!("attempts-code"),
        t!("attempts-reply"),
        t!("attempts-when-in", zone = attempt.zone().to_string()),
    ]
}

fn cells(row: &Row, attempt: &Attempt) -> Vec<String> {
    let when = row.settled_at.map(|moment| schedule::civil(moment, &attempt.zone()));
    vec![
        row.email.clone(),
        row.full_name.clone(),
        row.state.word(),
        row.tries.to_string(),
        row.smtp_code.map(|code| code.to_string()).unwrap_or_default(),
        row.smtp_text.as_deref().map(remark::worded).unwrap_or_default(),
        when.map(|when| format!("{} {:02}:{:02}:{:02}", when.date(), when.hour(), when.minute(), when.second())).unwrap_or_default(),
    ]
}

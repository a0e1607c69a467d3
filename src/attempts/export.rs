//! An attempt's deliveries as a file for spreadsheets: all that the filter lets through, read and written a thousand at a time.

use futures_util::Stream;
use poem::{
    Body, Response, handler,
    http::header,
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
    users::CurrentUser,
};

/// Rows read at once.
const CHUNK: i64 = 1_000;

/// The deliveries that the page shows, all pages of it.
#[handler]
pub async fn deliveries(user: CurrentUser, app: Data<&App>, Path(id): Path<i64>, Query(query): Query<DeliveriesQuery>) -> Result<Response> {
    let attempt = queries::get(&app.db, user.id(), id).await?;
    let file = File { db: app.db.clone(), attempt, filter: query.filter(), language: i18n::current(), after: Some(0) };
    Ok(Response::builder()
        .content_type("text/csv; charset=utf-8")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"attempt-{id}.csv\""))
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::from_bytes_stream(chunks(file))))
}

struct File {
    db: PgPool,
    attempt: Attempt,
    filter: Filter,
    language: Language,
    /// The last delivery that was written; None: that was all.
    after: Option<i32>,
}

/// An error breaks the connection off, so that a part is not taken for the whole.
fn chunks(file: File) -> impl Stream<Item = std::io::Result<String>> {
    futures_util::stream::try_unfold(file, |mut file| async move {
        let Some(after) = file.after else { return Ok(None) };
        let rows = delivery::queries::list(&file.db, file.attempt.id, &file.filter, after, CHUNK).await.map_err(std::io::Error::other)?;
        // What is rendered outside of its request has to be told its language.
        let text = i18n::with(file.language, || {
            let heading = if after == 0 { heading(&file.attempt) } else { String::new() };
            rows.iter().fold(heading, |text, row| text + &line(&cells(row, &file.attempt)))
        });
        file.after = rows.last().filter(|_| rows.len() as i64 == CHUNK).map(|row| row.number);
        Ok(Some((text, file)))
    })
}

/// With the mark by which Excel knows UTF-8.
fn heading(attempt: &Attempt) -> String {
    let when = t!("attempts-when-in", zone = attempt.zone().to_string());
    let names = [
        t!("attempts-email"),
        t!("attempts-name"),
        t!("attempts-state"),
        t!("attempts-tries"),
        t!("attempts-code"),
        t!("attempts-reply"),
        when,
    ];
    format!("\u{feff}{}", line(&names))
}

fn cells(row: &Row, attempt: &Attempt) -> [String; 7] {
    let when = row.settled_at.map(|moment| schedule::civil(moment, &attempt.zone()));
    [
        row.email.clone(),
        row.full_name.clone(),
        row.state.word(),
        row.tries.to_string(),
        row.smtp_code.map(|code| code.to_string()).unwrap_or_default(),
        row.smtp_text.as_deref().map(remark::worded).unwrap_or_default(),
        when.map(|when| format!("{} {:02}:{:02}:{:02}", when.date(), when.hour(), when.minute(), when.second())).unwrap_or_default(),
    ]
}

/// RFC 4180.
fn line(cells: &[String]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", defused(cell).replace('"', "\"\""))).collect();
    quoted.join(",") + "\r\n"
}

/// A cell that a spreadsheet shows and does not calculate: what begins like a formula gets an apostrophe before it.
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

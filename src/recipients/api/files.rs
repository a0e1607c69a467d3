//! Recipients in files: all at once, in and out.

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json as Plain};
use sqlx::PgPool;

use super::Tag;
use crate::{
    app::App,
    recipients::{
        import::{
            record::Bad,
            stream::{self, Refusal, TakenIn},
        },
        queries, views,
    },
    t,
    tokens::{Caller, Lasting, Reading, Writing},
    web::{
        api::{CsvBody, CsvFile, Listed, Problem, problem::Kind},
        csv,
    },
};

/// Where files are sent to. Taking one in takes longer than anything else.
pub const IMPORT: &str = "/api/v1/recipients/import";
/// Rows that are read at a time.
const BATCH: i64 = 2000;

/// What became of a file.
#[derive(Debug, Object)]
struct Import {
    /// Recipients that are new.
    created: u64,
    /// Recipients that have another name or comment now.
    updated: u64,
    /// Lines that changed nothing: the recipient is stored like that, or a later line has the same address.
    unchanged: u64,
    /// The first thousand of the lines that were not taken in.
    rejected: Vec<Rejected>,
    /// All of those lines.
    rejected_total: u64,
    /// What the file was read as, such as `UTF-8` or `windows-1251`.
    charset: String,
}

/// A line that was not taken in.
#[derive(Debug, Object)]
struct Rejected {
    /// Its number; the heading is line 1.
    line: u64,
    /// Its address, or what stands in its place.
    email: String,
    /// What is wrong.
    error: String,
    /// With what: the beginning of it.
    text: String,
}

impl From<Bad> for Rejected {
    fn from(bad: Bad) -> Self {
        Self { line: bad.line, email: bad.email, error: views::import::problem(bad.problem.as_str()), text: bad.value }
    }
}

impl From<TakenIn> for Import {
    fn from(taken_in: TakenIn) -> Self {
        Self {
            created: taken_in.stored.created,
            updated: taken_in.stored.updated,
            unchanged: taken_in.unchanged,
            rejected: taken_in.found.bad.into_iter().map(Rejected::from).collect(),
            rejected_total: taken_in.found.bad_total,
            charset: taken_in.encoding.name().to_owned(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotYet => Self::conflict(t!("recipients-import-not-yet")),
            Refusal::NoHeader => Self::field("", t!("recipients-import-no-header")),
            Refusal::Revoked => Self::new(Kind::Unauthorized, t!("api-unauthorized-detail")).challenge("error=\"invalid_token\""),
            Refusal::BrokenOff => Self::new(Kind::Malformed, t!("api-broken-off")),
            Refusal::Half { stored, error } => {
                Self::from(error).detail(t!("recipients-import-half", created = stored.created, updated = stored.updated))
            }
            Refusal::Failed(error) => error.into(),
        }
    }
}

/// A file.
#[derive(Debug, ApiResponse)]
enum Exported {
    /// The file. One that breaks off is no whole one.
    #[oai(status = 200)]
    Ok(CsvFile, #[oai(header = "Content-Disposition")] String),
}

pub struct Files;

#[OpenApi(prefix_path = "/recipients", tag = "Tag::Recipients")]
impl Files {
    /// Import recipients
    ///
    /// A file of comma-separated values, which may be up to 80 MiB long. Its first line names the columns: `email`, `name`, `comment`; others
    /// are left out, and their order does not matter. Semicolons and tabs may separate the columns as well. Characters are those that
    /// `charset` names in `Content-Type`, else what they look like; a byte order mark is no part of the file.
    ///
    /// Who has an address already gets the name and the comment of the file, where it has some. Lines that cannot be taken in are told, and
    /// the others are taken in. A file that breaks off leaves no trace; one that has come as a whole is stored ten thousand rows at a time.
    /// Where that breaks off (500, 503 or no answer), send the file again: nothing is changed twice. A user's imports come one after the other.
    #[oai(path = "/import", method = "post", operation_id = "importRecipients")]
    async fn import(&self, caller: Caller<Writing>, app: Data<&App>, file: CsvBody) -> Result<Listed<Import>, Problem> {
        let body = Box::pin(file.body.into_bytes_stream());
        let taken_in = stream::take_in(&app, caller.id(), caller.token_id, file.declared, file.length, body).await?;
        Ok(Listed::Ok(Plain(taken_in.into())))
    }

    /// Export recipients
    ///
    /// All of them, the newest first, in the shape in which they can be imported. What a spreadsheet would calculate has an apostrophe before
    /// it, which an import takes away again.
    #[oai(path = "/export", method = "get", operation_id = "exportRecipients")]
    async fn export(&self, caller: Caller<Reading>, app: Data<&App>) -> Exported {
        let headings = ["email", "name", "comment"].map(str::to_owned).to_vec();
        let all = All { db: app.db.clone(), user_id: caller.id(), before: None };
        let file = csv::body(headings, Lasting::new(&app, &caller).download(all));
        Exported::Ok(CsvFile(file), "attachment; filename=\"recipients.csv\"".to_owned())
    }
}

/// Every recipient of a user, newest first.
struct All {
    db: PgPool,
    user_id: i64,
    before: Option<i64>,
}

impl csv::Pages for All {
    async fn next(&mut self) -> sqlx::Result<Vec<Vec<String>>> {
        let found = queries::list(&self.db, self.user_id, None, self.before, BATCH).await?;
        self.before = found.last().map(|recipient| recipient.id).or(self.before);
        Ok(found.into_iter().map(|recipient| vec![recipient.email, recipient.full_name, recipient.comment]).collect())
    }
}

//! Taking in a file: upload, look, start, watch, and what could not be taken in.

use poem::{
    FromRequest, IntoResponse, Request, Response, handler,
    web::{Data, Multipart, Path},
};
use sqlx::PgPool;

use crate::{
    app::{App, Enqueue},
    error::{Error, Result},
    limits::IMPORT_BYTES,
    recipients::{
        import::{
            Choices,
            columns::{self, Recognised},
            file,
        },
        jobs::ImportRecipients,
        model::ImportForm,
        queries::imports::{self, Started},
        views,
    },
    t,
    users::{CurrentUser, session::Lasting},
    web::{Chrome, FieldErrors, FormData, Page, csv, form::WHOLE, off_thread, see_other, session::SessionHash},
};

/// Rows of the file that the reader sees before it is taken in.
const ROWS_SHOWN: usize = 8;
/// Characters of a cell that are looked at and shown; the longest address has 254.
const CELL_SHOWN: usize = 300;
/// Bad lines that a page shows; the file has them all.
pub const PROBLEMS_SHOWN: i64 = 200;
const BATCH: i64 = 2000;

#[handler]
pub async fn new(user: CurrentUser, chrome: Chrome) -> Page {
    Page::ok(views::import::new_page(&user, &chrome, "", &FieldErrors::default()))
}

/// What was uploaded or pasted.
#[derive(Default)]
pub struct Upload {
    file_name: String,
    content: Vec<u8>,
    pasted: String,
}

impl<'a> FromRequest<'a> for Upload {
    async fn from_request(request: &'a Request, body: &mut poem::RequestBody) -> poem::Result<Self> {
        // A form of another kind holds no file: nothing was uploaded.
        let Ok(mut form) = Multipart::from_request(request, body).await else { return Ok(Self::default()) };
        let broken = |_| Error::BadRequest { why: t!("form-broken-off") };
        let mut upload = Self::default();
        while let Some(field) = form.next_field().await.map_err(broken)? {
            match field.name() {
                Some("file") => {
                    upload.file_name =
                        field.file_name().unwrap_or_default().chars().filter(|character| !character.is_control()).take(200).collect();
                    upload.content = field.bytes().await.map_err(broken)?;
                }
                Some("text") => upload.pasted = field.text().await.map_err(broken)?,
                _ => {}
            }
        }
        Ok(upload)
    }
}

#[handler]
pub async fn create(user: CurrentUser, chrome: Chrome, app: Data<&App>, upload: Upload) -> Result<Response> {
    let refused = |problem: String| {
        let errors = FieldErrors::of("text", problem);
        Page::invalid(views::import::new_page(&user, &chrome, &upload.pasted, &errors)).into_response()
    };
    if !upload.content.is_empty() && !upload.pasted.trim().is_empty() {
        return Ok(refused(t!("recipients-import-both")));
    }
    let content = if upload.content.is_empty() { upload.pasted.clone().into_bytes() } else { upload.content };
    if content.len() > IMPORT_BYTES {
        return Err(Error::TooLarge);
    }
    let (content, recognised) = looked_at(content).await?;
    if recognised.rows.is_empty() {
        return Ok(refused(t!("recipients-import-nothing")));
    }
    let id = imports::insert(&app.db, user.id(), &upload.file_name, &content).await?;
    Ok(see_other(format!("/recipients/imports/{id}")))
}

/// Before it begins, what was recognised; then how far it came; then what became of it.
#[handler]
pub async fn show(user: CurrentUser, chrome: Chrome, app: Data<&App>, Path(id): Path<i64>) -> Result<Page> {
    let import = imports::get(&app.db, user.id(), id).await?;
    if import.started_at.is_some() {
        let bad = imports::problems(&app.db, user.id(), id, 0, PROBLEMS_SHOWN).await?;
        return Ok(Page::ok(views::import::progress_page(&user, &chrome, &import, &bad)));
    }
    let content = imports::content(&app.db, user.id(), id).await?.ok_or(Error::NotFound)?;
    let (_, recognised) = looked_at(content).await?;
    let form = ImportForm::from(&recognised);
    Ok(Page::ok(views::import::preview_page(&user, &chrome, &import, &recognised.rows, &form, &FieldErrors::default())))
}

/// Starts it with what was chosen.
#[handler]
pub async fn update(
    user: CurrentUser,
    chrome: Chrome,
    app: Data<&App>,
    Path(id): Path<i64>,
    FormData(form): FormData<ImportForm>,
) -> Result<Response> {
    let import = imports::get(&app.db, user.id(), id).await?;
    let address = format!("/recipients/imports/{id}");
    let Some(content) = imports::content(&app.db, user.id(), id).await? else { return Ok(see_other(address)) };
    let (recognised, records) = off_thread::read(move || counted(&content)).await?;
    let refused = |errors: &FieldErrors| views::import::preview_page(&user, &chrome, &import, &recognised.rows, &form, errors);
    let choices: Choices = match form.parse(recognised.columns.len()) {
        Ok(choices) => choices,
        Err(errors) => return Ok(Page::invalid(refused(&errors)).into_response()),
    };
    let mut transaction = app.db.begin().await?;
    match imports::start(&mut transaction, user.id(), id, &choices, records).await? {
        Started::Now => app.enqueue(&mut transaction, ImportRecipients { import_id: id }, Enqueue::default()).await?,
        Started::Before => {}
        Started::NotYet => return Ok(Page::conflict(refused(&FieldErrors::of(WHOLE, t!("recipients-import-not-yet")))).into_response()),
    }
    transaction.commit().await?;
    Ok(see_other(address))
}

/// The file again, and what it begins with.
async fn looked_at(content: Vec<u8>) -> Result<(Vec<u8>, Recognised)> {
    let look = move || {
        let recognised = recognised(&file::text(&content));
        (content, recognised)
    };
    off_thread::read(look).await
}

/// What a file begins with, and how many rows it has.
fn counted(content: &[u8]) -> (Recognised, i32) {
    let text = file::text(content);
    let mut reader = file::reader(&text, file::separator(&text));
    (recognised(&text), i32::try_from(reader.byte_records().count()).unwrap_or(i32::MAX))
}

fn recognised(text: &str) -> Recognised {
    let sample = file::beginning(text);
    let mut reader = file::reader(sample, file::separator(text));
    let rows = reader.records().flatten().filter(|row| !file::is_blank(row)).take(ROWS_SHOWN);
    // What is no address by then is none.
    let cells = |row: ::csv::StringRecord| row.iter().map(|cell| cell.chars().take(CELL_SHOWN).collect()).collect();
    columns::recognise(rows.map(cells).collect())
}

/// Every line that could not be taken in, as a file.
#[handler]
pub async fn problems(user: CurrentUser, session: SessionHash, app: Data<&App>, Path(id): Path<i64>) -> Result<Response> {
    imports::get(&app.db, user.id(), id).await?;
    let headings = vec![t!("recipients-import-line"), t!("recipients-import-problem"), t!("recipients-import-value")];
    let pages = Problems { db: app.db.clone(), user_id: user.id(), import_id: id, after: 0, language: crate::i18n::current() };
    Ok(csv::download("import-problems.csv", headings, Lasting::new(&app, &user, session).download(pages)))
}

struct Problems {
    db: PgPool,
    user_id: i64,
    import_id: i64,
    after: i64,
    language: crate::i18n::Language,
}

impl csv::Pages for Problems {
    async fn next(&mut self) -> sqlx::Result<Vec<Vec<String>>> {
        let found = imports::problems(&self.db, self.user_id, self.import_id, self.after, BATCH).await?;
        self.after = found.last().map_or(self.after, |bad| bad.line);
        let row = |bad: imports::BadLine| vec![bad.line.to_string(), views::import::problem(&bad.problem), bad.value];
        Ok(crate::i18n::with(self.language, || found.into_iter().map(row).collect()))
    }
}

//! Tables as CSV that a spreadsheet opens (RFC 4180, UTF-8 with its mark, for Excel), sent while they are read: a million rows are
//! never in memory at once.

use std::io;

use futures_util::stream::{self, Stream};
use poem::{Body, Response, http::header};

/// Makes the next part of a file.
pub trait Pages: Send + 'static {
    /// The rows behind those before; none: that was all.
    fn next(&mut self) -> impl Future<Output = sqlx::Result<Vec<Vec<String>>>> + Send;
}

/// Rows that are all there.
pub struct Rows(Option<Vec<Vec<String>>>);

impl Rows {
    pub fn new(rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        Self(Some(rows.into_iter().collect()))
    }
}

impl Pages for Rows {
    async fn next(&mut self) -> sqlx::Result<Vec<Vec<String>>> {
        Ok(self.0.take().unwrap_or_default())
    }
}

/// The file as a download. An error in the middle breaks the connection off, so that nobody takes a part for the whole.
pub fn download(file_name: &str, headings: Vec<String>, pages: impl Pages) -> Response {
    Response::builder()
        .content_type("text/csv; charset=utf-8")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file_name}\""))
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::from_bytes_stream(parts("\u{FEFF}", headings, pages)))
}

/// The file for a program, which needs no mark.
pub fn body(headings: Vec<String>, pages: impl Pages) -> Body {
    Body::from_bytes_stream(parts("", headings, pages))
}

fn parts(mark: &'static str, headings: Vec<String>, pages: impl Pages) -> impl Stream<Item = io::Result<Vec<u8>>> + Send {
    stream::unfold(Some((Some(headings), pages)), move |state| async move {
        let (headings, mut pages) = state?;
        if let Some(headings) = headings {
            let begun = lines(&[headings]).map(|lines| [mark.as_bytes(), &lines].concat());
            return Some((begun, Some((None, pages))));
        }
        match pages.next().await {
            Ok(rows) if rows.is_empty() => None,
            Ok(rows) => Some((lines(&rows), Some((None, pages)))),
            Err(error) => Some((Err(io::Error::other(error)), None)),
        }
    })
}

fn lines(rows: &[Vec<String>]) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| defused(cell)))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// Spreadsheets calculate what begins so; behind an apostrophe they show it (OWASP, "CSV injection"). An import takes it away again.
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text() {
        let cells = ["=2+2", "+7 900", "-1", "@x", "anna@example.org", "a \"b\", c\nd"].map(str::to_owned).to_vec();
        let line = String::from_utf8(lines(&[cells]).unwrap()).unwrap();
        assert_eq!(line, "'=2+2,'+7 900,'-1,'@x,anna@example.org,\"a \"\"b\"\", c\nd\"\r\n");
    }
}

//! Tables to take along: CSV as spreadsheets read it (RFC 4180, UTF-8 with the mark that tells Excel so), in which no cell is
//! taken for a formula.

use poem::{Response, http::header};

use crate::error::Result;

/// A file to download. `name` is plain ASCII without an extension.
pub fn download(name: &str, heading: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> Result<Response> {
    let mut writer = ::csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(heading).map_err(anyhow::Error::from)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| defused(cell))).map_err(anyhow::Error::from)?;
    }
    let file = writer.into_inner().map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(Response::builder()
        .content_type("text/csv; charset=utf-8")
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\""))
        .header(header::CACHE_CONTROL, "no-store")
        .body(file))
}

/// A cell that a spreadsheet shows and does not calculate: what begins like a formula gets an apostrophe before it (OWASP, CSV
/// injection).
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_cell_is_taken_for_a_formula_and_letters_stay_what_they_are() {
        let rows = vec![vec!["=HYPERLINK(\"x\")".to_owned(), "Имя, \"да\"".to_owned()], vec!["@sum".into(), "+1".into()]];
        let response = download("report", &["A".into(), "B".into()], rows).unwrap();
        let text = response.into_body().into_string().await.unwrap();
        assert_eq!(text, "\u{feff}A,B\n\"'=HYPERLINK(\"\"x\"\")\",\"Имя, \"\"да\"\"\"\n'@sum,'+1\n");
    }
}

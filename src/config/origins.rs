//! `API_ORIGINS`: the sites whose pages may use the API from a browser.

use url::Url;

use super::{ConfigError, text};

const SETTING: &str = "API_ORIGINS";

/// As browsers write them in `Origin` (RFC 6454, section 6.2); none where the setting is unset.
pub(super) fn api_origins() -> Result<Vec<String>, ConfigError> {
    text(SETTING).map_or(Ok(Vec::new()), |origins| parse(&origins))
}

fn parse(origins: &str) -> Result<Vec<String>, ConfigError> {
    origins.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(origin).collect()
}

fn origin(text: &str) -> Result<String, ConfigError> {
    let wrong = || ConfigError::new(SETTING, format!("has “{text}”; an origin looks like https://app.example.org, without a path"));
    let url = Url::parse(text).map_err(|_| wrong())?;
    let origin = url.origin();
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !is_bare || !origin.is_tuple() {
        return Err(wrong());
    }
    Ok(origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        let origins = parse("https://App.example.org/, http://localhost:5173,").unwrap();
        assert_eq!(origins, ["https://app.example.org", "http://localhost:5173"]);
        for wrong in ["*", "example.org", "https://example.org/path", "ftp://example.org", "null", "https://user@example.org"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

//! Entity tags: a row's version, so that a change says what it is a change of (RFC 9110, sections 8.8.3 and 13.1.1).

use std::str::FromStr;

use poem::{
    Request, RequestBody,
    http::{HeaderValue, header},
};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchema, MetaSchemaRef},
    types::{ToHeader, Type},
};

use super::problem::{Kind, Problem};
use crate::t;

/// The version of a row, as an entity tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ETag(pub i32);

/// What a change is a change of: one of the versions named, or whichever there is (`*`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    Any,
    Versions(Vec<i32>),
}

impl IfMatch {
    /// The version to change, of a row that has `current`.
    ///
    /// # Errors
    /// The row has another version than those named.
    pub fn version(&self, current: i32) -> Result<i32, Problem> {
        match self {
            Self::Any => Ok(current),
            Self::Versions(versions) if versions.contains(&current) => Ok(current),
            Self::Versions(_) => Err(Problem::changed()),
        }
    }
}

impl FromStr for IfMatch {
    type Err = Problem;

    fn from_str(value: &str) -> Result<Self, Problem> {
        let value = value.trim();
        if value == "*" {
            return Ok(Self::Any);
        }
        if !value.trim_start_matches("W/").starts_with('"') {
            return Err(Problem::field(header::IF_MATCH.as_str(), t!("api-bad-entity-tag")));
        }
        // Weak tags never match (RFC 9110, section 13.1.1), nor do those of somebody else's making: no version is theirs.
        let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Ok(Self::Versions(value.split(',').filter_map(version).collect()))
    }
}

/// The header of a change; a change without it is none. Named in the signature by `#[oai(name = "If-Match")]`.
impl<'a> ApiExtractor<'a> for IfMatch {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some("The entity tag that the row was shown with, or `*` for whichever version there is."),
            pattern: Some(r#"^(\*|"[0-9]{1,9}")$"#.to_owned()),
            example: Some("*".into()),
            ..MetaSchema::new("string")
        })))
    }

    async fn from_request(request: &'a Request, _body: &mut RequestBody, _options: ExtractParamOptions<()>) -> poem::Result<Self> {
        let missing = || Problem::new(Kind::PreconditionRequired, t!("api-precondition-required-detail"));
        Ok(request.header(header::IF_MATCH).ok_or_else(missing)?.parse()?)
    }
}

impl Type for ETag {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> std::borrow::Cow<'static, str> {
        "ETag".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some("The version of what is shown; a change names it in `If-Match`."),
            example: Some("\"3\"".into()),
            ..MetaSchema::new("string")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ToHeader for ETag {
    fn to_header(&self) -> Option<HeaderValue> {
        format!("\"{}\"", self.0).parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_the_version_that_there_is() {
        let parse = |value: &str| value.parse::<IfMatch>().unwrap();
        assert_eq!(parse("*").version(7).unwrap(), 7);
        assert_eq!(parse("\"7\"").version(7).unwrap(), 7);
        assert_eq!(parse("\"3\", \"7\"").version(7).unwrap(), 7);
        for other in ["\"6\"", "W/\"7\"", "\"seven\"", "\"99999999999\""] {
            assert!(parse(other).version(7).is_err(), "{other}");
        }
        assert!("7".parse::<IfMatch>().is_err());
    }
}

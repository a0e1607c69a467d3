//! Files of comma-separated values, which come and go in pieces.

use encoding_rs::Encoding;
use poem::{Body, IntoResponse, Request, RequestBody, Response, http::header};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    error::ContentTypeError,
    payload::Payload,
    registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef},
};

use super::{
    body::not_encoded,
    problem::{Kind, Problem},
};
use crate::t;

const CONTENT_TYPE: &str = "text/csv";
const CHARSET: &str = "charset";

/// A file that is sent, unread.
#[derive(Debug)]
pub struct CsvBody {
    /// What `Content-Type` says of its characters.
    pub declared: Option<&'static Encoding>,
    /// What `Content-Length` says, in bytes.
    pub length: Option<u64>,
    pub body: Body,
}

impl<'a> ApiExtractor<'a> for CsvBody {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let schema = MetaSchema { example: Some("email,name,comment\r\nanna@example.org,Anna Kern,From the fair\r\n".into()), ..text() };
        let content = vec![MetaMediaType { content_type: CONTENT_TYPE, schema: MetaSchemaRef::Inline(Box::new(schema)) }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _options: ExtractParamOptions<()>) -> poem::Result<Self> {
        let given = request.content_type().ok_or(ContentTypeError::ExpectContentType)?;
        let (essence, parameters) = given.split_once(';').unwrap_or((given, ""));
        if !essence.trim().eq_ignore_ascii_case(CONTENT_TYPE) {
            return Err(ContentTypeError::NotSupported { content_type: given.to_owned() }.into());
        }
        not_encoded(request)?;
        let length = request.header(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
        Ok(Self { declared: declared(parameters)?, length, body: body.take()? })
    }
}

/// The encoding among a media type's parameters.
fn declared(parameters: &str) -> Result<Option<&'static Encoding>, Problem> {
    let mut parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let Some((_, label)) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case(CHARSET)) else { return Ok(None) };
    let label = label.trim().trim_matches('"');
    let encoding = Encoding::for_label(label.as_bytes());
    encoding.map(Some).ok_or_else(|| Problem::new(Kind::MediaType, t!("api-bad-charset", charset = label)))
}

/// A file as an answer.
#[derive(Debug)]
pub struct CsvFile(pub Body);

impl Payload for CsvFile {
    const CONTENT_TYPE: &'static str = CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        content_type == CONTENT_TYPE
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(text()))
    }
}

impl IntoResponse for CsvFile {
    fn into_response(self) -> Response {
        // By RFC 7111 it is UTF-8 where nothing else is said.
        Response::builder().content_type(CONTENT_TYPE).header(header::CACHE_CONTROL, "no-store").body(self.0)
    }
}

fn text() -> MetaSchema {
    MetaSchema::new("string")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_characters_of_a_file_may_be_declared() {
        assert_eq!(declared("").unwrap(), None);
        assert_eq!(declared(" header=present; Charset=\"Windows-1251\"").unwrap(), Some(encoding_rs::WINDOWS_1251));
        assert_eq!(declared("charset=utf8").unwrap(), Some(encoding_rs::UTF_8));
        assert!(declared("charset=klingon").is_err());
    }
}

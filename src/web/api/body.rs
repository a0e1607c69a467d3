//! JSON that is sent: read within its size and time, and told apart by path where it has another shape.

use std::{fmt, marker::PhantomData, time::Duration};

use poem::{FromRequest, Request, RequestBody, http::header, web::Data};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    error::ContentTypeError,
    payload::{Json as Plain, Payload},
    registry::{MetaMediaType, MetaRequest, Registry},
    types::Type,
};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::error::Category;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::{
    once::Fingerprint,
    problem::{FieldProblem, Kind, Problem},
};
use crate::{app::App, error::Error, limits::BODY_BYTES, t};

/// A body of JSON. Reading goes by `serde`, which knows the path of what is wrong; the document is made of the type's schema.
#[derive(Debug)]
pub struct Json<T> {
    pub value: T,
    /// Of the bytes as they were sent.
    pub fingerprint: Fingerprint,
}

impl<'a, T: Type + DeserializeOwned> ApiExtractor<'a> for Json<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = vec![MetaMediaType { content_type: "application/json", schema: T::schema_ref() }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _options: ExtractParamOptions<()>) -> poem::Result<Self> {
        let given = request.content_type().ok_or(ContentTypeError::ExpectContentType)?;
        if !<Plain<T> as Payload>::check_content_type(given) {
            return Err(ContentTypeError::NotSupported { content_type: given.to_owned() }.into());
        }
        not_encoded(request)?;
        let Data(app) = Data::<&App>::from_request_without_body(request).await?;
        let bytes = read(body, BODY_BYTES, app.config.limits.body).await?;
        Ok(Self { value: parse(&bytes)?, fingerprint: Fingerprint(Sha256::digest(&bytes).into()) })
    }
}

/// Nobody unpacks a body here: a small one may hold a very large one.
///
/// # Errors
/// 415, where it has a content coding (RFC 9110, section 8.4).
pub fn not_encoded(request: &Request) -> Result<(), Problem> {
    let mut codings = request.headers().get_all(header::CONTENT_ENCODING).iter().map(|coding| String::from_utf8_lossy(coding.as_bytes()));
    match codings.find(|coding| !coding.eq_ignore_ascii_case("identity")) {
        Some(coding) => Err(Problem::new(Kind::MediaType, t!("api-content-encoding", given = coding.as_ref()))),
        None => Ok(()),
    }
}

/// The whole body, of `most` bytes, within `patience`.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::TooSlow`], or that it broke off.
pub async fn read(body: &mut RequestBody, most: usize, patience: Duration) -> poem::Result<Vec<u8>> {
    let body = body.take()?.into_async_read();
    match tokio::time::timeout(patience, up_to(most, body)).await {
        Err(_) => Err(Error::TooSlow.into()),
        Ok(Err(_)) => Err(Problem::new(Kind::Malformed, t!("api-broken-off")).into()),
        Ok(Ok(None)) => Err(Error::TooLarge.into()),
        Ok(Ok(Some(bytes))) => Ok(bytes),
    }
}

/// What is read and dropped of a body that is too large, in such bodies: a connection that is closed with something unread loses the
/// answer as well.
const DROPPED: u64 = 50;

async fn up_to(most: usize, mut body: impl AsyncRead + Unpin) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    if (&mut body).take(most as u64 + 1).read_to_end(&mut bytes).await? <= most {
        return Ok(Some(bytes));
    }
    drop(bytes);
    tokio::io::copy(&mut body.take(most as u64 * DROPPED), &mut tokio::io::sink()).await?;
    Ok(None)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // serde would fill a struct from an array as well.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| problem(".", &error))?;
        return Err(Problem::field("", t!("api-no-object")));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        problem(&path, error.inner())
    })?;
    json.end().map_err(|error| problem(".", &error))?;
    Ok(value)
}

fn problem(path: &str, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => {
            let parent = if path == "." { "" } else { path };
            let field = match (parent, missing(&error.to_string())) {
                (parent, None) => parent.to_owned(),
                ("", Some(field)) => field,
                (parent, Some(field)) => format!("{parent}.{field}"),
            };
            Problem::fields(vec![FieldProblem { field, detail: t!("api-wrong-shape", reason = error.to_string()) }])
        }
        Category::Io | Category::Syntax | Category::Eof => {
            Problem::new(Kind::Malformed, t!("api-malformed-detail", reason = error.to_string()))
        }
    }
}

/// For `#[serde(deserialize_with = "…")]` at an object within an object: serde would fill a struct from an array as well.
///
/// # Errors
/// It is no object, or one of another shape.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}

/// The field that is not there: of one serde knows only where it should be.
fn missing(reason: &str) -> Option<String> {
    Some(reason.strip_prefix("missing field `")?.split_once('`')?.0.to_owned())
}

//! Requests that count once: who repeats one under the same `Idempotency-Key`, because its answer was lost, gets the same answer, and nothing
//! is done again (the IETF's draft-ietf-httpapi-idempotency-key-header). The answer is kept in the transaction that does what was
//! asked, so there is neither a deed without its answer nor an answer without its deed.

use std::marker::PhantomData;

use anyhow::anyhow;
use poem::{
    IntoResponse, Request, RequestBody, Response,
    http::{HeaderMap, HeaderName, StatusCode, header},
};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions,
    registry::{MetaParamIn, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgExecutor, PgPool, PgTransaction};

use super::problem::Problem;
use crate::{db::is_lock_timeout, error::Error, t};

/// The header's name.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const KEY_LENGTH: usize = 255;

/// The client's name for a request; named in the signature by `#[oai(name = "Idempotency-Key")]`.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

impl<'a> ApiExtractor<'a> for IdempotencyKey {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Header)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: Some(
                "A name of your own for this request, new for each, such as a UUID. Sent again under the same name, it is not done again, and the answer is the same; for a day.",
            ),
            pattern: Some("^[!-~]{1,255}$".to_owned()),
            ..MetaSchema::new("string")
        })))
    }

    async fn from_request(request: &'a Request, _body: &mut RequestBody, _options: ExtractParamOptions<()>) -> poem::Result<Self> {
        let Some(key) = request.headers().get(HEADER) else { return Ok(Self(None)) };
        let key = key.to_str().ok().filter(|key| (1..=KEY_LENGTH).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
        match key {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => Err(Problem::field("Idempotency-Key", t!("api-bad-idempotency-key")).into()),
        }
    }
}

/// What was asked, in short: SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Of a request that has no body.
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    fn of(self, operation: &str) -> Vec<u8> {
        Sha256::new().chain_update(operation).chain_update([0]).chain_update(self.0).finalize().to_vec()
    }
}

/// A request that is being done for the first time: its transaction.
pub struct Once<R> {
    pub transaction: PgTransaction<'static>,
    user_id: i64,
    key: Option<String>,
    answer: PhantomData<fn() -> R>,
}

/// What it was answered with, now or then.
pub struct Answer<R> {
    response: Response,
    answer: PhantomData<fn() -> R>,
}

/// Whether there is anything to do.
pub enum Begun<R> {
    New(Once<R>),
    Before(Answer<R>),
}

impl<R: ApiResponse + IntoResponse> Once<R> {
    /// Begins a request. `operation` says what is asked for, with the ids of its address; `asked` is its body's. Of two that come at once under one
    /// key the second waits for the first.
    ///
    /// # Errors
    /// The key was used for something else, or its first request is still being done.
    pub async fn begin(db: &PgPool, user_id: i64, key: IdempotencyKey, operation: &str, asked: Fingerprint) -> Result<Begun<R>, Problem> {
        let mut transaction = db.begin().await?;
        // For what stands in the way later as well: a connection is not held for as long as somebody else likes.
        sqlx::query!("set local lock_timeout = '5s'").execute(&mut *transaction).await?;
        if let Some(key) = &key.0 {
            let fingerprint = asked.of(operation);
            match claim(&mut transaction, user_id, key, &fingerprint).await {
                Ok(true) => {}
                Ok(false) => {
                    // Gone in this very moment: its day is over.
                    let kept = kept(&mut *transaction, user_id, key).await?.ok_or_else(|| Problem::conflict(t!("api-key-under-way")))?;
                    if kept.fingerprint != fingerprint {
                        return Err(Problem::field("Idempotency-Key", t!("api-key-used")));
                    }
                    return Ok(Begun::Before(kept.try_into()?));
                }
                Err(error) if is_lock_timeout(&error) => return Err(Problem::conflict(t!("api-key-under-way"))),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Begun::New(Self { transaction, user_id, key: key.0, answer: PhantomData }))
    }

    /// Ends it: what was done is done, and what is answered is kept.
    ///
    /// # Errors
    /// It could not be saved, and nothing was done.
    pub async fn finish(mut self, answer: R) -> Result<Answer<R>, Problem> {
        let response = self.keep(answer).await?;
        self.transaction.commit().await?;
        Ok(Answer { response, answer: PhantomData })
    }

    /// As [`finish`](Self::finish), where the answer holds what is shown once and must not be kept: `kept` is the same without it, and what whoever
    /// repeats the request gets.
    ///
    /// # Errors
    /// It could not be saved, and nothing was done.
    pub async fn finish_without(mut self, kept: R, answer: R) -> Result<Answer<R>, Problem> {
        self.keep(kept).await?;
        self.transaction.commit().await?;
        Ok(Answer { response: answer.into_response(), answer: PhantomData })
    }

    async fn keep(&mut self, answer: R) -> Result<Response, Problem> {
        let mut response = answer.into_response();
        if let Some(key) = &self.key {
            let body = response.take_body().into_vec().await.map_err(|error| Error::Internal(anyhow!(error)))?;
            keep(&mut *self.transaction, self.user_id, key, &response, &body).await?;
            response.set_body(body);
        }
        Ok(response)
    }
}

impl<R> IntoResponse for Answer<R> {
    fn into_response(self) -> Response {
        self.response
    }
}

impl<R: ApiResponse> ApiResponse for Answer<R> {
    fn meta() -> MetaResponses {
        R::meta()
    }

    fn register(registry: &mut Registry) {
        R::register(registry);
    }
}

struct Kept {
    fingerprint: Vec<u8>,
    status: i16,
    location: Option<String>,
    etag: Option<String>,
    body: Vec<u8>,
}

impl<R> TryFrom<Kept> for Answer<R> {
    type Error = Problem;

    fn try_from(kept: Kept) -> Result<Self, Problem> {
        let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.ok_or_else(|| Error::Internal(anyhow!("an answer with the status {} was kept", kept.status)))?;
        let mut response = Response::builder().status(status);
        if !kept.body.is_empty() {
            response = response.content_type("application/json; charset=utf-8");
        }
        for (name, value) in [(header::LOCATION, kept.location), (header::ETAG, kept.etag)] {
            if let Some(value) = value {
                response = response.header(name, value);
            }
        }
        Ok(Self { response: response.body(kept.body), answer: PhantomData })
    }
}

/// Whether the key is this request's: false where an earlier one has it. Waits a while for one that is being done.
async fn claim(transaction: &mut PgConnection, user_id: i64, key: &str, fingerprint: &[u8]) -> sqlx::Result<bool> {
    let claimed = sqlx::query!(
        "insert into api_answers (user_id, key, fingerprint) values ($1, $2, $3) on conflict do nothing",
        user_id,
        key,
        fingerprint
    )
    .execute(transaction)
    .await?;
    Ok(claimed.rows_affected() > 0)
}

async fn kept(db: impl PgExecutor<'_>, user_id: i64, key: &str) -> sqlx::Result<Option<Kept>> {
    sqlx::query_as!(
        Kept,
        r#"select fingerprint, status as "status!", location, etag, body as "body!" from api_answers where user_id = $1 and key = $2"#,
        user_id,
        key
    )
    .fetch_optional(db)
    .await
}

async fn keep(db: impl PgExecutor<'_>, user_id: i64, key: &str, response: &Response, body: &[u8]) -> sqlx::Result<()> {
    let header = |headers: &HeaderMap, name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    sqlx::query!(
        "update api_answers set status = $3, location = $4, etag = $5, body = $6 where user_id = $1 and key = $2",
        user_id,
        key,
        // A status has three digits.
        response.status().as_u16().cast_signed(),
        header(response.headers(), header::LOCATION),
        header(response.headers(), header::ETAG),
        body
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Answers are kept for a day, and no longer than whose they are.
pub async fn delete_old(db: impl PgExecutor<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from api_answers where created_at < now() - interval '1 day' or not exists (select from users where users.id = user_id)"
    )
    .execute(db)
    .await?;
    Ok(())
}

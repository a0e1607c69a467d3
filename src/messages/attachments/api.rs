//! The files of a message for programs.

use poem::{FromRequest, Request, RequestBody, web::Data};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ApiResponse, ExtractParamOptions, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json as Plain},
    registry::{MetaMediaType, MetaRequest, MetaSchema, MetaSchemaRef},
};
use sha2::{Digest, Sha256};

use super::{disposition, model, queries};
use crate::{
    app::App,
    limits::ATTACHMENTS_BYTES,
    messages::api::{AttachmentOutput, Tag},
    tokens::{Caller, Reading, Writing},
    web::{
        api::{Answer, Begun, Deleted, IdempotencyKey, Once, Problem, body, once::Fingerprint},
        upload::Upload,
    },
};

/// A file as the request's body, whatever it is.
struct File {
    content_type: String,
    content: Vec<u8>,
}

impl<'a> ApiExtractor<'a> for File {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn request_meta() -> Option<MetaRequest> {
        let schema = MetaSchemaRef::Inline(Box::new(MetaSchema {
            min_length: Some(1),
            max_length: Some(ATTACHMENTS_BYTES),
            ..MetaSchema::new_with_format("string", "binary")
        }));
        let content = vec![MetaMediaType { content_type: "application/octet-stream", schema }];
        Some(MetaRequest { description: Some("The file's bytes. Another media type is kept with the file."), content, required: true })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _options: ExtractParamOptions<()>) -> poem::Result<Self> {
        let Data(app) = Data::<&App>::from_request_without_body(request).await?;
        body::not_encoded(request)?;
        let content = body::read(body, ATTACHMENTS_BYTES, app.config.limits.body).await?;
        Ok(Self { content_type: request.content_type().unwrap_or_default().to_owned(), content })
    }
}

/// 201: a file that was not there before.
#[derive(ApiResponse)]
enum Uploaded {
    /// As it was taken.
    #[oai(status = 201)]
    Created(
        Plain<AttachmentOutput>,
        /// Its address.
        #[oai(header = "Location")]
        String,
    ),
}

/// 200: a file's bytes.
#[derive(ApiResponse)]
enum Downloaded {
    /// The file.
    #[oai(status = 200)]
    Ok(
        Binary<Vec<u8>>,
        /// Its name (RFC 6266).
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

pub struct Api;

#[OpenApi(prefix_path = "/messages", tag = "Tag::Messages")]
impl Api {
    /// Attach a file to a message
    ///
    /// The body is the file. A message has ten files at the most, of 5 MiB all together, and no programs, which most mail servers refuse.
    #[oai(path = "/:id/attachments", method = "post", operation_id = "createAttachment")]
    async fn create(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
        /// The file's name, as recipients see it; folders in it are left out.
        #[oai(validator(min_length = 1, max_length = 200))]
        name: Query<String>,
        #[oai(name = "Idempotency-Key")] key: IdempotencyKey,
        file: File,
    ) -> Result<Answer<Uploaded>, Problem> {
        let (id, name) = (id.0, name.0);
        let asked = Fingerprint(Sha256::digest(&file.content).into());
        let operation = format!("createAttachment {id} {name}");
        let mut once = match Once::begin(&app.db, caller.id(), key, &operation, asked).await? {
            Begun::New(once) => once,
            Begun::Before(answer) => return Ok(answer),
        };
        queries::lock_message(&mut *once.transaction, caller.id(), id).await?;
        let present = queries::list(&mut *once.transaction, caller.id(), id).await?;
        let upload = Upload { name, content_type: file.content_type, content: file.content };
        let files = model::parse(vec![upload], &present).map_err(|faults| Problem::field("", faults))?;
        for file in &files {
            queries::insert(&mut *once.transaction, caller.id(), id, file).await?;
        }
        // The message is locked, so the last one is the new one.
        let new = queries::list(&mut *once.transaction, caller.id(), id).await?.pop().ok_or_else(Problem::not_found)?;
        let location = format!("/api/v1/messages/{id}/attachments/{}", new.id);
        once.finish(Uploaded::Created(Plain(new.into()), location)).await
    }

    /// Download a file of a message
    #[oai(path = "/:id/attachments/:attachment_id", method = "get", operation_id = "downloadAttachment")]
    async fn show(
        &self,
        caller: Caller<Reading>,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
        /// The file.
        attachment_id: Path<i64>,
    ) -> Result<Downloaded, Problem> {
        let file = queries::get(&app.db, caller.id(), id.0, attachment_id.0).await?;
        Ok(Downloaded::Ok(Binary(file.content), disposition(&file.name)))
    }

    /// Take a file off a message
    ///
    /// Attempts that have begun with it go on with it.
    #[oai(path = "/:id/attachments/:attachment_id", method = "delete", operation_id = "deleteAttachment")]
    async fn delete(
        &self,
        caller: Caller<Writing>,
        app: Data<&App>,
        /// The message.
        id: Path<i64>,
        /// The file.
        attachment_id: Path<i64>,
    ) -> Result<Deleted, Problem> {
        queries::remove(&app.db, caller.id(), id.0, attachment_id.0).await?;
        Ok(Deleted::Gone)
    }
}
